"""Who governs, what they know and when, and how projects pass (section 8, limit 9)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from small_region import same, simulation, small_population

from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.sim.coordination.chain import CHAINS, SCREENINGS, chain_of, screening_chances
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.model import ClusterModel
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
PLAIN = SimpleNamespace(lag_scale=1.0, noise_scale=1.0)


class Listener(ThematicMiniClusters):
    """The programme as it was, with coordinators who write reports."""

    sees = ("local", "central", "oracle")


def listening(**settings: object) -> Simulation:
    """A run of the small region under `Listener` that has not begun."""
    return Simulation(replace(simulation("P5", **settings).settings, policy=Listener()))


@pytest.mark.parametrize(
    ("architecture", "good", "bad"),
    [
        ("single", 0.8, 0.3),
        ("hierarchy", 0.4096, 0.0081),
        ("polyarchy", 0.9984, 0.7599),
        ("committee", 0.9728, 0.3483),
    ],
)
def test_screening_of_four_units(architecture, good, bad):
    """Sah and Stiglitz (1986) with f_g = .8, f_b = .3 and two votes of four."""
    chances = screening_chances(architecture, 4, 2, 0.8, 0.3)
    assert chances == pytest.approx((good, bad), abs=1e-12)


def test_a_committee_of_fewer_than_its_votes_needs_all():
    assert screening_chances("committee", 1, 3, 0.8, 0.3) == pytest.approx((0.8, 0.3))


def test_unknown_architecture_and_chain_are_refused():
    with pytest.raises(ValueError, match="allowed: single, hierarchy"):
        screening_chances("jury", 4, 2, 0.8, 0.3)
    with pytest.raises(ValueError, match="allowed: four-level"):
        chain_of(small_population().region.governance, "five-level", PLAIN)


def test_a_region_with_one_level_has_no_second():
    region = small_population().region.governance
    single = chain_of(region, "local", PLAIN)
    assert single.names == region.names[-1:]
    with pytest.raises(ValueError, match="the region has 1 level"):
        chain_of(single, "two-level", PLAIN)


def test_levels_lags_and_noise_of_a_variant():
    region = small_population().region.governance
    chain = chain_of(region, "two-level", SimpleNamespace(lag_scale=3.0, noise_scale=0.5))
    assert chain.names == region.names[-2:]
    assert chain.lag.tolist() == [3, 0]
    assert chain.noise.tolist() == [0.125, 0.05]
    assert chain.overhead.tolist() == region.overhead[-2:].tolist()


@pytest.mark.parametrize("scale", [0.0, 1.0, 3.0])
def test_reports_are_as_old_as_the_lag_and_hold_for_a_period(scale):
    run = listening(unchecked={"lag_scale": scale}, last=(2007, 12))
    lag, period = int(np.rint(scale * 1)), 6
    run.run_until(START)
    while run.month < run.settings.months:
        month = run.month
        run.step()
        reports = {level: kept[0] for level, kept in run.state.reports.items()}
        assert reports["oracle"].month == month
        assert reports["local"].month == month
        decided = START + (month - START) // period * period
        known = decided - lag
        if known < START:
            assert reports["central"] is None
        else:
            assert reports["central"].month == known
    assert reports["oracle"].noise == 0.0
    assert reports["central"].noise == pytest.approx(0.25)


def test_groups_know_universities_better_once_their_heads_come_from_outside():
    run = listening(last=(2005, 12))
    noises = []
    run.run_until(START)
    while run.month < START + 3:
        run.step()
        report = run.state.reports["local"][0]
        noises.append(report.noise_research / report.noise)
    assert noises == pytest.approx([1.0, 0.6, 0.6])


def test_without_a_level_above_nobody_is_central_and_the_shares_stay():
    run = listening(governance="local", last=(2007, 12))
    first = run.state.allocation.copy()
    run.run()
    assert "central" not in run.state.reports
    assert np.array_equal(run.state.allocation, first)
    assert run.state.coordinators.count == len(run.region.complexes.keys)
    kept = run.series.values["spent_overhead"].sum() / 0.10
    budget = sum(run.settings.budget_of(year) for year in (2005, 2006, 2007))
    assert kept == pytest.approx(budget, rel=1e-12)


def test_a_report_is_not_changed_by_what_happens_later():
    run = listening(last=(2006, 12))
    run.run_until(START + 6)
    report = run.state.reports["local"][0]
    before = report.knowledge.copy(), report.rows.copy()
    run.run()
    assert np.array_equal(report.knowledge, before[0])
    assert np.array_equal(report.rows, before[1])


def test_last_years_evaluation_moves_the_shares_within_its_weight():
    run = simulation("P5")
    run.run()
    members = run.series.values["members"]
    made = [one for one in run.state.decisions if one.subject == "allocation"]
    assert [one.month for one in made] == [36, 48, 60, 72, 84, 96, 108, 120]
    weight = run.parameters.evaluation_weight
    for decision in made:
        shares = np.array(list(decision.chose.values()))
        assert shares.sum() == pytest.approx(1.0, abs=1e-12)
        # Known two months late: the year that ended with October.
        ratio = shares / np.maximum(
            members[decision.month - 14 : decision.month - 2].mean(axis=0), 1.0
        )
        assert ratio.max() / ratio.min() <= (1.0 + weight) / (1.0 - weight) + 1e-9
        assert ratio.max() / ratio.min() > 1.01
        # The ministry's committee, second of four, two months late.
        assert decision.coordinator == 1
        assert decision.known_month == decision.month - 3


def test_without_weight_the_money_goes_where_the_members_are():
    run = simulation("P5", unchecked={"evaluation_weight": 0.0}, last=(2007, 12))
    founding = run.region.complexes.founding_members
    assert run.state.allocation == pytest.approx(founding / founding.sum(), rel=1e-15)
    run.run()
    members = np.maximum(run.series.values["members"][34:46].mean(axis=0), 1.0)
    assert run.state.allocation == pytest.approx(members / members.sum(), rel=1e-14)


def test_what_nobody_spends_is_shared_anew_every_january():
    # No events and no tasks: only grants for joint R&D, and most complexes give none.
    idle = {"contact_scale": 0.0, "task_rate": 0.0}
    run = simulation("P5", unchecked=idle, last=(2006, 12))
    run.run_until(36)
    before = run.state.balance.copy()
    table = run.state.coordinators
    assert before.sum() > 0.0
    run.step()
    month = run.series.values
    shares = run.state.allocation
    net = run.settings.budget_of(2006) / 12 * 0.98 * 0.98 * 0.94 * 0.9
    expected = (before.sum() + net) * shares - month["spent_research"][36]
    assert run.state.balance == pytest.approx(expected, rel=1e-12)
    groups = slice(table.count - shares.size, table.count)
    kept = table.received[groups] - table.spent[groups]
    assert kept == pytest.approx(run.state.balance, rel=1e-9)


def test_coordinators_say_what_they_knew_chose_and_paid():
    model = ClusterModel(simulation("P5", last=(2006, 12)).settings)
    model.run()
    series = model.simulation.series.values
    complexes = model.region.complexes.keys
    above = len(model.governance.names) - 1
    for c in range(len(complexes)):
        group = model.coordinator(above + c)
        made = group.decisions
        assert [one.subject for one in made] == ["meetings"] * (24 - 3)
        paid = sum(one.cost for one in made)
        spent = series["spent_meetings"][:, c].sum() + series["spent_introductions"][:, c].sum()
        assert paid == pytest.approx(spent, abs=1e-6)
        held = sum(one.chose["contact events"] for one in made)
        assert held == series["contacts"][:, c].sum()
        assert made[-1].knew["members"] == series["members"][-1, c]
    assert [one.subject for one in model.coordinator(1).decisions] == ["allocation"]
    assert model.coordinator(0).decisions == []


def test_forks_keep_their_own_decisions():
    run = simulation("P5", last=(2006, 12))
    run.run_until(START + 3)
    twin = run.fork()
    before = len(run.state.decisions)
    twin.run()
    assert len(run.state.decisions) == before < len(twin.state.decisions)


@pytest.mark.parametrize("screening", SCREENINGS)
def test_the_stricter_the_screening_the_fewer_the_grants(screening):
    # More money than this region can spend, so that only the screening limits the grants.
    budget = dict.fromkeys(range(2005, 2014), 20_000.0)
    loose = simulation("P5", screening="polyarchy", last=(2008, 12), budget=budget)
    strict = simulation("P5", screening=screening, last=(2008, 12), budget=budget)
    loose.run()
    strict.run()
    paid, least = (r.series.values["spent_research"].sum() for r in (loose, strict))
    assert (least < paid) if screening != "polyarchy" else (least == paid)


@pytest.mark.parametrize("governance", CHAINS)
@pytest.mark.parametrize("screening", SCREENINGS)
def test_without_money_no_chain_matters(governance, screening):
    budget = dict.fromkeys(range(2005, 2014), 0.0)
    idle = simulation("P0", last=(2007, 12))
    run = simulation(
        "P5", governance=governance, screening=screening, budget=budget, last=(2007, 12)
    )
    idle.run()
    run.run()
    assert same(idle.series.values, run.series.values, run.settings.months)
