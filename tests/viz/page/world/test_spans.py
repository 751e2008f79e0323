"""Spans begin and end with what is seen, whatever the order in which it is seen."""

from __future__ import annotations

import numpy as np

from innocluster.viz.page.world.spans import Spans


def test_spans_of_single_agents() -> None:
    spans = Spans()
    spans.see(0, np.array([7]))
    spans.see(1, np.array([7, 3]))
    spans.see(2, np.array([3]))
    spans.see(3, np.array([7, 3]))
    # 7 held before the first month, went in the third and came back in the fourth.
    np.testing.assert_array_equal(spans.table(4, 1), [[7, -1, 2], [3, 1, 4], [7, 3, 4]])


def test_a_pair_is_the_same_from_both_sides() -> None:
    spans = Spans()
    spans.see(5, np.array([2]), np.array([9]))
    spans.see(6, np.array([9, 4]), np.array([2, 1]))
    np.testing.assert_array_equal(spans.table(8, 2), [[2, 9, -1, 8], [1, 4, 6, 8]])
    assert sorted(spans.open_ends().tolist()) == [1, 2, 4, 9]


def test_nothing_seen_is_no_span() -> None:
    spans = Spans()
    spans.see(0, np.zeros(0, np.int64))
    assert spans.table(1, 1).shape == (0, 3)
