"""Who joins the programme and who leaves it (M0, A6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.membership import LARGE_FIRM, joining_hazard, joining_score, leaving_hazard

from ..ground.parameter_record import Parameters
from ..network.pairs import BODY

__all__ = ["decide_membership", "expected_joiners", "joining_scores"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Small = NDArray[np.int16]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]


@compiled
def joining_scores(
    count: int,
    employees: Floats,
    revenue: Floats,
    research_intensity: Floats,
    size_effect: float,
    research_effect: float,
    large_effect: float,
) -> Floats:
    """M0: joining score of every row."""
    result = np.empty(count)
    for i in range(count):
        result[i] = joining_score(
            employees[i],
            12.0 * revenue[i],
            research_intensity[i] > 0.0,
            size_effect,
            research_effect,
            large_effect,
        )
    return result


@compiled
def expected_joiners(
    constant: float,
    months: int,
    p: Parameters,
    score: Floats,
    research: NDArray[np.bool_],
    joined: Floats,
) -> float:
    """M0: firms expected to be members after `months`, with no benefit reported yet.

    Firms with R&D know one another, so that the share of known members is
    theirs; the others know nobody.

    Parameters
    ----------
    score : joining scores of the firms of one complex
    joined : scratch of the same length, chance of each to be a member
    """
    performers = 0
    for i in range(score.size):
        joined[i] = 0.0
        performers += research[i]
    leaving = p.leaving_rate / 12.0
    peers = 0.0
    expected = 0.0
    for _ in range(months):
        known = 0.0
        expected = 0.0
        for i in range(score.size):
            hazard = joining_hazard(
                constant, score[i], peers if research[i] else 0.0, p.joining_peers, 0.0
            )
            joined[i] = joined[i] * (1.0 - leaving) + (1.0 - joined[i]) * hazard
            expected += joined[i]
            if research[i]:
                known += joined[i]
        peers = known / max(1, performers)
    return expected


@compiled
def decide_membership(
    p: Parameters,
    constant: Floats,
    benefit: Floats,
    count: int,
    joins: Floats,
    leaves: Floats,
    alive: Flags,
    complex_: Small,
    mini_cluster: Small,
    member: Flags,
    employees: Floats,
    revenue: Floats,
    research_intensity: Floats,
    first_pair: Codes,
    first: Codes,
    second: Codes,
    familiarity: Singles,
    next_first: Codes,
    next_second: Codes,
    decision: Flags,
) -> None:
    """M0: write 1 into `decision` for every firm that will be a member, else 0.

    Joining and leaving are voluntary (A6). A firm knows the firms of its pairs.
    `joins` and `leaves` (capacity,) hold uniforms for every firm.
    """
    highest = joining_score(
        LARGE_FIRM, 0.0, True, p.joining_size, p.joining_research, p.joining_large
    )
    bound = np.empty(constant.size)
    leaving = np.empty(constant.size)
    for c in range(constant.size):
        net = p.joining_benefit * benefit[c]
        bound[c] = joining_hazard(constant[c], highest, 1.0, p.joining_peers, net)
        leaving[c] = leaving_hazard(p.leaving_rate, net)
    for i in range(count):
        decision[i] = 0
        # Few draws come below what the most eager firm would need: most firms end here.
        if member[i] == 0 and joins[i] >= bound[complex_[i]]:
            continue
        if alive[i] == 0 or mini_cluster[i] < 0:
            continue
        if member[i] == 1:
            decision[i] = 0 if leaves[i] < leaving[complex_[i]] else 1
            continue
        net = p.joining_benefit * benefit[complex_[i]]
        score = joining_score(
            employees[i],
            12.0 * revenue[i],
            research_intensity[i] > 0.0,
            p.joining_size,
            p.joining_research,
            p.joining_large,
        )
        # Neither would it join if all that it knows had: nobody need be asked.
        if joins[i] >= joining_hazard(constant[complex_[i]], score, 1.0, p.joining_peers, net):
            continue
        known = 0
        joined = 0
        row = first_pair[i]
        while row >= 0:
            other = second[row] if first[row] == i else first[row]
            following = next_first[row] if first[row] == i else next_second[row]
            if other < BODY and familiarity[row] > 0.0:
                known += 1
                joined += member[other]
            row = following
        peers = joined / known if known > 0 else 0.0
        if joins[i] < joining_hazard(constant[complex_[i]], score, peers, p.joining_peers, net):
            decision[i] = 1
