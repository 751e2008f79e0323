"""A coordinator: what it knew when it decided, what it believed, chose and cost."""

from __future__ import annotations

from collections import OrderedDict
from html import escape
from typing import TYPE_CHECKING, Any

from innocluster.sim.ground.calendar import FIRST_YEAR, month_text

from ....words.quantities import plain
from ...world.life import decisions_of
from .tables import folded, paragraph, table

if TYPE_CHECKING:
    from innocluster.sim.beginning.population import Region

    from ....words.texts import Texts
    from ...world.record import World

__all__ = ["coordinator_page", "coordinators"]


def coordinators(region: Region, texts: Texts) -> list[str]:
    """Names of all, from the top of the chain down; the last level is one group a complex."""
    chain, complexes = region.governance, region.complexes
    levels = chain.names_ko if texts.language == "ko" else chain.names
    places = complexes.names_ko if texts.language == "ko" else complexes.names
    return [*levels[:-1], *(f"{levels[-1]}, {place}" for place in places)]


def coordinator_page(world: World, coordinator: int, region: Region, texts: Texts) -> str:
    """What one of them decided, by year, and its account."""
    name = coordinators(region, texts)[coordinator]
    above = len(coordinators(region, texts)) - len(region.complexes.keys)
    level = min(coordinator, above)
    chain = region.governance
    told = texts(
        "page.coordinator.what", period=int(chain.decision_period[level]),
        lag=int(chain.lag[level]), noise=plain(float(chain.noise[level])),
        overhead=plain(100.0 * float(chain.overhead[level])),
    )  # fmt: skip
    decisions = decisions_of(world, coordinator)
    parts = [f"<h2>{escape(name)}</h2>", paragraph(told)]
    parts.append(_account(world, coordinator, texts))
    if not decisions:
        parts.append(paragraph(texts("page.coordinator.none")))
        return "".join(parts)
    by_subject: OrderedDict[str, list[dict[str, Any]]] = OrderedDict()
    for decision in decisions:
        by_subject.setdefault(decision["subject"], []).append(decision)
    for subject, rows in by_subject.items():
        title = texts("page.coordinator.decisions", number=len(rows),
                      subject=texts(f"page.coordinator.subject.{subject}"))  # fmt: skip
        head = [texts(f"page.coordinator.{key}") for key in
                ("month", "known", "knew", "chose", "cost")]  # fmt: skip
        lines = [_line(d, region, texts) for d in rows]
        parts.append(table(title, head, lines[-12:], text=True))
        if len(lines) > 12:
            parts.append(folded(texts("page.life.all"), table(title, head, lines, text=True)))
    return "".join(parts)


def _line(decision: dict[str, Any], region: Region, texts: Texts) -> list[str]:
    return [
        month_text(decision["month"]),
        month_text(decision["known_month"]) if decision["known_month"] >= 0 else "–",
        _figures(decision["knew"], region, texts),
        _figures(decision["chose"], region, texts),
        plain(decision["cost"]),
    ]


def _figures(figures: dict[str, float], region: Region, texts: Texts) -> str:
    """Figures by name; complexes by their names, terms in the language."""
    keys = region.complexes.keys
    korean = texts.language == "ko"
    places = region.complexes.names_ko if korean else region.complexes.names
    said = []
    for name, value in figures.items():
        head, colon, tail = name.partition(": ")
        if colon and head in keys:
            label = f"{places[keys.index(head)]}: {_term(tail, texts)}"
        else:
            label = _term(name, texts)
        said.append(f"{label} {plain(value)}")
    return "; ".join(said)


def _term(name: str, texts: Texts) -> str:
    """A figure's name in the language, where it has one."""
    key = f"page.figure.{name}"
    return texts(key) if key in texts else name


def _account(world: World, coordinator: int, texts: Texts) -> str:
    """What it received, spent and had left by year."""
    received, spent, left = world.accounts[:, :, coordinator].T
    rows = []
    before = [0.0, 0.0]
    for year, numbers in enumerate(zip(received, spent, left, strict=True)):
        come, gone, rest = (float(x) for x in numbers)
        cells = [plain(come - before[0]), plain(gone - before[1]), plain(rest)]
        rows.append([str(FIRST_YEAR + year), *cells])
        before = [come, gone]
    head = [texts("page.year")]
    head += [texts(f"page.coordinator.{key}") for key in ("received", "spent", "left")]
    return table(texts("page.coordinator.account"), head, rows)
