"""Charts of the views: bars that add up, the months of a life, bars with a number each."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from ....figures.style import INK, MUTED
from ....figures.vector import picture
from ....words.quantities import plain

__all__ = ["Lane", "Step", "bars", "curve", "life_line", "waterfall"]

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#8a8578"
# Narrow, so that words stay readable on a telephone.
_WIDTH, _EDGE, _TOP, _ROW = 370.0, 6.0, 22.0, 34.0
_LIFE_WIDTH, _LIFE_LEFT = 640.0, 150.0


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: its label, what it adds, and whether it is a total from zero."""

    label: str
    value: float
    total: bool = False


def waterfall(title: str, described: str, steps: Sequence[Step], unit: str) -> str:
    """Bars that begin where the one before ended; totals begin at zero."""
    level, spans = 0.0, []
    for step in steps:
        start = 0.0 if step.total else level
        level = step.value if step.total else level + step.value
        spans.append((start, level))
    x = _scale([end for span in spans for end in span])
    parts = []
    for n, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        colour = _GREY if step.total else _BLUE if step.value >= 0.0 else _ORANGE
        weight = "600" if step.total else "400"
        parts += _bar(n, step.label, plain(step.value), x(start), x(end), colour, weight)
    return _framed(title, described, parts, len(steps), x(0.0), unit)


def bars(
    title: str, described: str, rows: Sequence[tuple[str, float, float, float]], unit: str
) -> str:
    """Bars with their intervals: label, value, low and high each; equal bounds draw none."""
    x = _scale([value for row in rows for value in row[1:]])
    parts = []
    for n, (label, value, low, high) in enumerate(rows):
        colour = _BLUE if value >= 0.0 else _ORANGE
        parts += _bar(n, label, plain(value), x(0.0), x(value), colour, "400")
        if high > low:
            y = _TOP + _ROW * n + 22.0
            parts.append(_line(x(low), y, x(high), y, INK, 1.5))
    return _framed(title, described, parts, len(rows), x(0.0), unit)


def _bar(
    n: int, label: str, number: str, start: float, end: float, colour: str, weight: str
) -> list[str]:
    """Label and number above, the bar below: readable however narrow the screen is."""
    y, left = _TOP + _ROW * n, min(start, end)
    return [
        _text(_EDGE, y + 12.0, label, "start", weight),
        _text(_WIDTH - _EDGE, y + 12.0, number, "end", weight),
        f'<rect x="{left:.1f}" y="{y + 16.0:.1f}" width="{max(abs(end - start), 1.0):.1f}" '
        f'height="12" fill="{colour}"/>',
    ]


def _framed(title: str, described: str, parts: list[str], rows: int, zero: float, unit: str) -> str:
    bottom = _TOP + _ROW * rows
    axis = _line(zero, _TOP, zero, bottom)
    head = _text(_WIDTH - _EDGE, 13.0, unit, "end", "400", MUTED)
    return picture(title, described, [axis, head, *parts], (_WIDTH, bottom + 4.0))


