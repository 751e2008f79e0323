"""A randomised trial of meetings in this model, beside what the trials in the world found (T3).

Young small firms are put into groups that meet every month for a year, or meet members of
other groups once; the same firms without either are the control, in the same world under the
same draws.  What happens at a meeting, what becomes of it and what else firms do is the model
itself.  Source of the design: Cai and Szeidl (2018), Quarterly Journal of Economics 133:
1229-1282; of the single session: Boudreau et al. (2017), doi 10.1162/REST_a_00676.
"""

from __future__ import annotations

from dataclasses import replace
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
from innocluster.sim.network.information import kept_back, told_part
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

from .frozen_world import frozen_settings
from .published.replications import Document, Replication, ReplicationParameter
from .trial_arms import GROUP, MIXED_SIZE, SMALL, Arm, Design, design_of, follow, peers

__all__ = [
    "BANDS",
    "MEETINGS_TRIAL",
    "observe_trial",
    "trial_document",
    "trial_figures",
    "trial_settings",
]

Floats = NDArray[np.float64]

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

_TRIAL = int(Process.MEETINGS_TRIAL)


def trial_settings(world: int, values: dict[str, float], forms: dict[str, str]) -> Settings:
    """Settings of two years in which nothing happens but the trial.

    Parameters
    ----------
    values : parameters by name
    forms : forms by rule
    """
    settings = frozen_settings(2, world, values)
    return replace(settings, forms=replace(settings.forms, **vars(Forms.of(forms))))


def observe_trial(settings: Settings) -> dict[str, float]:
    """All figures of one world; nan where there are too few firms for one."""
    return trial_figures(Simulation(settings))


def trial_figures(start: Simulation) -> dict[str, float]:
    """All figures of a world from its first month on; it is not moved itself."""
    design = design_of(start)
    if design.rows.size < GROUP * GROUP:
        raise ValueError(f"only {design.rows.size} firms are invited; at least {GROUP * GROUP}")
    whole = design.rows.size // (GROUP * GROUP) * GROUP * GROUP
    design = Design(design.rows[:whole], design.kind[:whole])
    firms, rows = start.state.firms, design.rows
    lasting = firms.log_productivity[rows] - firms.shock[rows]
    lasting -= start.usual_productivity[firms.sector[rows]]
    performs = firms.research_intensity[rows] > 0.0
    control, regular, once = (follow(start.fork(), design, arm) for arm in ("control", "A", "B"))
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
    control: Arm,
    regular: Arm,
    once: Arm,
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
    small = able & np.isin(kind, (SMALL, MIXED_SIZE))
    return {
        "revenue_year": year[able].mean(),
        "revenue_two_years_over_year": effect["A", 1][able].mean() / year[able].mean(),
        "slope_on_peers": slope,
        "mixed_less_small_groups": _mean(year[small & (kind == MIXED_SIZE)])
        - _mean(year[small & (kind == SMALL)]),
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
    first, second = peers(design.group)
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
    first, second = peers(design.group)
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
