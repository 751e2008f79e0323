"""The life of one agent, read from a recorded world."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .record import FIRM, OPEN, WHYS, World

__all__ = ["Life", "Partner", "Proposal", "decisions_of", "growth_terms", "life_of"]

Singles = NDArray[np.float32]

_OUTCOMES = ("under way", "failed", "succeeded", "broken off")


@dataclass(frozen=True)
class Partner:
    """Another agent with whom an agent dealt.

    Attributes
    ----------
    agent : its number
    first, last : months in which they met first and last, -1 where they never did since 2003
    alone, brokered : months in which they met by themselves and through the programme; a month
        with both counts in both
    tied : months for which they were familiar enough to be a tie
    projects, successes, licences : joint projects, those that succeeded, licences between them
    similarity : cosine of what they know in the last December in which both stood, NaN for none
    """

    agent: int
    first: int
    last: int
    alone: int
    brokered: int
    tied: int
    projects: int
    successes: int
    licences: int
    similarity: float


@dataclass(frozen=True)
class Proposal:
    """A joint project that an agent and others wanted.

    Attributes
    ----------
    month : of the proposal
    partners : the others
    outcome : ``"refused"``, or what became of it: ``"under way"``, ``"failed"``,
        ``"succeeded"`` or ``"broken off"``
    end : month of the end, `OPEN` for one under way, that of the proposal for one refused
    grant : KRW million from the programme
    chance : of success at the start, NaN for one refused
    why : why there was no project, or no grant for it; empty where nothing was refused
    field : technology field, -1 for one refused
    """

    month: int
    partners: list[int]
    outcome: str
    end: int
    grant: float
    chance: float
    why: str
    field: int


@dataclass(frozen=True)
class Life:
    """One firm, university or institute.

    Attributes
    ----------
    agent : number
    member, research : spans of months, first and first without
    meetings : (n, 3) month, other agent, 1 by themselves, 2 by the programme, 3 both
    partners : most dealt with first
    proposals : in order
    licences : (n, 5) month, firm, research body, month of the outcome, 1 where it succeeds
    innovations, links : months of innovations of its own R&D and of new links
    steps : (n, 2) month and brand stage in halves
    """

    agent: int
    member: list[tuple[int, int]]
    research: list[tuple[int, int]]
    meetings: NDArray[np.int32]
    partners: list[Partner]
    proposals: list[Proposal]
    licences: NDArray[np.int32]
    innovations: list[int]
    links: list[int]
    steps: NDArray[np.int32]


def life_of(world: World, agent: int) -> Life:
    """All that a world keeps of one agent."""
    mine = (world.meetings[:, 1:] == agent).any(axis=1)
    rows = world.meetings[mine]
    other = np.where(rows[:, 1] == agent, rows[:, 2], rows[:, 1])
    meetings = np.stack([rows[:, 0], other, world.met_by[mine]], axis=1).astype(np.int32)
    licences = world.licences[(world.licences[:, 1:3] == agent).any(axis=1)]
    proposals = _proposals(world, agent)
    return Life(
        agent=agent,
        member=_spans(world.memberships, agent),
        research=_spans(world.research, agent),
        meetings=meetings,
        partners=_partners(world, agent, meetings, proposals, licences),
        proposals=proposals,
        licences=licences,
        innovations=world.innovations[world.innovations[:, 1] == agent, 0].tolist(),
        links=world.links[world.links[:, 1] == agent, 0].tolist(),
        steps=world.steps[world.steps[:, 1] == agent][:, [0, 2]],
    )


def _spans(table: NDArray[np.int32], agent: int) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for _, a, b in table[table[:, 0] == agent]]


def _proposals(world: World, agent: int) -> list[Proposal]:
    found = []
    for n in np.flatnonzero((world.projects[:, :3] == agent).any(axis=1)):
        team, (start, end, field) = world.projects[n, :3], world.projects[n, 3:].tolist()
        outcome = _OUTCOMES[world.outcome[n]]
        chance, _, grant = world.project_terms[n].tolist()
        partners = [int(a) for a in team if a >= 0 and a != agent]
        found.append(
            Proposal(
                start, partners, outcome, OPEN if outcome == "under way" else end, grant, chance,
                WHYS[world.unaided[n]], field,
            )
        )  # fmt: skip
    for month, one, other, why in world.refused[(world.refused[:, 1:3] == agent).any(axis=1)]:
        partner = int(other if one == agent else one)
        found.append(
            Proposal(int(month), [partner], "refused", int(month), 0.0, float("nan"), WHYS[why], -1)
        )
    return sorted(found, key=lambda p: p.month)


def _partners(
    world: World,
    agent: int,
    meetings: NDArray[np.int32],
    proposals: list[Proposal],
    licences: NDArray[np.int32],
) -> list[Partner]:
    ties = world.ties[(world.ties[:, :2] == agent).any(axis=1)]
    tied = np.where(ties[:, 0] == agent, ties[:, 1], ties[:, 0])
    licensed = np.where(licences[:, 1] == agent, licences[:, 2], licences[:, 1])
    begun = [p for p in proposals if p.outcome != "refused"]
    others = {*meetings[:, 1].tolist(), *tied.tolist(), *licensed.tolist()}
    others |= {partner for p in begun for partner in p.partners}
    found = []
    for other in others:
        met = meetings[meetings[:, 1] == other]
        spans = ties[tied == other]
        joint = [p for p in begun if other in p.partners]
        found.append(
            Partner(
                agent=other,
                first=int(met[:, 0].min(initial=OPEN)) if len(met) else -1,
                last=int(met[:, 0].max(initial=-1)),
                alone=int((met[:, 2] & 1).sum()),
                brokered=int((met[:, 2] & 2).sum() // 2),
                tied=int((spans[:, 3] - np.maximum(spans[:, 2], 0)).sum()),
                projects=len(joint),
                successes=sum(p.outcome == "succeeded" for p in joint),
                licences=int((licensed == other).sum()),
                similarity=_similarity(world, agent, other),
            )
        )
    return sorted(found, key=lambda p: (-p.projects - p.licences, -p.alone - p.brokered, p.agent))


def _similarity(world: World, one: int, other: int) -> float:
    """Cosine of knowledge in the last December in which both stood."""
    for year in range(len(world.knowledge) - 1, -1, -1):
        a, b = (world.knowledge[year, n].astype(np.float64) for n in (one, other))
        norms = float(a @ a) * float(b @ b)
        if norms > 0.0:
            return float(a @ b / np.sqrt(norms))
    return float("nan")


def growth_terms(world: World, agent: int) -> tuple[int, int, dict[str, float]] | None:
    """What made a firm's value added grow between its first and its last December.

    Returns
    -------
    first and last year, 0 is 2003, and the change of each term in log points, which add up to
    that of the log of a month's nominal value added; ``None`` for whom fewer than two are there
    """
    stood = np.flatnonzero(np.isfinite(world.terms[:, 0, agent]))
    if world.kind[agent] != FIRM or stood.size < 2:
        return None
    first, last = int(stood[0]), int(stood[-1])
    change = world.terms[last, :, agent] - world.terms[first, :, agent]
    return first, last, dict(zip(world.facts["terms"], change.astype(float).tolist(), strict=True))


def decisions_of(world: World, coordinator: int) -> list[dict[str, Any]]:
    """What a coordinator decided, in order, as `Decision` has it."""
    decisions: list[dict[str, Any]] = json.loads(str(world.decisions[0]))
    return [d for d in decisions if d["coordinator"] == coordinator]
