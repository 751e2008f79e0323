"""Published equilibria on networks: R&D of Cournot rivals and the key player (policy P12).

Pure functions on arrays, without clock or random draws.  A network is a square
symmetric matrix with an empty diagonal; weights may be any non-negative numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ConvergenceError",
    "CournotEquilibrium",
    "SpectralError",
    "bonacich",
    "check_network",
    "check_phi",
    "cournot_best_response",
    "cournot_common_response",
    "cournot_network",
    "fall_when_removed",
    "intercentrality",
    "key_players",
    "largest_phi",
]

Floats = NDArray[np.float64]

# Closer than this to the edge of what is solvable is rounding.
_SINGULAR = 1e-12
_TIE = 1e-9
_SETTLED = 1e-13
_ITERATIONS = 20_000


class SpectralError(ValueError):
    """Complementarities are too strong: the game has no bounded interior equilibrium.

    Parameters
    ----------
    phi : what was given
    limit : φ must stay below this
    """

    def __init__(self, phi: float, limit: float) -> None:
        self.phi = phi
        self.limit = limit
        super().__init__(
            f"phi = {phi:g}: no bounded equilibrium, it must be from 0 to below {limit:.6g}"
        )

    def __reduce__(self) -> tuple[type[SpectralError], tuple[float, float]]:
        """Pickle by the parameters, so that the error survives the way back from a worker."""
        return SpectralError, (self.phi, self.limit)


class ConvergenceError(ValueError):
    """Best responses do not settle."""


def check_network(matrix: ArrayLike, name: str = "adjacency") -> Floats:
    """The matrix as floats, once it is known to be a network.

    Raises
    ------
    ValueError
        Unless it is square, symmetric, finite and non-negative with an empty diagonal.
    """
    network = np.asarray(matrix, dtype=np.float64)
    if network.ndim != 2 or network.shape[0] != network.shape[1]:
        raise ValueError(f"{name} must be square, not {network.shape}")
    if not np.isfinite(network).all() or (network < 0.0).any():
        raise ValueError(f"{name} must hold finite numbers from 0")
    if np.diagonal(network).any() or not np.array_equal(network, network.T):
        raise ValueError(f"{name} must be symmetric with an empty diagonal")
    return network


def largest_phi(adjacency: ArrayLike, base: Floats | None = None) -> float:
    """Largest φ, exclusive, at which base − φA is positive definite; infinite without ties.

    Parameters
    ----------
    adjacency : A (n, n)
    base : symmetric (n, n), the identity if not given: the limit is then 1/λ₁(A)

    Raises
    ------
    ValueError
        If `base` itself is not positive definite: rivalry alone is then too strong.
    """
    from scipy.linalg import LinAlgError, eigh

    network = check_network(adjacency)
    try:
        eigenvalues = eigh(network, base, eigvals_only=True)
    except LinAlgError:
        raise ValueError("rho is too large: I + rho B must be positive definite") from None
    largest = float(eigenvalues[-1]) if eigenvalues.size else 0.0
    return 1.0 / largest if largest > 0.0 else float("inf")


def check_phi(phi: float, adjacency: ArrayLike, base: Floats | None = None) -> None:
    """Make sure that φ is from 0 to below `largest_phi`, by more than rounding.

    Raises
    ------
    SpectralError
        If it is not.
    """
    limit = largest_phi(adjacency, base)
    if not (np.isfinite(phi) and 0.0 <= phi < limit * (1.0 - _SINGULAR)):
        raise SpectralError(phi, limit)


@dataclass(frozen=True)
class CournotEquilibrium:
    """Symmetric equilibrium of one firm, and welfare of all.

    Attributes
    ----------
    effort : e, cost reduction by own R&D
    quantity : q, output
    profit : π = q² − γe²
    welfare : W = (nq)²/2 + nπ
    """

    effort: float
    quantity: float
    profit: float
    welfare: float


def cournot_network(n: int, degree: int, gamma: float, demand: float) -> CournotEquilibrium:
    """Symmetric equilibrium of n Cournot rivals on a network of regular degree.

    e = A(n−k)/[γ(n+1)² − (n−k)(k+1)], q = (A + (k+1)e)/(n+1).

    Parameters
    ----------
    n : firms, from 1
    degree : k, partners of a firm, 0 … n−1
    gamma : γ, R&D cost is γe²; from 1, where a firm's problem is concave
    demand : A = a − c̄, demand intercept less cost before R&D, above 0

    Raises
    ------
    ValueError
        Outside these ranges.

    References
    ----------
    S. Goyal and J. L. Moraga-González (2001), RAND Journal of Economics 32(4).
    """
    if n < 1 or not 0 <= degree <= n - 1 or gamma < 1.0 or demand <= 0.0:
        raise ValueError("needs n >= 1, 0 <= degree < n, gamma >= 1 and demand > 0")
    free = n - degree
    effort = demand * free / (gamma * (n + 1) ** 2 - free * (degree + 1))
    quantity = (demand + (degree + 1) * effort) / (n + 1)
    profit = quantity**2 - gamma * effort**2
    return CournotEquilibrium(effort, quantity, profit, (n * quantity) ** 2 / 2.0 + n * profit)


def cournot_best_response(adjacency: ArrayLike, gamma: float, demand: float) -> Floats:
    """Efforts of Cournot rivals on any network, by repeated best responses from zero.

    A firm with k partners chooses e to maximise q² − γe², where its output is
    q = u + we, w = (n−k)/(n+1), and u what the others' efforts leave it:
    e = wu/(γ − w²), or nothing where u is negative. Half steps.

    Parameters
    ----------
    adjacency : (n, n) of 0 and 1
    gamma : γ, from 1
    demand : A = a − c̄

    Returns
    -------
    (n,) efforts e

    Raises
    ------
    ConvergenceError
        Where the responses do not settle. On sparse networks of many firms
        unequal efforts reinforce each other, and the symmetric equilibrium of
        `cournot_network` is not reached even though it exists.

    References
    ----------
    S. Goyal and J. L. Moraga-González (2001), RAND Journal of Economics 32(4).
    """
    network = check_network(adjacency)
    n = network.shape[0]
    own = (n - network.sum(axis=1)) / (n + 1)
    reach = np.eye(n) + network
    effort = np.zeros(n)
    for _ in range(_ITERATIONS):
        reduction = reach @ effort
        quantity = (demand + (n + 1) * reduction - reduction.sum()) / (n + 1)
        left = np.maximum(quantity - own * effort, 0.0)
        step = 0.5 * (own * left / (gamma - own**2) - effort)
        effort += step
        if not np.isfinite(effort).all():
            break
        if np.abs(step).max(initial=0.0) <= _SETTLED * demand:
            return effort
    raise ConvergenceError("best responses of Cournot rivals do not settle")


def cournot_common_response(n: int, degree: int, gamma: float, demand: float) -> float:
    """Effort e of `cournot_network`, found without its formula.

    One firm answers the common effort of all others as in `cournot_best_response`,
    everybody goes half way to its answer, and so on.

    Raises
    ------
    ConvergenceError
        Where this does not settle, as may happen for γ below 2.
    """
    own = (n - degree) / (n + 1)
    effort = 0.0
    for _ in range(_ITERATIONS):
        left = (demand + (degree + 1) * effort) / (n + 1) - own * effort
        step = 0.5 * (own * max(left, 0.0) / (gamma - own**2) - effort)
        effort += step
        if abs(step) <= _SETTLED * demand:
            return effort
    raise ConvergenceError("best responses of Cournot rivals do not settle")


def _inverse(adjacency: ArrayLike, phi: float) -> Floats:
    """M = (I − φA)⁻¹, once φ is known to be small enough."""
    network = check_network(adjacency)
    check_phi(phi, network)
    return np.asarray(np.linalg.inv(np.eye(network.shape[0]) - phi * network))


def bonacich(adjacency: ArrayLike, phi: float) -> Floats:
    """Bonacich centrality b = (I − φA)⁻¹1, (n,): walks from each agent, discounted by φ.

    Raises
    ------
    SpectralError
        Unless 0 ≤ φ < 1/λ₁(A).

    References
    ----------
    C. Ballester, A. Calvó-Armengol and Y. Zenou (2006), Econometrica 74(5).
    """
    return np.asarray(_inverse(adjacency, phi).sum(axis=1))


def intercentrality(adjacency: ArrayLike, phi: float) -> Floats:
    """Fall in Σb when an agent is removed, b_i²/m_ii, (n,).

    Raises and references as `bonacich`.
    """
    inverse = _inverse(adjacency, phi)
    return np.asarray(inverse.sum(axis=1) ** 2 / np.diagonal(inverse))


def key_players(adjacency: ArrayLike, phi: float) -> NDArray[np.intp]:
    """Rows of the agents whose removal costs most (policy P12); several where they tie.

    Raises and references as `bonacich`.
    """
    cost = intercentrality(adjacency, phi)
    return np.flatnonzero(cost >= cost.max(initial=0.0) * (1.0 - _TIE))


def fall_when_removed(
    adjacency: ArrayLike, phi: float, rho: float = 0.0, mu: float = 1.0
) -> Floats:
    """Fall in total output, (n,), found by taking out one agent after the other.

    Output is q = (I + ρB − φA)⁻¹μ, everybody being everybody's rival; without
    rivalry and with μ = 1 it is b, and the fall must be `intercentrality`.

    Parameters
    ----------
    adjacency : A (n, n)
    phi : φ, complementarity, from 0
    rho : ρ, rivalry, from 0 to below 1
    mu : μ, stand-alone return of each agent

    Raises
    ------
    SpectralError
        Unless 0 ≤ φ < (1 − ρ)/λ₁(A).
    """
    network = check_network(adjacency)
    n = network.shape[0]
    check_phi(phi, network, (1.0 - rho) * np.eye(n))
    system = (1.0 - rho) * np.eye(n) + rho - phi * network
    total = np.linalg.solve(system, np.full(n, mu)).sum()
    falls = np.empty(n)
    for agent in range(n):
        rest = np.delete(np.delete(system, agent, axis=0), agent, axis=1)
        falls[agent] = total - np.linalg.solve(rest, np.full(n - 1, mu)).sum()
    return falls
