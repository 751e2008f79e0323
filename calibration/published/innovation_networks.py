"""Emergence of innovation networks (Cowan, Jonard and Zimmermann 2007).

Each firm knows something of five types. Every period firms pair off, or stay alone, by what they
expect of a joint innovation: its size, made of what the two know together, times its probability,
which grows with the trust that they have in each other (T1) and in common partners (T2). What
succeeds adds to one type of knowledge of both. Two firms are linked once they have collaborated.

Where tasks can be split (θ near one, the better partner counts) networks are dense; where trust
comes from common partners (α near zero) they are denser and more clustered.

A firm expects of itself the lowest probability and has the highest. With the highest expected as
well, firms collaborate in a third of the periods at θ = 0.4 where the published ones do in most.
Trust is forgotten by the period here and lost by one failure; how common partners add up is the
rule of the model, whose divisor is trust. With the number of partners in its place densities are
0.01 to 0.03 lower.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled

from .replications import Document, Replication, ReplicationParameter

__all__ = ["COWAN_JONARD_ZIMMERMANN", "innovate", "matched", "structural_credit", "transitivity"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

TYPES = 5
DISCOUNT = 0.98
LOWEST_SUCCESS, HIGHEST_SUCCESS = 0.75, 0.95
EXPONENT = 0.1
SCALE = 1e-7

PUBLISHED = tuple((theta, alpha) for theta in (0.2, 0.4, 1.0) for alpha in (0.0, 0.5, 1.0))
_SEED = 2007


def structural_credit(trust: Floats) -> Floats:
    """T2: Str_ij = Σ_h F_ih F_hj / max(1, Σ_h F_ih) of all pairs, seen from the first.

    Parameters
    ----------
    trust : F (firms, firms), symmetric, zero on the diagonal
    """
    credit: Floats = trust @ trust / np.maximum(1.0, trust.sum(axis=1))[:, None]
    return credit


@compiled
def created(knowledge: Floats, theta: float) -> Floats:
    """Size of an innovation of each pair, and on the diagonal of each firm alone.

    A (Σ_k ((1 - θ) min + θ max)^γ)^(1/γ) over the types of knowledge k.

    Parameters
    ----------
    knowledge : (firms, types)
    theta : weight of the partner who knows more
    """
    firms = knowledge.shape[0]
    size = np.empty((firms, firms))
    for i in range(firms):
        for j in range(i, firms):
            total = 0.0
            for k in range(knowledge.shape[1]):
                less = min(knowledge[i, k], knowledge[j, k])
                more = max(knowledge[i, k], knowledge[j, k])
                total += ((1.0 - theta) * less + theta * more) ** EXPONENT
            size[i, j] = size[j, i] = SCALE * total ** (1.0 / EXPONENT)
    return size


@compiled
def matched(order: Numbers, firms: int) -> Numbers:
    """Partner of each firm, itself where it stays alone.

    Parameters
    ----------
    order : i·firms + j of all ordered pairs, the best first; a pair is taken if both are free
    """
    partner = np.full(firms, -1)
    for place in range(order.size):
        i, j = order[place] // firms, order[place] % firms
        if partner[i] < 0 and partner[j] < 0:
            partner[i] = j
            partner[j] = i
    return partner


def innovate(
    firms: int, periods: int, theta: float, alpha: float, generator: np.random.Generator
) -> tuple[NDArray[np.bool_], float]:
    """Who has ever collaborated with whom, and the share of firm-periods in collaboration.

    Parameters
    ----------
    theta : weight of the partner who knows more
    alpha : weight of trust in the partner; the rest is that of common partners
    """
    knowledge = 1.0 + generator.integers(0, 2, (firms, TYPES)).astype(float)
    succeeded = np.full((firms, firms), -np.inf)
    linked = np.zeros((firms, firms), np.bool_)
    together = 0
    alone = np.arange(firms)
    for period in range(periods):
        trust = DISCOUNT ** (period - succeeded)
        credit = alpha * trust + (1.0 - alpha) * structural_credit(trust)
        np.fill_diagonal(credit, 0.0)
        probability = LOWEST_SUCCESS + (HIGHEST_SUCCESS - LOWEST_SUCCESS) * credit
        size = created(knowledge, theta)
        shuffled = generator.permutation(firms * firms)
        expected = (probability * size).ravel()[shuffled]
        order = shuffled[np.argsort(-expected, kind="stable")]
        np.fill_diagonal(probability, HIGHEST_SUCCESS)
        partner = matched(order, firms)
        together += int((partner != alone).sum())
        for i in alone[partner >= alone]:
            j = partner[i]
            linked[i, j] = linked[j, i] = i != j
            if generator.random() >= probability[i, j]:
                succeeded[i, j] = succeeded[j, i] = -np.inf
                continue
            if i != j:
                succeeded[i, j] = succeeded[j, i] = period
            less, more = np.sort(knowledge[[i, j]], axis=0)
            pooled = np.cumsum((1.0 - theta) * less + theta * more)
            learned = int(np.searchsorted(pooled, generator.random() * pooled[-1], side="right"))
            knowledge[[i, j], learned] += size[i, j]
    return linked, together / (firms * periods)


def transitivity(linked: NDArray[np.bool_]) -> float:
    """Share of pairs of partners of a firm that are partners themselves."""
    ties = linked.astype(float)
    degree = ties.sum(axis=1)
    pairs = float((degree * (degree - 1.0)).sum())
    return float(np.trace(ties @ ties @ ties)) / pairs if pairs else 0.0


def _mean(firms: int, periods: int, theta: float, alpha: float, runs: int) -> list[float]:
    """Density, its standard error, clustering and share of firm-periods in collaboration."""
    found = []
    for run in range(runs):
        generator = np.random.default_rng([_SEED, run])
        linked, together = innovate(firms, periods, theta, alpha, generator)
        density = linked.sum() / (firms * (firms - 1))
        found.append((density, transitivity(linked), together))
    density, clustering, together = np.array(found).T
    error = density.std(ddof=1) / np.sqrt(runs)
    return [float(x) for x in (density.mean(), error, clustering.mean(), together.mean())]


def _solve(firms: int, periods: int, theta: float, alpha: float, runs: int) -> Document:
    """At one pair of weights, and at the published ones."""
    points = sorted({*PUBLISHED, (theta, alpha)})
    table = [_mean(firms, periods, *point, runs) for point in points]
    density, error, clustering, together = table[points.index((theta, alpha))]
    return {
        "density": density,
        "standard_error": error,
        "clustering": clustering,
        "clustering_over_density": clustering / density if density else 0.0,
        "collaborating_share": together,
        "theta_by_row": [point[0] for point in points],
        "alpha_by_row": [point[1] for point in points],
        "density_by_row": [row[0] for row in table],
        "standard_error_by_row": [row[1] for row in table],
        "clustering_by_row": [row[2] for row in table],
        "collaborating_by_row": [row[3] for row in table],
    }


COWAN_JONARD_ZIMMERMANN = Replication(
    "cowan-jonard-zimmermann",
    "Emergence of innovation networks",
    "R. Cowan, N. Jonard and J.-B. Zimmermann (2007), Management Science 53(7), 1051-1067",
    (
        ReplicationParameter("firms", 100, 3, 1000, "N, firms."),
        ReplicationParameter("periods", 200, 1, 10_000, "Periods, one innovation a firm in each."),
        ReplicationParameter("theta", 0.4, 0.0, 1.0, "θ, weight of the partner who knows more."),
        ReplicationParameter(
            "alpha", 0.5, 0.0, 1.0, "α, weight of trust in the partner; the rest is for common"
            " partners.",
        ),
        ReplicationParameter("runs", 4, 2, 1000, "Runs at each pair of weights."),
    ),
    "theta_by_row",
    _solve,
)  # fmt: skip
