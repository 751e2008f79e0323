"""Types of pairs and partners of the type that is drawn highest, worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from three_clusters import bodies_of, compiled_or_not, firms_of, proposers_of, view_of

from innocluster.scenarios.policies.planning import bandit
from innocluster.scenarios.policies.planning.bandit import sampled_partners, types_of_pairs
from innocluster.sim.network.pairs import BODY

# Row, neighbour, body, slot and mini-cluster.
PROPOSERS = ((3, 0, -1, 0, 0), (4, -1, -1, 1, 1), (1, 2, -1, 2, 2))


@compiled_or_not(types_of_pairs)
def test_types_of_pairs(kernel: Any) -> None:
    first = np.full(5, 3, np.int32)
    second = np.array([0, 4, 1, BODY + 1, BODY + 2], np.int32)
    assert kernel(firms_of(), bodies_of(), first, second).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("n", "within_reach"), [(0, [1, 1, 2, 1, 2]), (1, [0, 3, 2, 1, 2]), (2, [1, 0, 4, 0, 1])]
)
@compiled_or_not(bandit._count_types)
def test_who_is_within_reach(kernel: Any, n: int, within_reach: list[int]) -> None:
    """Neighbour; own complex without the own mini-cluster; elsewhere; universities; institutes."""
    view, pool = view_of(), np.full(5, -9)
    kernel(view, bodies_of(), proposers_of(*PROPOSERS), view.complex_start, n, (0, 0, 1)[n], pool)
    assert pool.tolist() == within_reach


@pytest.mark.parametrize(
    ("kind", "partners"),
    [
        (0, {0: 0, 2: 2}),
        (1, {0: 4, 1: 0}),
        (2, {0: 2, 1: 1, 2: 4}),
        (3, {0: BODY + 1, 1: BODY + 1}),
        (4, {0: BODY + 3, 1: BODY + 2, 2: BODY}),
    ],
)
@compiled_or_not(sampled_partners)
def test_a_random_one_of_the_best_type(kernel: Any, kind: int, partners: dict[int, int]) -> None:
    """The draws of firms 3, 4 and 1 are 0.930, 0.449 and 0.807.

    Own complex: 3 has one, past its own mini-cluster; 4 has three, ⌊0.449·3⌋ = 1.
    Elsewhere: 3 has two, ⌊0.930·2⌋ = 1; 4 the first; 1 has four, ⌊0.807·4⌋ = 3.
    Institutes: 3 has two, the second; 4 the first; 1 the only one.
    """
    view = view_of()
    wins, losses = np.ones(5), np.full(5, 1e9)
    wins[kind], losses[kind] = 1e9, 1.0
    partner = kernel(
        view, firms_of(), bodies_of(), proposers_of(*PROPOSERS), view.complex_start, wins, losses
    )
    assert {n: int(partner[n]) for n in partners} == partners


@compiled_or_not(sampled_partners)
def test_nobody_within_reach(kernel: Any) -> None:
    view = view_of(members=[3], member_start=[0, 1, 1, 1], body_rows=[], body_start=[0, 0, 0])
    partner = kernel(
        view, firms_of(), bodies_of(), proposers_of((3, -1, -1, 0, 0)), view.complex_start,
        np.ones(5), np.ones(5),
    )  # fmt: skip
    assert partner.tolist() == [-1]
