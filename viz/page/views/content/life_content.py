"""What is said and drawn of one agent's life, without the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from innocluster.sim.ground.calendar import FIRST_YEAR, month_text

from ....words.quantities import plain, precise
from ....words.texts import Texts
from ...world.life import Life, Partner, Proposal, growth_terms
from ...world.record import FIRM, OPEN, World
from .names import Names
from .pictures import Lane, Step, life_line, waterfall
from .tables import folded, paragraph, table

__all__ = ["firm_page", "suggestions"]

_GREEN, _BLUE, _ORANGE, _PURPLE, _INK = "#009E73", "#0072B2", "#D55E00", "#B0548A", "#333333"
_SHOWN = 15


def suggestions(world: World, number: int = 8) -> dict[str, list[int]]:
    """Agents that stand out, by what they do; of each kind at most `number`."""
    firms = world.kind == FIRM
    agents = world.kind.size
    team = world.projects[:, :3]
    joint = np.bincount(team[team >= 0], minlength=agents)
    won = np.bincount(team[(world.outcome == 2)[:, None] & (team >= 0)], minlength=agents)
    refused = np.bincount(world.refused[:, 1:3].ravel(), minlength=agents)
    licences = np.bincount(world.licences[:, 1], minlength=agents)
    scores = {
        "largest": world.revenue[-1] * firms,
        "winners": won * firms,
        "refused": refused * firms,
        "licensees": licences * firms,
        "brands": np.bincount(world.steps[:, 1], minlength=agents) * firms,
        "bodies": joint * ~firms,
    }
    found = {}
    for key, score in scores.items():
        best = np.argsort(-score.astype(np.float64), kind="stable")[:number]
        found[key] = [int(n) for n in best if score[n] > 0]
    return {key: best for key, best in found.items() if best}


def firm_page(world: World, life: Life, names: Names) -> str:
    """What one agent was and did."""
    texts, agent = names.texts, life.agent
    parts = [f"<h2>{escape(names.agent(world, agent))}</h2>", paragraph(_what(world, life, names))]
    if world.kind[agent] == FIRM:
        parts.append(paragraph(texts("page.life.synthetic"), "subject"))
    parts.append(paragraph(_story(life, texts)))
    drawn = life_line(
        texts("page.life.line"), _story(life, texts), _lanes(world, life, names), world.months,
        FIRST_YEAR,
    )  # fmt: skip
    parts.append(f'<div class="scroll" tabindex="0" role="region">{drawn}</div>')
    parts.append(f'<div class="two"><div>{_growth(world, agent, texts)}</div>')
    parts.append(f"<div>{_years(world, agent, texts)}</div></div>")
    parts.append(_partners(world, life, names))
    parts.append(_proposals(world, life.proposals, names))
    parts.append(_licences(world, life, names))
    return "".join(parts)


def _month(month: int, texts: Texts) -> str:
    if month < 0:
        return texts("page.life.before")
    return texts("page.life.still") if month == OPEN else month_text(month)


def _what(world: World, life: Life, names: Names) -> str:
    """What an agent is, in a sentence."""
    texts, agent = names.texts, life.agent
    place = names.complexes[world.complex[agent]]
    if world.kind[agent] != FIRM:
        kind = texts(
            "page.network.university" if world.kind[agent] == 1 else "page.network.institute"
        )
        return texts("page.life.what_body", kind=kind, place=place)
    group = int(world.mini_cluster[agent])
    stood = np.flatnonzero(world.revenue[:, agent] > 0.0)
    staff = world.year("employees")[:, agent]
    known = staff[staff > 0.0]
    return texts(
        "page.life.what", place=place, sector=names.sectors[world.sector[agent]],
        group=names.mini_clusters[group] if group >= 0 else texts("page.life.no_group"),
        entered=_month(int(world.entered[agent]), texts),
        closed=_month(int(world.closed[agent]), texts),
        first=plain(float(known[0])) if known.size else "–",
        last=plain(float(known[-1])) if known.size else "–",
        months=stood.size,
    )  # fmt: skip


def _story(life: Life, texts: Texts) -> str:
    """A life in numbers."""
    begun = [p for p in life.proposals if p.outcome != "refused"]
    return texts(
        "page.life.story",
        partners=sum(p.first >= 0 for p in life.partners),
        brokered=int((life.meetings[:, 2] & 2).sum() // 2),
        alone=int((life.meetings[:, 2] & 1).sum()),
        projects=len(begun),
        won=sum(p.outcome == "succeeded" for p in begun),
        grants=plain(sum(p.grant for p in begun)),
        refused=sum(p.outcome == "refused" for p in life.proposals),
        licences=len(life.licences),
        innovations=len(life.innovations),
    )


def _lanes(world: World, life: Life, names: Names) -> list[Lane]:
    """Rows of the picture of a life."""
    texts = names.texts

    def spans(held: Sequence[tuple[int, int]]) -> list[tuple[int, int, str]]:
        return [(a, b, f"{_month(a, texts)} – {_month(min(b, OPEN), texts)}") for a, b in held]

    def met(kind: int) -> list[tuple[int, str]]:
        return [
            (int(m), f"{month_text(int(m))}: {names.agent(world, int(a))}")
            for m, a, by in life.meetings
            if by & kind
        ]

    projects = [
        (p.month, p.end, f"{_month(p.month, texts)}: {_with(world, p, names)}, "
         f"{texts(f'page.life.outcome.{p.outcome}')}")
        for p in life.proposals
        if p.outcome != "refused"
    ]  # fmt: skip
    refused = [
        (p.month, f"{month_text(p.month)}: {_with(world, p, names)}, {_why(p, texts)}")
        for p in life.proposals
        if p.outcome == "refused"
    ]
    licences = [
        (int(m), int(due), f"{_month(int(m), texts)}: {names.agent(world, int(b))}")
        for m, _, b, due, _ in life.licences
    ]
    lanes = [
        Lane(texts("page.life.lane.member"), spans(life.member), [], _GREEN),
        Lane(texts("page.life.lane.research"), spans(life.research), [], _INK),
        Lane(texts("page.life.lane.alone"), [], met(1), _INK),
        Lane(texts("page.life.lane.brokered"), [], met(2), _GREEN),
        Lane(texts("page.life.lane.projects"), projects, [], _BLUE),
        Lane(texts("page.life.lane.refused"), [], refused, _ORANGE),
        Lane(texts("page.life.lane.licences"), licences, [], _ORANGE, dashed=True),
        Lane(texts("page.life.lane.innovations"), [],
             [(m, month_text(m)) for m in life.innovations], _BLUE),
        Lane(texts("page.life.lane.links"), [], [(m, month_text(m)) for m in life.links], _PURPLE),
        Lane(texts("page.life.lane.brand"), [],
             [(int(m), f"{month_text(int(m))}: {_stage(int(s), texts)}") for m, s in life.steps],
             _PURPLE),
    ]  # fmt: skip
    return [lane for lane in lanes if lane.spans or lane.marks]


def _stage(halves: int, texts: Texts) -> str:
    return texts(f"page.life.stage.{halves}")


def _with(world: World, proposal: Proposal, names: Names) -> str:
    return ", ".join(names.agent(world, agent) for agent in proposal.partners)


def _why(proposal: Proposal, texts: Texts) -> str:
    if proposal.outcome == "refused":
        return texts(f"page.life.why.{proposal.why or 'nothing'}")
    return texts(f"page.life.unaided.{proposal.why}") if proposal.why else ""


def _growth(world: World, agent: int, texts: Texts) -> str:
    """Waterfall of a firm's growth, with its numbers as a table."""
    found = growth_terms(world, agent)
    if found is None:
        return ""
    first, last, terms = found
    steps = [
        Step(texts(f"page.life.term.{name}"), 100.0 * value)
        for name, value in terms.items()
        if abs(value) > 5e-5
    ]
    steps.append(Step(texts("growth.source.value_added"), 100.0 * sum(terms.values()), True))
    title = texts("page.life.growth", first=FIRST_YEAR + first, last=FIRST_YEAR + last)
    unit = texts("page.life.log_points")
    rows = [[s.label, precise(s.value, 2)] for s in steps]
    drawn = waterfall(title, texts("page.life.growth_note"), steps, unit)
    numbers = table(f"{title}, {unit}", [texts("growth.part"), unit], rows)
    note = paragraph(texts("page.life.growth_note"), "subject")
    return f"<h3>{escape(title)}</h3>{drawn}{note}{folded(texts('page.table_of'), numbers)}"


