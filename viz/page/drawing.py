"""Charts as SVG text: lines with bands, observations and goals, effects, and a map.

A chart carries its title and description for readers that do not see it, labels its lines at
their ends, and tells policies apart by colour and dash.  The same text is the download.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from textwrap import wrap

from ..figures.style import INK, MUTED
from ..figures.vector import picture
from ..files import DATA
from ..words.quantities import plain

__all__ = ["Line", "Place", "Point", "effect_chart", "korea", "line_chart"]

_WIDTH, _HEIGHT = 640.0, 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 150.0, 26.0, 28.0
_GRID = "#e3e3e3"
_LABEL_STEP = 15.0
_LABEL_LETTERS = 17

# A plate carrée with the parallel of its middle true to scale.
_WEST, _EAST, _SOUTH, _NORTH, _MIDDLE = 125.6, 130.1, 34.0, 38.7, 36.4
_MAP_WIDTH = 360.0
_NAMED_INSIDE = 14.0


@dataclass(frozen=True)
class Line:
    """One line of a chart.

    Attributes
    ----------
    label : written at its end
    values, low, high : a value a year with the bounds of its band, in the chart's unit
    colour, dash : how it is drawn; no dash is a whole line
    """

    label: str
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    colour: str
    dash: str = ""


@dataclass(frozen=True)
class Point:
    """What happened in a year, or was aimed at.

    Attributes
    ----------
    year : calendar year
    value, error : in the chart's unit, the error as one standard error or 0
    goal : whether it is a goal and not an observation
    label : told on it
    """

    year: int
    value: float
    error: float
    goal: bool
    label: str


@dataclass(frozen=True)
class Place:
    """One complex on the map.

    Attributes
    ----------
    key, name : identifier and what is written beside it
    longitude, latitude : degrees
    size : area of its symbol, any unit
    colour : fill
    label : told on it
    chosen : whether it is the one looked at
    """

    key: str
    name: str
    longitude: float
    latitude: float
    size: float
    colour: str
    label: str
    chosen: bool


def line_chart(
    title: str, years: Sequence[int], lines: Sequence[Line], points: Sequence[Point], unit: str
) -> str:
    """Lines over years with their bands, and what happened or was aimed at."""
    values = [v for line in lines for v in (*line.low, *line.high, *line.values)]
    values += [p.value + s * p.error for p in points for s in (-1.0, 1.0)]
    axes = _Axes.over(years, values, start_at_zero=min(values, default=0.0) >= 0.0)
    parts = [*axes.grid(unit)]
    for line in lines:
        parts.append(axes.band(years, line))
    for line in lines:
        dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
        path = axes.path(years, line.values)
        parts.append(
            f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="2.2"{dash}/>'
        )
    parts += [axes.point(p) for p in points]
    parts += axes.end_labels([(line.label, line.values[-1], line.colour) for line in lines])
    described = "; ".join(
        f"{line.label}: {plain(line.values[-1])} {unit} ({years[-1]})" for line in lines
    )
    return picture(title, described, parts, (_WIDTH, _HEIGHT))


def effect_chart(title: str, years: Sequence[int], line: Line, unit: str) -> str:
    """A difference over years with its interval, around a line at zero."""
    axes = _Axes.over(years, [0.0, *line.low, *line.high], start_at_zero=False)
    zero = axes.y(0.0)
    parts = [
        *axes.grid(unit),
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{zero:.1f}" y2="{zero:.1f}" '
        f'stroke="{INK}" stroke-width="1"/>',
        axes.band(years, line),
        f'<path d="{axes.path(years, line.values)}" fill="none" stroke="{line.colour}" '
        'stroke-width="2.2"/>',
        *axes.end_labels([(line.label, line.values[-1], line.colour)]),
    ]
    described = (
        f"{line.label}: {plain(line.values[-1])} ({plain(line.low[-1])} … {plain(line.high[-1])}) "
        f"{unit} ({years[-1]})"
    )
    return picture(title, described, parts, (_WIDTH, _HEIGHT))


def korea(title: str, places: Sequence[Place]) -> str:
    """Complexes on an outline of the country, larger ones below smaller ones."""
    narrow = math.cos(math.radians(_MIDDLE))
    scale = _MAP_WIDTH / ((_EAST - _WEST) * narrow)
    height = (_NORTH - _SOUTH) * scale

    def at(longitude: float, latitude: float) -> tuple[float, float]:
        return (longitude - _WEST) * narrow * scale, (_NORTH - latitude) * scale

    parts = []
    for ring in _outline():
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*corner) for corner in ring))
        parts.append(
            f'<polygon points="{corners}" fill="#f1efe9" stroke="#b9b5a9" stroke-width="0.8"/>'
        )
    largest = max((place.size for place in places), default=1.0) or 1.0
    for place in sorted(places, key=lambda place: -place.size):
        x, y = at(place.longitude, place.latitude)
        radius = _radius(place, largest)
        edge = 3.0 if place.chosen else 1.0
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{place.colour}" '
            f'fill-opacity="0.75" stroke="{INK}" stroke-width="{edge}">'
            f"<title>{escape(place.label)}</title></circle>"
        )
    for place in places:
        x, y = at(place.longitude, place.latitude)
        radius = _radius(place, largest)
        # A name hides a small circle: there it stands above.
        y += 4.0 if radius > _NAMED_INSIDE else -radius - 4.0
        parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle" font-size="13" '
            f'font-weight="{700 if place.chosen else 500}" paint-order="stroke" stroke="white" '
            f'stroke-width="3" fill="{INK}">{escape(place.name)}</text>'
        )
    described = "; ".join(place.label for place in places)
    return picture(title, described, parts, (_MAP_WIDTH, height))


def _radius(place: Place, largest: float) -> float:
    """Radius of a circle whose area tells the size."""
    return max(5.0, 34.0 * math.sqrt(max(place.size, 0.0) / largest))


@cache
def _outline() -> tuple[tuple[tuple[float, float], ...], ...]:
    """Rings of the country's outline, each corner as longitude and latitude."""
    rings: dict[str, list[tuple[float, float]]] = {}
    with (DATA / "outline.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            corner = (float(row["longitude"]), float(row["latitude"]))
            rings.setdefault(row["ring"], []).append(corner)
    return tuple(tuple(ring) for ring in rings.values())


@dataclass(frozen=True)
class _Axes:
    """Years across and a unit upwards."""

    first: int
    last: int
    low: float
    high: float
    step: float

    @classmethod
    def over(cls, years: Sequence[int], values: Sequence[float], start_at_zero: bool) -> _Axes:
        """Axes that hold every value, with some four steps at round numbers."""
        finite = [v for v in values if math.isfinite(v)] or [0.0]
        low, high = min(finite), max(finite)
        low = 0.0 if start_at_zero else low
        span = (high - low) or abs(high) or 1.0
        power = 10.0 ** math.floor(math.log10(span / 4.0))
        step = next(power * k for k in (1.0, 2.0, 2.5, 5.0, 10.0) if power * k >= span / 5.0)
        return cls(
            years[0], years[-1], step * math.floor(low / step), step * math.ceil(high / step), step
        )

    def x(self, year: float) -> float:
        """Place of a year."""
        return _LEFT + (year - self.first) / max(self.last - self.first, 1) * (
            _WIDTH - _LEFT - _RIGHT
        )

    def y(self, value: float) -> float:
        """Place of a value."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def grid(self, unit: str) -> list[str]:
        """Lines and numbers of both axes."""
        parts = []
        for k in range(round((self.high - self.low) / self.step) + 1):
            value = self.low + k * self.step
            y = self.y(value)
            parts.append(
                f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{_GRID}"/><text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" '
                f'font-size="12" fill="{MUTED}">{plain(value)}</text>'
            )
        every = 2 if self.last - self.first > 7 else 1
        for year in range(self.first, self.last + 1, every):
            parts.append(
                f'<text x="{self.x(year):.1f}" y="{_HEIGHT - 8}" text-anchor="middle" '
                f'font-size="12" fill="{MUTED}">{year}</text>'
            )
        parts.append(f'<text x="4" y="12" font-size="12" fill="{MUTED}">{escape(unit)}</text>')
        return parts

    def path(self, years: Sequence[int], values: Sequence[float]) -> str:
        """Line through the values of all years."""
        corners = (f"{self.x(t):.1f} {self.y(v):.1f}" for t, v in zip(years, values, strict=True))
        return "M" + "L".join(corners)

    def band(self, years: Sequence[int], line: Line) -> str:
        """Area between the bounds of a line."""
        above = [f"{self.x(t):.1f},{self.y(v):.1f}" for t, v in zip(years, line.high, strict=True)]
        below = [f"{self.x(t):.1f},{self.y(v):.1f}" for t, v in zip(years, line.low, strict=True)]
        corners = " ".join([*above, *reversed(below)])
        return f'<polygon points="{corners}" fill="{line.colour}" fill-opacity="0.18"/>'

    def point(self, point: Point) -> str:
        """An observation as a dot with its error, a goal as a hollow diamond."""
        x, y = self.x(point.year), self.y(point.value)
        told = f"<title>{escape(point.label)}</title>"
        if point.goal:
            return (
                f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" fill="white" '
                f'stroke="#D55E00" stroke-width="2">{told}</path>'
            )
        above, below = self.y(point.value + point.error), self.y(point.value - point.error)
        return (
            f'<g>{told}<line x1="{x:.1f}" x2="{x:.1f}" y1="{above:.1f}" y2="{below:.1f}" '
            f'stroke="{INK}" stroke-width="1.5"/>'
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{INK}"/></g>'
        )

    def end_labels(self, ends: Sequence[tuple[str, float, str]]) -> list[str]:
        """Labels at the ends of lines, moved apart where they would overlap."""
        placed = sorted(ends, key=lambda end: self.y(end[1]))
        parts, free = [], -math.inf
        for label, value, colour in placed:
            y = max(self.y(value) + 4.0, free)
            rows = wrap(label, _LABEL_LETTERS)
            free = y + _LABEL_STEP * len(rows)
            parts += [
                f'<text x="{_WIDTH - _RIGHT + 8}" y="{y + _LABEL_STEP * n:.1f}" font-size="13" '
                f'font-weight="600" fill="{colour}">{escape(row)}</text>'
                for n, row in enumerate(rows)
            ]
        return parts
