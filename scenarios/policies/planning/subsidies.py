"""Optimal R&D subsidies on a network of partners and rivals (policies P11 and P13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from innocluster.agents.research_game import (
    Game,
    hessian,
    outputs,
    planner_gain,
    response,
    rivals,
    system,
    targeted_subsidy,
)

from .equilibria import (
    ConvergenceError,
    SpectralError,
    check_network,
    check_phi,
    largest_phi,
)

__all__ = [
    "ConcavityError",
    "ResearchGame",
    "SubsidyPlan",
    "check_game",
    "empty_graph_eigenvalue",
    "konig_liu_zenou",
    "network_subsidies",
]

Floats = NDArray[np.float64]

# Below this the smallest eigenvalue of a matrix of order one cannot be told from zero.
_SINGULAR = 1e-12
_SETTLED = 1e-13
_ITERATIONS = 20_000
# Up to here writing a matrix down is quicker than iterating.
_DENSE = 30


class ConcavityError(ValueError):
    """The planner's problem is not concave, so that no subsidy is the best one.

    Parameters
    ----------
    smallest_eigenvalue : of H; it must be positive
    phi, rho : strength of complementarity and of rivalry
    """

    def __init__(self, smallest_eigenvalue: float, phi: float, rho: float) -> None:
        self.smallest_eigenvalue = smallest_eigenvalue
        self.phi = phi
        self.rho = rho
        super().__init__(
            f"the planner's problem is not concave at phi = {phi:g}, rho = {rho:g}: the smallest"
            f" eigenvalue of H is {smallest_eigenvalue:.6g} and must be positive"
        )

    def __reduce__(self) -> tuple[type[ConcavityError], tuple[float, float, float]]:
        """Pickle by the parameters, so that the error survives the way back from a worker."""
        return ConcavityError, (self.smallest_eigenvalue, self.phi, self.rho)


@dataclass(frozen=True)
class ResearchGame:
    """Firms that choose R&D and output on a network of partners and a network of rivals.

    q = (I + ρB − φA)⁻¹(μ + (I + φA)s), effort e = q + s.

    Attributes
    ----------
    adjacency : A (n, n), R&D partners
    rivals : B (n, n), product rivals
    mu : μ (n,), stand-alone returns
    phi : φ, complementarity between partners, from 0
    rho : ρ, rivalry, from 0

    References
    ----------
    M. D. König, X. Liu and Y. Zenou (2019), Review of Economics and Statistics 101(3).
    """

    adjacency: Floats
    rivals: Floats
    mu: Floats
    phi: float
    rho: float

    @property
    def size(self) -> int:
        """Number of firms n."""
        return self.mu.size

    def output(self, subsidy: Floats | float = 0.0) -> Floats:
        """Equilibrium output q (n,) under a subsidy s of each unit of R&D, (n,) or one for all."""
        given = np.broadcast_to(np.asarray(subsidy, dtype=np.float64), self.size)
        right = self.mu + given + self.phi * (self.adjacency @ given)
        return np.asarray(np.linalg.solve(self._system(), right))

    def best_response(self, subsidy: Floats | float = 0.0) -> Floats:
        """Output q (n,) by repeated best responses, q = max(0, μ + s + φA(q + s) − ρBq).

        Raises
        ------
        ConvergenceError
            Where they do not settle; they do where `response_radius` is below 1.
        """
        output = np.zeros(self.size)
        for _ in range(_ITERATIONS):
            effort = output + subsidy
            pull = self.phi * (self.adjacency @ effort) - self.rho * (self.rivals @ output)
            new = np.maximum(self.mu + subsidy + pull, 0.0)
            step = np.abs(new - output).max(initial=0.0)
            output = new
            if not np.isfinite(step):
                break
            if step <= _SETTLED * max(1.0, output.max(initial=0.0)):
                return output
        raise ConvergenceError("best responses of R&D partners do not settle")

    def response_radius(self) -> float:
        """Spectral radius of φA − ρB: best responses converge where it is below 1."""
        eigenvalues = np.linalg.eigvalsh(self.phi * self.adjacency - self.rho * self.rivals)
        return float(np.abs(eigenvalues).max(initial=0.0))

    def welfare(self, subsidy: Floats | float = 0.0) -> float:
        """W(s) = q'q + (ρ/2)q'Bq − q's − ½s's at the equilibrium."""
        given = np.broadcast_to(np.asarray(subsidy, dtype=np.float64), self.size)
        output = self.output(given)
        rivalry = 0.5 * self.rho * float(output @ self.rivals @ output)
        return float(output @ output + rivalry - output @ given - 0.5 * (given @ given))

    def planner(self) -> tuple[Floats, Floats]:
        """H (n, n) and b (n,) of the planner's problem, W(s) = W(0) + b's − ½s'Hs."""
        unit = np.eye(self.size)
        response = np.linalg.solve(self._system(), unit + self.phi * self.adjacency)
        curvature = response.T @ (2.0 * unit + self.rho * self.rivals)
        hessian = unit + response + response.T - curvature @ response
        return 0.5 * (hessian + hessian.T), (curvature - unit) @ self.output()

    def _system(self) -> Floats:
        unit = np.eye(self.size)
        return unit + self.rho * self.rivals - self.phi * self.adjacency