def curve(
    title: str,
    described: str,
    points: Sequence[tuple[float, float]],
    marks: Sequence[tuple[float, float, str]],
    axes: tuple[str, str],
) -> str:
    """A curve with some points marked; both axes from 0 to the largest number."""
    left, top, right, bottom = 44.0, 24.0, _WIDTH - 14.0, 214.0
    widest, highest = max(x for x, _ in points), max(y for _, y in points)

    def place(x: float, y: float) -> tuple[float, float]:
        across = left + x / (widest or 1.0) * (right - left)
        return across, bottom - y / (highest or 1.0) * (bottom - top)

    corners = " ".join(f"{a:.1f},{b:.1f}" for a, b in (place(x, y) for x, y in points))
    parts = [
        _line(left, bottom, right, bottom), _line(left, top, left, bottom),
        f'<polyline points="{corners}" fill="none" stroke="{_BLUE}" stroke-width="2.5"/>',
        _text(left - 4.0, 14.0, axes[1], "start", "400", MUTED),
        _text(right, bottom + 32.0, axes[0], "end", "400", MUTED),
    ]  # fmt: skip
    for share in (0.0, 0.5, 1.0):
        x, y = place(share * widest, share * highest)
        parts.append(_text(x, bottom + 16.0, plain(share * widest), "middle", "400", MUTED))
        parts.append(_text(left - 5.0, y + 4.0, plain(share * highest), "end", "400", MUTED))
    for x, y, label in marks:
        a, b = place(x, y)
        inside = "end" if a > (left + right) / 2.0 else "start"
        parts.append(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="5" fill="{_ORANGE}"/>')
        parts.append(_text(a + (-9.0 if inside == "end" else 9.0), b + 4.0, label, inside, "600"))
    return picture(title, described, parts, (_WIDTH, bottom + 40.0))


@dataclass(frozen=True)
class Lane:
    """A row of a life: spans of months and single months, drawn in a colour.

    Attributes
    ----------
    label : what it shows
    spans : first month, first month without, and what is told on it
    marks : month and what is told on it
    colour, dashed : how spans are drawn
    """

    label: str
    spans: Sequence[tuple[int, int, str]]
    marks: Sequence[tuple[int, str]]
    colour: str
    dashed: bool = False


def life_line(
    title: str, described: str, lanes: Sequence[Lane], months: int, first_year: int
) -> str:
    """Lanes over the months; overlapping spans of a lane lie below one another."""
    left = _LIFE_LEFT
    width = (_LIFE_WIDTH - 10.0 - left) / max(months, 1)
    y, parts, grid = 24.0, [], []
    for lane in lanes:
        rows = _stacked(lane.spans)
        height = max(16.0, 9.0 * (max(rows, default=0) + 1) + 5.0)
        parts.append(_text(left - 8.0, y + 12.0, lane.label, "end"))
        for (start, end, told), row in zip(lane.spans, rows, strict=True):
            begin = left + max(start, 0) * width
            long = max(min(end, months) * width + left - begin, 2.0)
            look = f'stroke="{lane.colour}" fill="{"white" if lane.dashed else lane.colour}"'
            dash = ' stroke-dasharray="4 2"' if lane.dashed else ""
            parts.append(
                f'<rect x="{begin:.1f}" y="{y + 3.0 + 9.0 * row:.1f}" width="{long:.1f}" '
                f'height="7" {look}{dash}><title>{escape(told)}</title></rect>'
            )
        for month, told in lane.marks:
            x = left + (month + 0.5) * width
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y + 8.0:.1f}" r="2.6" fill="{lane.colour}" '
                f'fill-opacity="0.75"><title>{escape(told)}</title></circle>'
            )
        y += height + 4.0
    for year in range(months // 12 + 1):
        x = left + 12 * year * width
        grid.append(_line(x, 18.0, x, y, "#e3e3e3"))
        if 12 * year < months and year % 2 == 0:
            grid.append(_text(x + 2.0, 14.0, str(first_year + year), "start", "400", MUTED))
    return picture(title, described, grid + parts, (_LIFE_WIDTH, y + 6.0))


def _stacked(spans: Sequence[tuple[int, int, str]]) -> list[int]:
    """Row of each span, the first in which none of those before it lies."""
    ends: list[int] = []
    rows = []
    for start, end, _ in spans:
        row = next((n for n, taken in enumerate(ends) if taken <= start), len(ends))
        ends[row : row + 1] = [end]
        rows.append(row)
    return rows


def _scale(values: Sequence[float]) -> Callable[[float], float]:
    """From values, zero among them, to places."""
    known = [0.0, *(v for v in values if math.isfinite(v))]
    low, span = min(known), (max(known) - min(known)) or 1.0
    return lambda value: _EDGE + (value - low) / span * (_WIDTH - 2.0 * _EDGE)


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str = MUTED, width: float = 1.0
) -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"/>'
    )


def _text(
    x: float, y: float, text: str, anchor: str, weight: str = "400", colour: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="13" '
        f'font-weight="{weight}" fill="{colour}">{escape(text)}</text>'
    )
