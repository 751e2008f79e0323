"""Who joins the programme and who leaves it (M0, A6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.agents.decisions import (
    MOST_GROWTH,
    joining_hazard,
    joining_score,
    leaving_hazard,
    recent_growth,
)
from innocluster.agents.firms import FirmTable

from ..ground.parameter_record import Parameters
from ..network.pairs import BODY, PairTable, following_pair, partner_in

__all__ = ["decide_membership", "expected_joiners", "joining_scores"]

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]


@inlined
def _score(i: int, p: Parameters, firms: FirmTable) -> float:
    """M0: joining score of a firm."""
    return joining_score(
        firms.employees[i],
        12.0 * firms.revenue[i],
        firms.research_intensity[i] > 0.0,
        p.joining_size,
        p.joining_research,
        p.joining_large,
        p.large_firm,
        p.large_revenue,
        recent_growth(firms.revenue[i], firms.smoothed_sales[i]),
        p.joining_growth,
    )


@compiled
def joining_scores(p: Parameters, firms: FirmTable) -> Floats:
    """M0: joining score of every row."""
    result = np.empty(firms.count)
    for i in range(firms.count):
        result[i] = _score(i, p, firms)
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
    leaving = leaving_hazard(p.leaving_rate, 0.0)
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
    joins: Floats,
    leaves: Floats,
    firms: FirmTable,
    pairs: PairTable,
    decision: Flags,
) -> None:
    """M0: write 1 into `decision` for every firm that will be a member, else 0.

    Joining and leaving are voluntary (A6). A firm knows the firms of its pairs.

    Parameters
    ----------
    constant, benefit : (C,) constant of joining, benefit reported by members
    joins, leaves : (capacity,) uniforms for every firm
    """
    highest = joining_score(
        p.large_firm, 0.0, True, p.joining_size, p.joining_research, p.joining_large,
        p.large_firm, p.large_revenue, MOST_GROWTH, p.joining_growth,
    )  # fmt: skip
    bound = np.empty(constant.size)
    leaving = np.empty(constant.size)
    for c in range(constant.size):
        net = p.joining_benefit * benefit[c]
        bound[c] = joining_hazard(constant[c], highest, 1.0, p.joining_peers, net)
        leaving[c] = leaving_hazard(p.leaving_rate, net)
    for i in range(firms.count):
        decision[i] = 0
        c = firms.complex[i]
        # Few draws come below what the most eager firm would need: most firms end here.
        if firms.member[i] == 0 and joins[i] >= bound[c]:
            continue
        if firms.alive[i] == 0 or firms.mini_cluster[i] < 0:
            continue
        if firms.member[i] == 1:
            decision[i] = 0 if leaves[i] < leaving[c] else 1
            continue
        net = p.joining_benefit * benefit[c]
        score = _score(i, p, firms)
        # Neither would it join if all that it knows had: nobody need be asked.
        if joins[i] >= joining_hazard(constant[c], score, 1.0, p.joining_peers, net):
            continue
        peers = _joined_share(i, firms, pairs)
        if joins[i] < joining_hazard(constant[c], score, peers, p.joining_peers, net):
            decision[i] = 1


@inlined
def _joined_share(firm: int, firms: FirmTable, pairs: PairTable) -> float:
    """M0: share of members among the firms that a firm knows, 0 where it knows none."""
    known = 0
    joined = 0
    row = firms.first_pair[firm]
    while row >= 0:
        other = partner_in(row, firm, pairs)
        if other < BODY and pairs.familiarity[row] > 0.0:
            known += 1
            joined += firms.member[other]
        row = following_pair(row, firm, pairs)
    return joined / known if known > 0 else 0.0
