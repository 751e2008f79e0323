"""Why B differs from A in one world: growth by channel, network and spending, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.calendar import FIRST_YEAR

from ....words.quantities import plain, precise
from ....words.texts import Texts
from ...drawing import Line, line_chart
from ...world.record import World
from .pictures import Step, waterfall
from .tables import folded, paragraph, table

__all__ = ["NETWORK", "growth_page", "growth_parts", "network_page", "spending_page"]

Floats = NDArray[np.float64]

NETWORK = (
    "ties", "mean_degree", "clustering", "giant_share", "modularity", "research_body_ties",
    "broker_dependence", "tie_survival", "persistence",
)  # fmt: skip
"""Network measures that are shown."""

_DRAWN = ("mean_degree", "research_body_ties")
_SOURCES = ("prices", "capital", "labour", "utilisation")
_PARTS = ("progress", "research", "spillovers", "own", "transfer", "joint", "meetings", "roles",
          "shocks", "reallocation", "complexes", "entry", "exit", "timing")  # fmt: skip
_SPENT = ("meetings", "introductions", "tasks", "research", "support", "transfers", "overhead")
_BLUE, _GREY = "#0072B2", "#6b6b6b"


def growth_parts(world: World, place: int, first: int) -> dict[str, float]:
    """Growth of value added after year `first` to the last, in points, by what made it.

    Parameters
    ----------
    place : 0 for the region, 1 + c for complex c
    first : years since 2003
    """
    names = world.facts["annual"]
    years = world.annual[:, first + 1 :, place]
    total = {name: float(years[n].sum()) for n, name in enumerate(names)}
    parts = {name: total[f"growth_{name}"] for name in ("capital", "labour", "utilisation")}
    parts["prices"] = total["growth_price"] + total["growth_brand"]
    parts |= {name: total[f"productivity_{name}"] for name in _PARTS if name != "reallocation"}
    parts["reallocation"] = sum(total[f"productivity_{n}"] for n in ("between", "cross", "mix"))
    return {name: parts[name] for name in (*_SOURCES, *_PARTS)}


def growth_page(a: World, b: World, place: int, arms: tuple[str, str], texts: Texts) -> str:
    """Waterfall of what B changes in the growth since 2004, with both arms in a table."""
    first = 1
    last = len(b.yearly) - 1
    if last <= first:
        return paragraph(texts("page.why.short"))
    found = [growth_parts(world, place, first) for world in (a, b)]
    change = {name: found[1][name] - found[0][name] for name in found[0]}
    steps = [Step(_part(name, texts), value) for name, value in change.items() if value != 0.0]
    total = Step(texts("growth.source.value_added"), sum(change.values()), True)
    title = texts("page.why.growth", first=FIRST_YEAR + first, last=FIRST_YEAR + last)
    note = texts("page.why.growth_note")
    unit = texts("page.why.points")
    drawn = waterfall(title, note, [*steps, total], unit)
    rows = [
        [_part(name, texts), *(precise(x[name], 2) for x in found), precise(change[name], 3)]
        for name in change
    ]
    sums = [sum(x.values()) for x in found]
    last_row = [texts("growth.source.value_added"), *(precise(x, 2) for x in sums)]
    rows.append([*last_row, precise(sums[1] - sums[0], 3)])
    head = [texts("growth.part"), *arms, texts("page.difference")]
    numbers = table(f"{title}, {unit}", head, rows)
    return (
        f"<h2>{escape(title)}</h2>{drawn}{paragraph(note, 'subject')}"
        f"{folded(texts('page.table_of'), numbers)}"
    )


def _part(name: str, texts: Texts) -> str:
    return texts(f"growth.{'source' if name in _SOURCES else 'part'}.{name}")


def network_page(a: World, b: World, place: int, arms: tuple[str, str], texts: Texts) -> str:
    """Network measures by year under both arms."""
    names = b.facts["annual"]
    years = [FIRST_YEAR + year for year in range(len(b.yearly))]
    head = [texts("page.year")]
    columns: list[Floats] = []
    pictures = []
    for name in NETWORK:
        pair = [world.annual[names.index(name), :, place] for world in (a, b)]
        columns += pair
        head += [f"{texts(f'page.measure.{name}')}, {arm}" for arm in "AB"]
        if name in _DRAWN and all(np.isfinite(x).all() for x in pair):
            lines = [
                Line(f"{letter}: {arm}", x.tolist(), x.tolist(), x.tolist(), colour, dash)
                for letter, arm, x, colour, dash in (
                    ("A", arms[0], pair[0], _GREY, "6 3"), ("B", arms[1], pair[1], _BLUE, ""),
                )
            ]  # fmt: skip
            title = texts(f"page.measure.{name}")
            pictures.append(f"<div>{line_chart(title, years, lines, [], title)}</div>")
    rows = [
        [str(year), *(plain(float(column[n])) for column in columns)]
        for n, year in enumerate(years)
    ]
    title = texts("page.why.network")
    return (
        f"<h2>{escape(title)}</h2><div class='two'>{''.join(pictures)}</div>"
        f"{table(texts('page.why.network_note'), head, rows)}"
    )


def spending_page(b: World, places: Sequence[int], texts: Texts) -> str:
    """What the programme spent by year and purpose under B.

    Parameters
    ----------
    places : complexes that are summed
    """
    names = b.facts["series"]
    years = len(b.yearly)
    spent = {
        name: b.series[names.index(f"spent_{name}")][: 12 * years, list(places)]
        .sum(axis=1)
        .reshape(years, 12)
        .sum(axis=1)
        for name in _SPENT
    }
    shown = [name for name in _SPENT if spent[name].any()]
    if not shown:
        return paragraph(texts("page.why.nothing_spent"))
    rows: list[Any] = []
    for year in range(years):
        cells = [float(spent[name][year]) for name in shown]
        rows.append([str(FIRST_YEAR + year), *(plain(x) for x in cells), plain(sum(cells))])
    totals = [float(spent[name].sum()) for name in shown]
    rows.append([texts("page.why.total"), *(plain(x) for x in totals), plain(sum(totals))])
    head = [texts("page.year"), *(texts(f"page.spent.{name}") for name in shown)]
    title = texts("page.why.spending")
    return f"<h2>{escape(title)}</h2>" + table(
        texts("page.why.spending_note"), [*head, texts("page.why.total")], rows
    )
