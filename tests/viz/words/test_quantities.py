"""Numbers as they are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.viz.words.quantities import (
    effect_unit,
    indicator_label,
    indicator_phrase,
    level,
    level_unit,
    plain,
    precise,
    rounded,
    spread,
    two_digits,
)
from innocluster.viz.words.texts import Texts

EN, KO = Texts("en"), Texts("ko")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.01234, "0.0123"), (-3.14159, "−3.14"), (290.6, "291"), (12345.6, "12,346"),
     (math.nan, "–"), (math.inf, "–")],
)  # fmt: skip
def test_plain(value: float, text: str) -> None:
    assert plain(value) == text


def test_zero_has_no_sign() -> None:
    assert precise(-0.0001, 2) == "0.00"


def test_decimals_follow_the_width_of_the_interval() -> None:
    assert spread(312.3456, 250.1, 374.6) == ("312", "250", "375")
    assert spread(0.0761234, 0.061, 0.091) == ("0.076", "0.061", "0.091")
    assert spread(5.0, math.nan, math.nan) == ("5.0", "–", "–")
    assert spread(0.0, 0.0, 0.0) == ("0", "0", "0")
    assert spread(351.2, 351.2 - 1e-10, 351.2 + 1e-10) == ("351.20", "351.20", "351.20")


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e9))
def test_an_interval_is_written_in_order(mean: float, half: float) -> None:
    texts = spread(mean, mean - half, mean + half)
    values = [float(text.replace(",", "").replace("−", "-")) for text in texts]
    assert values[1] <= values[0] <= values[2]


@given(st.floats(1e-3, 1e12))
def test_plain_is_right_to_three_digits(value: float) -> None:
    written = float(plain(value).replace(",", ""))
    assert written == pytest.approx(value, rel=5.1e-3)


def test_money_is_counted_as_its_readers_count() -> None:
    assert effect_unit("KRW tn", EN).amount.format(value="310") == "KRW 310 bn"
    unit = level_unit("USD bn", KO)
    assert unit.amount.format(value=plain(194 * unit.factor)) == "1,940억 달러"
    unit = effect_unit("KRW tn", KO)
    assert unit.amount.format(value=plain(0.031 * unit.factor)) == "310억 원"


def test_counts_are_written_in_full() -> None:
    assert level(400_000.4, "persons") == "400,000"
    assert level(290.6, "KRW tn") == "291"


def test_indicators_in_words() -> None:
    assert indicator_label("revenue_2013", EN) == "Revenue 2013"
    assert indicator_phrase("revenue_2013", EN) == "revenue in 2013"
    assert indicator_label("revenue_2013", KO) == "2013년 생산액"
    assert "2005" in indicator_label("contacts_2005_h1", EN)
    with pytest.raises(KeyError):
        indicator_label("nonsense_2013", EN)


@pytest.mark.parametrize(
    ("numbers", "written"),
    [
        ((0.3461, 0.298, 0.395), ("0.35", "0.30", "0.40")),
        ((1.5727, 1.479, 1.667), ("1.6", "1.5", "1.7")),
        # What is largest of mean and half-width, 0.0222, sets the decimals.
        ((-0.0118, -0.0341, 0.0104), ("−0.012", "−0.034", "0.010")),
        ((12.3, 5.1, 19.6), ("12", "5", "20")),
        ((0.346, math.nan, math.nan), ("0.35", "–", "–")),
        ((0.0, 0.0, 0.0), ("0", "0", "0")),
    ],
)
def test_two_digits(numbers: tuple[float, float, float], written: tuple[str, str, str]) -> None:
    assert two_digits(*numbers) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(9014.0, "9,000"), (350.9, "350"), (0.0473, "0.047"), (-1388.0, "−1,400")],
)
def test_rounded(value: float, written: str) -> None:
    assert rounded(value) == written
