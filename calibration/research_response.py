"""How R&D answers to sales, to a grant and to membership, against what others measured.

Sales that rise for good and a grant of one year need no world: the rules of the model are put to
firms to which nothing else happens.  What membership does is read from paired worlds, as an
evaluation would have it if it knew what members had done without the programme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import log
from innocluster.agents.firms import FirmTable
from innocluster.agents.help import available_cores
from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.runs.execution import build_settings
from innocluster.scenarios.runs.indicators import FIRST_YEAR
from innocluster.scenarios.runs.workers import each_world, warm
from innocluster.scenarios.schema import Scenario
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.conditions import Anchors
from innocluster.sim.ground.forms import form_code
from innocluster.sim.ground.grouped_rows import GroupedRows
from innocluster.sim.ground.parameters import PARAMETERS, ParameterSet
from innocluster.sim.ground.random_numbers import Process, draw_columns, replication_key
from innocluster.sim.ground.scratch import Scratch
from innocluster.sim.innovation.research import set_spending, start_and_stop
from innocluster.sim.network.pairs import PairTable
from innocluster.sim.simulation import Simulation

from .published.replications import Document, Replication, ReplicationParameter

__all__ = [
    "RESEARCH_RESPONSE",
    "MemberPairs",
    "extra_performers",
    "member_pairs",
    "members_with_research",
    "sales_response",
]

Floats = NDArray[np.float64]

_DEFAULT = form_code("research", "partial_adjustment")
_LIMIT = 100
"""Years after which a response is taken as the lasting one."""
_SALES, _PEOPLE, _INTENSITY, _SPREAD = 100.0, 20.0, 0.025, 0.4
_BASE = 0.036
"""Hazard of starting R&D that keeps the share of firms with R&D as it is, a year."""
_FIRMS, _MIDDLE = 20_000, 0.5
_POLICY, _EVALUATED = "P5", 2008


def sales_response(rise: float, persistence: float, years: int) -> Floats:
    """R&D at the end of every year after sales have risen for good, % above what it was.

    Parameters
    ----------
    rise : of sales, %
    persistence : of R&D from year to year

    Returns
    -------
    (years + 1,) the last being the limit
    """
    p = ParameterSet({"research_persistence": persistence}).record()
    firms = _firms(1)
    firms.research_intensity[:] = _INTENSITY
    firms.research_spending[:] = _INTENSITY * _SALES
    firms.revenue[:] = _SALES * (1.0 + rise / 100.0)
    response = []
    for month in range(12 * _LIMIT):
        # What is sold in a month is known in the next.
        if month > 0:
            firms.smoothed_sales += (firms.revenue - firms.smoothed_sales) / p.research_memory
        set_spending(_DEFAULT, 0, p, firms, np.full(1, _MIDDLE))
        if month % 12 == 11:
            response.append(100.0 * (firms.research_spending[0] / (_INTENSITY * _SALES) - 1.0))
    return np.array([*response[:years], response[-1]])


def extra_performers(years: int) -> Floats:
    """Firms that do R&D because all had a grant in the first year, % of all, at year ends."""
    granted, others = (_performers(years, months) for months in (12, 0))
    return granted - others


def _performers(years: int, granted: int) -> Floats:
    """Share of small firms with R&D at year ends if none had it and grants are paid at first.

    Parameters
    ----------
    granted : months in which every firm has a grant
    """
    p, firms = ParameterSet().record(), _firms(_FIRMS)
    usual = Anchors(
        sector_stock=np.ones(1), sector_intensity=np.full(1, _INTENSITY),
        log_intensity=np.full(1, log(_INTENSITY)), intensity_spread=np.full(1, _SPREAD),
        sector_log_a=np.zeros(1), usual_profit=np.zeros(1), offered=np.ones((2, 1)),
        largest_stock=1.0,
    )  # fmt: skip
    nobody, none = GroupedRows.of(np.zeros(0, np.int16), 1), np.zeros(0)
    scratch = Scratch(
        places=nobody, body_places=nobody, anchors=np.zeros(0, np.int32),
        closed=np.zeros(0, np.int32), membership=np.zeros(0, np.int8), own_spending=none,
        grants=none, draw=none, second_draw=none, spillover_pool=none, desired_capital=none,
        desired_workers=none, demand_left=np.ones((2, 1)),
    )  # fmt: skip
    scratch.fit(_FIRMS)
    key, pairs, shares = replication_key(0), PairTable.allocate(1), []
    for month in range(12 * years):
        scratch.grants[:] = 1.0 if month < granted else 0.0
        draw_columns(
            key, month, int(Process.RESEARCH), _FIRMS, firms.identifier, scratch.draw,
            scratch.second_draw,
        )  # fmt: skip
        start_and_stop(month, 1.0, np.full(1, _BASE), p, usual, firms, pairs, scratch, False)
        if month % 12 == 11:
            shares.append(100.0 * float(np.mean(firms.research_intensity > 0.0)))
    return np.array(shares)


def _firms(number: int) -> FirmTable:
    """Firms of twenty employees without R&D."""
    firms = FirmTable.allocate(number)
    firms.count = number
    firms.identifier[:] = np.arange(number)
    firms.alive[:] = 1
    firms.first_pair[:] = -1
    firms.employees[:] = _PEOPLE
    firms.cash[:] = firms.wage[:] = 1.0
    firms.smoothed_sales[:] = firms.demand_scale[:] = firms.revenue[:] = _SALES
    firms.last_success[:] = -1000
    return firms


@dataclass(frozen=True)
class MemberPairs:
    """One world with and without the programme, and the members that are there in both.

    Attributes
    ----------
    with_it, without : the two runs, at the end of the year that is evaluated
    here, there : rows of the same firms, members in the first run, in either run
    """

    with_it: Simulation
    without: Simulation
    here: NDArray[np.intp]
    there: NDArray[np.intp]


def member_pairs(
    world: int,
    drawn: Mapping[str, float] | None = None,
    look: Callable[[Simulation], None] | None = None,
) -> MemberPairs:
    """Run one world under the default scenario's seed with and without the programme, to 2008.

    Parameters
    ----------
    world : its number
    drawn : parameters drawn for it, and numbers of forms by rule
    look : called with either run at every year's end since the programme began
    """
    scenario = Scenario.default()
    start = Simulation(build_settings(scenario, world, policy=BASELINE, drawn=drawn))
    start.run_until(month_number(*PROGRAMME_START))
    policy = build_settings(scenario, world, policy=_POLICY).policy
    with_it, without = start.with_policy(policy), start
    for run in (with_it, without):
        for year in range(PROGRAMME_START[0], _EVALUATED + 1):
            run.run_until(12 * (year + 1 - FIRST_YEAR))
            if look is not None:
                look(run)
    member, other = with_it.state.firms, without.state.firms
    rows = np.flatnonzero(
        (member.alive[: member.count] == 1) & (member.member[: member.count] == 1)
    )
    living = np.flatnonzero(other.alive[: other.count])
    _, here, there = np.intersect1d(
        member.identifier[rows], other.identifier[living], return_indices=True
    )
    return MemberPairs(with_it, without, rows[here], living[there])


def members_with_research(world: int) -> tuple[float, float]:
    """Members with R&D at the end of 2008, %, and how many of the same firms without programme.

    Parameters
    ----------
    world : number of the world under the default scenario's seed
    """
    pairs = member_pairs(world)
    member, other = pairs.with_it.state.firms, pairs.without.state.firms
    return (
        100.0 * float(np.mean(member.research_intensity[pairs.here] > 0.0)),
        100.0 * float(np.mean(other.research_intensity[pairs.there] > 0.0)),
    )


def _solve(rise: float, persistence: float, years: int, worlds: int) -> Document:
    response, extra = sales_response(rise, persistence, years), extra_performers(years)
    workers = min(worlds, available_cores())
    if workers > 1:
        warm(Scenario.default(), [BASELINE, _POLICY])
    shares = np.array(list(each_world(members_with_research, range(worlds), workers)))
    gain = shares[:, 0] - shares[:, 1]
    error = float(gain.std(ddof=1) / np.sqrt(worlds)) if worlds > 1 else None
    return {
        "response_in_the_limit": float(response[-1]),
        "left_of_the_grant": float(100.0 * extra[-1] / extra.max()),
        "members_with_research": float(shares[:, 0].mean()),
        "same_firms_without_programme": float(shares[:, 1].mean()),
        "gain_of_members": float(gain.mean()),
        "standard_error": error,
        "year": list(range(1, years + 1)),
        "response": response[:-1].tolist(),
        "extra_performers": extra.tolist(),
    }


_persistence = PARAMETERS["research_persistence"]

RESEARCH_RESPONSE = Replication(
    "research-response",
    "R&D: response to sales, to a grant of one year and to membership",
    "rules of this model against Arqué-Castells and Mohnen (2015), Falck and others (2010)",
    (
        ReplicationParameter("rise", 10.0, -50.0, 100.0, "Lasting rise of sales, %."),
        ReplicationParameter(
            "persistence", _persistence.default, _persistence.low, _persistence.high,
            "Persistence of R&D from year to year.",
        ),
        ReplicationParameter("years", 8, 2, 17, "Years shown."),
        ReplicationParameter("worlds", 2, 1, 1000, "Paired worlds."),
    ),
    "year",
    _solve,
)  # fmt: skip