def _years(world: World, agent: int, texts: Texts) -> str:
    """A firm's years, or those of a research body: how many ties it had."""
    names = ["revenue", "exports", "employees", "research", "grants", "lost_days", "cash", "ties"]
    if world.kind[agent] != FIRM:
        names = ["ties"]
    columns = [world.year(name)[:, agent] for name in names]
    stood = np.isfinite(world.terms[:, 0, agent]) | (world.kind[agent] != FIRM)
    rows = [
        [str(FIRST_YEAR + year), *(plain(float(c[year])) for c in columns)]
        for year in np.flatnonzero(stood)
    ]
    head = [texts("page.year"), *(texts(f"page.life.column.{name}") for name in names)]
    return table(texts("page.life.years"), head, rows)


def _partners(world: World, life: Life, names: Names) -> str:
    """With whom an agent dealt, and how close they are in what they know."""
    texts = names.texts
    keys = ("partner", "first", "last", "alone", "brokered", "tied", "projects", "won", "licences",
            "similarity")  # fmt: skip
    head = [texts(f"page.life.partner.{key}") for key in keys]

    def row(p: Partner) -> list[str]:
        numbers = [p.alone, p.brokered, p.tied, p.projects, p.successes, p.licences]
        return [
            names.agent(world, p.agent),
            month_text(p.first) if p.first >= 0 else "–",
            month_text(p.last) if p.last >= 0 else "–",
            *(str(n) for n in numbers),
            precise(p.similarity, 2),
        ]

    rows = [row(p) for p in life.partners]
    title = texts("page.life.partners", number=len(rows))
    more = folded(texts("page.life.all"), table(title, head, rows)) if len(rows) > _SHOWN else ""
    return table(title, head, rows[:_SHOWN]) + more + paragraph(
        texts("page.life.similarity_note"), "subject"
    )  # fmt: skip


