"""Shapley values: how much each player of a game adds, averaged over all orders of joining.

A game gives every coalition a value, here an array with one entry an outcome.
In any single order the additions sum to the value of all less the value of
none, so that averages over whole orders add up as well, however few they are.

References
----------
L. S. Shapley (1953), "A value for n-person games", Annals of Mathematics Studies 28.
Antithetic orders: R. Mitchell, J. Cooper, E. Frank and G. Holmes (2022), "Sampling
permutations for Shapley value estimation", Journal of Machine Learning Research 23.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Coalition",
    "Game",
    "all_coalitions",
    "antithetic_orders",
    "coalitions_in",
    "shapley_of_orders",
    "shapley_values",
]

Floats = NDArray[np.float64]
Coalition = frozenset[str]
Game = Callable[[Coalition], Floats]


def all_coalitions(players: Sequence[str]) -> set[Coalition]:
    """All 2^n coalitions of the players."""
    sizes = range(len(players) + 1)
    return {frozenset(some) for size in sizes for some in combinations(players, size)}


def shapley_values(players: Sequence[str], game: Game) -> dict[str, Floats]:
    """Exact Shapley value of every player, from all 2^n coalitions.

    φ_i = Σ_S |S|!(n - |S| - 1)!/n! · [v(S ∪ {i}) - v(S)] over the coalitions S without i.
    """
    count = len(players)
    shares = {}
    for player in players:
        others = [other for other in players if other != player]
        total: Floats = np.zeros_like(game(frozenset()), dtype=np.float64)
        for coalition in all_coalitions(others):
            added = game(coalition | {player}) - game(coalition)
            total = total + added / (count * comb(count - 1, len(coalition)))
        shares[player] = total
    return shares


def shapley_of_orders(orders: Sequence[Sequence[str]], game: Game) -> dict[str, Floats]:
    """Mean addition of every player over some orders: an unbiased estimate, exact in its sum."""
    shares = {player: np.zeros_like(game(frozenset()), dtype=np.float64) for player in orders[0]}
    for order in orders:
        joined: Coalition = frozenset()
        for player in order:
            grown = joined | {player}
            shares[player] = shares[player] + (game(grown) - game(joined)) / len(orders)
            joined = grown
    return shares


def coalitions_in(orders: Iterable[Sequence[str]]) -> set[Coalition]:
    """Every coalition that arises when players join in these orders."""
    return {frozenset(order[:size]) for order in orders for size in range(len(order) + 1)}


def antithetic_orders(players: Sequence[str], pairs: int, key: str) -> list[tuple[str, ...]]:
    """Random orders, each followed by its reverse.

    Every player draws a number of its own under the key, so that adding one
    does not change the order of the others.

    Parameters
    ----------
    pairs : number of orders without their reverses
    key : what the draws depend on, such as seed and world
    """
    orders = []
    for pair in range(pairs):
        drawn = tuple(sorted(players, key=lambda player: _draw(f"{key}:{pair}:{player}")))
        orders += [drawn, drawn[::-1]]
    return orders


def _draw(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