@dataclass(frozen=True)
class SubsidyPlan:
    """Equilibrium without subsidy, the best uniform and the best targeted subsidy.

    Attributes
    ----------
    output : q̃ (n,), without subsidy
    targeted : s* (n,) = H⁻¹b, subsidy of each unit of R&D
    uniform : s_u = (1'b)/(1'H1)
    welfare_none, welfare_uniform, welfare_targeted : W₀, W_u, W_t
    smallest_eigenvalue : of H
    interior : whether every firm produces and does R&D in all three equilibria, as
        the closed forms take for granted
    """

    output: Floats
    targeted: Floats
    uniform: float
    welfare_none: float
    welfare_uniform: float
    welfare_targeted: float
    smallest_eigenvalue: float
    interior: bool


def konig_liu_zenou(
    adjacency: ArrayLike,
    mu: ArrayLike,
    phi: float,
    rho: float,
    rivals: ArrayLike | None = None,
) -> SubsidyPlan:
    """Optimal R&D subsidies on a network of partners (policy P11).

    Parameters
    ----------
    adjacency : A (n, n), R&D partners
    mu : μ, stand-alone return of each firm, (n,) or one for all
    phi : φ, complementarity, from 0
    rho : ρ, rivalry, from 0
    rivals : B (n, n), product rivals; everybody is everybody's rival if not given

    Raises
    ------
    SpectralError
        If I + ρB − φA is not positive definite.
    ConcavityError
        If the smallest eigenvalue of H is not positive: welfare is then unbounded.
    ValueError
        If a matrix is not a network or a number is out of range.

    References
    ----------
    M. D. König, X. Liu and Y. Zenou (2019), Review of Economics and Statistics 101(3).
    """
    partners = check_network(adjacency)
    n = partners.shape[0]
    rival = np.ones((n, n)) - np.eye(n) if rivals is None else check_network(rivals, "rivals")
    if rival.shape != partners.shape or n == 0:
        raise ValueError("adjacency and rivals must have the same size, of at least one firm")
    if not (np.isfinite(rho) and rho >= 0.0):
        raise ValueError("rho must be a finite number from 0")
    returns = np.broadcast_to(np.asarray(mu, dtype=np.float64), n).copy()
    check_phi(phi, partners, np.eye(n) + rho * rival)
    game = ResearchGame(partners, rival, returns, phi, rho)
    hessian, gain = game.planner()
    smallest = float(np.linalg.eigvalsh(hessian)[0])
    if smallest <= _SINGULAR * n:
        raise ConcavityError(smallest, phi, rho)
    targeted = np.asarray(np.linalg.solve(hessian, gain))
    uniform = float(gain.sum() / hessian.sum())
    interior = all(
        bool((output > 0.0).all() and (output + subsidy > 0.0).all())
        for subsidy in (0.0, uniform, targeted)
        for output in (game.output(subsidy),)
    )
    return SubsidyPlan(
        output=game.output(),
        targeted=targeted,
        uniform=uniform,
        welfare_none=game.welfare(),
        welfare_uniform=game.welfare(uniform),
        welfare_targeted=game.welfare(targeted),
        smallest_eigenvalue=smallest,
        interior=interior,
    )


