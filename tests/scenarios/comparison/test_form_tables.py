"""Ranking by form: shares, intervals and leads by hand, and in real runs of a small region."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from innocluster import compare
from innocluster.scenarios.comparison.decision_table import Choice, Criteria
from innocluster.scenarios.comparison.form_tables import (
    Designed,
    drawn_frame,
    form_frame,
)
from innocluster.scenarios.comparison.worlds import Worlds
from innocluster.scenarios.runs.execution import execute_pair, replication_seed
from innocluster.scenarios.runs.ledger import Ledger
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.draws import TWIN_WORLDS
from innocluster.scenarios.statistics.intervals import wilson
from innocluster.sim.ground.forms import RULES

SPENDING = (
    "spent_meetings", "spent_introductions", "spent_tasks", "spent_research", "spent_support",
    "spent_transfers", "spent_overhead",
)  # fmt: skip


def worlds(effects: dict[str, list[float]], drawn: dict[str, list[float]]) -> Worlds:
    """Worlds with the given effects of P2 and P5 on revenue 2013, KRW tn, P0 at 100."""
    count = len(effects["P5"])
    yearly: dict[str, dict[str, np.ndarray]] = {}
    for arm, added in {"P0": [0.0] * count, **effects}.items():
        table = {name: np.zeros((count, 11, 1)) for name in (*SPENDING, "carry_over")}
        table["revenue"] = 100.0 + np.array(added)[:, None, None] * np.ones((count, 11, 1))
        table["value_added"] = np.zeros((count, 11, 1))
        table["value_added"][:, -1, 0] = added
        if arm != "P0":
            table["spent_tasks"][:, -1, 0] = 500.0
        yearly[arm] = table
    runs = dict.fromkeys(yearly, count)
    numbers = np.arange(count)
    return Worlds(
        ("all",), 2013, yearly, runs, 0, numbers, {n: np.array(v) for n, v in drawn.items()}
    )


def rows_of(frame: Any, **values: object) -> Any:
    for column, value in values.items():
        frame = frame[frame[column] == value]
    return frame


def test_drawn_forms_by_hand() -> None:
    """Under `uniform` P2 is ahead in three worlds of three, otherwise P5 in five of five."""
    effects = {
        "P2": [1.0, 1.2, 0.8, 1.0, 1.0, 3.0, 3.3, 2.7],
        "P5": [3.0, 3.1, 2.9, 3.2, 2.8, 1.0, 1.1, 0.9],
    }
    run = worlds(effects, {"occasions": [0.0] * 5 + [1.0] * 3})
    choice = Choice(run, Criteria())
    frame = form_frame(Designed("drawn", run), choice)
    over_all = rows_of(frame, rule="", form="").set_index("policy")
    assert over_all["leads"].to_dict() == {"P0": 0, "P2": 3, "P5": 5}
    assert over_all.loc["P5", ["low", "high"]].tolist() == list(wilson(5, 8))
    other = rows_of(frame, form="uniform").set_index("policy")
    assert other.loc["P2", ["worlds", "leads", "share"]].tolist() == [3, 3, 1.0]
    assert other.loc["P2", "lead"] == pytest.approx(-2.0)
    assert other["finding"].to_dict() == {"P0": "", "P2": "turns", "P5": ""}
    assert other["above"].to_dict() == {"P0": 0.0, "P2": 1.0, "P5": 1.0}
    usual = rows_of(frame, form="staff").set_index("policy")
    assert usual["usual"].all()
    assert usual.loc["P2", "lead"] == pytest.approx(2.0)
    assert (usual["finding"] == "").all()
    sums = frame.groupby(["rule", "form"])["share"].sum()
    assert sums.tolist() == pytest.approx([1.0] * len(sums))


def test_one_other_form_is_judged_by_what_it_changes_in_the_same_worlds() -> None:
    """The twins of worlds 0 to 2 lose 4 against P2: 2 on average of all worlds becomes -2."""
    spread = [0.0, 0.3, -0.3, 0.2, -0.2, 0.0]
    compared = worlds(
        {"P2": [1.0] * 6, "P5": [3.0 + s for s in spread]}, {}
    )  # fmt: skip
    twins = worlds(
        {"P2": [5.0, 5.1, 4.9], "P5": [3.0 + s for s in spread[:3]]}, {"occasions": [1.0] * 3}
    )
    choice = Choice(compared, Criteria())
    frame = form_frame(Designed("one", twins), choice)
    assert [tuple(g) for g in frame[["rule", "form"]].drop_duplicates().to_numpy()] == [
        ("", ""), ("", "usual"), ("occasions", "uniform"),
    ]  # fmt: skip
    same = rows_of(frame, form="usual").set_index("policy")
    assert same["leads"].to_dict() == {"P0": 0, "P2": 0, "P5": 3}
    form = rows_of(frame, form="uniform").set_index("policy")
    assert form["leads"].to_dict() == {"P0": 0, "P2": 3, "P5": 0}
    assert form.loc["P2", "lead"] == pytest.approx(-2.0)
    assert form.loc["P2", "finding"] == "turns"
    assert form.loc["P0", "lead"] == pytest.approx(3.0)


def test_one_world_alone_never_settles_what_a_form_does() -> None:
    compared = worlds({"P2": [1.0] * 4, "P5": [2.0, 2.1, 1.9, 2.0]}, {})
    twin = worlds({"P2": [9.0], "P5": [2.0]}, {"entry": [1.0]})
    frame = form_frame(Designed("one", twin), Choice(compared, Criteria()))
    form = rows_of(frame, form="proportional").set_index("policy")
    assert form.loc["P2", "finding"] == "may turn"
    assert np.isnan(form.loc["P2", "lead_high"])


def test_without_worlds_for_forms_the_table_is_empty() -> None:
    compared = worlds({"P5": [1.0, 2.0]}, {})
    assert form_frame(Designed("none", None), Choice(compared, Criteria())).empty


def test_draws_are_written_with_the_names_of_forms() -> None:
    frame = drawn_frame(worlds({"P5": [1.0, 2.0]}, {"x": [0.1, 0.2], "entry": [1.0, 0.0]}))
    assert frame["entry"].tolist() == ["proportional", "land"]
    assert frame["x"].tolist() == [0.1, 0.2]


def test_usual_forms_that_are_drawn_are_the_plain_run_bit_for_bit(small: Scenario) -> None:
    usual = dict.fromkeys(RULES, 0.0)
    plain, drawn = (execute_pair(small, ["P0", "P5"], 0, d) for d in ({}, usual))
    for one, other in zip(plain, drawn, strict=True):
        assert one.yearly is not None
        assert other.yearly is not None
        for name, rows in one.yearly.items():
            assert rows.tobytes() == other.yearly[name].tobytes(), name
    with Ledger(None, small, None) as first, Ledger(None, small, lambda _: usual) as second:
        assert first.key("P5", 0) == second.key("P5", 0)
    with Ledger(None, small, lambda _: {**usual, "entry": 1.0}) as third:
        assert third.key("P5", 0) != second.key("P5", 0)


def test_another_form_is_another_run(small: Scenario) -> None:
    (plain,), (drawn,), (chosen,) = (
        execute_pair(scenario, ["P0"], 0, draw)
        for scenario, draw in (
            (small, {}), (small, {"occasions": 1.0}),
            (small.replaced(forms={"occasions": "uniform"}), {"occasions": 0.0}),
        )
    )  # fmt: skip
    assert plain.yearly is not None
    assert drawn.yearly is not None
    assert chosen.yearly is not None
    assert plain.yearly["revenue"].tolist() != drawn.yearly["revenue"].tolist()
    # What the scenario sets goes before what is drawn.
    assert chosen.yearly["revenue"].tolist() == drawn.yearly["revenue"].tolist()


def test_twins_share_their_luck() -> None:
    assert replication_seed(5, 3) == replication_seed(5, TWIN_WORLDS + 3)
    assert replication_seed(5, 3) != replication_seed(5, 4)


def test_a_comparison_tries_other_forms_beside_its_worlds(small: Scenario) -> None:
    seen: list[int] = []
    result = compare(
        ("P5",), small, pairs=10, max_pairs=10, workers=1,
        progress=lambda done, *_: seen.append(done),
    )  # fmt: skip
    assert (result.meta["form_design"], result.meta["form_worlds"]) == ("one", 3)
    # Runs are stored, and told, a few together: first the worlds, then those of other forms.
    told = [done for done in seen if done]
    turn = told.index(10) + 1
    assert told[:turn] == sorted(set(told[:turn]))
    assert told[turn:] == sorted(set(told[turn:]))
    assert told[-1] == 3
    tried = result.forms[result.forms["rule"] != ""]
    assert (tried["form"].map(lambda form: form) != "").all()
    assert tried["worlds"].sum() == 2 * 3
    document = json.loads(result.to_json())
    assert document["form_worlds"] == 3
    assert len(document["forms"]) == len(result.forms)


def test_a_comparison_under_forms_draws_them_in_every_world(small: Scenario) -> None:
    result = compare(("P5",), small, pairs=4, max_pairs=4, workers=1, under="forms")
    assert (result.meta["form_design"], result.meta["form_worlds"]) == ("drawn", 4)
    for rule in RULES:
        assert set(result.draws[rule]) <= set(RULES[rule].forms)
        own = result.forms[(result.forms["rule"] == rule) & (result.forms["policy"] == "P5")]
        assert own["worlds"].sum() == 4
    fixed = compare(
        ("P5",), small.replaced(forms={"entry": "land"}), pairs=2, max_pairs=2, workers=1,
        under="forms",
    )  # fmt: skip
    assert "entry" not in fixed.draws
    assert "entry" not in set(fixed.forms["rule"])
