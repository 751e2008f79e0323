"""No result moves unseen: small runs of every policy give the frozen figures, to the bit."""

from __future__ import annotations

import math

import pytest
from baseline import (
    digest_of,
    figures_of,
    full_runs,
    read_digests,
    read_figures,
    small_runs,
)

RENEW = "if it is meant to move: python tests/helpers/baseline.py --renew, and a line in CHANGELOG"


def test_the_frozen_runs_are_those_that_are_made() -> None:
    assert {key[:2] for key in read_figures()} == set(small_runs())
    assert set(read_digests()) == set(full_runs())


@pytest.mark.parametrize(("policy", "seed"), small_runs())
def test_small_runs_give_the_frozen_figures(policy: str, seed: int) -> None:
    frozen = read_figures()
    for key, value in figures_of(policy, seed):
        same = value == frozen[key] or (math.isnan(value) and math.isnan(frozen[key]))
        assert same, f"{key}: {value!r}, frozen {frozen[key]!r}; {RENEW}"


@pytest.mark.parametrize(("preset", "policy"), full_runs())
def test_full_runs_give_the_frozen_bits(preset: str, policy: str) -> None:
    """Every monthly and yearly series of every complex, 2003 to the end of the scenario."""
    assert digest_of(preset, policy) == read_digests()[preset, policy], RENEW
