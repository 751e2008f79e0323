"""Accounts of benefit and cost worked out on paper (B1, B2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.scenarios.comparison.benefits import (
    BENEFIT_WARNINGS,
    Benefits,
    accounts,
    rest_displacement,
)
from innocluster.scenarios.comparison.worlds import Worlds
from innocluster.scenarios.runs.indicators import UNITS
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.intervals import wilson
from innocluster.sim.ground.forms import form_code

WORLDS, YEARS = 3, 4
LATER = 1.0 / 1.055
"""What a won of 2006 is worth in 2005."""
BASE = {"value_added": 100.0, "exported_value_added": 50.0, "cohort_revenue": 40.0}
CHANGES: dict[str, tuple[float, float]] = {
    "value_added": (1.0, 2.0),
    "labour_cost": (0.3, 0.6),
    "capital_cost": (0.1, 0.2),
    "meeting_cost": (5.0, 6.0),
    "spent_tasks": (80.0, 70.0),
    "spent_transfers": (20.0, 30.0),
    "learned_productivity": (0.2, 0.6),
    "cohort_revenue": (1.0, 2.0),
}
"""Of P5 against P0 in 2005 and 2006."""


def invented(changes: dict[str, Any], base: dict[str, float] = BASE) -> Worlds:
    """Alike worlds of 2003 to 2006."""
    yearly = {}
    for arm in ("P0", "P5"):
        tables = {name: np.zeros((WORLDS, YEARS, 2)) for name in UNITS}
        for name, value in base.items():
            tables[name][:] = value
        for name, change in changes.items() if arm == "P5" else ():
            tables[name][:, 2:] += np.reshape(change, (1, 2, 1))
        yearly[arm] = tables
    runs = dict.fromkeys(yearly, WORLDS)
    return Worlds(("all", "west"), 2006, yearly, runs, 0, np.arange(WORLDS), {})


def scenario(displacement: str = "market_share", **parameters: float) -> Scenario:
    return Scenario.default().replaced(
        forms={"displacement": displacement}, parameters=parameters, last="2006-12"
    )


@pytest.mark.parametrize(
    ("form", "home", "abroad"),
    [
        ("market_share", (0.70 - 0.23) / 0.77, (0.10 - 0.03) / 0.97),
        ("none", 0.70, 0.10),
        ("complete", 0.0, 0.0),
    ],
)
def test_every_account_by_hand(form: str, home: float, abroad: float) -> None:
    """Half of value added is exported; 50 of 200 spent are lump sums that firms keep."""
    found = accounts(scenario(form), invented(CHANGES), "P5", "P0")
    kept = 1.0 - 0.5 * (home + abroad)
    # KRW bn: 1,000 less 300 and 100, and twice as much a year later.
    benefit = 600.0 * kept - 5.0 + LATER * (1200.0 * kept - 6.0)
    cost = 1.2 * 100.0 - 20.0 + LATER * (1.2 * 100.0 - 30.0)
    # Learned by December: nothing, 0.2 and 0.6 % of 100 trillion; means of the years.
    hulten = 100.0 + LATER * 400.0
    for value, expected in (
        (found.gross, 1000.0 + LATER * 2000.0),
        (found.benefit, benefit),
        (found.money, 100.0 + LATER * 100.0),
        (found.cost, cost),
        (found.net, benefit - cost),
        (found.hulten, hulten),
    ):
        assert value == pytest.approx([expected] * WORLDS, rel=1e-12)


def test_parameters_of_the_scenario_count() -> None:
    own = scenario(
        discount_rate=0.065, public_funds_cost=0.3, shadow_wage=0.7, home_displacement=0.4,
        export_displacement=0.03,
    )  # fmt: skip
    found = accounts(own, invented(CHANGES), "P5", "P0")
    later = 1.0 / 1.065
    kept = 1.0 - 0.5 * (0.17 / 0.77)
    surplus = 1000.0 - 0.7 * 300.0 - 100.0
    benefit = surplus * kept - 5.0 + later * (2.0 * surplus * kept - 6.0)
    assert found.benefit == pytest.approx([benefit] * WORLDS, rel=1e-12)
    assert found.cost[0] == pytest.approx(130.0 - 20.0 + later * (130.0 - 30.0), rel=1e-12)


def test_parameters_drawn_for_a_world_count_in_it() -> None:
    worlds = invented(CHANGES)
    worlds.drawn["public_funds_cost"] = np.array([0.15, 0.2, 0.3])
    found = accounts(scenario(), worlds, "P5", "P0")
    money = 100.0 + LATER * 100.0
    returned = 20.0 + LATER * 30.0
    assert found.cost == pytest.approx(np.array([1.15, 1.2, 1.3]) * money - returned, rel=1e-12)


def test_without_money_and_effect_there_is_no_benefit_and_no_cost() -> None:
    rows = {row["benefit_note"]: row for row in Benefits(scenario(), invented({})).rows()}
    none, nothing = rows["no programme, no cost"], rows[""]
    assert np.isnan(none["net_benefit"])
    for name in ("gross_benefit", "net_benefit", "hulten_benefit", "participant_effect"):
        assert nothing[name] == 0.0, name
    assert np.isnan(nothing["benefit_cost"])
    assert nothing["warnings"] == ""


def test_ratios_and_rows_of_an_arm() -> None:
    worlds = invented(CHANGES)
    benefits = Benefits(scenario(), worlds)
    row, own = benefits.rows()[1], benefits.accounts["P5"]
    assert row["gross_ratio"] == pytest.approx((1000.0 + LATER * 2000.0) / (100.0 + LATER * 100.0))
    assert row["benefit_cost"] == pytest.approx(own.benefit[0] / own.cost[0], rel=1e-12)
    assert row["participant_effect"] == pytest.approx(5.0)
    assert row["warnings"] == ""
    effects = benefits.effects().set_index("indicator")
    assert list(effects.index) == ["gross_benefit", "net_benefit", "hulten_benefit"]
    assert effects.loc["net_benefit", "mean"] == pytest.approx(own.net[0], rel=1e-12)


def test_benefit_over_cost_by_world() -> None:
    """Value added of KRW 0.05, 1 and 2 tn for 100 bn in 2005: a half, 10 and 20 won gross a won."""
    worlds = invented({"value_added": (0.0, 0.0), "spent_tasks": (100.0, 0.0)})
    worlds.yearly["P5"]["value_added"][:, 2, 0] += [0.05, 1.0, 2.0]
    frame = Benefits(scenario("complete"), worlds).spread().set_index("measure")
    assert frame.loc["gross", ["median", "below_one"]].tolist() == pytest.approx([10.0, 1.0 / 3.0])
    # Nothing is lost to others and factors are free: a fifth of the money is the cost of the tax.
    net = frame.loc["net", ["p10", "median", "below_one"]].tolist()
    assert net == pytest.approx([(0.5 + 0.2 * 9.5) / 1.2, 10.0 / 1.2, 1.0 / 3.0])
    assert frame.loc["net", ["low", "high"]].tolist() == list(wilson(1, 3))
    assert frame.loc["hulten", "below_one"] == 1.0


def test_displacement_follows_the_form_that_a_world_has_drawn() -> None:
    worlds = invented({"value_added": (1.0, 0.0), "spent_tasks": (100.0, 0.0)})
    codes = [float(form_code("displacement", form)) for form in ("none", "complete", "none")]
    worlds.drawn["displacement"] = np.array(codes)
    drawn = accounts(Scenario.default().replaced(last="2006-12"), worlds, "P5", "P0").benefit
    lost = 0.5 * 0.70 + 0.5 * 0.10
    assert drawn == pytest.approx([1000.0 * (1.0 - lost), 1000.0, 1000.0 * (1.0 - lost)])


@pytest.mark.parametrize(
    ("changes", "warnings"),
    [
        ({"value_added": (1.6, 1.6)}, ["ratio"]),
        ({"value_added": (1.4, 1.4)}, []),
        ({"cohort_revenue": (0.0, 4.1)}, ["participants"]),
        ({"cohort_revenue": (0.0, 3.9)}, []),
        ({"cohort_revenue": (0.0, -0.41)}, ["participants"]),
        ({"value_added": (2.0, 2.0), "cohort_revenue": (0.0, 5.0)}, ["ratio", "participants"]),
    ],
)
def test_results_hard_to_believe_are_named(changes: dict[str, Any], warnings: list[str]) -> None:
    money = {"spent_tasks": (100.0, 100.0)}
    row = Benefits(scenario(), invented({**money, **changes})).rows()[1]
    assert row["warnings"] == "; ".join(BENEFIT_WARNINGS[name] for name in warnings)


AMOUNT = st.floats(0.0, 10.0)


@given(
    st.fixed_dictionaries({
        name: st.tuples(AMOUNT, AMOUNT)
        for name in ("value_added", "meeting_cost", "spent_tasks", "spent_transfers")
    }),
    st.floats(0.0, 1.0),
    st.sampled_from(["market_share", "none", "complete"]),
)  # fmt: skip
def test_net_is_never_above_gross(changes: dict[str, Any], factors: float, form: str) -> None:
    """Where more is produced, and factors do not cost more than it is worth."""
    changes["labour_cost"] = tuple(factors * amount for amount in changes["value_added"])
    found = accounts(scenario(form), invented(changes), "P5", "P0")
    assert (found.net <= found.gross + 1e-9).all()


@pytest.mark.parametrize(
    ("displacement", "share", "rest"),
    [(0.7, 0.0, 0.7), (0.7, 0.4, 0.5), (0.3, 0.3, 0.0), (0.1, 0.4, 0.0), (0.7, 1.0, 0.0)],
)
def test_what_others_lose_beyond_the_region(displacement, share, rest) -> None:
    assert rest_displacement(displacement, share) == pytest.approx(rest, rel=1e-14)
