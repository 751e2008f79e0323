"""Published models with an exact answer, at any point of their parameters.

Each replication states its parameters with ranges and returns one document:
the closed form beside an independent solution of the same model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.policies.planning.equilibria import (
    ConvergenceError,
    SpectralError,
    bonacich,
    cournot_common_response,
    cournot_network,
    fall_when_removed,
    intercentrality,
    key_players,
    largest_phi,
)
from innocluster.scenarios.policies.planning.subsidies import (
    ConcavityError,
    ResearchGame,
    konig_liu_zenou,
)

from .graphs import GRAPHS, SMALLEST, circulant_eigenvalues, graph

__all__ = ["REPLICATIONS", "Replication", "ReplicationParameter", "find_replication", "replicate"]

Value = str | int | float
Document = dict[str, Any]


@dataclass(frozen=True)
class ReplicationParameter:
    """A number, or the name of a graph or form, that a published model takes.

    Attributes
    ----------
    name : as on the command line
    default : whole numbers have a whole default
    low, high : inclusive range of a number
    meaning : in words
    choices : names that are accepted, those of graphs by default
    """

    name: str
    default: Value
    low: float
    high: float
    meaning: str
    choices: tuple[str, ...] = tuple(GRAPHS)

    @property
    def allowed(self) -> str:
        """What is accepted, in words."""
        if isinstance(self.default, str):
            return ", ".join(self.choices)
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:g} to {self.high:g}"

    def accepts(self, value: object) -> bool:
        """Whether a value has the type and the range of this parameter."""
        if isinstance(self.default, str):
            return value in self.choices
        kinds = (int, np.integer) if isinstance(self.default, int) else (int, float, np.number)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return False
        return bool(self.low <= value <= self.high)


@dataclass(frozen=True)
class Replication:
    """A published model.

    Attributes
    ----------
    name : as on the command line
    title, source : what it is and where it was published
    parameters : what it takes
    rows : the first of the results, which come last, that are columns of one table
    solve : results, from one value for each parameter
    """

    name: str
    title: str
    source: str
    parameters: tuple[ReplicationParameter, ...]
    rows: str
    solve: Callable[..., Document]

    @property
    def place(self) -> str:
        """How errors name it."""
        return f"replicate {self.name}"

    def complete(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """All parameters, those given and the others' defaults.

        Raises
        ------
        InputError
            For a name that the model does not take, or a value outside its range.
        """
        names = [parameter.name for parameter in self.parameters]
        for key, value in given.items():
            if key not in names:
                raise InputError(
                    file=self.place, key=key, value=value, allowed=f"only {', '.join(names)}"
                )
        values: dict[str, Value] = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            if not parameter.accepts(value):
                raise InputError(
                    file=self.place, key=parameter.name, value=value, allowed=parameter.allowed
                )
            values[parameter.name] = value
        return values

    def document(self, given: Mapping[str, Value]) -> Document:
        """Model, source, all parameters and results; errors as in `complete` and of the model."""
        values = self.complete(given)
        return {
            "model": self.name,
            "source": self.source,
            "parameters": values,
            "results": self.solve(**values),
        }


_GRAPH = ReplicationParameter("graph", "star", 0, 0, "Graph: star, path, ring, complete or empty.")
_AGENTS = ReplicationParameter("n", 4, 1, 200, "Agents of the graph.")
_PHI = ReplicationParameter("phi", 0.05, 0.0, 10.0, "φ, complementarity between partners.")
_MU = ReplicationParameter("mu", 1.0, 1e-6, 1e6, "μ, stand-alone return of each agent.")


def _solve_goyal_moraga(n: int, degree: int, gamma: float, demand: float) -> Document:
    """Closed form at one degree, the same by best responses, and the profile over degrees."""
    if degree > n - 1:
        raise InputError(
            file="replicate goyal-moraga",
            key="degree",
            value=degree,
            allowed=f"a whole number from 0 to n - 1 = {n - 1}",
        )
    chosen = cournot_network(n, degree, gamma, demand)
    profile = [cournot_network(n, k, gamma, demand) for k in range(n)]
    profits = [point.profit for point in profile]
    welfare = [point.welfare for point in profile]
    exists = n * degree % 2 == 0
    try:
        response: float | None = cournot_common_response(n, degree, gamma, demand)
    except ConvergenceError:
        response = None
    return {
        "effort": chosen.effort,
        "quantity": chosen.quantity,
        "profit": chosen.profit,
        "welfare": chosen.welfare,
        "best_response_effort": response,
        "regular_graph_exists": exists,
        "unequal_efforts_die_out": _die_out(n, degree, gamma) if exists else None,
        "degree_of_highest_profit": int(np.argmax(profits)),
        "degree_of_highest_welfare": int(np.argmax(welfare)),
        "degrees": list(range(n)),
        "effort_by_degree": [point.effort for point in profile],
        "quantity_by_degree": [point.quantity for point in profile],
        "profit_by_degree": profits,
        "welfare_by_degree": welfare,
    }


def _die_out(n: int, degree: int, gamma: float) -> bool:
    """Whether best responses on a ring with `degree` nearest partners even out efforts.

    A deviation along an eigenvector of the graph that sums to zero is answered by
    w/(γ − w²)·(λ + (k+1)/(n+1)) of itself, w = (n−k)/(n+1); where that exceeds 1
    for some λ, asymmetric equilibria appear beside the symmetric one.
    """
    own = (n - degree) / (n + 1)
    deviations = circulant_eigenvalues(n, degree)[1:] + (degree + 1) / (n + 1)
    return bool((own / (gamma - own**2) * deviations < 1.0).all())


def _solve_konig_liu_zenou(graph: str, n: int, phi: float, rho: float, mu: float) -> Document:
    """Equilibrium without subsidy, best uniform and best targeted subsidy, and welfare."""
    place = "replicate konig-liu-zenou"
    adjacency = _graph(place, graph, n)
    try:
        plan = konig_liu_zenou(adjacency, mu, phi, rho)
    except SpectralError as error:
        raise _too_strong(place, error) from None
    except ConcavityError as error:
        raise InputError(
            file=place,
            key="phi, rho",
            value=f"{phi:g}, {rho:g}",
            allowed="values at which the planner's problem is concave: the smallest eigenvalue"
            f" of H must be positive and is {error.smallest_eigenvalue:.6g}",
        ) from None
    game = ResearchGame(adjacency, np.ones((n, n)) - np.eye(n), np.full(n, mu), phi, rho)
    radius = game.response_radius()
    response: list[float] | None = None
    if radius < 1.0:
        try:
            response = game.best_response().tolist()
        except ConvergenceError:
            response = None
    return {
        "uniform_subsidy": plan.uniform,
        "welfare_none": plan.welfare_none,
        "welfare_uniform": plan.welfare_uniform,
        "welfare_targeted": plan.welfare_targeted,
        "smallest_eigenvalue": plan.smallest_eigenvalue,
        "response_radius": radius,
        "interior": plan.interior,
        "agents": list(range(n)),
        "output": plan.output.tolist(),
        "best_response_output": response,
        "targeted_subsidy": plan.targeted.tolist(),
    }


def _solve_key_player(graph: str, n: int, phi: float, rho: float, mu: float) -> Document:
    """Centralities, and the fall in total output when each agent is removed in turn.

    With rivalry, output is proportional to the centrality b at φ/(1 − ρ), and the
    total is μβ/(1 − ρ + ρβ) with β = Σb: removing an agent takes its
    intercentrality from β. Without it, and with μ = 1, the fall is the intercentrality.
    """
    place = "replicate key-player"
    adjacency = _graph(place, graph, n)
    decay = phi / (1.0 - rho)
    try:
        centrality = bonacich(adjacency, decay)
        falls = fall_when_removed(adjacency, phi, rho, mu)
    except SpectralError:
        raise _too_strong(place, SpectralError(phi, (1.0 - rho) * largest_phi(adjacency))) from None
    cost = intercentrality(adjacency, decay)
    reach = float(centrality.sum())
    total = mu * reach / (1.0 - rho + rho * reach)
    predicted = total - mu * (reach - cost) / (1.0 - rho + rho * (reach - cost))
    limit = (1.0 - rho) * largest_phi(adjacency)
    return {
        "key_players": key_players(adjacency, decay).tolist(),
        "total_output": total,
        "largest_phi": limit if np.isfinite(limit) else None,
        "largest_difference": float(np.abs(predicted - falls).max()),
        "agents": list(range(n)),
        "bonacich": centrality.tolist(),
        "intercentrality": cost.tolist(),
        "predicted_fall": predicted.tolist(),
        "fall_when_removed": falls.tolist(),
    }


def _graph(place: str, name: str, n: int) -> Any:
    if n < SMALLEST[name]:
        raise InputError(
            file=place, key="n", value=n, allowed=f"at least {SMALLEST[name]} for a {name}"
        )
    return graph(name, n)


def _too_strong(place: str, error: SpectralError) -> InputError:
    return InputError(
        file=place,
        key="phi",
        value=error.phi,
        allowed=f"from 0 to below {error.limit:.6g}, beyond which there is no bounded equilibrium"
        " on this graph",
    )


REPLICATIONS: dict[str, Replication] = {
    replication.name: replication
    for replication in (
        Replication(
            "goyal-moraga",
            "R&D networks in Cournot competition",
            "S. Goyal and J. L. Moraga-González (2001), RAND Journal of Economics 32(4), 686-707",
            (
                ReplicationParameter("n", 8, 1, 1000, "Firms."),
                ReplicationParameter("degree", 3, 0, 999, "k, partners of a firm, below n."),
                ReplicationParameter("gamma", 2.0, 1.0, 1e6, "γ, R&D cost is γe²; from 2 safe."),
                ReplicationParameter("demand", 1.0, 1e-6, 1e6, "A, demand intercept less cost."),
            ),
            "degrees",
            _solve_goyal_moraga,
        ),
        Replication(
            "konig-liu-zenou",
            "Optimal R&D subsidies on a network of partners and rivals",
            "M. D. König, X. Liu and Y. Zenou (2019), Review of Economics and Statistics"
            " 101(3), 476-491",
            (
                _GRAPH,
                _AGENTS,
                _PHI,
                ReplicationParameter("rho", 0.2, 0.0, 0.999, "ρ, rivalry between all firms."),
                _MU,
            ),
            "agents",
            _solve_konig_liu_zenou,
        ),
        Replication(
            "key-player",
            "Key player: whose removal costs most",
            "C. Ballester, A. Calvó-Armengol and Y. Zenou (2006), Econometrica 74(5), 1403-1417",
            (
                _GRAPH,
                _AGENTS,
                _PHI,
                ReplicationParameter("rho", 0.0, 0.0, 0.999, "ρ, rivalry between all agents."),
                _MU,
            ),
            "agents",
            _solve_key_player,
        ),
    )
}


def find_replication(name: str, known: Mapping[str, Replication] = REPLICATIONS) -> Replication:
    """Replication by name, in any case.

    Parameters
    ----------
    name : as on the command line
    known : those to choose from

    Raises
    ------
    InputError
        If there is no such replication.
    """
    wanted = name.strip().lower()
    if wanted not in known:
        allowed = ", ".join(known)
        raise InputError(file="replicate", key="name", value=name, allowed=allowed)
    return known[wanted]


def replicate(name: str, **parameters: Value) -> Document:
    """Solve a published model.

    Parameters
    ----------
    name : ``goyal-moraga``, ``konig-liu-zenou`` or ``key-player``
    parameters : by name; the others keep their defaults

    Returns
    -------
    dict
        ``model``, ``source``, ``parameters`` (all of them) and ``results`` (numbers and
        lists over agents or degrees; None where there is nothing to state).

    Raises
    ------
    InputError
        For an unknown model or parameter, a value out of range, or a point without answer.

    Examples
    --------
    >>> round(replicate("goyal-moraga", n=8, degree=5)["results"]["profit"], 6)
    0.014757
    """
    return find_replication(name).document(parameters)
