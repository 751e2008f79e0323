"""How figures look: colours that all readers tell apart, dashes, direct labels.

Okabe and Ito's palette (2008).  Lines use the four colours that reach a contrast
of 3:1 on white; with more policies the dash pattern changes as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .fonts import families

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "GOAL",
    "INK",
    "MUTED",
    "OBSERVED",
    "CategoryStyle",
    "PolicyStyle",
    "apart",
    "category_styles",
    "figure_style",
    "label_line_ends",
    "policy_styles",
    "tier_shades",
]

INK = "#222222"
MUTED = "#6b6b6b"
GOAL = "#D55E00"
OBSERVED = "#222222"

_LINES = ("#0072B2", "#009E73", "#CC79A7", "#D55E00")
_DASHES: tuple[Any, ...] = ("solid", (0, (6, 2)), (0, (2, 1.5)), (0, (6, 2, 1.5, 2)))
_MARKERS = ("o", "s", "^", "D")
_AREAS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
_HATCHES = ("", "///", "...", "\\\\\\", "xx")


@dataclass(frozen=True)
class PolicyStyle:
    """Colour, dash pattern and marker of a policy."""

    colour: str
    dash: Any
    marker: str


@dataclass(frozen=True)
class CategoryStyle:
    """Colour and hatching of an area."""

    colour: str
    hatch: str


def policy_styles(policies: Sequence[str], baseline: str) -> dict[str, PolicyStyle]:
    """A style for each policy; the baseline is grey, the others differ in two ways."""
    others = [policy for policy in policies if policy != baseline]
    count = len(_LINES)
    styles = {
        policy: PolicyStyle(
            _LINES[i % count], _DASHES[(i + i // count) % count], _MARKERS[(i + i // count) % count]
        )
        for i, policy in enumerate(others)
    }
    return {baseline: PolicyStyle(MUTED, (0, (1, 1)), "v"), **styles}


def category_styles(categories: Sequence[str]) -> dict[str, CategoryStyle]:
    """A style for each category of a stacked bar."""
    return {
        category: CategoryStyle(
            _AREAS[i % len(_AREAS)], _HATCHES[(i + i // len(_AREAS)) % len(_HATCHES)]
        )
        for i, category in enumerate(categories)
    }


def tier_shades(tiers: Mapping[str, int]) -> dict[str, str]:
    """A colour for each policy by its tier: one hue, the first tier darkest; yardsticks apart.

    Parameters
    ----------
    tiers : policy -> tier, 1 the best, 0 for a yardstick
    """
    dark, light = (0x0B, 0x2E, 0x4F), (0x7F, 0xA3, 0xBF)
    steps = max(max(tiers.values(), default=1) - 1, 1)
    result = {}
    for policy, tier in tiers.items():
        share = (tier - 1) / steps
        mixed = (round(a + share * (b - a)) for a, b in zip(dark, light, strict=True))
        result[policy] = "#" + "".join(f"{part:02x}" for part in mixed) if tier else GOAL
    return result


def apart(places: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Move ordered places just so far that things of these sizes do not touch.

    Parameters
    ----------
    places : centres from below upwards
    sizes : extent of each
    """
    result: list[float] = []
    for i, place in enumerate(places):
        gap = (sizes[i] + sizes[i - 1]) / 2.0
        result.append(max(place, result[-1] + gap) if result else place)
    if result:
        shift = sum(r - p for r, p in zip(result, places, strict=True)) / len(result)
        result = [place - shift for place in result]
    return result


@contextmanager
def figure_style(language: str) -> Iterator[None]:
    """Matplotlib's settings while figures are made and saved."""
    import matplotlib

    settings: Any = {
        "font.family": families(language),
        "font.size": 10.0,
        "axes.titlesize": 11.0,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.unicode_minus": True,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e6e6e6",
        "grid.linewidth": 0.8,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "hatch.linewidth": 0.6,
        "svg.fonttype": "none",
        "svg.hashsalt": "innocluster",
        "figure.dpi": 100.0,
        "savefig.dpi": 200.0,
    }
    with matplotlib.rc_context(settings):
        yield


def label_line_ends(
    axes: Axes, ends: Sequence[tuple[float, float, str, str]], size: float = 9.0
) -> None:
    """Write labels beside the right ends of lines and push them apart where they would touch.

    Parameters
    ----------
    ends : (x, y, text, colour) of each line's last point
    size : font size, points
    """
    low, high = axes.get_ylim()
    height = axes.get_window_extent().height * 72.0 / axes.figure.dpi
    line = 1.35 * size / max(height, 1.0) * (high - low)
    ordered = sorted(ends, key=lambda end: end[1])
    sizes = [line * (text.count("\n") + 1) for _, _, text, _ in ordered]
    places = apart([y for _, y, _, _ in ordered], sizes)
    for (x, y, text, colour), place in zip(ordered, places, strict=True):
        moved = abs(place - y) > 0.5 * line
        axes.annotate(
            text,
            (x, y),
            xytext=(12, (place - y) / (high - low) * height),
            textcoords="offset points",
            color=colour,
            fontsize=size,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6} if moved else None,
        )