def empty_graph_eigenvalue(rho: float) -> float:
    """Smallest eigenvalue of H without partners and with at least two rivals, ρ < 1.

    λ = 1 + 2r − (2 − ρ)r², r = 1/(1 − ρ), positive exactly for ρ < (3 − √5)/2.
    """
    response = 1.0 / (1.0 - rho)
    return 1.0 + 2.0 * response - (2.0 - rho) * response**2


def network_subsidies(game: Game, mu: float = 1.0) -> SubsidyPlan:
    """`konig_liu_zenou` on a sparse network with rivals by group, for hundreds of firms.

    Never writes a matrix down: welfare is W₀ + b's - ½s'Hs, of which conjugate
    gradients need only products with H.  The smallest eigenvalue comes from ARPACK.

    Parameters
    ----------
    game : partners and rivals, φ from 0 and ρ from 0
    mu : μ, the same stand-alone return for all

    Raises
    ------
    SpectralError
        If I + ρB - φA is not positive definite.
    ConcavityError
        If the smallest eigenvalue of H is not positive.
    ValueError
        Without any firm.
    """
    n = game.group.size
    if n == 0:
        raise ValueError("a network must have at least one firm")
    check_game(game)
    smallest = _smallest_eigenvalue(lambda x: hessian(game, x), n)
    if smallest <= _SINGULAR * n:
        raise ConcavityError(smallest, game.phi, game.rho)
    output = outputs(game, mu)
    gain = planner_gain(game, output)
    targeted = targeted_subsidy(game, gain)
    everybody = np.ones(n)
    curvature = hessian(game, everybody)
    uniform = float(gain.sum() / curvature.sum())
    none = float(output @ output + 0.5 * game.rho * (output @ rivals(game, output)))
    outcomes = [
        (output + response(game, subsidy), subsidy)
        for subsidy in (np.zeros(n), uniform * everybody, targeted)
    ]
    return SubsidyPlan(
        output=output,
        targeted=targeted,
        uniform=uniform,
        welfare_none=none,
        welfare_uniform=none + uniform * float(gain.sum()) - 0.5 * uniform**2 * curvature.sum(),
        welfare_targeted=none + 0.5 * float(gain @ targeted),
        smallest_eigenvalue=smallest,
        interior=all(
            bool((made > 0.0).all() and (made + subsidy > 0.0).all()) for made, subsidy in outcomes
        ),
    )


def check_game(game: Game) -> None:
    """Make sure that I + ρB - φA is positive definite, so that there is an equilibrium.

    Rivals of one group add ρ(11' - I), whose eigenvalues are at least -ρ, so that few
    partners settle it; otherwise the smallest eigenvalue does.

    Raises
    ------
    SpectralError
        If it is not.
    """
    n = game.group.size
    partners = int(np.diff(game.start).max(initial=0))
    if game.phi * partners < (1.0 - game.rho) * (1.0 - _SINGULAR):
        return
    if _smallest_eigenvalue(lambda x: system(game, x), n) <= _SINGULAR * n:
        raise SpectralError(game.phi, _limit(game))


def _limit(game: Game) -> float:
    """Largest φ of the network as a matrix."""
    n = game.group.size
    adjacency = np.zeros((n, n))
    adjacency[np.repeat(np.arange(n), np.diff(game.start)), game.partner] = 1.0
    same = (game.group[:, None] == game.group[None, :]) & ~np.eye(n, dtype=bool)
    return largest_phi(adjacency, np.eye(n) + game.rho * same)


def _smallest_eigenvalue(product: Callable[[Floats], Floats], n: int) -> float:
    """Smallest eigenvalue of a symmetric matrix known by its products."""
    if n <= _DENSE:
        matrix = np.column_stack([product(column) for column in np.eye(n)])
        return float(np.linalg.eigvalsh(matrix)[0])
    from scipy.sparse.linalg import LinearOperator, eigsh

    # Any start that is not at right angles to what is looked for; the same every time.
    start = 1.0 + np.arange(n) * 0.6180339887498949 % 1.0
    operator = LinearOperator((n, n), matvec=product, dtype=np.float64)
    found = eigsh(operator, k=1, which="SA", v0=start, tol=1e-6, return_eigenvectors=False)
    return float(found[0])
