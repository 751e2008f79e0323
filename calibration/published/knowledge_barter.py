"""Knowledge barter on a network (Cowan and Jonard 2004).

Agents on a ring are tied to their nearest; each link is rewired with probability p. Each knows
something in five categories, a few are experts in one. Two linked agents barter where each
exceeds the other: in as many categories each way as the one with fewer has to offer, the receiver
closes the share α of the gap (K2 in barter). Nothing moves any more when no link can trade.
Mean knowledge in that state is highest for a few rewired links, between the ring and chance.

A gap below a hundredth of the larger value is a tie. The published means are met so; with ties
below one unit of knowledge the mean on the ring is 8.9 instead of 12.9 and the peak is gone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, inlined
from innocluster.scenarios.errors import InputError

from .replications import Document, Replication, ReplicationParameter

__all__ = [
    "COWAN_JONARD",
    "attached",
    "barter_until_rest",
    "rewired_ring",
    "spread_by_degree",
    "starting_knowledge",
]

Floats = NDArray[np.float64]
Links = NDArray[np.int64]

CATEGORIES = 5
HIGHEST_START = 10.0
EXPERT = 30.0
EXPERTISE = 20
"""One (agent, category) pair an expert for so many agents."""
TIE = 0.01
"""Categories that differ by less than this part of the larger count as equal."""

PUBLISHED_REWIRING = (0.0, 0.01, 0.05, 0.09, 0.12, 0.2, 0.5, 1.0)
_SEED = 2004


def rewired_ring(
    agents: int, neighbours: int, rewiring: float, generator: np.random.Generator
) -> Links:
    """Links (agents·neighbours/2, 2): a ring whose links move one end with a probability.

    Parameters
    ----------
    agents : N
    neighbours : n, even, below N
    rewiring : p; the new end is neither the agent itself nor tied to it already
    """
    links = [
        (i, (i + step) % agents) for step in range(1, neighbours // 2 + 1) for i in range(agents)
    ]
    tied: list[set[int]] = [set() for _ in range(agents)]
    for i, j in links:
        tied[i].add(j)
        tied[j].add(i)
    for number, (i, j) in enumerate(links):
        if generator.random() >= rewiring or len(tied[i]) >= agents - 1:
            continue
        other = int(generator.integers(agents))
        while other == i or other in tied[i]:
            other = int(generator.integers(agents))
        tied[i].remove(j)
        tied[j].remove(i)
        tied[i].add(other)
        tied[other].add(i)
        links[number] = (i, other)
    return np.array(links, dtype=np.int64)


def starting_knowledge(agents: int, experts: int, generator: np.random.Generator) -> Floats:
    """Knowledge (agents, categories): even from 0 to 10, that of random experts 30."""
    knowledge = generator.uniform(0.0, HIGHEST_START, (agents, CATEGORIES))
    chosen = generator.choice(agents * CATEGORIES, experts, replace=False)
    knowledge.reshape(-1)[chosen] = EXPERT
    return knowledge


@inlined
def pick(count: int, generator: np.random.Generator) -> int:
    """One of the first `count` whole numbers."""
    return min(int(generator.random() * count), count - 1)


@inlined
def choose(places: Links, count: int, wanted: int, generator: np.random.Generator) -> None:
    """Bring a random choice of `wanted` among the first `count` places to the front."""
    for i in range(wanted):
        j = i + pick(count - i, generator)
        places[i], places[j] = places[j], places[i]


@compiled
def barter(
    one: Floats,
    other: Floats,
    alpha: float,
    mine: Links,
    yours: Links,
    generator: np.random.Generator,
) -> bool:
    """Two agents exchange what each knows better, in equal numbers of categories.

    Parameters
    ----------
    one, other : knowledge (categories,), changed in place
    alpha : share of the gap that the receiver closes
    mine, yours : room for the categories in which each is ahead
    """
    ahead = behind = 0
    for category in range(one.size):
        gap = one[category] - other[category]
        if gap >= TIE * one[category]:
            mine[ahead] = category
            ahead += 1
        elif gap <= -TIE * other[category]:
            yours[behind] = category
            behind += 1
    traded = min(ahead, behind)
    choose(mine, ahead, traded, generator)
    choose(yours, behind, traded, generator)
    for i in range(traded):
        category = mine[i]
        other[category] += alpha * (one[category] - other[category])
        category = yours[i]
        one[category] += alpha * (other[category] - one[category])
    return traded > 0


@compiled
def barter_until_rest(
    knowledge: Floats, links: Links, first: Links, own: Links, alpha: float,
    generator: np.random.Generator,
) -> int:  # fmt: skip
    """Random links barter until none can; returns the number of exchanges.

    A link that was found unable is set aside until one of its ends has learned something, so
    that the last few are found without looking at all.

    Parameters
    ----------
    knowledge : (agents, categories), changed in place
    links : (links, 2)
    first, own : `own[first[i] : first[i + 1]]` are the links of agent i
    alpha : share of the gap that is closed
    """
    count = links.shape[0]
    open_links = np.arange(count)
    waiting = np.zeros(count, dtype=np.bool_)
    mine = np.empty(knowledge.shape[1], dtype=np.int64)
    yours = np.empty(knowledge.shape[1], dtype=np.int64)
    exchanges = 0
    while count > 0:
        place = pick(count, generator)
        link = open_links[place]
        one, other = links[link, 0], links[link, 1]
        if not barter(knowledge[one], knowledge[other], alpha, mine, yours, generator):
            count -= 1
            open_links[place] = open_links[count]
            waiting[link] = True
            continue
        exchanges += 1
        for end in range(2):
            agent = links[link, end]
            for i in range(first[agent], first[agent + 1]):
                if waiting[own[i]]:
                    waiting[own[i]] = False
                    open_links[count] = own[i]
                    count += 1
    return exchanges


def _links_of(links: Links, agents: int) -> tuple[Links, Links]:
    """Where each agent's links begin, and their numbers."""
    ends = links.ravel()
    own = np.argsort(ends, kind="stable") // 2
    first = np.concatenate([[0], np.cumsum(np.bincount(ends, minlength=agents))])
    return first, own


