"""Paths of a run beside what happened and what was aimed at, as SVG text."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from ..words.quantities import plain
from .style import GOAL, INK, MUTED, OBSERVED
from .vector import picture, round_marks

__all__ = ["Mark", "Path", "path_panels"]

# Narrow, so that words stay readable on a telephone.
_WIDTH, _PLOT, _TITLE, _YEARS = 370.0, 76.0, 18.0, 21.0
_LEFT, _RIGHT = 40.0, 14.0
_LINE = "#0072B2"
_SMALL = 'font-size="12"'


@dataclass(frozen=True)
class Mark:
    """A figure of one year, with its error where one is known."""

    year: int
    value: float
    error: float


@dataclass(frozen=True)
class Path:
    """One measure by year.

    Attributes
    ----------
    title : what it is, with its unit
    years, values : the model
    observed : what happened
    goals : what was aimed at
    """

    title: str
    years: tuple[int, ...]
    values: tuple[float, ...]
    observed: tuple[Mark, ...]
    goals: tuple[Mark, ...]


def path_panels(title: str, paths: Sequence[Path], legend: tuple[str, str, str]) -> str:
    """A panel a measure: a line for the model, circles for what happened, stars for goals.

    Parameters
    ----------
    title : what is shown, for readers that do not see it
    legend : names of line, circles and stars
    """
    parts, top = _legend(legend), 22.0
    for path in paths:
        parts += _panel(path, top)
        top += _TITLE + _PLOT + _YEARS
    described = "; ".join(f"{p.title}: {plain(p.values[0])} – {plain(p.values[-1])}" for p in paths)
    return picture(title, described, parts, (_WIDTH, top + 4.0))


def _panel(path: Path, top: float) -> list[str]:
    """Title, axes, line and marks of one measure."""
    known = [*path.values, *(m.value + (m.error or 0.0) for m in path.observed)]
    known += [mark.value for mark in path.goals]
    high = max((v for v in known if math.isfinite(v)), default=1.0) * 1.05 or 1.0
    first, last = path.years[0], max(path.years[-1], path.years[0] + 1)
    base = top + _TITLE + _PLOT

    def x(year: float) -> float:
        return _LEFT + (year - first) / (last - first) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return base - value / high * _PLOT

    parts = [
        f'<text x="4" y="{top + 12:.1f}" font-size="13" font-weight="650" fill="{INK}">'
        f"{escape(path.title)}</text>"
    ]
    for value in round_marks(0.0, high):
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" '
            f'stroke="{MUTED}" stroke-opacity="{1.0 if value == 0.0 else 0.25}"/>'
            f'<text x="{_LEFT - 5}" y="{y(value) + 4:.1f}" text-anchor="end" {_SMALL} '
            f'fill="{MUTED}">{plain(value)}</text>'
        )
    for year in (first, (first + last) // 2, last):
        parts.append(
            f'<text x="{x(year):.1f}" y="{base + 16:.1f}" text-anchor="middle" {_SMALL} '
            f'fill="{MUTED}">{year}</text>'
        )
    points = " ".join(
        f"{x(year):.1f},{y(value):.1f}"
        for year, value in zip(path.years, path.values, strict=True)
        if math.isfinite(value)
    )
    parts.append(f'<polyline points="{points}" fill="none" stroke="{_LINE}" stroke-width="2.5"/>')
    shown = [mark for mark in path.observed if first <= mark.year <= last]
    # What happened lies on top of what was aimed at.
    parts += [_star(x(mark.year), y(mark.value)) for mark in path.goals if mark.year <= last]
    parts += [_circle(mark, x, y) for mark in shown]
    return parts


def _circle(mark: Mark, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """What happened, with a line as long as its error."""
    place, bar = x(mark.year), ""
    if math.isfinite(mark.error):
        low, high = y(mark.value - mark.error), y(mark.value + mark.error)
        bar = f'<path d="M{place:.1f} {low:.1f}V{high:.1f}" stroke="{OBSERVED}"/>'
    return (
        f'{bar}<circle cx="{place:.1f}" cy="{y(mark.value):.1f}" r="3.5" fill="white" '
        f'stroke="{OBSERVED}" stroke-width="1.5"/>'
    )


def _star(x: float, y: float) -> str:
    """A five-pointed star."""
    points = []
    for corner in range(10):
        radius = 7.0 if corner % 2 == 0 else 3.0
        angle = math.pi * (corner / 5.0 - 0.5)
        points.append(f"{x + radius * math.cos(angle):.1f},{y + radius * math.sin(angle):.1f}")
    return f'<polygon points="{" ".join(points)}" fill="{GOAL}"/>'


def _legend(names: tuple[str, str, str]) -> list[str]:
    """Line, circle and star with their names, in one row."""
    signs = (
        f'<line x1="4" x2="22" y1="10" y2="10" stroke="{_LINE}" stroke-width="2.5"/>',
        f'<circle cx="{4 + 124}" cy="10" r="3.5" fill="white" stroke="{OBSERVED}" '
        f'stroke-width="1.5"/>',
        _star(4 + 124 + 140, 10.0),
    )
    places = (28.0, 137.0, 279.0)
    return [
        f'{sign}<text x="{place:g}" y="14" {_SMALL} fill="{INK}">{escape(name)}</text>'
        for sign, place, name in zip(signs, places, names, strict=True)
    ]