def _proposals(world: World, proposals: Sequence[Proposal], names: Names) -> str:
    """Joint projects wanted: accepted, refused and why."""
    if not proposals:
        return ""
    texts = names.texts
    head = [texts(f"page.life.proposal.{key}") for key in
            ("month", "partners", "outcome", "end", "grant", "chance", "why", "field")]  # fmt: skip
    rows = [
        [
            _month(p.month, texts), _with(world, p, names),
            texts(f"page.life.outcome.{p.outcome}"),
            "–" if p.outcome == "refused" else _month(p.end, texts),
            plain(p.grant), precise(100.0 * p.chance, 0), _why(p, texts) or "–",
            names.fields[p.field] if p.field >= 0 else "–",
        ]
        for p in proposals
    ]  # fmt: skip
    title = texts("page.life.proposals", number=len(rows))
    first = table(title, head, rows[:_SHOWN], text=True)
    if len(rows) > _SHOWN:
        first += folded(texts("page.life.all"), table(title, head, rows, text=True))
    return first


def _licences(world: World, life: Life, names: Names) -> str:
    """Licences of inventions, and whether they came to something."""
    if not len(life.licences):
        return ""
    texts = names.texts
    head = [texts(f"page.life.licence.{key}") for key in ("month", "partner", "due", "outcome")]
    rows = []
    for month, firm, body, due, succeeds in life.licences.tolist():
        other = body if firm == life.agent else firm
        closed = int(world.closed[firm]) < due
        outcome = (
            "broken off" if closed else "under way" if due >= world.months
            else "succeeded" if succeeds else "failed"
        )  # fmt: skip
        rows.append(
            [
                _month(month, texts), names.agent(world, other), month_text(due),
                texts(f"page.life.outcome.{outcome}"),
            ]
        )  # fmt: skip
    return table(texts("page.life.licences", number=len(rows)), head, rows, text=True)
