"""Who loses what better firms gain: the month of sales against the closed form (D1)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innocluster.calibration.displacement import DISPLACEMENT
from innocluster.scenarios.errors import InputError

GROUPS = ("better", "others", "all")


def test_a_tenth_of_the_firms_gains_two_percent_of_quality() -> None:
    """At σ 3, worked out for s = 0, 0.23 and 1; a tenth of firms is about a tenth of sales."""
    found = DISPLACEMENT.document({})["results"]
    assert found["market_share"] == [0.0, 0.23, 1.0]
    assert found["part_of_sales"] == pytest.approx(0.098, abs=0.004)
    assert found["better"] == pytest.approx([4.08, 3.99, 3.67], abs=0.02)
    assert found["others"] == pytest.approx([0.0, -0.09, -0.40], abs=0.02)
    assert found["all"] == pytest.approx([0.40, 0.31, 0.0], abs=0.02)
    assert found["others"][0] == 0.0


@settings(max_examples=20, deadline=None)
@given(
    st.integers(2, 300), st.floats(0.05, 1.0), st.floats(-0.5, 0.5), st.floats(1.0, 6.0),
    st.floats(0.0, 1.0),
)  # fmt: skip
def test_the_engine_meets_the_closed_form(firms, treated, gain, substitution, market_share) -> None:
    found = DISPLACEMENT.document(
        {"firms": firms, "treated": treated, "gain": gain, "substitution": substitution,
         "market_share": market_share}
    )["results"]  # fmt: skip
    for group in GROUPS:
        expected = found[f"{group}_closed_form"]
        if None in found[group]:
            assert found["part_of_sales"] == {"better": 0.0, "others": 1.0}[group]
            assert found[group] == [None] * 3
        else:
            assert found[group] == pytest.approx(expected, rel=1e-9, abs=1e-9), group


def test_a_parameter_out_of_range_is_named() -> None:
    with pytest.raises(InputError, match="market_share"):
        DISPLACEMENT.document({"market_share": 1.5})
