"""Channels on a small region: closed they leave nothing, open they add up, idle they are zero."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from small_region import simulation, small_population

from innocluster.scenarios import switches
from innocluster.scenarios.attribution.shapley import (
    Coalition,
    antithetic_orders,
    shapley_of_orders,
    shapley_values,
)
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.switches import CHANNELS, branch, channels_of
from innocluster.sim.coordination.policy import CoordinationView, Payments
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import PARAMETERS, ParameterSet
from innocluster.sim.settings import WAYS
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
ECONOMY = (
    "revenue", "exports", "value_added", "employees", "firms", "cohort_revenue",
    "own_innovations", "entrants", "closures", "research_spending",
)  # fmt: skip


class Everything(type(POLICIES["P5"])):
    """Every instrument at once: events, tasks, grants, other roles, support and cash."""

    id = "PX"
    key = "everything"
    adherence = 1.0

    def pay(self, view: CoordinationView) -> Payments | None:
        amounts = np.full(view.members.size, 0.3)
        return Payments(view.members, amounts, research=view.month % 2 == 0)


class EventsOnly(type(POLICIES["P5"])):
    """Meetings, but neither small tasks nor grants."""

    id = "PY"
    key = "events-only"
    tasks = grants = False


@pytest.fixture(scope="module", autouse=True)
def more_policies() -> Iterable[None]:
    extra = {policy.id: policy for policy in (Everything(), EventsOnly())}
    POLICIES.update(extra)
    yield
    for key in extra:
        del POLICIES[key]


@pytest.fixture(scope="module")
def trunk() -> Simulation:
    """A world before the programme, with money for tasks beside the events of 43 mini-clusters."""
    rich = {year: 10.0 * amount for year, amount in small_population().region.budget.items()}
    forms = Forms.of({"spillover_ties": "acquaintance"})
    run = simulation("P0", seed=11, last=(2008, 12), budget=rich, forms=forms)
    run.run_until(START)
    return run


class World:
    """Runs of one world, each made once."""

    def __init__(self, trunk: Simulation) -> None:
        self.trunk = trunk
        self.runs: dict[tuple[str, tuple[str, ...]], Simulation] = {}

    def run(self, policy: str, closed: Iterable[str] = ()) -> Simulation:
        settings = self.trunk.settings
        acting = channels_of(POLICIES[policy], settings.parameters, settings.forms)
        return self.exactly(policy, *(key for key in acting if key in set(closed)))

    def exactly(self, policy: str, *closed: str) -> Simulation:
        """The run with these channels closed, whether or not the policy acts through them."""
        name = policy, closed
        if name not in self.runs:
            self.runs[name] = branch(self.trunk, POLICIES[policy], closed)
            self.runs[name].run()
        return self.runs[name]

    def value(self, policy: str, opened: Coalition) -> np.ndarray:
        """Effect on revenue and value added of the last year, KRW million."""
        closed = set(CHANNELS) - opened
        treated, untreated = (self.run(key, closed).series.values for key in (policy, "P0"))
        return np.array(
            [treated[n][-12:].sum() - untreated[n][-12:].sum() for n in ("revenue", "value_added")]
        )


@pytest.fixture(scope="module")
def world(trunk: Simulation) -> World:
    return World(trunk)


def same_economy(first: Simulation, second: Simulation) -> bool:
    """Whether firms fare the same to the last bit."""
    return all(
        np.array_equal(first.series.values[name], second.series.values[name]) for name in ECONOMY
    ) and all(
        np.array_equal(
            getattr(first.state.firms, name)[: first.state.firms.count],
            getattr(second.state.firms, name)[: second.state.firms.count],
        )
        for name in ("identifier", "alive", "cash", "log_productivity", "capital", "brand")
    )


@pytest.mark.parametrize("policy", [p.id for p in POLICIES.values() if p.programme] + ["PX"])
def test_with_every_channel_closed_a_programme_changes_nothing(world: World, policy: str) -> None:
    closed = world.run(policy, CHANNELS)
    spent = [values.sum() for name, values in closed.series.values.items() if "spent_" in name]
    assert sum(spent) > 0.0
    assert same_economy(closed, world.run("P0", CHANNELS))
    assert (world.value(policy, frozenset()) == 0.0).all()


@pytest.mark.parametrize("policy", ["P2", "P5", "PX"])
def test_every_channel_is_needed_for_that(world: World, policy: str) -> None:
    acting = channels_of(
        POLICIES[policy], world.trunk.settings.parameters, world.trunk.settings.forms
    )
    assert ("roles" in acting) == (policy == "PX")
    for channel in acting:
        rest = [key for key in CHANNELS if key != channel]
        opened = world.run(policy, rest)
        # What is learned acts through information, projects and licences alone.
        alone = same_economy(opened, world.run("P0", rest))
        assert alone == (channel == "learning"), channel


@pytest.mark.parametrize("policy", ["P2", "P5"])
def test_with_every_channel_open_it_is_the_effect(world: World, policy: str) -> None:
    plain = world.trunk.with_policy(POLICIES[policy])
    plain.run()
    assert same_economy(plain, world.run(policy))
    assert (world.value(policy, frozenset(CHANNELS)) != 0.0).all()


def test_channels_of_a_programme_leave_no_programme_as_it_is(world: World) -> None:
    opened = world.run("P0")
    for key, channel in CHANNELS.items():
        closed = world.exactly("P0", key)
        # In this world acquaintance brings spillovers, with and without a programme.
        untouched = channel.acts not in ("everywhere", "acquaintance")
        assert same_economy(closed, opened) == untouched, key


def test_shares_add_up_to_the_effect(world: World) -> None:
    """Exactly from all coalitions of a few channels, and from any orders of all of them."""
    for policy in ("P2", "P5"):
        players = channels_of(
            POLICIES[policy], world.trunk.settings.parameters, world.trunk.settings.forms
        )

        def game(coalition: Coalition, policy: str = policy) -> np.ndarray:
            return world.value(policy, coalition)

        orders = antithetic_orders(players, 1, "3:0")
        shares = shapley_of_orders(orders, game)
        total = np.sum(list(shares.values()), axis=0)
        effect = world.value(policy, frozenset(players))
        assert total == pytest.approx(effect, rel=1e-9, abs=1e-9 * abs(effect).max())

    few = ("information", "transfer", "time")
    fixed = frozenset(players) - set(few)

    def inner(coalition: Coalition) -> np.ndarray:
        return world.value("P5", coalition | fixed)

    shares = shapley_values(few, inner)
    whole = inner(frozenset(few)) - inner(frozenset())
    assert np.sum(list(shares.values()), axis=0) == pytest.approx(whole, rel=1e-9)


def test_a_mechanism_that_a_policy_cannot_touch_gets_exactly_nothing(world: World) -> None:
    players = channels_of(
        POLICIES["PY"], world.trunk.settings.parameters, world.trunk.settings.forms
    )
    orders = antithetic_orders(players, 1, "3:0")
    shares = shapley_of_orders(orders, lambda s: world.value("PY", s))
    for channel in ("brand", "grants"):
        assert (shares[channel] == 0.0).all()
    for channel in ("information", "learning", "ties", "time"):
        assert (shares[channel] != 0.0).all()


def test_roles_that_nobody_asks_for_are_the_same_run(world: World) -> None:
    assert same_economy(world.exactly("P5", "roles"), world.run("P5"))
    usual = world.trunk.settings
    assert "roles" not in channels_of(POLICIES["P5"], usual.parameters, usual.forms)
    asked = ParameterSet({"programme_adherence": 0.9})
    assert "roles" in channels_of(POLICIES["P5"], asked, usual.forms)


def test_ties_are_no_channel_where_place_alone_decides(world: World) -> None:
    usual = world.trunk.settings
    assert "ties" in channels_of(POLICIES["P5"], usual.parameters, usual.forms)
    assert "ties" not in channels_of(POLICIES["P5"], usual.parameters, Forms())


def test_time_costs_and_the_rest_of_the_signs(world: World) -> None:
    """Working time alone can only cost, information alone only help, whatever the world."""
    assert (world.value("P5", frozenset({"time"})) < 0.0).all()
    assert (world.value("P5", frozenset({"information"})) > 0.0).all()


def test_the_table_names_parameters_and_ways_that_exist() -> None:
    closed = [name for channel in CHANNELS.values() for name in channel.parameters]
    assert len(closed) == len(set(closed))
    assert {way for channel in CHANNELS.values() for way in channel.ways} == set(WAYS)
    for channel in CHANNELS.values():
        assert channel.parameters or channel.ways
        assert set(channel.parameters) | set(channel.scale) <= set(PARAMETERS)
        assert channel.scale
        assert channel.acts in ("everywhere", "programme", "roles", "acquaintance")
    assert {row["channel"] for row in switches._rows("switches")} == set(CHANNELS)
