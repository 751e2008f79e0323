"""What chances are worth: closed forms against sums, bounds, directions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.agents.expected_worth import (
    gain_worth,
    lasting_months,
    licence_exposure,
    start_probability,
    time_worth,
)
from innocluster.agents.relations import familiarity_step

SHARE = st.floats(0.0, 1.0)


@given(st.floats(0.001, 0.5))
def test_a_gain_lasts_as_many_months_as_its_geometric_series(depreciation):
    total, kept = 0.0, 1.0 - depreciation
    while kept > 1e-14:
        total += kept
        kept *= 1.0 - depreciation
    assert lasting_months(depreciation) == pytest.approx(total, rel=1e-9)


def test_a_gain_is_worth_its_demand_while_it_lasts():
    # 1 % of productivity, sales of 100 a month, elasticity 3: 2 a month for ten months.
    assert gain_worth(0.01, 100.0, 3.0, 10.0) == pytest.approx(20.0, rel=1e-12)


@given(SHARE, SHARE, SHARE)
def test_starts_lie_between_those_with_and_without_a_grant(one, other, passes):
    aided, unaided = max(one, other), min(one, other)
    chance = start_probability(aided, unaided, passes)
    assert unaided - 1e-15 <= chance <= aided + 1e-15
    assert start_probability(aided, unaided, 0.0) == unaided
    assert start_probability(aided, unaided, 1.0) == pytest.approx(aided, abs=1e-15)


@given(SHARE, st.floats(0.005, 0.3), st.floats(0.01, 0.2), st.floats(0.0, 2.0))
def test_exposure_is_the_sum_over_the_months_of_contact(familiarity, decay, threshold, loading):
    total, left = 0.0, familiarity
    while left >= threshold:
        # Where rounding decides whether the last month still counts, either is right.
        if abs(left - threshold) < 1e-12:
            return
        total += 1.0 + loading * left
        left = familiarity_step(left, decay, 0.0)
    assert licence_exposure(familiarity, decay, threshold, loading) == pytest.approx(
        total, rel=1e-9, abs=1e-12
    )


def test_working_time_is_worth_its_wage():
    assert time_worth(21.0, 2.5, 21.0) == pytest.approx(2.5)
    assert time_worth(0.0, 2.5, 21.0) == 0.0
