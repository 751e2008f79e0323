"""Nothing is lost: money, firms, projects and the sums over complexes (limit 11)."""

from __future__ import annotations

from math import fsum

import numpy as np
import pytest
from small_region import simulation

from innocluster.scenarios.policies import POLICIES
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number, year_of
from innocluster.sim.network.pairs import BODY
from innocluster.sim.phases.budget import net_share
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
SPENT = ("meetings", "introductions", "tasks", "research", "support", "transfers", "overhead")
ARMS = tuple(POLICIES)[1:]
# Their money is one purse, not one for each complex.
POOLED = ("P10", "P11")


@pytest.fixture(scope="module", params=ARMS)
def finished(request: pytest.FixtureRequest) -> Simulation:
    run = simulation(request.param)
    run.run()
    return run


def allocated(run: Simulation) -> dict[int, np.ndarray]:
    """Shares of the complexes by the month from which they hold."""
    return {
        decision.month: np.array(list(decision.chose.values()))
        for decision in run.state.decisions
        if decision.subject == "allocation"
    }


def founding_shares(run: Simulation) -> np.ndarray:
    """Shares of the complexes before there is a year to judge."""
    founding = run.region.complexes.founding_members
    return founding / founding.sum()


def shared_anew(run: Simulation) -> np.ndarray:
    """What each complex gains of the unspent money that is pooled in January, (T, C)."""
    left = run.series.values["carry_over"]
    gained = np.zeros_like(left)
    allocations, shares = allocated(run), founding_shares(run)
    for month in range(36, run.settings.months, 12):
        shares = allocations.get(month, shares)
        gained[month] = left[month - 1].sum() * shares - left[month - 1]
    return gained


def paid_in(run: Simulation) -> np.ndarray:
    """Budget that falls on each month and complex, (T, C)."""
    allocations, shares = allocated(run), founding_shares(run)
    paid = np.zeros_like(run.series.values["carry_over"])
    for month in range(START, run.settings.months):
        year = year_of(month)
        months = 9 if year == PROGRAMME_START[0] else 12
        shares = allocations.get(month, shares)
        paid[month] = run.settings.budget_of(year) / months * shares
    return paid


def test_every_won_is_spent_or_carried_over(finished):
    values = finished.series.values
    spent = sum(values[f"spent_{kind}"] for kind in SPENT)
    carried = np.diff(values["carry_over"], axis=0, prepend=0.0)
    gap = spent + carried - paid_in(finished) - shared_anew(finished)
    if finished.settings.policy.id in POOLED:
        assert np.abs(gap).max() > 1.0
        gap = gap.sum(axis=1)
    # The unit is a million won.
    assert np.abs(gap).max() < 1e-6
    assert spent.sum() > 0.9 * 0.1 * paid_in(finished).sum()


def test_little_stays_unspent(finished):
    """Money that one complex cannot use goes to the others with the next evaluation."""
    left = finished.series.values["carry_over"][-1].sum()
    assert left < 0.02 * paid_in(finished).sum()


def test_each_year_gets_its_budget(finished):
    paid = paid_in(finished).sum(axis=1).reshape(-1, 12).sum(axis=1)
    for year, amount in zip(range(2003, 2014), paid, strict=True):
        expected = finished.settings.budget_of(year) if year >= PROGRAMME_START[0] else 0.0
        assert amount == pytest.approx(expected, rel=1e-12)


def test_overhead_is_what_the_levels_keep(finished):
    kept = 1.0 - net_share(finished.region.governance.overhead)
    overhead = finished.series.values["spent_overhead"]
    assert np.abs(overhead - kept * paid_in(finished)).max() < 1e-9


def test_nothing_is_spent_before_the_programme_or_on_credit(finished):
    values = finished.series.values
    for kind in SPENT:
        assert (values[f"spent_{kind}"] >= 0.0).all()
        assert (values[f"spent_{kind}"][:START] == 0.0).all()
    assert (values["carry_over"] >= -1e-9).all()


def test_events_cost_what_their_price_says(finished):
    values, p = finished.series.values, finished.parameters
    formal = values["spent_meetings"] / p.meeting_cost
    visits = values["spent_introductions"] / p.introduction_cost
    assert np.abs(formal - formal.round()).max() < 1e-6
    assert np.abs(formal + visits - values["contacts"]).max() < 1e-6


def test_tasks_cost_what_their_price_says(finished):
    values, p = finished.series.values, finished.parameters
    small = values["spent_tasks"] / p.task_cost
    assert np.abs(small - small.round()).max() < 1e-6
    assert (values["tasks"] - small.round() >= 0).all()
    assert (values["tasks"] - small.round() <= values["joint_projects"]).all()


def test_firms_come_and_go_one_by_one(finished):
    values = finished.series.values
    change = values["entrants"][:-1] - values["closures"][:-1]
    assert np.array_equal(values["firms"][1:], values["firms"][:-1] + change)
    assert (values["members"] <= values["firms"]).all()


def test_every_series_is_recorded_and_finite(finished):
    for name, values in finished.series.values.items():
        assert np.isfinite(values).all(), name
        # Luck may be bad.
        assert (values >= -1e-9).all(), name


def test_no_more_succeeds_than_was_started(finished):
    values = finished.series.values
    for started, succeeded in (
        ("joint_projects", "joint_successes"),
        ("licences", "licence_successes"),
    ):
        assert (values[succeeded].cumsum(0).sum(1) <= values[started].cumsum(0).sum(1)).all()


def team(run: Simulation, n: int) -> list[int]:
    projects = run.state.projects
    members = (projects.first[n], projects.second[n], projects.third[n])
    return [int(actor) for actor in members if actor >= 0]


