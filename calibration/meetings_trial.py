"""A randomised trial of meetings in this model, beside what the trials in the world found (T3).

Young small firms are put into groups that meet every month for a year, or meet members of
other groups once; the same firms without either are the control, in the same world under the
same draws.  What happens at a meeting, what becomes of it and what else firms do is the model
itself.  Source of the design: Cai and Szeidl (2018), Quarterly Journal of Economics 133:
1229-1282; of the single session: Boudreau et al. (2017), doi 10.1162/REST_a_00676.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.help import available_cores
from innocluster.agents.knowledge import novelty_value
from innocluster.agents.relations import proposal_probability
from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.runs.results import finite
from innocluster.scenarios.runs.workers import each_world, warm
from innocluster.scenarios.schema import Scenario
from innocluster.sim.ground.forms import RULES, Forms
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.sim.ground.random_numbers import Process, uniform_rows
from innocluster.sim.network.contacts import Meetings, apply_learning, hold_meetings
from innocluster.sim.network.information import kept_back, told_part
from innocluster.sim.network.pairs import find_pair
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

from .frozen_world import frozen_settings
from .published.replications import Document, Replication, ReplicationParameter

__all__ = [
    "BANDS",
    "MEETINGS_TRIAL",
    "Design",
    "design_of",
    "observe_trial",
    "trial_document",
    "trial_settings",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

BANDS: dict[str, tuple[str, str, float | None, float | None]] = {
    "revenue_year": ("A", "%", 2.0, 8.1),
    "revenue_two_years_over_year": ("A", "1", 0.7, 1.3),
    "slope_on_peers": ("A", "% per log point", 0.0, None),
    "mixed_less_small_groups": ("A", "% points", 0.0, None),
    "revenue_year_all_firms": ("A", "%", 2.0, 8.1),
    "familiarity_over_once": ("B", "1", 2.0, None),
    "ties_over_once": ("B", "1", 2.0, None),
    "revenue_once_over_regular": ("B", "1", None, 0.25),
    "uptake_half_informed": ("C", "%", 0.0, None),
    "uptake_most_informed": ("C", "%", 0.0, None),
    "uptake_with_rivals_less_without": ("C", "% points", None, 0.0),
    "proposals_after_a_session": ("D", "1", 1.4, 2.2),
    "rise_with_familiarity_over_strangers": ("D", "1", 1.0, None),
}
"""Figures with their arm, unit and the band in which published trials put them.

