"""A choice on an invented sweep: worth of an input, turns, and proofs by real pairs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented_sweep import BUDGET_AND_GAIN, write_sweep

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons import choosing
from innocluster.scenarios.lessons.choosing import (
    ALL_INPUTS,
    Proofs,
    _all_at_least_one,
    decide,
)
from innocluster.scenarios.lessons.reading import FinishedSweep, read_sweep
from innocluster.scenarios.schema import Scenario

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> FinishedSweep:
    return read_sweep(write_sweep(tmp_path_factory.mktemp("sweep") / "made"))


def lead(scenario: Scenario, first: str, second: str) -> float:
    """What the invented model says of two policies."""
    gain = scenario.parameter_set().record().joint_gain
    added = {"P0": 0.0, "P2": 0.02}
    added["P5"] = 0.02 * scenario.programme.budget_scale * (gain - 0.04) / 0.01
    return added[first] - added[second]


@pytest.mark.parametrize("shift", [0.0, 1.0])
def test_the_nearest_turn_is_proven_by_runs_or_not(
    sweep: FinishedSweep, shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[float, str, str]] = []

    def paired(
        scenario: Scenario, first: str, second: str, outcome: str, worlds: int, _: Any
    ) -> np.ndarray:
        value = lead(scenario, first, second)
        ran.append((scenario.parameter_set().record().joint_gain, first, second))
        return value + shift + np.linspace(-1e-4, 1e-4, worlds)

    monkeypatch.setattr(choosing, "paired", paired)
    lesson = decide(sweep, "value_added_2008", Proofs(3, 5))
    # At the scenario's gain of .04 P5 adds nothing and P2 .02; it catches up at .05 with budget 1.
    assert lesson.meta["leader"] == "P2"
    turns, proofs = lesson.tables["turns"], lesson.tables["proofs"]
    assert turns["input"].iloc[0] == "parameters.joint_gain"
    assert float(turns["turn_value"].iloc[0]) == pytest.approx(0.05, abs=0.0005)
    assert ran[0] == (0.04, "P2", "P5")
    assert ran[1][0] > 0.05
    assert proofs["proven"].tolist() == [False, shift == 0.0]
    assert proofs["worlds"].tolist() == [5, 5]
    assert proofs["lead"].iloc[0] == pytest.approx(0.02 + shift)


def test_what_knowledge_is_worth(sweep: FinishedSweep) -> None:
    lesson = decide(sweep, "value_added_2008", Proofs(0))
    worth = lesson.tables["information"].set_index("known")["value"]
    # Knowing all, P5 is taken where b · g > 1: .02 · E max(b · g, 1) by quadrature, less the best
    # mean .02 · E b · g = .02125.
    b = np.linspace(0.25, 4.0, 2001)[:, None]
    g = np.linspace(-2.0, 3.0, 2001)[None]
    exact = 0.02 * float(np.maximum(b * g, 1.0).mean()) - 0.02125
    assert worth[ALL_INPUTS] == pytest.approx(exact, abs=0.006)
    assert worth["parameters.joint_gain"] > 0.9 * exact - 0.006
    assert worth["forms.demand"] < 0.003
    assert lesson.tables["proofs"].empty
    assert lesson.tables["choice"]["policy"].iloc[0] == lesson.meta["policy"]


def test_one_policy_is_no_choice(tmp_path: Path) -> None:
    sweep = read_sweep(write_sweep(tmp_path / "s", {**BUDGET_AND_GAIN, "policies": ["P5"]}))
    with pytest.raises(InputError, match="two policies"):
        decide(sweep, "value_added_2008")


@pytest.mark.parametrize(("every", "expected"), [(1.0, 3.0), (5.0, 5.0)])
def test_to_know_all_is_worth_no_less_than_to_know_one(every: float, expected: float) -> None:
    """A rule learned from all inputs may do worse than one from the best input alone."""
    table = pd.DataFrame({
        "known": ["a", "b", ALL_INPUTS],
        "value": [3.0, 0.0, every],
        "low": [2.0, 0.0, every - 1.0],
        "high": [4.0, 0.0, every + 1.0],
        "switches": [0.3, 0.0, 0.1 * every],
    })  # fmt: skip
    table = table.sort_values("value", ascending=False, ignore_index=True)
    found = _all_at_least_one(table).set_index("known")
    assert found.index[0] == ALL_INPUTS
    assert len(found) == 3
    assert found.loc[ALL_INPUTS].tolist() == pytest.approx(
        [expected, expected - 1.0, expected + 1.0, 0.1 * expected]
    )
    assert found.loc[["a", "b"], "value"].tolist() == [3.0, 0.0]
