"""The world before 2003: a start from which nothing moves by itself.

A first state drawn at once is nobody's past: no firm knows another, no project is under way, no
cash has been lost or saved.  Left alone it would take a decade to settle, and that decade would
look like an effect.  So the region is first run through years in which the economy outside
stands still, nobody progresses and every firm that closes is followed by one of its kind.  What
2003 is known by, production and employees, is then met by scaling, and the clock is set to
January 2003.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import exp_array, log_array
from innocluster.agents.firms import FirmTable

from .accounting.december import December
from .beginning.first_places import first_places
from .beginning.initial_state import spare_rows
from .beginning.population import FirmSample
from .coordination.policy import Policy
from .ground.forms import form_code
from .ground.parameters import ParameterSet
from .ground.random_numbers import replication_key
from .innovation.completion import complete_projects
from .month import advance
from .network.pairs import BODY, compact_pairs
from .run import Run
from .settings import Settings
from .state import State

__all__ = ["scale_firms", "spin_up"]

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]

_FROZEN = form_code("research", "frozen")
_OTHER_DRAWS = 0x2003_0101
"""Makes the draws before 2003 others than those after."""
_OPEN_MARKET = form_code("displacement", "none")
"""What the region offers its markets is measured against January 2003, which is yet to come."""
_STANDING = {"technical_progress": 0.0, "rivals_growth": 0.0, "start_lift": 1.0}


class _Nobody(Policy):
    """No programme and no coordinator, as before 2005."""

    id = "none"
    programme = joins = events = tasks = grants = False


def spin_up(settings: Settings) -> tuple[State, FirmSample]:
    """State of January 2003 after `settings.spin_up_years` in which nothing outside changes.

    It hangs on the population, the parameters and the seed, and on no policy.

    Returns
    -------
    state
        With the firms of the population in its order, each one's kind its own row.
    prototypes
        The same firms with the sales that they would have without luck or misfortune, on which
        entrants are modelled.
    """
    months = 12 * settings.spin_up_years
    run = Run(
        replace(
            settings,
            parameters=_with(settings.parameters, _STANDING),
            macro=settings.macro.standing_still(months),
            policy=_Nobody(),
            last=(2002 + settings.spin_up_years, 12),
            balanced=True,
            closed=frozenset(),
            forms=replace(settings.forms, displacement=_OPEN_MARKET),
        )
    )
    run.key = replication_key(settings.seed) ^ np.uint64(_OTHER_DRAWS)
    run.sums_costs = run.measures_years = False
    for month in range(months):
        if month == months // 2:
            # By now firms know each other: pools are measured against these, not against none.
            run.state.firms.spillover_reference[: run.state.firms.count] = np.inf
        advance(run)
    state = run.state
    # Projects of firms that have just closed end, so that none refers to a firm that is gone.
    state.projects.count = complete_projects(
        run.key, months, run.parameters, state.firms, state.bodies, state.pairs, state.projects,
        run.counts,
    )  # fmt: skip
    state = _rebased(state, run.settings.population.firms, months)
    closures = run.series.values["closures"].sum(axis=0) / settings.spin_up_years
    operating = np.bincount(state.firms.complex[: state.firms.count], minlength=closures.size)
    state.places = first_places(
        replication_key(settings.seed), run.parameters, run.region.land, operating, closures
    )
    sales = _meet_2003(state.firms, run)
    if run.forms.research != _FROZEN:
        _meet_research_of_2003(state.firms, run)
    return state, replace(run.settings.population.firms, revenue=sales)


def scale_firms(
    firms: FirmTable,
    rows: NDArray[np.int64],
    sales: Floats,
    people: Floats,
    capital_elasticity: float,
) -> None:
    """Scale firms so that neither margins nor use of capacity change.

    Productivity makes up for employees that are not scaled as sales are.

    Parameters
    ----------
    sales : factor of sales, and of all else that is money, of each of `rows`
    people : factor of employees
    """
    for column in (
        firms.demand_scale, firms.expected_demand, firms.revenue, firms.exports, firms.capital,
        firms.cash, firms.wage, firms.research_pay, firms.research_stock,
        firms.research_reference, firms.research_offset, firms.research_spending,
        firms.smoothed_sales,
    ):  # fmt: skip
        column[rows] *= sales
    firms.employees[rows] *= people
    firms.wage[rows] /= people
    firms.research_pay[rows] /= people
    labour = 1.0 - capital_elasticity
    shift = log_array(sales) * labour - log_array(people) * labour
    for column in (firms.level, firms.log_productivity, firms.demand_reference):
        column[rows] += shift


def _with(parameters: ParameterSet, values: dict[str, float]) -> ParameterSet:
    return ParameterSet(unchecked={**parameters.changed(), **values})


def _rebased(state: State, sample: FirmSample, months: int) -> State:
    """Set the clock back to 2003, and the firms into the order in which a run has them.

    Every firm of the sample has one living successor of its kind, which takes its name.
    """
    old = state.firms
    living = np.flatnonzero(old.alive[: old.count] == 1)
    rows = living[np.argsort(old.modelled_on[living])]
    number = rows.size
    firms = FirmTable.allocate(spare_rows(number), knowledge=old.knowledge.shape[1])
    for name in firms.column_names():
        getattr(firms, name)[:number] = getattr(old, name)[rows]
    firms.count = number
    firms.identifier[:number] = sample.identifier[firms.modelled_on[:number]]
    firms.age[:number] += months - np.maximum(firms.entered[:number], 0)
    firms.entered[:number] = -1
    firms.cohort[:number] = 0
    firms.link_until[:number] = -1
    firms.research_began[:number] -= months
    firms.last_success[:number] -= months
    firms.last_joint[:number] = firms.last_joint_body[:number] = -1
    place = np.full(old.count, -1, np.int32)
    place[rows] = np.arange(number, dtype=np.int32)
    _rename_pairs(state, firms, place, months)
    projects, licences = state.projects, state.licences
    for codes in (projects.first, projects.second, projects.third):
        codes[: projects.count] = _renamed(codes[: projects.count], place)
    projects.started[: projects.count] -= months
    projects.due[: projects.count] -= months
    licences.firm[: licences.count] = place[licences.firm[: licences.count]]
    licences.due[: licences.count] -= months
    licences.keep(licences.firm[: licences.count] >= 0)
    state.shelf.born[:] -= months
    state.bodies.income[:] = 0.0
    complexes = state.balance.size
    return replace(
        state,
        month=0,
        firms=firms,
        free_rows=[[] for _ in range(complexes)],
        joining_constant=np.full(complexes, -np.inf),
        december=December.empty(0),
        decisions=[],
    )


def _rename_pairs(state: State, firms: FirmTable, place: Codes, months: int) -> None:
    """Let pairs refer to firms by their new rows."""
    pairs = state.pairs
    pairs.keep(pairs.familiarity[: pairs.count] >= 0.0)
    part = slice(0, pairs.count)
    first, second = _renamed(pairs.first[part], place), _renamed(pairs.second[part], place)
    pairs.first[part], pairs.second[part] = np.minimum(first, second), np.maximum(first, second)
    for column in (pairs.last_met, pairs.last_own, pairs.asked):
        column[part] -= months
    compact_pairs(np.ones(pairs.count, np.bool_), pairs, firms, state.bodies)


def _renamed(codes: Codes, place: Codes) -> Codes:
    """Codes of actors by the new rows of firms; research bodies and -1 stay."""
    result = codes.copy()
    firm = (codes >= 0) & (codes < BODY)
    result[firm] = place[codes[firm]]
    return result


def _meet_2003(firms: FirmTable, run: Run) -> Floats:
    """Scale production of each complex and sector, and employees of each complex, to 2003.

    A sector of a complex is met by what its firms would sell without luck or misfortune: where
    it is one firm, the firm's luck would otherwise be taken for lasting, and go.  Returns the
    sales of the sample's firms without luck, scaled alike, (N,).
    """
    sample = run.settings.population.firms
    n = firms.count
    complexes, sectors = len(run.region.complexes.keys), len(run.region.sectors.keys)
    group = firms.complex[:n].astype(np.int64) * sectors + firms.sector[:n]
    wanted = np.bincount(
        sample.complex.astype(np.int64) * sectors + sample.sector, sample.revenue,
        complexes * sectors,
    )  # fmt: skip
    luck = exp_array((run.parameters.substitution - 1.0) * firms.shock[:n])
    sales = np.bincount(group, 12.0 * firms.revenue[:n] / luck, complexes * sectors)
    production = (wanted / np.where(sales > 0.0, sales, 1.0))[group]
    place = firms.complex[:n]
    totals = np.bincount(sample.complex, sample.revenue, complexes)
    production *= (totals / np.bincount(place, 12.0 * firms.revenue[:n] * production))[place]
    jobs = np.bincount(place, firms.employees[:n], complexes)
    people = (np.bincount(sample.complex, sample.employees, complexes) / jobs)[place]
    scale_firms(firms, np.arange(n), production, people, run.parameters.capital_elasticity)
    return np.asarray(sample.revenue * production)


def _meet_research_of_2003(firms: FirmTable, run: Run) -> None:
    """Scale R&D of each complex to that of the sample; what it adds to productivity stays."""
    sample = run.settings.population.firms
    place, complexes = firms.complex[: firms.count], len(run.region.complexes.keys)
    wanted = np.bincount(sample.complex, sample.research_intensity * sample.revenue, complexes)
    spent = np.bincount(place, 12.0 * firms.research_spending[: firms.count], complexes)
    factor = (np.where(spent > 0.0, wanted, 1.0) / np.where(spent > 0.0, spent, 1.0))[place]
    for column in (
        firms.research_intensity, firms.research_lagged, firms.research_spending,
        firms.research_stock, firms.research_reference, firms.research_offset,
    ):  # fmt: skip
        column[: firms.count] *= factor
    firms.wage[: firms.count] -= firms.research_pay[: firms.count] * (factor - 1.0)
    firms.research_pay[: firms.count] *= factor
