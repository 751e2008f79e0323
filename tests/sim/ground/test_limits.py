"""Values beyond what is plausible: which are allowed, and that they include the plausible ones."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from innocluster.sim.ground.parameters import PARAMETERS, ParameterError, ParameterSet

TABLE = Path(__file__).parents[3] / "sim" / "data" / "limits.csv"


def test_every_limit_lies_beyond_the_range() -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = PARAMETERS[row["name"]]
            assert float(row["lowest"]) <= known.low
            assert float(row["highest"]) >= known.high
            assert (float(row["lowest"]), float(row["highest"])) != (known.low, known.high)


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_limits_are_accepted_and_nothing_beyond(name: str) -> None:
    known = PARAMETERS[name]
    for value in (known.lowest, known.low, known.default, known.high, known.highest):
        assert ParameterSet({name: value})[name] == value
    for value in (known.lowest - 1.0, known.highest + 1.0):
        with pytest.raises(ParameterError):
            ParameterSet({name: value})


def test_a_critic_may_switch_an_elasticity_off() -> None:
    known = PARAMETERS["rd_elasticity"]
    assert (known.low, known.high, known.lowest) == (0.02, 0.15, 0.0)
    assert known.allowed == "a number from 0 to 0.15; plausible from 0.02 to 0.15"
