"""Runs without a programme are shared by all questions about its money, start and size."""

from __future__ import annotations

from pathlib import Path

from innocluster.viz.page.address import View
from innocluster.viz.page.answers import Question, answer, lacking, simulate


def test_runs_without_a_programme_do_not_depend_on_it(tmp_path: Path) -> None:
    usual = View(last="2007-12", values={"joint_gain": 0.05})
    moved = usual.changed(budget=2.5, start="2006-03", members=2.0)
    worlds = range(2)
    whole = Question.of(moved, tmp_path / "whole")
    every = [o for world in worlds for o in simulate(whole, world)]
    expected = answer(whole, 2, every)
    folder = tmp_path / "shared"
    first = Question.of(usual, folder)
    answer(first, 2, [o for world in worlds for o in simulate(first, world)])
    assert lacking(first, 3) == {2: ("P0", "P5")}
    second = Question.of(moved, folder)
    missing = lacking(second, 3)
    assert missing == {0: ("P5",), 1: ("P5",), 2: ("P0", "P5")}
    found = answer(second, 2, [o for world in worlds for o in simulate(second, world, ["P5"])])
    assert found.digest == expected.digest
    assert found.yearly.equals(expected.yearly)
    # Another parameter makes other worlds.
    third = Question.of(moved.changed(values={}), folder)
    assert lacking(third, 1) == {0: ("P0", "P5")}
