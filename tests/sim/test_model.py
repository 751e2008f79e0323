"""The Mesa model: agent sets, rules of single firms, entry and exit, data collection."""

from __future__ import annotations

import gc
import subprocess
import sys
import weakref

import numpy as np
import pytest
from mesa import DataCollector
from small_region import small_population

from innocluster.agents import Coordinator, Firm, Institute, University
from innocluster.agents.shell import DECISIONS
from innocluster.scenarios.policies import POLICIES
from innocluster.sim import (
    ClusterModel,
    ParameterSet,
    Settings,
    Simulation,
    load_macro,
)
from innocluster.sim.mesa.reporters import REPORTED


@pytest.fixture(scope="module")
def settings() -> Settings:
    """The programme as it was in a small region, to the end of 2006."""
    macro = load_macro("history")
    return Settings(small_population(), ParameterSet(), macro, POLICIES["P5"], 7, last=(2006, 12))


@pytest.fixture(scope="module")
def reference(settings: Settings) -> Simulation:
    simulation = Simulation(settings)
    simulation.run()
    return simulation


def steps(model: ClusterModel, months: int) -> ClusterModel:
    for _ in range(months):
        model.step()
    return model


def assert_same(one: Simulation, other: Simulation) -> None:
    """Same series, same tables, to the bit."""
    for name, values in one.series.values.items():
        assert values.tobytes() == other.series.values[name].tobytes(), name
    for table in ("firms", "bodies", "coordinators", "pairs", "projects", "licences"):
        first, second = getattr(one.state, table), getattr(other.state, table)
        assert first.count == second.count
        for name in first.column_names():
            left = getattr(first, name)[: first.count]
            assert left.tobytes() == getattr(second, name)[: first.count].tobytes(), name


class DefaultAgain(Firm):
    """Overrides every decision with the model's own rule."""

    def decide_membership(self) -> bool:
        return super().decide_membership()

    def decide_research(self) -> float:
        return super().decide_research()

    def decide_factors(self) -> tuple[float, float]:
        return super().decide_factors()


class Doubler(Firm):
    def decide_research(self) -> float:
        return 2.0 * super().decide_research()


class Still(Firm):
    def decide_factors(self) -> tuple[float, float]:
        return self.capital, self.employees


class Joiner(Firm):
    def decide_membership(self) -> bool:
        return True


class Refuser(Firm):
    def decide_membership(self) -> bool:
        return False


def test_without_agents_the_model_is_the_simulation(
    settings: Settings, reference: Simulation
) -> None:
    model = ClusterModel(settings)
    series = model.run()
    assert series is model.simulation.series
    assert_same(model.simulation, reference)
    # Identifiers count agents: nobody else was made.
    assert model.firm(0).unique_id == 1


def test_looking_at_agents_changes_nothing(settings: Settings, reference: Simulation) -> None:
    model = ClusterModel(settings)
    assert len(model.agents) > 600
    model.run()
    assert len(model.agents) > 600
    assert_same(model.simulation, reference)


def test_running_ends_with_the_last_month(settings: Settings) -> None:
    model = ClusterModel(settings)
    steps(model, settings.months - 1)
    assert model.running
    model.step()
    assert not model.running
    assert model.steps == model.month == settings.months
    total = model.indicator("revenue")
    model.step()
    assert model.month == settings.months
    assert model.indicator("revenue") == total


def test_overriding_with_the_default_changes_no_bit(
    settings: Settings, reference: Simulation
) -> None:
    model = ClusterModel(settings)
    model.use(DefaultAgain)
    model.run()
    assert_same(model.simulation, reference)
    firms = model.agents_by_type[DefaultAgain]
    assert len(firms) == reference.state.firms.alive.sum()
    assert len(firms.select(lambda firm: firm.member == 1)) > 0


