"""Boxes as sentences, in both languages."""

from __future__ import annotations

from innocluster.scenarios.sweeps.boxes import Box, Limit
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.viz.words.boxes import box_sentence
from innocluster.viz.words.texts import Texts

GAIN = PARAMETERS["joint_gain"]


def box(*limits: Limit) -> Box:
    return Box(limits, 50, 45, coverage=0.75, density=0.9, share=0.3)


def test_a_box_in_english() -> None:
    found = box(
        Limit("parameters.joint_gain", low=0.0312),
        Limit("programme.budget_scale", low=0.5, high=2.0),
        Limit("forms.demand", levels=("common",)),
        Limit("macro", levels=("frozen", "history")),
        Limit("spin_up_years", high=5.0),
        Limit("x", high=5.0),
    )
    assert box_sentence(found, Texts("en")) == (
        f"Where {GAIN.label} is at least 0.0312; Multiple of the programme’s budget is from 0.5"
        " times to 2 times; Whose demand and prices firms meet: One demand and price for all"
        " sectors; Economy outside: frozen, history; Years of spin-up is at most 5; x is at most 5:"
        " 90 % of the runs are such cases, of all runs 30 %. 75 % of all cases lie there."
    )


def test_a_box_in_korean() -> None:
    found = box(
        Limit("parameters.joint_gain", low=0.0312),
        Limit("forms.demand", levels=("common",)),
        Limit("programme.budget_scale", low=0.5, high=2.0),
    )
    assert box_sentence(found, Texts("ko")) == (
        f"{GAIN.label_ko} 0.0312 이상; 기업이 직면하는 수요와 가격: 모든 업종에 공통인 수요와 가격;"
        " 사업 예산 배수 0.5배~2배인 영역: 실행의 90%가 해당 사례이며 전체에서는 30%이다."
        " 모든 사례의 75%가 이 영역에 든다."
    )


def test_no_box_is_said() -> None:
    assert box_sentence(None, Texts("en")).startswith("No region of the inputs")
    assert box_sentence(None, Texts("ko")).startswith("입력값의 어느 영역에서도")