Revenue is that of firms with R&D but for the figure of all firms: without R&D a firm of this
model absorbs nothing (K3), whereas the trial did not ask.
"""

GROUP = 10
YEAR = 12
_ONCE = 6
"""Month of the single meeting: as long before the survey as the mean regular one."""
_SEEDED = 6
_ATTENDED = 10.0 / 12.0
_SMALLEST, _LARGEST, _OLDEST = 10.0, 80.0, 60.0
_INVITED = 1500.0 / 2820.0
_SMALL, _LARGE, _MIXED_SIZE, _MIXED = range(4)
_TRIAL = int(Process.MEETINGS_TRIAL)


@dataclass(frozen=True)
class Design:
    """Who takes part, as drawn before the first meeting.

    Attributes
    ----------
    rows : (n,) rows of the invited firms, group by group
    kind : (n,) type of their group: small or large firms of a sector, both of a sector, or of all
    """

    rows: Integers
    kind: Integers

    @property
    def group(self) -> Integers:
        """Group of each firm, (n,)."""
        return np.arange(self.rows.size) // GROUP

    @property
    def across(self) -> Integers:
        """Group of each firm at the meeting of members of different groups, (n,).

        Of ten groups that follow each other every one sends one member.
        """
        place, group = np.arange(self.rows.size) % GROUP, self.group
        return group // GROUP * GROUP + (place + group) % GROUP


def trial_settings(world: int, values: dict[str, float], forms: dict[str, str]) -> Settings:
    """Settings of two years in which nothing happens but the trial.

    Parameters
    ----------
    values : parameters by name
    forms : forms by rule
    """
    settings = frozen_settings(2, world, values)
    return replace(settings, forms=replace(settings.forms, **vars(Forms.of(forms))))


def design_of(simulation: Simulation) -> Design:
    """Draw who is invited and into which groups.

    Half of the young small firms are invited; half of these into groups of their size and
    sector, a quarter of any size of their sector, a quarter of any size and sector.  Firms come
    from all complexes, since what a meeting tells hangs on no distance (T3).  Who is left when
    groups of ten are full takes no part.
    """
    firms = simulation.state.firms
    n = firms.count
    small = (firms.employees[:n] >= _SMALLEST) & (firms.employees[:n] <= _LARGEST)
    rows = np.flatnonzero(small & (firms.age[:n] < _OLDEST))
    draws = uniform_rows(simulation.key, firms.identifier[rows], 0, _TRIAL, 0)
    invited = draws[:, 0] < _INVITED
    rows, draws = rows[invited], draws[invited]
    size = np.where(firms.employees[rows] < np.median(firms.employees[rows]), _SMALL, _LARGE)
    kind = np.select([draws[:, 1] < 0.5, draws[:, 1] < 0.75], [size, _MIXED_SIZE], _MIXED)
    sector = np.where(kind == _MIXED, -1, firms.sector[rows])
    order = np.lexsort((draws[:, 2], sector, kind))
    cell = kind[order].astype(np.int64) * 1000 + sector[order]
    place = np.arange(order.size) - np.searchsorted(cell, cell)
    full = np.bincount(np.searchsorted(cell, cell), minlength=order.size) // GROUP * GROUP
    taken = order[place < full[np.searchsorted(cell, cell)]]
    return Design(rows[taken], kind[taken])


def _hold(simulation: Simulation, rows: Integers, group: Integers, attends: NDArray[Any]) -> None:
    """Let all pairs of a group that are there meet, by the rules of the model (T1, T3, K2)."""
    there = np.flatnonzero(attends)
    there = there[np.argsort(group[there], kind="stable")]
    start = np.searchsorted(group[there], np.unique(group[there]))
    pairs = [
        (chunk[i], chunk[j])
        for chunk in np.split(there, start[1:])
        for i in range(chunk.size)
        for j in range(i + 1, chunk.size)
    ]
    first, second = rows[np.array(pairs, np.int64).reshape(-1, 2).T].astype(np.int32)
    meetings = Meetings.between(first.copy(), second.copy(), spontaneous=first.size)
    state, firms = simulation.state, simulation.state.firms
    learned = np.empty((first.size, 2, firms.knowledge.shape[1]))
    state.pairs.reserve(state.pairs.count + first.size)
    state.pairs.count = hold_meetings(
        state.month, simulation.parameters, simulation.forms, meetings, learned,
        simulation.usual_productivity, firms, state.bodies, state.pairs,
    )  # fmt: skip
    apply_learning(meetings, learned, firms)


@dataclass
class _Arm:
    """One arm of the trial in one world: sales after a year and two, and trust among peers."""

    simulation: Simulation
    sales: list[Floats]
    familiarity: Floats
    stranger_share: Floats


def _follow(simulation: Simulation, design: Design, arm: str) -> _Arm:
    """Go through two years; the first with the meetings of arm A or B, or none."""
    group = design.across if arm == "B" else design.group
    identifier = simulation.state.firms.identifier[design.rows].copy()
    sales: list[Floats] = []
    middle = np.zeros(0)
    after = np.zeros(0)
    for month in range(2 * YEAR):
        if month == _SEEDED:
            middle = _familiarity(simulation, design.rows, group)
        draws = uniform_rows(simulation.key, identifier, month, _TRIAL, 1)
        stands = simulation.state.firms.identifier[design.rows] == identifier
        if arm == "A" and month < YEAR:
            _hold(simulation, design.rows, group, stands & (draws[:, 0] < _ATTENDED))
        elif arm == "B" and month == _ONCE:
            _hold(simulation, design.rows, group, stands)
        simulation.step()
        if month % YEAR == YEAR - 1:
            firms = simulation.state.firms
            # Another firm may stand in the row of one that has closed.
            stands = firms.identifier[design.rows] == identifier
            stands &= firms.alive[design.rows] == 1
            sales.append(np.where(stands, firms.revenue[design.rows], 0.0))
        if month == YEAR - 1:
            after = _familiarity(simulation, design.rows, group)
    return _Arm(simulation, sales, after, middle)


def _peers(group: Integers) -> tuple[Integers, Integers]:
    """Places of all pairs of a group."""
    order = np.argsort(group, kind="stable").reshape(-1, GROUP)
    i, j = np.triu_indices(GROUP, 1)
    return order[:, i].ravel(), order[:, j].ravel()


def _familiarity(simulation: Simulation, rows: Integers, group: Integers) -> Floats:
    """Familiarity of every pair of a group, 0 where the two never met."""
    pairs = simulation.state.pairs
    first, second = _peers(group)
    found = [
        find_pair(a, b, pairs)
        for a, b in zip(rows[first].tolist(), rows[second].tolist(), strict=True)
    ]
    place = np.array(found, np.int64)
    return np.where(place >= 0, pairs.familiarity[place].astype(np.float64), 0.0)


def observe_trial(settings: Settings) -> dict[str, float]:
    """All figures of one world; nan where there are too few firms for one."""
    start = Simulation(settings)
    design = design_of(start)
    if design.rows.size < GROUP * GROUP:
        raise ValueError(f"only {design.rows.size} firms are invited; at least {GROUP * GROUP}")
    whole = design.rows.size // (GROUP * GROUP) * GROUP * GROUP
    design = Design(design.rows[:whole], design.kind[:whole])
    firms, rows = start.state.firms, design.rows
    lasting = firms.log_productivity[rows] - firms.shock[rows]
    lasting -= start.usual_productivity[firms.sector[rows]]
    performs = firms.research_intensity[rows] > 0.0
    control, regular, once = (_follow(start.fork(), design, arm) for arm in ("control", "A", "B"))
    figures = _revenues(design, performs, lasting, control, regular, once)
    least = start.parameters.tie_familiarity
    figures["familiarity_over_once"] = regular.familiarity.mean() / once.familiarity.mean()
    figures["ties_over_once"] = (regular.familiarity >= least).mean() / (
        once.familiarity >= least
    ).mean()
    figures |= _uptake(start, design, regular.stranger_share)
    figures |= _proposals(start, design, performs)
    return figures


def _revenues(
    design: Design,
    performs: NDArray[np.bool_],
    lasting: Floats,
    control: _Arm,
    regular: _Arm,
    once: _Arm,
) -> dict[str, float]:
    """Effects on sales against the same firm without the trial, % (arms A and B)."""
    stays = np.all([sales > 0.0 for arm in (control, regular, once) for sales in arm.sales], axis=0)
    effect = {
        (arm, year): 100.0 * np.log(treated.sales[year][stays] / control.sales[year][stays])
        for arm, treated in (("A", regular), ("B", once))
        for year in (0, 1)
    }
    year = effect["A", 0]
    able = performs[stays]
    total = lasting.reshape(-1, GROUP).sum(axis=1).repeat(GROUP)
    peers = ((total - lasting) / (GROUP - 1))[stays]
    regressors = np.column_stack([np.ones(able.sum()), peers[able], lasting[stays][able]])
    slope = np.linalg.lstsq(regressors, year[able], rcond=None)[0][1]
    kind = design.kind[stays]
    small = able & np.isin(kind, (_SMALL, _MIXED_SIZE))
    return {
        "revenue_year": year[able].mean(),
        "revenue_two_years_over_year": effect["A", 1][able].mean() / year[able].mean(),
        "slope_on_peers": slope,
        "mixed_less_small_groups": _mean(year[small & (kind == _MIXED_SIZE)])
        - _mean(year[small & (kind == _SMALL)]),
        "revenue_year_all_firms": year.mean(),
        "revenue_once_over_regular": effect["B", 0][able].mean() / year[able].mean(),
    }


def _mean(values: Floats) -> float:
    return float(values.mean()) if values.size > 0 else np.nan


def _uptake(start: Simulation, design: Design, familiarity: Floats) -> dict[str, float]:
    """Chance that who does not know a fact hears it at the next meeting of its group, % (arm C).

    A half or four fifths of each group were told in private; each passes it on as it does all
    its news.

    Parameters
    ----------
    familiarity : of all pairs of a group at that meeting
    """
    firms, rows, p, forms = start.state.firms, design.rows, start.parameters, start.forms
    first, second = _peers(design.group)
    place = np.arange(rows.size) % GROUP
    passes = np.zeros((rows.size // GROUP, GROUP, GROUP))
    rivals = np.zeros(passes.shape, np.bool_)
    for a, b, trust in zip(first.tolist(), second.tolist(), familiarity.tolist(), strict=True):
        one, other = rows[a], rows[b]
        sector = firms.sector[one] == firms.sector[other]
        niche = firms.niche[one] == firms.niche[other]
        alike = _alike(firms.knowledge[one], firms.knowledge[other])
        told = told_part(p, forms, trust, 1.0, 1) * (
            1.0 - kept_back(p, forms, sector, niche, alike)
        )
        cell = a // GROUP
        for i, j in ((place[a], place[b]), (place[b], place[a])):
            passes[cell, i, j] = told
            rivals[cell, i, j] = sector and niche
    draws = uniform_rows(start.key, firms.identifier[rows], 0, _TRIAL, 2)[:, 0]
    turn = np.argsort(np.argsort(draws.reshape(-1, GROUP), axis=1), axis=1)
    result = {}
    for name, informed in (("half", GROUP // 2), ("most", GROUP * 4 // 5)):
        knows = turn < informed
        missed = np.where(knows[:, None, :], 1.0 - passes, 1.0).prod(axis=2)
        hears = 100.0 * (1.0 - missed)
        result[f"uptake_{name}_informed"] = float(hears[~knows].mean())
        if name == "half":
            beside = (rivals & knows[:, None, :]).any(axis=2)
            with_rivals, without = hears[~knows & beside], hears[~knows & ~beside]
            result["uptake_with_rivals_less_without"] = _mean(with_rivals) - _mean(without)
    return result


def _alike(one: NDArray[Any], other: NDArray[Any]) -> float:
    one, other = one.astype(np.float64), other.astype(np.float64)
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def _proposals(start: Simulation, design: Design, performs: NDArray[np.bool_]) -> dict[str, float]:
    """What one session does to the chance that a pair with R&D proposes a project (arm D, M2)."""
    firms, rows, p = start.state.firms, design.rows, start.parameters
    first, second = _peers(design.group)
    able = performs[first] & performs[second]
    chances = []
    once = p.familiarity_meeting
    for familiarity in (0.0, once, (1.0 - p.familiarity_decay) * once + once):
        total = 0.0
        for a, b in zip(rows[first[able]].tolist(), rows[second[able]].tolist(), strict=True):
            distance = 1.0 - _alike(firms.knowledge[a], firms.knowledge[b])
            omega = novelty_value(
                distance, p.optimal_distance, p.distance_absorption,
                0.5 * (firms.absorption[a] + firms.absorption[b]),
            )  # fmt: skip
            total += proposal_probability(
                p.proposal_base, p.proposal_familiarity * familiarity, 0.0,
                p.proposal_distance * omega, 0.0, 0.0,
            )  # fmt: skip
        chances.append(total / max(int(able.sum()), 1))
    strangers, session, again = chances
    return {
        "proposals_after_a_session": session / strangers,
        "rise_with_familiarity_over_strangers": (again - session) / (session - strangers),
    }


def trial_document(worlds: list[dict[str, float]]) -> Document:
    """Mean and standard error of every figure over worlds, its band, and whether it lies inside."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("figure", "arm", "unit", "value", "standard_error", "low", "high", "inside")
    }
    for name, (arm, unit, low, high) in BANDS.items():
        values = np.array([world[name] for world in worlds])
        error = values.std(ddof=1) / np.sqrt(values.size) if values.size > 1 else np.nan
        mean = finite(float(values.mean()))
        inside = None if mean is None else (low is None or mean >= low)
        inside = inside and (high is None or mean is None or mean <= high)
        row = (name, arm, unit, mean, finite(float(error)), low, high, inside)
        for column, value in zip(columns.values(), row, strict=True):
            column.append(value)
    return {"outside": columns["inside"].count(False), **columns}


