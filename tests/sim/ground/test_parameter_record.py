"""The names of the parameters that a type checker knows are those of the table."""

from __future__ import annotations

from dataclasses import fields

import pytest

from innocluster.agents.compilation import compiled
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.parameters import PARAMETERS, ParameterSet


def test_every_parameter_of_the_table_and_no_other_has_a_name() -> None:
    assert [field.name for field in fields(Parameters)] == list(PARAMETERS)


def test_phases_and_compiled_functions_read_the_same_values() -> None:
    p = ParameterSet({"attempt_rate": 3.5}).record()

    @compiled
    def read(p: Parameters) -> tuple[float, float]:
        return p.attempt_rate, p.capital_elasticity

    assert p.attempt_rate == 3.5
    assert read(p) == (3.5, PARAMETERS["capital_elasticity"].default)


def test_a_misspelt_parameter_is_an_error() -> None:
    with pytest.raises(AttributeError, match="atempt_rate"):
        ParameterSet().record().atempt_rate  # type: ignore[attr-defined]  # noqa: B018
