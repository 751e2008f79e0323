"""Elementary functions against forty-digit arithmetic and known quantiles."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from innocluster.agents.elementary import exp, exp_array, log, log_array, logistic, normal_quantile


def units_in_the_last_place(value: float, exact: Decimal) -> float:
    return float(abs(Decimal(value) - exact) / Decimal(math.ulp(float(exact))))


@given(st.floats(-700.0, 708.0))
def test_exp_is_within_one_unit_in_the_last_place(x):
    with localcontext(prec=40):
        assert units_in_the_last_place(exp(x), Decimal(x).exp()) <= 1.0


@given(st.floats(1e-300, 1e300) | st.floats(0.5, 2.0))
def test_log_is_within_one_unit_in_the_last_place(x):
    with localcontext(prec=40):
        exact = Decimal(x).ln()
        if exact == 0:
            assert log(x) == 0.0
        else:
            assert units_in_the_last_place(log(x), exact) <= 1.0


def test_exact_values_and_ends_of_the_range():
    assert exp(0.0) == 1.0
    assert log(1.0) == 0.0
    assert log(0.0) == -np.inf
    assert np.isnan(log(-1.0))
    assert log(np.inf) == np.inf
    assert exp(1e4) == np.inf
    assert exp(-1e4) == 0.0
    assert exp(-np.inf) == 0.0


@given(st.floats(1e-9, 1.0 - 1e-9))
def test_normal_quantile_has_the_published_error(u):
    assert normal_quantile(u) == pytest.approx(ndtri(u), rel=1.2e-9, abs=1e-9)


@given(st.floats(1e-6, 0.5))
def test_normal_quantile_is_odd(u):
    assert normal_quantile(u) == pytest.approx(-normal_quantile(1.0 - u), rel=1e-8, abs=1e-12)


@given(st.floats(-30.0, 30.0), st.floats(0.0, 5.0))
def test_logistic_is_a_rising_probability(x, step):
    assert 0.0 < logistic(x) <= logistic(x + step) <= 1.0
    assert logistic(x) + logistic(-x) == pytest.approx(1.0, abs=1e-15)


def test_arrays_are_the_single_values():
    x = np.linspace(0.01, 50.0, 997)
    assert np.array_equal(exp_array(x), [exp(value) for value in x])
    assert np.array_equal(log_array(x), [log(value) for value in x])