_VALUES = {
    "gain": "information_gain",
    "q0": "sharing_strangers",
    "q1": "sharing_trusted",
    "nu": "news_refresh",
    "rho": "rival_secrecy",
}
"""Options and the parameters of the model that they set."""


def _observe(values: dict[str, float], forms: dict[str, str], world: int) -> dict[str, float]:
    return observe_trial(trial_settings(world, values, forms))


def _solve(worlds: int, sharing: str, rivalry: str, **options: float) -> Document:
    """All worlds, in processes of their own where there are cores for it."""
    values = {_VALUES[name]: value for name, value in options.items()}
    forms = {"sharing": sharing, "rivalry": rivalry}
    workers = min(worlds, available_cores())
    if workers > 1:
        warm(Scenario.default(), [BASELINE])
    return trial_document(
        list(each_world(partial(_observe, values, forms), range(worlds), workers))
    )


MEETINGS_TRIAL = Replication(
    "meetings-trial",
    "Meetings trial: regular groups against one meeting",
    "design of J. Cai and A. Szeidl (2018), QJE 133, 1229-1282, on the rules of this model",
    (
        ReplicationParameter("worlds", 4, 1, 1000, "Worlds."),
        *(
            ReplicationParameter(
                option, PARAMETERS[name].default, 0.0, 1.0,
                f"{PARAMETERS[name].symbol}, {PARAMETERS[name].label}.",
            )
            for option, name in _VALUES.items()
        ),
        *(
            ReplicationParameter(
                rule, RULES[rule].default, 0, 0, f"{RULES[rule].label}.", tuple(RULES[rule].forms)
            )
            for rule in ("sharing", "rivalry")
        ),
    ),
    "figure",
    _solve,
)  # fmt: skip
