"""Records and tables in compiled and in uncompiled functions."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError
from numpy.typing import NDArray

from innocluster.agents import columns
from innocluster.agents.columns import Table, column
from innocluster.agents.compilation import compiled
from innocluster.agents.elementary import log
from innocluster.agents.records import Record


@dataclass
class Herd(Table):
    """Three columns alone, two side by side, one of several numbers a row."""

    weight: NDArray[np.float64] = column(np.float64, "kg", "weight")
    age: NDArray[np.int16] = column(np.int16, "years", "age")
    alive: NDArray[np.int8] = column(np.int8, "0 or 1", "alive")
    mother: NDArray[np.int32] = column(np.int32, "row", "mother", beside="family")
    trust: NDArray[np.float32] = column(np.float32, "1", "trust", beside="family")
    colour: NDArray[np.float32] = column(np.float32, "1", "colour", width=0)


@dataclass(frozen=True)
class Season(Record):
    """Numbers, an array and something that compiled functions do not see."""

    days: int
    growth: float
    rain: NDArray[np.float64]
    name: str


@compiled
def grow(herd: Herd, season: Season) -> float:
    """Sum over the herd of what it gains, by all kinds of columns."""
    gained = 0.0
    for i in range(herd.count):
        if herd.alive[i] == 0:
            continue
        gain = season.growth * season.days * season.rain[herd.age[i]]
        for f in range(herd.colour.shape[1]):
            gain += herd.colour[i, f]
        herd.weight[i] += gain * herd.trust[herd.mother[i]]
        herd.age[i] += 1
        gained += herd.weight[i]
    return gained


def herd_of_three(capacity: int = 3) -> Herd:
    herd = Herd.allocate(capacity, colour=2)
    herd.count = 3
    herd.weight[:3] = 10.0, 20.0, 30.0
    herd.age[:3] = 0, 1, 2
    herd.alive[:3] = 1, 0, 1
    herd.mother[:3] = 1, 2, 0
    herd.trust[:3] = 0.5, 0.25, 1.0
    herd.colour[:3] = [[1.0, 2.0], [0.0, 0.0], [0.5, 0.25]]
    return herd


SEASON = Season(2, 0.5, np.array([1.0, 2.0, 4.0]), "spring")


@pytest.mark.parametrize("function", [grow, grow.py_func], ids=["compiled", "uncompiled"])
def test_a_rule_takes_a_table_of_three_rows(function: Any) -> None:
    herd = herd_of_three()
    # 10 + (0.5·2·1 + 3)·0.25 = 11; 30 + (0.5·2·4 + 0.75)·0.5 = 32.375
    assert function(herd, SEASON) == 43.375
    assert herd.weight.tolist() == [11.0, 20.0, 32.375]
    assert herd.age.tolist() == [1, 1, 3]


def test_columns_side_by_side_are_one_array() -> None:
    herd = herd_of_three()
    assert herd.mother.base is herd.trust.base
    assert herd.trust.strides == (8,)
    assert herd.weight.flags.c_contiguous


def test_a_grown_table_is_seen_at_its_new_place() -> None:
    herd = herd_of_three()
    grow(herd, SEASON)
    herd.reserve(1000)
    herd.count = 4
    herd.weight[3], herd.alive[3], herd.mother[3], herd.trust[3] = 5.0, 1, 3, 1.0
    assert herd.weight[:3].tolist() == [11.0, 20.0, 32.375]
    herd.age[:4] = 0
    # 11 + 4·0.25 = 12; 32.375 + 1.75·0.5 = 33.25; 5 + 1 = 6
    assert grow(herd, SEASON) == pytest.approx(51.25)


def test_rows_are_counted_anew_without_a_new_column() -> None:
    herd = herd_of_three()
    grow(herd, SEASON)
    herd.count = 1
    herd.age[0] = 0
    assert grow(herd, SEASON) == 11.0 + (1.0 + 3.0) * 0.25


def test_a_replaced_column_is_seen() -> None:
    herd = herd_of_three()
    grow(herd, SEASON)
    herd.weight, herd.age = np.zeros(3), np.zeros(3, np.int16)
    assert grow(herd, SEASON) == (1.0 + 3.0) * 0.25 + (1.0 + 0.75) * 0.5


def test_a_column_of_another_type_is_compiled_for() -> None:
    herd = herd_of_three()
    herd.weight = np.array([10, 20, 30], np.float32)  # type: ignore[assignment]
    assert grow(herd, SEASON) == 43.375


def test_copies_and_pickles_stand_alone() -> None:
    herd = herd_of_three()
    grow(herd, SEASON)
    for other in (herd.copy(), pickle.loads(pickle.dumps(herd))):
        before = herd.weight.copy()
        other.age[:3] = 0
        grow(other, SEASON)
        assert herd.weight.tolist() == before.tolist()
        assert other.weight[0] > before[0]


def test_rows_that_are_kept_move_up_and_free_ones_are_empty(monkeypatch) -> None:
    herd = herd_of_three(4)
    herd.count = 4
    herd.weight[3], herd.age[3], herd.mother[3], herd.colour[3] = 40.0, 3, 7, [4.0, 5.0]
    # As if there were many more than are moved at once.
    monkeypatch.setattr(columns, "_BLOCK", 3)
    herd.keep(np.array([False, True, False, True]))
    assert herd.count == 2
    assert herd.weight.tolist() == [20.0, 40.0, 0.0, 0.0]
    assert herd.age.tolist() == [1, 3, 0, 0]
    assert herd.mother.tolist() == [2, 7, 0, 0]
    assert herd.trust.tolist() == [0.25, 0.0, 0.0, 0.0]
    assert herd.colour.tolist() == [[0.0, 0.0], [4.0, 5.0], [0.0, 0.0], [0.0, 0.0]]


def test_what_a_record_does_not_have_is_named() -> None:
    @compiled
    def reads_a_text(season: Season) -> int:
        return season.name  # type: ignore[return-value]

    with pytest.raises(TypingError, match="name"):
        reads_a_text(SEASON)
    with pytest.raises(AttributeError, match="height"):
        herd_of_three().height  # noqa: B018


def test_loops_over_columns_become_vector_instructions() -> None:
    """Reading a column through its table costs a loop nothing: the compiler hoists it."""

    @numba.njit(error_model="numpy")  # Code from the cache shows no instructions.
    def add(herd: Herd) -> None:
        for i in range(herd.count):
            herd.weight[i] = log(herd.weight[i])

    herd = herd_of_three()
    add(herd)
    (assembly,) = add.inspect_asm().values()  # type: ignore[attr-defined]
    packed = ("vmulpd", "mulpd", "fmul\tv", "fmul v")
    assert any(instruction in assembly for instruction in packed)
