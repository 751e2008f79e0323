"""Who is brought together when everybody has room for only so many: b-matching (policy P7).

Pairs are given as two columns of agents, so that only the pairs that come into
question need to be listed.  Exact for a few thousand pairs, planned for any number:
exact ≥ planned ≥ greedy ≥ half of exact.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from innocluster.sim.b_matching import improve, take_greedily

__all__ = ["b_matching", "greedy_b_matching", "planned_b_matching"]

Booleans = NDArray[np.bool_]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def b_matching(
    left: ArrayLike,
    right: ArrayLike,
    surplus: ArrayLike,
    capacities: ArrayLike,
    places: int | None = None,
) -> Booleans:
    """Pairs with the largest total surplus such that nobody is in more pairs than it has room for.

    Exact, as an integer programme: max Σ surplus·x, x in {0, 1} for each pair,
    Σ x ≤ capacity for each agent and Σ x ≤ places.

    Parameters
    ----------
    left, right : (m,) agents of each pair, rows 0 … n−1, never twice the same
    surplus : (m,) gain of each pair, any unit; pairs that lose are never chosen
    capacities : (n,) whole numbers from 0
    places : pairs at most, any number if left out

    Returns
    -------
    (m,) whether a pair is chosen

    Raises
    ------
    ValueError
        If lengths, rows or capacities are inconsistent.
    RuntimeError
        If the solver gives up.

    References
    ----------
    A. Schrijver (2003), Combinatorial Optimization, chapter 31 (simple b-matchings).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import coo_array

    first, second, gain, room = _checked(left, right, surplus, capacities)
    most = _checked_places(places, gain.size)
    chosen = np.zeros(gain.size, dtype=np.bool_)
    useful = np.flatnonzero(gain > 0.0)
    if not useful.size:
        return chosen
    # Fractions of the largest surplus: the solver's tolerances are absolute.
    scaled = gain[useful] / gain[useful].max()
    columns = np.arange(useful.size)
    incidence = coo_array(
        (
            np.ones(2 * useful.size),
            (np.concatenate((first[useful], second[useful])), np.concatenate((columns, columns))),
        ),
        shape=(room.size, useful.size),
    ).tocsr()
    answer = milp(
        -scaled,
        integrality=np.ones(useful.size, dtype=np.int64),
        bounds=Bounds(0.0, 1.0),
        constraints=[
            LinearConstraint(incidence, ub=room),
            LinearConstraint(np.ones((1, useful.size)), ub=most),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        raise RuntimeError(f"b-matching was not solved: {answer.message}")
    chosen[useful] = answer.x > 0.5
    return chosen


def greedy_b_matching(
    left: ArrayLike,
    right: ArrayLike,
    surplus: ArrayLike,
    capacities: ArrayLike,
    places: int | None = None,
) -> Booleans:
    """Pairs in falling order of surplus, each taken while both sides have room.

    Reaches at least half of the surplus of `b_matching`, of which it has the
    parameters, the result and the `ValueError`. Equal surpluses go by position.

    References
    ----------
    R. Preis (1999), STACS; J. Mestre (2006), Greedy in approximation algorithms, ESA.
    """
    first, second, gain, room = _checked(left, right, surplus, capacities)
    most = _checked_places(places, gain.size)
    chosen = np.zeros(gain.size, dtype=np.bool_)
    take_greedily(np.argsort(-gain, kind="stable"), first, second, gain, room, most, chosen)
    return chosen


def planned_b_matching(
    left: ArrayLike,
    right: ArrayLike,
    surplus: ArrayLike,
    capacities: ArrayLike,
    places: int | None = None,
) -> Booleans:
    """`greedy_b_matching`, improved by swaps of a pair for one or two others.

    Worth at least as much as the greedy choice, and fast enough for tens of
    thousands of pairs every month.  Parameters, result and `ValueError` as for
    `b_matching`.

    References
    ----------
    S. Pettie and P. Sanders (2004), A simpler linear time 2/3 - ε approximation
    for maximum weight matching, Information Processing Letters 91 (short augmentations).
    """
    first, second, gain, room = _checked(left, right, surplus, capacities)
    most = _checked_places(places, gain.size)
    chosen = np.zeros(gain.size, dtype=np.bool_)
    order = np.argsort(-gain, kind="stable")
    take_greedily(order, first, second, gain, room, most, chosen)
    improve(order, first, second, gain, room, most, chosen)
    return chosen


def _checked_places(places: int | None, pairs: int) -> int:
    if places is None:
        return pairs
    if places < 0:
        raise ValueError(f"places must be from 0, not {places}")
    return int(places)


def _checked(
    left: ArrayLike, right: ArrayLike, surplus: ArrayLike, capacities: ArrayLike
) -> tuple[Rows, Rows, Floats, Rows]:
    """The columns as arrays of one length, and a copy of the capacities."""
    first, second = np.asarray(left, dtype=np.intp), np.asarray(right, dtype=np.intp)
    gain = np.asarray(surplus, dtype=np.float64)
    room = np.array(capacities, dtype=np.intp)
    if not first.shape == second.shape == gain.shape == (gain.size,) or room.ndim != 1:
        raise ValueError("left, right and surplus must be columns of one length")
    rows = np.concatenate((first, second))
    if ((rows < 0) | (rows >= room.size)).any() or (first == second).any():
        raise ValueError(f"pairs must join two different rows of 0 ... {room.size - 1}")
    if (room < 0).any() or not np.isfinite(gain).all():
        raise ValueError("capacities must be from 0 and surpluses finite")
    return first, second, gain, room