def test_another_rule_for_research_changes_that_firm_only(settings: Settings) -> None:
    plain, model = ClusterModel(settings), ClusterModel(settings)
    intensity = model.simulation.state.firms.research_intensity
    row = int(np.argmax(intensity))
    model.use(Doubler, [row])
    plain.step()
    model.step()
    expected = plain.simulation.scratch.own_spending.copy()
    expected[row] *= 2.0
    assert expected[row] > 0.0
    assert np.array_equal(model.simulation.scratch.own_spending, expected)
    stocks = [m.simulation.state.firms.research_stock for m in (plain, model)]
    assert np.flatnonzero(stocks[0] != stocks[1]).tolist() == [row]


def test_another_rule_for_factors_changes_that_firm_only(settings: Settings) -> None:
    plain, model = ClusterModel(settings), ClusterModel(settings)
    firms = model.simulation.state.firms
    row = 4
    capital, employees = firms.capital[row], firms.employees[row]
    model.use(Still, [row])
    steps(plain, 1)
    steps(model, 1)
    assert firms.capital[row] == pytest.approx(capital)
    assert firms.employees[row] == employees
    other = plain.simulation.state.firms
    assert set(np.flatnonzero(firms.employees != other.employees)) <= {row}
    assert set(np.flatnonzero(firms.capital != other.capital)) <= {row}


def test_another_rule_for_membership(settings: Settings, reference: Simulation) -> None:
    model = ClusterModel(settings)
    firms = model.simulation.state.firms
    members = np.flatnonzero(reference.state.firms.member == 1)
    refusers = members[members < firms.count][:30]
    eager = np.setdiff1d(np.flatnonzero(firms.mini_cluster[: firms.count] >= 0)[::50], refusers)
    model.use(Refuser, refusers)
    joiners = model.use(Joiner, eager)
    steps(model, 27)
    assert not firms.member.any()
    model.step()
    assert joiners.select(lambda firm: firm.row >= 0).agg("member", min) == 1
    model.run()
    firms = model.simulation.state.firms
    assert not any(refuser.member for refuser in model.agents_by_type[Refuser])
    assert all(joiner.member for joiner in model.agents_by_type[Joiner])


def test_decisions_that_are_not_overridden_cost_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(self: Firm) -> None:
        raise AssertionError("asked although not overridden")

    for name in ("decide_membership", "decide_factors"):
        monkeypatch.setattr(Firm, name, never)
    model = ClusterModel(settings)
    model.use(Doubler, range(10))
    steps(model, 30)


def test_a_firm_without_research_may_start_it(settings: Settings) -> None:
    class Starter(Firm):
        def decide_research(self) -> float:
            return 0.05 * self.revenue

    model = ClusterModel(settings)
    firms = model.simulation.state.firms
    row = int(np.flatnonzero(firms.research_intensity == 0.0)[0])
    (starter,) = model.use(Starter, [row])
    steps(model, 3)
    assert starter.research_stock > 0.0
    assert starter.absorption > 0.0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0])
def test_a_rule_that_gives_no_amount_is_refused(settings: Settings, value: float) -> None:
    class Broken(Firm):
        def decide_research(self) -> float:
            return value

    model = ClusterModel(settings)
    model.use(Broken, [3])
    with pytest.raises(ValueError, match=r"Broken\.decide_research of row 3"):
        model.step()


def test_rows_and_classes_are_checked(settings: Settings) -> None:
    model = ClusterModel(settings)
    count = model.simulation.state.firms.count
    for rows in ([count], [-1]):
        with pytest.raises(LookupError, match="no operating firm"):
            model.use(Doubler, rows)
    with pytest.raises(LookupError, match="no operating firm"):
        model.firm(count)
    with pytest.raises(LookupError, match="no university or institute"):
        model.research_body(10_000)
    with pytest.raises(LookupError, match="no coordinator"):
        model.coordinator(-1)
    with pytest.raises(TypeError, match="not a subclass of Firm"):
        model.use(University, [0])
    with pytest.raises(LookupError, match="allowed: revenue"):
        model.indicator("sales")
    with pytest.raises(LookupError, match="no complex 'seoul'"):
        model.indicator("revenue", "seoul")
    assert model.firm(0).unique_id == 1