def check_projects(run: Simulation) -> None:
    """Counters of actors and pairs against the table of projects under way."""
    state = run.state
    firms, bodies, projects, pairs = state.firms, state.bodies, state.projects, state.pairs
    count = np.zeros(firms.count, np.int64)
    flow = np.zeros(firms.count)
    count_bodies = np.zeros(bodies.count, np.int64)
    of_pair: dict[tuple[int, int], int] = {}
    for n in range(projects.count):
        actors = team(run, n)
        assert len(set(actors)) == len(actors)
        for actor in actors:
            if actor >= BODY:
                count_bodies[actor - BODY] += 1
            else:
                assert firms.research_intensity[actor] > 0.0 or not firms.alive[actor]
                count[actor] += 1
                flow[actor] += projects.flow[n]
        pair = (min(actors[:2]), max(actors[:2]))
        of_pair[pair] = of_pair.get(pair, 0) + 1
    alive = firms.alive[: firms.count] == 1
    assert np.array_equal(firms.projects[: firms.count][alive], count[alive])
    assert np.allclose(firms.grant_flow[: firms.count][alive], flow[alive], rtol=1e-9, atol=1e-9)
    assert np.array_equal(bodies.projects[: bodies.count], count_bodies)
    assert (count_bodies <= bodies.project_capacity[: bodies.count]).all()
    for row in np.flatnonzero(pairs.familiarity[: pairs.count] >= 0.0):
        pair = (int(pairs.first[row]), int(pairs.second[row]))
        assert pairs.projects[row] == of_pair.get(pair, 0)


def check_the_dead(run: Simulation, rows: np.ndarray) -> None:
    """Firms in `rows` closed a month ago and their rows are still free."""
    state = run.state
    pairs, licences = state.pairs, state.licences
    gone = set(rows.tolist())
    living = pairs.familiarity[: pairs.count] >= 0.0
    assert not gone & set(pairs.first[: pairs.count][living].tolist())
    assert not gone & set(pairs.second[: pairs.count][living].tolist())
    assert not gone & set(licences.firm[: licences.count].tolist())
    for n in range(state.projects.count):
        assert not gone & set(team(run, n))


def check_sums(run: Simulation) -> None:
    """Series by complex against exact sums over the firms that were observed."""
    firms, month = run.state.firms, run.state.month - 1
    values = run.series.values
    # Who is observed is known only of the months without entry and exit.
    if values["entrants"][month].sum() + values["closures"][month].sum() > 0:
        return
    alive = firms.alive[: firms.count] == 1
    revenue = firms.revenue[: firms.count]
    exports = firms.exports[: firms.count]
    ratio = run.region.sectors.value_added_ratio[firms.sector[: firms.count]]
    assert values["revenue"][month].sum() == pytest.approx(fsum(revenue[alive]), rel=1e-12)
    assert values["exports"][month].sum() == pytest.approx(fsum(exports[alive]), rel=1e-12)
    added = fsum((ratio * revenue)[alive])
    assert values["value_added"][month].sum() == pytest.approx(added, rel=1e-12)
    for c in range(len(run.series.complexes)):
        here = alive & (firms.complex[: firms.count] == c)
        assert values["firms"][month, c] == here.sum()
        assert values["revenue"][month, c] == pytest.approx(fsum(revenue[here]), rel=1e-12)
        members = here & (firms.member[: firms.count] == 1)
        assert values["members"][month, c] == members.sum()
        sold = fsum(revenue[members])
        assert values["member_revenue"][month, c] == pytest.approx(sold, rel=1e-12)


@pytest.mark.parametrize("policy", ["P2", "P5", "P9", "P14"])
def test_tables_agree_with_one_another_every_month(policy):
    run = simulation(policy, last=(2007, 12))
    dead = np.empty(0, np.int64)
    while run.month < run.settings.months:
        run.step()
        firms = run.state.firms
        check_projects(run)
        check_the_dead(run, dead[firms.alive[dead] == 0])
        check_sums(run)
        dead = np.flatnonzero(firms.alive[: firms.count] == 0)
        free = sorted(row for rows in run.state.free_rows for row in rows)
        assert free == dead.tolist()
        assert (firms.member[dead] == 0).all()
    identifiers = firms.identifier[: firms.count][firms.alive[: firms.count] == 1]
    assert np.unique(identifiers).size == identifiers.size
    assert run.state.projects.count > 10
    assert dead.size > 5


def test_licences_succeed_at_their_rate():
    """Successes are a thinning of what was signed: limit 5."""
    run = simulation("P5", unchecked={"licence_hazard": 2.0})
    signed, succeed = set(), 0
    while run.month < 60:
        run.step()
        table = run.state.licences
        for n in range(table.count):
            licence = (
                int(table.firm[n]),
                int(table.body[n]),
                int(table.due[n]),
                float(table.quality[n]),
            )
            if licence not in signed:
                signed.add(licence)
                succeed += int(table.succeeds[n])
    rate = run.parameters.licence_success
    assert len(signed) > 300
    spread = np.sqrt(rate * (1.0 - rate) / len(signed))
    assert succeed / len(signed) == pytest.approx(rate, abs=4.0 * spread)


def test_what_value_added_cost_leaves_the_profit() -> None:
    """E1, B1: before anybody pays royalties, accounts by complex meet those by firm."""
    run = simulation("P0", last=(2003, 1))
    run.run()
    added, labour, capital, revenue = (
        run.series.values[name][0]
        for name in ("value_added", "labour_cost", "capital_cost", "revenue")
    )
    assert np.allclose(added - labour - capital, run.state.profit_ratio * revenue, rtol=1e-9)
