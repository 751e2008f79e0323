"""Pictures written as SVG text: the frame that they share, and effects as bars.

They scale with the place that they are given and need no more than a font of the reader.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from ..words.quantities import plain
from .style import INK, MUTED

__all__ = ["EffectBar", "effect_bars", "picture"]

# Narrow, so that words stay readable on a telephone.
_WIDTH = 370.0
_LEFT, _RIGHT = 6.0, 112.0
_NAME, _WORDS, _BAR, _COMPACT = 20.0, 16.0, 22.0, 20.0
_WORDS_SIZE = 12.5
_UNKNOWN = "#8a8a8a"
# The line at zero passes behind words.
_HALO = 'paint-order="stroke" stroke="white" stroke-width="4"'


@dataclass(frozen=True)
class EffectBar:
    """One policy in the picture of effects.

    Attributes
    ----------
    name : what it is called
    does : what it does, in a few words; with none of them the picture is narrow
    mean, low, high : effect with its interval, in the axis' unit; bounds may be unknown
    size : the effect in words, beside the name
    verdict : the word at the bar
    settled : whether it can be told apart from zero
    colour : fill
    """

    name: str
    does: str
    mean: float
    low: float
    high: float
    size: str
    verdict: str
    settled: bool
    colour: str


def picture(title: str, described: str, parts: Sequence[str], size: tuple[float, float]) -> str:
    """One picture that scales with its frame, with title and description for all readers."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1]:g}" '
        f'width="100%" role="img" font-family="system-ui, sans-serif" '
        f'aria-label="{escape(f"{title}. {described}", quote=True)}">'
        f"<title>{escape(title)}</title><desc>{escape(described)}</desc>{''.join(parts)}</svg>"
    )


def effect_bars(title: str, axis: str, bars: Sequence[EffectBar]) -> str:
    """Effects as intervals with their means around a line at zero, one below the other.

    Parameters
    ----------
    title : what is shown, for readers that do not see it
    axis : what the numbers below are
    bars : from above downwards
    """
    ends = [v for b in bars for v in (b.mean, b.low, b.high) if math.isfinite(v)]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return _LEFT + (value - low) / span * (_WIDTH - _LEFT - _RIGHT)

    rows, top = [], 4.0
    for bar in bars:
        lines = _wrapped(bar.does)
        if lines:
            rows += _head(bar, lines, top)
            top += _NAME + _WORDS * len(lines)
        rows += _interval(bar, x, top + 0.5 * _COMPACT, beside="" if lines else bar.name)
        top += _BAR + 6.0 if lines else _COMPACT
    ruler = [
        f'<line x1="{x(0.0):.1f}" x2="{x(0.0):.1f}" y1="4" y2="{top + 2:.1f}" stroke="{INK}"/>'
    ]
    for value in _marks(low, high):
        ruler.append(
            f'<line x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{top - 2:.1f}" y2="{top + 2:.1f}" '
            f'stroke="{MUTED}"/><text x="{max(x(value), 10.0):.1f}" y="{top + 15:.1f}" '
            f'text-anchor="middle" font-size="12" fill="{MUTED}">{plain(value)}</text>'
        )
    below = top + 18.0
    for line in _wrapped(axis):
        below += _WORDS
        ruler.append(
            f'<text x="{_LEFT}" y="{below - 3:.1f}" font-size="12" fill="{MUTED}">'
            f"{escape(line)}</text>"
        )
    described = "; ".join(f"{bar.name}: {bar.size}, {bar.verdict}" for bar in bars)
    return picture(title, described, [*ruler, *rows], (_WIDTH, below + 2.0))


def _head(bar: EffectBar, lines: Sequence[str], top: float) -> list[str]:
    """Name with the size of the effect, and below it what the policy does."""
    return [
        f'<text x="{_LEFT + 4}" y="{top + 14:.1f}" font-size="14" font-weight="650" fill="{INK}" '
        f'{_HALO}>{escape(bar.name)}</text><text x="{_WIDTH - 4}" y="{top + 14:.1f}" '
        f'text-anchor="end" font-size="14" font-weight="650" fill="{INK}">{escape(bar.size)}</text>'
    ] + [
        f'<text x="{_LEFT + 4}" y="{top + _NAME + _WORDS * i + 11:.1f}" font-size="{_WORDS_SIZE}" '
        f'fill="{MUTED}" {_HALO}>{escape(line)}</text>'
        for i, line in enumerate(lines)
    ]


def _interval(bar: EffectBar, x: Callable[[float], float], y: float, beside: str) -> list[str]:
    """Interval and mean, and the verdict at its end; in a narrow picture with the name."""
    known = math.isfinite(bar.low) and math.isfinite(bar.high)
    low, high = (bar.low, bar.high) if known else (bar.mean, bar.mean)
    colour = bar.colour if bar.settled else _UNKNOWN
    words = f"{beside} {bar.verdict}".strip()
    return [
        f'<rect x="{x(low):.1f}" y="{y - 6:.1f}" width="{max(x(high) - x(low), 1.0):.1f}" '
        f'height="12" rx="2" fill="{colour}" fill-opacity="0.45"/>'
        f'<line x1="{x(bar.mean):.1f}" x2="{x(bar.mean):.1f}" y1="{y - 8:.1f}" y2="{y + 8:.1f}" '
        f'stroke="{colour}" stroke-width="3"/>'
        f'<text x="{max(x(high), x(0.0)) + 8:.1f}" y="{y + 5:.1f}" font-size="13.5" '
        f'font-weight="650" fill="{INK}">{escape(words)}</text>'
    ]


def _marks(low: float, high: float) -> list[float]:
    """Some three or four round numbers between two ends, zero among them."""
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 3.0))
    step = next(power * k for k in (1.0, 2.0, 5.0, 10.0) if power * k >= span / 4.0)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _wrapped(text: str) -> list[str]:
    """Words in lines that fit the picture, as wide as common fonts make them."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer) <= _WIDTH - 2.0 * _LEFT - 8.0:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return _WORDS_SIZE * (0.95 * wide + 0.58 * (len(text) - wide))
