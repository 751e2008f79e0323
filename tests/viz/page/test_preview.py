"""The preview does its arithmetic, and says why where it knows nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.viz.page import preview
from innocluster.viz.page.address import MEASURES, View
from innocluster.viz.page.levers import LEVERS, month_of, months_of, settings_at
from innocluster.viz.page.preview import load_preview, places_of, predicted, reason_for_none
from innocluster.viz.page.stored import usual_answer
from innocluster.viz.words.texts import Texts

PLACES = [0.5] + [0.0] * (len(LEVERS) - 1)


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Effect 2 + 3 x + y of budget and month, error 0.16 × 0.5², variance of luck e."""
    document = {
        "seed": 2005, "worlds": 30, "terms": [[], [[0, 1]], [[len(LEVERS), 1]]],
        "factor": [[0.5], [0.0, 0.0], [0.0, 0.0, 0.0]],
        "outcomes": {
            "revenue_2013": {
                "weights": [2.0, 3.0, 1.0], "error": 0.16, "noise_terms": [[]],
                "noise_weights": [1.0], "noise_limits": [-9.0, 9.0], "width": 2.0,
            }
        },
    }  # fmt: skip
    monkeypatch.setattr(preview, "load_preview", lambda: document)


def test_mean_and_band_by_hand(by_hand: None) -> None:
    # Nine months after April, in January: y = -1.  x = 0.5.
    found = predicted([0.75, 9.0 / 60.0, *PLACES[2:]], "revenue_2013", 2005, 30)
    # Variance 0.16 × 0.5² + e / 30; two standard deviations.
    half = 2.0 * math.sqrt(0.04 + math.e / 30.0)
    assert found.mean == pytest.approx(2.0 + 1.5 - 1.0)
    assert found.low == pytest.approx(found.mean - half)
    assert found.high == pytest.approx(found.mean + half)
    december = predicted([0.75, 8.0 / 60.0, *PLACES[2:]], "revenue_2013", 2005, 30)
    assert december.mean == pytest.approx(2.0 + 1.5 + 1.0)


def test_other_worlds_than_those_that_taught_it_add_their_luck(by_hand: None) -> None:
    other = predicted(PLACES, "revenue_2013", 1, 30)
    half = 2.0 * math.sqrt(0.04 + math.e * (1.0 / 30.0 + 1.0 / 30.0))
    assert other.high - other.mean == pytest.approx(half)
    some = predicted(PLACES, "revenue_2013", 2005, 10)
    half = 2.0 * math.sqrt(0.04 + math.e / 10.0)
    assert some.high - some.mean == pytest.approx(half)


@pytest.mark.parametrize("measure", MEASURES)
def test_no_money_is_no_effect(measure: str) -> None:
    found = predicted([0.0, *PLACES[1:]], f"{measure}_2013", 2005, 30)
    assert (found.mean, found.low, found.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("measure", MEASURES)
def test_the_stored_answer_lies_in_the_band(measure: str) -> None:
    table = usual_answer().yearly
    rows = table[(table["policy"] == "P5") & (table["complex"] == "all")]
    row = rows[(rows["indicator"] == measure) & (rows["year"] == 2013)].iloc[0]
    band = predicted(places_of(View()), f"{measure}_2013", 2005, 30)
    assert band.low <= row.effect_mean <= band.high


@given(st.lists(st.floats(0.0, 1.0), min_size=len(LEVERS), max_size=len(LEVERS)))
def test_levers_stand_where_their_values_say(places: list[float]) -> None:
    scenario = settings_at(places)
    programme = scenario.programme
    view = View(
        budget=programme.budget_scale, start=programme.start, members=programme.members_scale,
        values=scenario.parameters,
    )  # fmt: skip
    found = places_of(view)
    assert found[0] == pytest.approx(places[0], abs=1e-7)
    assert found[1] == pytest.approx(places[1], abs=0.5 / 60.0 + 1e-9)  # whole months
    assert found[2:] == pytest.approx(places[2:], abs=1e-7)


def test_months_count_from_april_2005() -> None:
    assert [month_of(m) for m in (0, 8, 9, 60)] == ["2005-04", "2005-12", "2006-01", "2010-04"]
    assert [months_of(month_of(m)) for m in range(61)] == list(range(61))


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (View(), ""),
        (View(values={"joint_gain": 0.05}), ""),
        (View(policy="P2"), "no_policy"),
        (View(against="P2"), "no_policy"),
        (View(forms={"entry": "proportional"}), "no_form"),
        (View(macro="frozen"), "no_world"),
        (View(last="2012-12"), "no_world"),
        (View(place="ulsan"), "no_place"),
        (View(values={"target_utilisation": 0.8}), "no_parameter"),
        (View(budget=4.5), "no_range"),
        (View(values={"joint_gain": 0.5}), "no_range"),
    ],
)
def test_it_says_why_it_says_nothing(view: View, reason: str) -> None:
    found = reason_for_none(view)
    assert found == (f"page.preview.{reason}" if reason else "")
    assert not found or all(found in Texts(language) for language in ("en", "ko"))


def test_it_knows_the_levers_of_the_page() -> None:
    document = load_preview()
    assert document["levers"] == [lever.key for lever in LEVERS]
    for lever in LEVERS[3:]:
        assert (lever.low, lever.high) == (PARAMETERS[lever.key].low, PARAMETERS[lever.key].high)