@pytest.mark.parametrize("asked", ["Firm", "Misspelt"])
def test_a_class_that_decides_nothing_is_refused(settings: Settings, asked: str) -> None:
    class Misspelt(Firm):
        def decide_reserch(self) -> float:
            return 0.0

    model = ClusterModel(settings)
    message = rf"^{asked} overrides no decision; allowed: {', '.join(DECISIONS)}$"
    with pytest.raises(TypeError, match=message):
        model.use({"Firm": Firm, "Misspelt": Misspelt}[asked])
    model.step()
    assert model.firm(0).unique_id == 1


def test_a_class_takes_the_place_of_another(settings: Settings) -> None:
    model = ClusterModel(settings)
    before = model.firm(5)
    assert model.firm(5) is before
    (after,) = model.use(Doubler, np.arange(model.simulation.state.firms.count) == 5)
    assert model.firm(5) is after
    assert before not in model.agents
    assert after in model.agents
    before.remove()
    assert model.firm(5) is after
    assert len(model.agents_by_type[Doubler]) == 1
    firms = model.simulation.state.firms
    assert len(model.agents_by_type[Firm]) == (firms.alive == 1).sum() - 1


def test_agent_sets_agree_with_the_table(settings: Settings) -> None:
    model = ClusterModel(settings)
    steps(model, 3)
    firms, used = model.simulation.state.firms, model.simulation.state.firms.count
    alive = firms.alive[:used] == 1
    agents = model.agents_by_type[Firm]
    assert len(agents) == alive.sum()
    kinds = {kind: len(agents) for kind, agents in model.agents_by_type.items()}
    assert set(model.agent_types) == set(kinds) == {Firm, University, Institute, Coordinator}
    assert len(model.agents) == sum(kinds.values())
    assert len(model.agents.select(agent_type=Institute)) == kinds[Institute]
    source = model.region.research_bodies.institute
    assert kinds[University] == (~source).sum()
    assert kinds[Institute] == source.sum()
    assert kinds[Coordinator] == model.simulation.state.coordinators.count

    large = agents.select(lambda firm: firm.employees >= 300.0)
    assert set(large.get("row")) == set(np.flatnonzero(alive & (firms.employees[:used] >= 300.0)))
    assert set(model.firms(lambda table: table.employees >= 300.0)) == set(large)

    sums = agents.groupby("complex_key").agg("revenue", sum)
    for number, key in enumerate(model.region.complexes.keys):
        mine = alive & (firms.complex[:used] == number)
        assert sums[key] == pytest.approx(firms.revenue[:used][mine].sum())
    assert agents.agg("employees", max) == firms.employees[:used][alive].max()

    cash = firms.cash.copy()
    large.do(lambda firm: setattr(firm, "cash", firm.cash + 1.0))
    changed = np.flatnonzero(firms.cash != cash)
    assert set(changed) <= set(large.get("row"))
    assert changed.size > 0
    large.set("brand", 1.0)
    assert (firms.brand[list(large.get("row"))] == 1.0).all()


def test_only_selected_firms_become_agents(settings: Settings) -> None:
    model = ClusterModel(settings)
    chosen = model.firms(lambda table: table.employees >= 1000.0)
    assert 0 < len(chosen) < model.simulation.state.firms.count / 10
    assert model.coordinator(0).unique_id == len(chosen) + 1
    assert list(model.make_agents([7, 3]).get("row")) == [7, 3]


def test_closed_firms_leave_and_entrants_appear(settings: Settings) -> None:
    model = ClusterModel(settings)
    at_start = {firm.row: firm for firm in model.agents_by_type[Firm]}
    closures = entrants = 0.0
    for _ in range(8):
        model.step()
        closures += model.indicator("closures")
        entrants += model.indicator("entrants")
        firms = model.simulation.state.firms
        operating = np.flatnonzero(firms.alive[: firms.count] == 1).tolist()
        assert sorted(model.agents_by_type[Firm].get("row")) == operating
    gone = [firm for firm in at_start.values() if firm not in model.agents]
    assert 0 < len(gone) <= closures
    assert entrants > 0
    assert all("gone" in repr(firm) for firm in gone)
    newcomers = [firm for firm in model.agents_by_type[Firm] if firm.entered >= 0]
    assert 0 < len(newcomers) <= entrants


