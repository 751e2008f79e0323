"""Candidates of every member, against draws worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from three_clusters import compiled_or_not, roster_of, view_of

from innocluster.scenarios.policies.planning.candidates import ANYWHERE, OWN_COMPLEX
from innocluster.scenarios.policies.planning.shortlists import candidates_of_members
from innocluster.sim.network.pairs import BODY

LOOKS = [1, 0, 0, 2, 5, 0]
EXPERT_LOOKS = [0, 2, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("scope", "pairs"),
    [
        # Place 0: ⌊0.858·3⌋ = 2, past itself 3.  Place 1: ⌊0.956·3⌋ = ⌊0.693·3⌋ = 2, body 3
        # once.  Place 3: ⌊0.057·3⌋ = 0, ⌊0.958·3⌋ = 2.  Place 4 has one other: all of them.
        (OWN_COMPLEX, [(0, 3), (1, BODY + 3), (3, 0), (3, 2), (4, 5)]),
        # ⌊0.858·5⌋ = 4, past itself 5.  ⌊0.956·4⌋ = 3, body 0, and ⌊0.693·4⌋ = 2, body 3.
        # ⌊0.057·5⌋ = 0 and ⌊0.958·5⌋ = 4, past itself 5.  Place 4 looks at all five.
        (
            ANYWHERE,
            [(0, 5), (1, BODY), (1, BODY + 3), (3, 0), (3, 5), (4, 0), (4, 1), (4, 2), (4, 3),
             (4, 5)],
        ),
    ],
)  # fmt: skip
@compiled_or_not(candidates_of_members)
def test_keyed_candidates(kernel: Any, scope: int, pairs: list[tuple[int, int]]) -> None:
    looks, expert_looks = np.array(LOOKS), np.array(EXPERT_LOOKS)
    first, second = kernel(view_of(), scope, looks, expert_looks, roster_of())
    assert list(zip(first.tolist(), second.tolist(), strict=True)) == pairs
