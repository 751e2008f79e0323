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

__all__ = ["EffectBar", "effect_bars", "picture", "round_marks"]

# Narrow, so that words stay readable on a telephone.
_WIDTH = 370.0
_LEFT, _LEAST_RIGHT, _LEAST_PLOT = 6.0, 112.0, 90.0
_NAME, _WORDS, _BAR, _COMPACT = 18.0, 16.0, 26.0, 17.5
_NAME_SIZE, _WORDS_SIZE, _VERDICT_SIZE = 14.0, 12.5, 13.0
_BOLD, _GAP = 1.12, 8.0
# Between what a policy is called and the size of its effect at the right.
_SIZE_ROOM = 76.0
_UNKNOWN = "#8a8a8a"
# The line at zero passes behind words.
_HALO = 'paint-order="stroke" stroke="white" stroke-width="4"'


@dataclass(frozen=True)
class EffectBar:
    """One policy in the picture of effects.

    Attributes
    ----------
    name : what it is called
    does : what it does, in a few words; without it name and verdict share the line of the bar
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
    right = max([_LEAST_RIGHT, *(_GAP + _width(_at_bar(b), _VERDICT_SIZE * _BOLD) for b in bars)])
    plot = max(_WIDTH - _LEFT - right, _LEAST_PLOT)

    def x(value: float) -> float:
        return _LEFT + (value - low) / span * plot

    rows, top = [], 4.0
    for bar in bars:
        head, height = _head(bar, top) if bar.does else ([], 0.0)
        rows += [*head, _interval(bar, x, top + height + 0.5 * _COMPACT)]
        top += height + (_BAR if bar.does else _COMPACT)
    ruler = [
        f'<line x1="{x(0.0):.1f}" x2="{x(0.0):.1f}" y1="4" y2="{top + 2:.1f}" stroke="{INK}"/>'
    ]
    for value in round_marks(low, high):
        ruler.append(
            f'<line x1="{x(value):.1f}" x2="{x(value):.1f}" y1="{top - 2:.1f}" y2="{top + 2:.1f}" '
            f'stroke="{MUTED}"/><text x="{max(x(value), 10.0):.1f}" y="{top + 15:.1f}" '
            f'text-anchor="middle" font-size="12" fill="{MUTED}">{plain(value)}</text>'
        )
    below = top + 18.0
    for line in _wrapped(axis, _WORDS_SIZE, _WIDTH - 2.0 * _LEFT):
        below += _WORDS
        ruler.append(
            f'<text x="{_LEFT}" y="{below - 3:.1f}" font-size="12" fill="{MUTED}">'
            f"{escape(line)}</text>"
        )
    described = "; ".join(f"{bar.name}: {bar.size}, {bar.verdict}" for bar in bars)
    return picture(title, described, [*ruler, *rows], (_WIDTH, below + 2.0))


def _head(bar: EffectBar, top: float) -> tuple[list[str], float]:
    """Name with the size of the effect, and below it what the policy does; their height."""
    whole = _WIDTH - 2.0 * _LEFT - 8.0
    names = _wrapped(bar.name, _NAME_SIZE * _BOLD, whole - _SIZE_ROOM)
    words = _wrapped(bar.does, _WORDS_SIZE, whole)
    styles = [(f'font-size="{_NAME_SIZE:g}" font-weight="650" fill="{INK}"', _NAME)] * len(names)
    styles += [(f'font-size="{_WORDS_SIZE:g}" fill="{MUTED}"', _WORDS)] * len(words)
    parts = [
        f'<text x="{_WIDTH - 4:g}" y="{top + 14:.1f}" text-anchor="end" '
        f'font-size="{_NAME_SIZE:g}" font-weight="650" fill="{INK}">{escape(bar.size)}</text>'
    ]
    height = 0.0
    for line, (style, step) in zip([*names, *words], styles, strict=True):
        height += step
        parts.append(
            f'<text x="{_LEFT + 4:g}" y="{top + height - 4:.1f}" {style} {_HALO}>'
            f"{escape(line)}</text>"
        )
    return parts, height + 2.0


def _interval(bar: EffectBar, x: Callable[[float], float], y: float) -> str:
    """Interval and mean, with the words at the end."""
    known = math.isfinite(bar.low) and math.isfinite(bar.high)
    low, high = (bar.low, bar.high) if known else (bar.mean, bar.mean)
    colour = bar.colour if bar.settled else _UNKNOWN
    return (
        f'<rect x="{x(low):.1f}" y="{y - 5:.1f}" width="{max(x(high) - x(low), 1.0):.1f}" '
        f'height="10" rx="2" fill="{colour}" fill-opacity="0.45"/>'
        f'<line x1="{x(bar.mean):.1f}" x2="{x(bar.mean):.1f}" y1="{y - 7:.1f}" y2="{y + 7:.1f}" '
        f'stroke="{colour}" stroke-width="3"/>'
        f'<text x="{max(x(high), x(0.0)) + _GAP:.1f}" y="{y + 4.5:.1f}" '
        f'font-size="{_VERDICT_SIZE:g}" font-weight="650" fill="{INK}">'
        f"{escape(_at_bar(bar))}</text>"
    )


def _at_bar(bar: EffectBar) -> str:
    """The verdict; with the name where no other line has it."""
    return bar.verdict if bar.does else f"{bar.name} {bar.verdict}"


def round_marks(low: float, high: float) -> list[float]:
    """Some three or four round numbers between two ends, zero among them."""
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 3.0))
    step = next(power * k for k in (1.0, 2.0, 5.0, 10.0) if power * k >= span / 4.0)
    return [step * k for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _wrapped(text: str, size: float, room: float) -> list[str]:
    """Words in lines that fit a room."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _width(text: str, size: float) -> float:
    """Width of a text as wide as common fonts make it."""
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return size * (0.95 * wide + 0.58 * (len(text) - wide))
