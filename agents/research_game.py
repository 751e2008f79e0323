"""R&D of partners and rivals on a sparse network (policies P11, P12 and P13).

The game of König, Liu and Zenou (2019) where rivals are all firms of the same
group: q = (I + ρB - φA)⁻¹(μ + (I + φA)s).  Every system is solved by conjugate
gradients in a fixed order of additions, so that results do not depend on the
number of processors; a solve takes time in proportion to firms and links.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .compilation import compiled, inlined
from .records import Record

__all__ = [
    "Game",
    "hessian",
    "inverse_diagonal",
    "key_rows",
    "link_welfare",
    "outputs",
    "planner_gain",
    "response",
    "rivals",
    "solve",
    "system",
    "targeted_subsidy",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_SETTLED = 1e-13
_SUBSIDIES_SETTLED = 1e-12
_ITERATIONS = 2000


@dataclass(frozen=True)
class Game(Record):
    """A network of R&D partners, and rivals by group.

    Attributes
    ----------
    start, partner : (n + 1,) and (2·links,) partners of each firm
    group, groups : (n,) group of rivals of each firm, and how many there are
    phi : φ, complementarity between partners
    rho : ρ, rivalry
    """

    start: Integers
    partner: Integers
    group: Integers
    groups: int
    phi: float
    rho: float


@compiled
def partners(game: Game, x: Floats) -> Floats:
    """A·x: what the partners of each firm add up to."""
    result = np.empty(x.size)
    for i in range(x.size):
        total = 0.0
        for place in range(game.start[i], game.start[i + 1]):
            total += x[game.partner[place]]
        result[i] = total
    return result


@compiled
def rivals(game: Game, x: Floats) -> Floats:
    """B·x: what the rivals of each firm, itself left out, add up to."""
    total = np.zeros(game.groups)
    for i in range(x.size):
        total[game.group[i]] += x[i]
    result = np.empty(x.size)
    for i in range(x.size):
        result[i] = total[game.group[i]] - x[i]
    return result


@compiled
def system(game: Game, x: Floats) -> Floats:
    """(I + ρB - φA)·x: best responses read the other way round."""
    result: Floats = x + game.rho * rivals(game, x) - game.phi * partners(game, x)
    return result


@compiled
def _inner(x: Floats, y: Floats) -> float:
    total = 0.0
    for i in range(x.size):
        total += x[i] * y[i]
    return total


@inlined
def _conjugate_gradients(
    product: Callable[[Game, Floats], Floats], game: Game, y: Floats, settled: float
) -> Floats:
    """Solution x of M·x = y; NaN where a direction without curvature is met.

    Parameters
    ----------
    product : M·x of a game and x
    settled : norm of what is left, over that of y, at which it ends

    References
    ----------
    M. R. Hestenes and E. Stiefel (1952), Journal of Research of the NBS 49.
    """
    x = np.zeros(y.size)
    rest = y.copy()
    step = y.copy()
    square = _inner(rest, rest)
    goal = settled * settled * square
    for _ in range(_ITERATIONS):
        if square <= goal:
            return x
        image = product(game, step)
        curvature = _inner(step, image)
        if not curvature > 0.0:
            break
        length = square / curvature
        x += length * step
        rest -= length * image
        after = _inner(rest, rest)
        step = rest + after / square * step
        square = after
    return np.full(y.size, np.nan)


@compiled
def solve(game: Game, y: Floats) -> Floats:
    """(I + ρB - φA)⁻¹·y; NaN where the matrix is not positive definite."""
    return _conjugate_gradients(system, game, y, _SETTLED)


@compiled
def response(game: Game, subsidy: Floats) -> Floats:
    """R·s = (I + ρB - φA)⁻¹(I + φA)s: output that a subsidy adds."""
    return solve(game, subsidy + game.phi * partners(game, subsidy))


@compiled
def outputs(game: Game, returns: float) -> Floats:
    """q̃ = (I + ρB - φA)⁻¹μ: output without subsidy, the same stand-alone return μ for all."""
    return solve(game, np.full(game.group.size, returns))


@compiled
def _returned(game: Game, x: Floats) -> Floats:
    """R'·x = (I + φA)(I + ρB - φA)⁻¹x."""
    moved = solve(game, x)
    result: Floats = moved + game.phi * partners(game, moved)
    return result


@compiled
def hessian(game: Game, subsidy: Floats) -> Floats:
    """H·s with H = I + R + R' - 2R'R - ρR'BR, the curvature of welfare in the subsidies."""
    added = response(game, subsidy)
    result: Floats = (
        subsidy + added + _returned(game, subsidy - 2.0 * added - game.rho * rivals(game, added))
    )
    return result


@compiled
def planner_gain(game: Game, output: Floats) -> Floats:
    """Slope of welfare in the subsidies at none, b = (2R' + ρR'B - I)q̃."""
    result: Floats = _returned(game, 2.0 * output + game.rho * rivals(game, output)) - output
    return result


@compiled
def targeted_subsidy(game: Game, gain: Floats) -> Floats:
    """s* = H⁻¹b; NaN where welfare is not concave."""
    return _conjugate_gradients(hessian, game, gain, _SUBSIDIES_SETTLED)


@compiled
def link_welfare(game: Game, output: Floats) -> Floats:
    """Value of output v = (I + ρB - φA)⁻¹(2q + ρBq): a link is worth φ(v_i·q_j + v_j·q_i).

    First order in φ·(the new link): welfare without subsidies is W = q'q + (ρ/2)q'Bq,
    a link changes the system by -φ(e_i·e_j' + e_j·e_i'), hence output by
    φ(I + ρB - φA)⁻¹(e_i·q_j + e_j·q_i), and dW/dq = 2q + ρBq.
    """
    return solve(game, 2.0 * output + game.rho * rivals(game, output))


@compiled
def inverse_diagonal(game: Game, row: int) -> float:
    """m_ii of (I + ρB - φA)⁻¹."""
    unit = np.zeros(game.group.size)
    unit[row] = 1.0
    result: float = solve(game, unit)[row]
    return result


@compiled
def key_rows(game: Game, output: Floats, eligible: Integers, wanted: int) -> Integers:
    """The rows whose removal costs most output, b_i²/m_ii, in falling order (policy P12).

    Exact, yet m_ii is solved for only as far down as needed: m_ii ≥ 1 + φ²·(partners of
    i), the first terms of its series, so that b_i²/(1 + φ²·partners) is never below
    the true cost.  Ties go to the lower row.

    Parameters
    ----------
    game : without rivalry, ρ = 0
    output : b (n,), output at unit returns
    eligible : rows that may be chosen
    wanted : how many at most
    """
    bound = np.empty(eligible.size)
    for n in range(eligible.size):
        i = eligible[n]
        links = game.start[i + 1] - game.start[i]
        bound[n] = output[i] * output[i] / (1.0 + game.phi * game.phi * links)
    chosen = np.full(min(wanted, eligible.size), -1, np.int64)
    cost = np.full(chosen.size, -1.0)
    for n in np.argsort(-bound, kind="mergesort"):
        last = chosen.size - 1
        if last < 0 or bound[n] < cost[last]:
            break
        i = eligible[n]
        own = output[i] * output[i] / inverse_diagonal(game, i)
        place = last
        if own < cost[last] or (own == cost[last] and i > chosen[last]):
            continue
        while place > 0 and (
            cost[place - 1] < own or (cost[place - 1] == own and chosen[place - 1] > i)
        ):
            cost[place] = cost[place - 1]
            chosen[place] = chosen[place - 1]
            place -= 1
        cost[place] = own
        chosen[place] = i
    return chosen