def _rest(
    agents: int, neighbours: int, rewiring: float, alpha: float, experts: int, key: list[int]
) -> tuple[float, float]:
    """Mean knowledge at rest and its variance across agents, of one run."""
    generator = np.random.default_rng(key)
    links = rewired_ring(agents, neighbours, rewiring, generator)
    knowledge = starting_knowledge(agents, experts, generator)
    first, own = _links_of(links, agents)
    barter_until_rest(knowledge, links, first, own, alpha, generator)
    means = knowledge.mean(axis=1)
    return float(means.mean()), float(means.var())


def spread_by_degree(run: int) -> tuple[float, float]:
    """Mean knowledge at rest on random networks of even and of skewed degrees, one start for both.

    The skewed one grows by preferential attachment, with as many links in the mean (M. Bogner,
    M. Mueller and P. Schlaile 2018 compare the two).

    Parameters
    ----------
    run : its number
    """
    agents, links = 200, 4
    found = []
    for skewed in (False, True):
        generator = np.random.default_rng([_SEED, run])
        knowledge = starting_knowledge(agents, agents // EXPERTISE, generator)
        if skewed:
            made = attached(agents, links, generator)
        else:
            made = rewired_ring(agents, 2 * links, 1.0, generator)
        first, own = _links_of(made, agents)
        barter_until_rest(knowledge, made, first, own, 0.1, generator)
        found.append(float(knowledge.mean()))
    return found[0], found[1]


def attached(agents: int, links: int, generator: np.random.Generator) -> Links:
    """Links of a network whose agents join one by one, each to `links` by their degrees."""
    ends = list(range(links))
    made: list[tuple[int, int]] = []
    for agent in range(links, agents):
        chosen: set[int] = set()
        while len(chosen) < links:
            chosen.add(ends[int(generator.integers(len(ends)))])
        made += [(agent, other) for other in sorted(chosen)]
        ends += [agent] * links + sorted(chosen)
    return np.array(made, dtype=np.int64)


def _solve(
    agents: int, neighbours: int, rewiring: float, alpha: float, experts: int, runs: int
) -> Document:
    """At one probability of rewiring, and the published profile over it."""
    if neighbours % 2 or neighbours >= agents:
        raise InputError(
            file="replicate cowan-jonard", key="neighbours", value=neighbours,
            allowed=f"an even number below agents = {agents}",
        )  # fmt: skip
    if experts > agents * CATEGORIES:
        raise InputError(
            file="replicate cowan-jonard", key="experts", value=experts,
            allowed=f"at most {CATEGORIES} times agents = {agents * CATEGORIES}",
        )  # fmt: skip
    profile = sorted({*PUBLISHED_REWIRING, rewiring})
    means, errors, variances = [], [], []
    for p in profile:
        # The same starts at each p: differences along the profile are not luck of the experts.
        rests = np.array(
            [_rest(agents, neighbours, p, alpha, experts, [_SEED, run]) for run in range(runs)]
        )
        means.append(float(rests[:, 0].mean()))
        errors.append(float(rests[:, 0].std(ddof=1) / np.sqrt(runs)))
        variances.append(float(rests[:, 1].mean()))
    chosen = profile.index(rewiring)
    best = int(np.argmax(means))
    return {
        "mean_knowledge": means[chosen],
        "standard_error": errors[chosen],
        "variance_across_agents": variances[chosen],
        "rewiring_of_highest_mean": profile[best],
        "highest_above_ring": means[best] - means[0],
        "highest_above_random": means[best] - means[-1],
        "rewiring_of_highest_variance": profile[int(np.argmax(variances))],
        "rewiring_by_row": profile,
        "mean_by_row": means,
        "standard_error_by_row": errors,
        "variance_by_row": variances,
    }


COWAN_JONARD = Replication(
    "cowan-jonard",
    "Knowledge barter on a network",
    "R. Cowan and N. Jonard (2004), Journal of Economic Dynamics and Control 28(8), 1557-1575",
    (
        ReplicationParameter("agents", 500, 3, 5000, "N, agents on the ring."),
        ReplicationParameter("neighbours", 10, 2, 1000, "n, nearest each is tied to; even."),
        ReplicationParameter("rewiring", 0.09, 0.0, 1.0, "p, probability that a link is rewired."),
        ReplicationParameter("alpha", 0.1, 0.001, 1.0, "α, share of a gap that is closed."),
        ReplicationParameter("experts", 25, 0, 25_000, "Pairs of agent and category that know 30."),
        ReplicationParameter("runs", 10, 2, 1000, "Runs at each probability of rewiring."),
    ),
    "rewiring_by_row",
    _solve,
)
