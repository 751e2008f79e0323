"""Shapley values: games with known answers, the axioms, and what few orders give exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innocluster.scenarios.attribution.shapley import (
    Coalition,
    all_coalitions,
    antithetic_orders,
    coalitions_in,
    shapley_of_orders,
    shapley_values,
)

PLAYERS = ("a", "b", "c", "d")
NUMBERS = st.floats(-1e3, 1e3)


def scalar(value: Callable[[Coalition], float]) -> Callable[[Coalition], np.ndarray]:
    return lambda coalition: np.array([float(value(coalition))])


def tabled(numbers: list[float]) -> Callable[[Coalition], np.ndarray]:
    """A game of four players from sixteen numbers, that of nobody included."""
    table = dict(zip(sorted(all_coalitions(PLAYERS), key=sorted), numbers, strict=True))
    return scalar(lambda coalition: table[coalition])


GAMES = st.lists(NUMBERS, min_size=16, max_size=16).map(tabled)


def plain(shares: Mapping[str, np.ndarray]) -> dict[str, float]:
    return {player: float(share[0]) for player, share in shares.items()}


def test_gloves() -> None:
    """Two left gloves, one right; a pair is worth 1: the owner of the right one gets 2/3."""
    game = scalar(lambda s: "right" in s and len(s) > 1)
    shares = plain(shapley_values(("left", "other", "right"), game))
    assert shares == pytest.approx({"left": 1 / 6, "other": 1 / 6, "right": 2 / 3}, abs=1e-15)


def test_airport() -> None:
    """Littlechild and Owen (1973): everybody who needs a stretch of runway pays an equal part."""
    costs = {"small": 3.0, "middle": 7.0, "large": 12.0, "largest": 20.0}
    game = scalar(lambda s: max((costs[p] for p in s), default=0.0))
    shares = plain(shapley_values(tuple(costs), game))
    stretches = np.array([3.0 / 4, 4.0 / 3, 5.0 / 2, 8.0])
    expected = dict(zip(costs, np.cumsum(stretches), strict=True))
    assert shares == pytest.approx(expected, abs=1e-12)


def test_weighted_vote() -> None:
    """[51; 50, 49, 1]: the small one has as much power as the middle one."""
    weights = {"large": 50, "middle": 49, "small": 1}
    game = scalar(lambda s: sum(weights[p] for p in s) >= 51)
    shares = plain(shapley_values(tuple(weights), game))
    assert shares == pytest.approx({"large": 2 / 3, "middle": 1 / 6, "small": 1 / 6})


@given(GAMES)
@settings(deadline=None, max_examples=40)
def test_the_sum_is_what_everybody_adds_to_nobody(game: Callable) -> None:
    whole = float((game(frozenset(PLAYERS)) - game(frozenset()))[0])
    for shares in (
        shapley_values(PLAYERS, game),
        shapley_of_orders(antithetic_orders(PLAYERS, 1, "any"), game),
    ):
        assert sum(plain(shares).values()) == pytest.approx(whole, abs=1e-9)


@given(GAMES, GAMES, NUMBERS)
@settings(deadline=None, max_examples=20)
def test_linearity(first: Callable, second: Callable, factor: float) -> None:
    both = shapley_values(PLAYERS, lambda s: first(s) + factor * second(s))
    one, other = shapley_values(PLAYERS, first), shapley_values(PLAYERS, second)
    for player in PLAYERS:
        expected = one[player] + factor * other[player]
        assert both[player] == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(GAMES)
@settings(deadline=None, max_examples=20)
def test_a_null_player_gets_exactly_nothing(game: Callable) -> None:
    players = (*PLAYERS, "null")
    without = shapley_values(PLAYERS, game)
    shares = shapley_values(players, lambda s: game(s - {"null"}))
    assert plain(shares)["null"] == 0.0
    for player in PLAYERS:
        assert shares[player] == pytest.approx(without[player], rel=1e-9, abs=1e-9)
    orders = antithetic_orders(players, 2, "any")
    assert plain(shapley_of_orders(orders, lambda s: game(s - {"null"})))["null"] == 0.0


@given(GAMES)
@settings(deadline=None, max_examples=20)
def test_symmetric_players_get_the_same(game: Callable) -> None:
    def symmetric(coalition: Coalition) -> np.ndarray:
        swapped = frozenset({"a": "b", "b": "a"}.get(p, p) for p in coalition)
        return game(coalition) + game(swapped)

    shares = plain(shapley_values(PLAYERS, symmetric))
    assert shares["a"] == pytest.approx(shares["b"], rel=1e-9, abs=1e-9)


@given(GAMES)
@settings(deadline=None, max_examples=20)
def test_all_orders_are_the_exact_value(game: Callable) -> None:
    orders = shapley_of_orders(list(permutations(PLAYERS)), game)
    exact = shapley_values(PLAYERS, game)
    for player in PLAYERS:
        assert orders[player] == pytest.approx(exact[player], rel=1e-9, abs=1e-9)


@given(st.lists(NUMBERS, min_size=10, max_size=10), st.integers(0, 10**6))
@settings(deadline=None, max_examples=40)
def test_an_order_and_its_reverse_are_exact_where_channels_meet_in_pairs(
    numbers: list[float], key: int
) -> None:
    """Each pair is once joined by the one and once by the other, so both get half of it."""
    single = dict(zip(PLAYERS, numbers[:4], strict=True))
    pairs = [frozenset(pair) for pair in ("ab", "ac", "ad", "bc", "bd", "cd")]
    double = dict(zip(pairs, numbers[4:], strict=True))
    game = scalar(
        lambda s: sum(single[p] for p in s) + sum(double[pair] for pair in pairs if pair <= s)
    )
    shares = plain(shapley_of_orders(antithetic_orders(PLAYERS, 1, str(key)), game))
    expected = {
        player: single[player] + sum(double[pair] for pair in pairs if player in pair) / 2.0
        for player in PLAYERS
    }
    assert shares == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_orders_over_many_worlds_come_to_the_exact_value() -> None:
    game = tabled([float((7 * i * i + 3 * i) % 11) for i in range(16)])
    exact = plain(shapley_values(PLAYERS, game))
    draws = [
        plain(shapley_of_orders(antithetic_orders(PLAYERS, 1, f"9:{world}"), game))
        for world in range(2000)
    ]
    for player in PLAYERS:
        found = np.array([draw[player] for draw in draws])
        error = found.std(ddof=1) / np.sqrt(found.size)
        assert abs(found.mean() - exact[player]) < 4.0 * error


def test_values_may_have_several_outcomes() -> None:
    game = scalar(lambda s: len(s) ** 2)
    both = shapley_values(PLAYERS, lambda s: np.array([len(s) ** 2, -3.0 * len(s)]))
    for player, share in both.items():
        assert share == pytest.approx([plain(shapley_values(PLAYERS, game))[player], -3.0])


def test_orders_are_pairs_of_opposites_and_hang_on_their_key() -> None:
    orders = antithetic_orders(PLAYERS, 3, "1:2")
    assert len(orders) == 6
    assert all(orders[2 * i + 1] == orders[2 * i][::-1] for i in range(3))
    assert all(set(order) == set(PLAYERS) for order in orders)
    assert antithetic_orders(PLAYERS, 1, "1:2") == orders[:2]
    many = {antithetic_orders(PLAYERS, 1, f"1:{world}")[0] for world in range(500)}
    assert len(many) == 24


def test_another_player_does_not_change_the_order_of_the_rest() -> None:
    more = antithetic_orders((*PLAYERS, "e"), 4, "5:0")
    fewer = antithetic_orders(PLAYERS, 4, "5:0")
    assert [tuple(p for p in order if p != "e") for order in more] == fewer


def test_coalitions_that_arise() -> None:
    assert coalitions_in([("a", "b"), ("b", "a")]) == all_coalitions(("a", "b"))
    assert len(all_coalitions(PLAYERS)) == 16
    assert coalitions_in([PLAYERS]) == {frozenset(PLAYERS[:n]) for n in range(5)}
