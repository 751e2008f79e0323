"""Effects as bars: places by hand, words whole, nothing beyond the edges."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from innocluster.viz.figures.vector import EffectBar, effect_bars

SVG = "{http://www.w3.org/2000/svg}"
LONG = "Members meet within the mini-cluster of their field and with experts from nearby places."


def bar(mean: float, low: float, high: float, does: str = "", name: str = "A") -> EffectBar:
    verdict = "higher" if low > 0.0 else "cannot tell"
    return EffectBar(name, does, mean, low, high, "+1 %", verdict, low > 0.0, "#0072B2")


def drawn(*bars: EffectBar) -> ElementTree.Element:
    return ElementTree.fromstring(effect_bars("Effects", "KRW bn", bars))


def words(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def test_bars_stand_where_their_numbers_are() -> None:
    # The axis goes from 0 at 6 to 200 at 370 − 112 = 258: 1.26 a unit.
    root = drawn(bar(150.0, 100.0, 200.0))
    (interval,) = root.iter(f"{SVG}rect")
    assert (interval.get("x"), interval.get("width")) == ("132.0", "126.0")
    lines = [line.get("x1") for line in root.iter(f"{SVG}line")]
    # Zero, marks at 0, 50, 100, 150 and 200, and the mean.
    assert lines == ["6.0", "6.0", "69.0", "132.0", "195.0", "258.0", "195.0"]


def test_a_loss_stands_left_of_zero_and_the_verdict_right_of_it() -> None:
    # 13 letters of 0.58 · 13 · 1.12 and a gap of 8 leave 246.2 for −100 to 100: zero at 129.1.
    root = drawn(bar(-75.0, -100.0, -50.0), bar(75.0, 50.0, 100.0))
    verdict = next(text for text in root.iter(f"{SVG}text") if text.text == "A cannot tell")
    assert verdict.get("x") == "137.1"


def test_what_a_policy_does_is_written_whole_in_lines_that_fit() -> None:
    root = drawn(bar(1.0, 0.5, 1.5, LONG))
    lines = [text for text in root.iter(f"{SVG}text") if text.get("font-size") == "12.5"]
    assert " ".join(line.text or "" for line in lines) == LONG
    assert len(lines) == 2
    assert words(root).count("higher") == 1
    assert "+1 %" in words(root)


def test_korean_words_take_twice_the_room() -> None:
    # 45 letters of 0.95 · 12.5 do not fit 350, so that they break once.
    root = drawn(bar(1.0, 0.5, 1.5, "가나다라 " * 9))
    lines = [text for text in root.iter(f"{SVG}text") if text.get("font-size") == "12.5"]
    assert len(lines) == 2


@pytest.mark.parametrize("mean", [0.0, 2.0, -2.0])
def test_an_unknown_interval_is_a_mark_alone(mean: float) -> None:
    root = drawn(bar(mean, math.nan, math.nan))
    (interval,) = root.iter(f"{SVG}rect")
    assert interval.get("width") == "1.0"
    assert "nan" not in ElementTree.tostring(root, encoding="unicode")


def test_names_are_escaped_and_told_to_readers_that_do_not_see() -> None:
    root = drawn(bar(1.0, 0.5, 1.5, name="<b>&"))
    assert "<b>& higher" in words(root)
    assert root.get("aria-label") == "Effects. <b>&: +1 %, higher"


def test_a_long_name_takes_room_from_the_bars_and_is_not_cut() -> None:
    # 30 letters and " higher": 37 · 0.58 · 13 · 1.12 = 312 and a gap of 8 leave the least plot, 90.
    root = drawn(bar(150.0, 100.0, 200.0, name="P5@" + "b" * 27))
    (interval,) = root.iter(f"{SVG}rect")
    assert (interval.get("x"), interval.get("width")) == ("51.0", "45.0")


def test_a_long_name_above_a_bar_breaks_before_the_size_of_the_effect() -> None:
    root = drawn(bar(1.0, 0.5, 1.5, "Does.", name="Thematic mini-clusters @ two-level, budget=2"))
    above = words(root)
    assert above[above.index("+1 %") :] == [
        "+1 %", "Thematic mini-clusters @", "two-level, budget=2", "Does.", "higher"
    ]  # fmt: skip
