"""Seven firms in three mini-clusters of two complexes, four research bodies: cases by hand.

Complex 0 holds mini-cluster 0 with the members 3, 0 and 5, and mini-cluster 1 with the member
4; complex 1 holds mini-cluster 2 with the members 1 and 2.  Firm 6 is no member.  A firm's
identifier is its row plus 10.  Complex 0 has the institutes 2 and 3 and the university 1,
complex 1 the institute 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from policy_views import bare_view

from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.scenarios.policies.planning.candidates import Roster
from innocluster.scenarios.policies.planning.introductions import Proposers
from innocluster.sim.coordination.policy import CoordinationView
from innocluster.sim.network.pairs import BODY

MEMBERS = (3, 0, 5, 4, 1, 2)
COMPLEX = (0, 1, 1, 0, 0, 0, 1)
MINI_CLUSTER = (0, 2, 2, 0, 1, 0, 2)


def view_of(**changes: object) -> CoordinationView:
    """What a policy sees of them in month 50, under key 17."""
    seen: dict[str, object] = {
        "members": MEMBERS, "member_start": [0, 3, 4, 6], "cluster_complex": [0, 0, 1],
        "body_rows": [2, 1, 3, 0], "body_start": [0, 3, 4],
        "proximity": np.array([[1.0, 0.5], [0.5, 1.0]]),
    }  # fmt: skip
    return bare_view(**(seen | changes))


def firms_of() -> FirmTable:
    """The firms."""
    firms = FirmTable.allocate(7, knowledge=2)
    firms.count = 7
    firms.identifier[:] = np.arange(10, 17)
    firms.complex[:] = COMPLEX
    firms.mini_cluster[:] = MINI_CLUSTER
    return firms


def bodies_of() -> ResearchBodyTable:
    """The universities and institutes."""
    bodies = ResearchBodyTable.allocate(4, knowledge=2)
    bodies.count = 4
    bodies.identifier[:] = 100, 101, 102, 103
    bodies.institute[:] = 1, 0, 1, 1
    bodies.complex[:] = 1, 0, 0, 0
    bodies.knowledge[:] = [[1.0, 0.0], [1.0, 0.0], [0.6, 0.8], [0.0, 1.0]]
    return bodies


def position() -> np.ndarray:
    """Place of each firm row among the members."""
    place = np.full(7, -1, np.int32)
    place[list(MEMBERS)] = np.arange(6)
    return place


def roster_of(**changes: Any) -> Roster:
    """What a coordinator without noise knows of the members."""
    known: dict[str, Any] = {
        "month": 48, "noise": 0.0, "noise_research": 0.0, "position": position(),
        "start": np.array([0, 3, 4, 6]), "complex_start": np.array([0, 4, 6]),
        "rows": np.array(MEMBERS, np.int32), "identifier": np.array(MEMBERS) + 10,
        "complex": np.array([0, 0, 0, 0, 1, 1], np.int16),
        "mini_cluster": np.array([0, 0, 0, 1, 2, 2], np.int16),
        "sector": np.array([0, 0, 1, 0, 0, 1], np.int16),
        "niche": np.array([2, 2, 2, 1, 2, 0], np.int16),
        "knowledge": np.array(
            [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], np.float32
        ),
        "absorption": np.array([0.5, 0.25, 0.0, 0.75, 1.0, 0.125]),
        "employees": np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0]),
        "revenue": np.array([100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0]),
        "advantage": np.array([0.0, 0.1, 0.2, -0.1, 0.3, -0.2]),
    }  # fmt: skip
    return Roster(**(known | changes))


def proposers_of(*each: tuple[int, int, int, int, int]) -> Proposers:
    """Proposers by row, neighbour, research body (-1 for none), slot and mini-cluster."""
    row, neighbour, body, slot, cluster = np.array(each, np.int32).T
    expert = np.where(body >= 0, BODY + body, -1).astype(np.int32)
    return Proposers(row.copy(), neighbour.copy(), expert, slot.copy(), cluster.copy())


def compiled_or_not(kernel: Any) -> Any:
    """Mark of a test that runs a kernel compiled and uncompiled."""
    return pytest.mark.parametrize(
        "kernel", [kernel, kernel.py_func], ids=["compiled", "uncompiled"]
    )