def test_a_rule_for_all_firms_holds_for_entrants(settings: Settings) -> None:
    model = ClusterModel(settings)
    model.use(Doubler)
    steps(model, 6)
    assert Firm not in {type(agent) for agent in model.agents}
    assert any(firm.entered >= 0 for firm in model.agents_by_type[Doubler])
    firms, spending = model.simulation.state.firms, model.simulation.scratch.own_spending
    assert len(model.agents_by_type[Doubler]) == (firms.alive == 1).sum()
    assert spending[: firms.count].sum() > 0.0


def test_the_data_collector_agrees_with_the_series(
    settings: Settings, reference: Simulation
) -> None:
    model = ClusterModel(settings)
    steps(model, 5)
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["month"].tolist() == ["2003-01", "2003-02", "2003-03", "2003-04", "2003-05"]
    for name in REPORTED:
        totals = reference.series.values[name][:5].sum(axis=1)
        assert frame[name].tolist() == totals.tolist(), name
    model.run()
    model.step()
    assert len(model.datacollector.get_model_vars_dataframe()) == settings.months


def test_another_data_collector_collects_agents_of_one_class(settings: Settings) -> None:
    model = ClusterModel(settings)
    model.use(Doubler, [1, 2])
    model.datacollector = DataCollector(
        model_reporters={"next": "month", "others": lambda m: len(m.agents_by_type[Firm])},
        agent_reporters={"complex": "complex_key"},
        agenttype_reporters={Doubler: {"revenue": "revenue"}},
    )
    operating = []
    for _ in range(4):
        model.step()
        operating.append((model.simulation.state.firms.alive == 1).sum())
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["next"].tolist() == [1, 2, 3, 4]
    assert frame["others"].tolist() == [number - 2 for number in operating]
    agents = model.datacollector.get_agent_vars_dataframe()
    assert set(agents["complex"]) == {"", *model.region.complexes.keys}
    assert len(agents.xs(4, level="Step")) == len(model.agents)
    doublers = model.datacollector.get_agenttype_vars_dataframe(Doubler)
    last = doublers.xs(4, level="Step")["revenue"]
    assert last.tolist() == [model.firm(row).revenue for row in (1, 2)]


def test_mesa_draws_do_not_touch_the_run(settings: Settings, reference: Simulation) -> None:
    model = ClusterModel(settings)
    while model.running:
        model.random.random()
        model.rng.random()
        model.firms(lambda table: table.employees > 2000.0).shuffle_do("step")
        model.step()
    assert_same(model.simulation, reference)


def test_models_are_freed(settings: Settings) -> None:
    model = ClusterModel(settings)
    model.use(DefaultAgain, range(20))
    steps(model, 2)
    trace = weakref.ref(model)
    del model
    gc.collect()
    assert trace() is None


def test_a_simulation_needs_neither_mesa_nor_pandas() -> None:
    code = (
        "import sys\n"
        "from innocluster.scenarios.policies import POLICIES\n"
        "from innocluster.scenarios.region.synthesis import synthesise\n"
        "from innocluster.scenarios.region.loading import load_region\n"
        "from innocluster.sim import ParameterSet, Settings, Simulation, load_macro\n"
        "population = synthesise(load_region(), 1)\n"
        "macro = load_macro('history')\n"
        "settings = Settings(population, ParameterSet(), macro, POLICIES['P5'], 1, (2003, 2))\n"
        "Simulation(settings).run()\n"
        "print(sorted({'mesa', 'pandas', 'matplotlib', 'networkx'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
