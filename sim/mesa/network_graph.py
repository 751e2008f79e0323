"""The network of a run as a networkx graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..ground.calendar import month_text
from ..network.pairs import BODY
from ..simulation import Simulation

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["network_graph"]

_TIE_COLUMNS = (
    "familiarity",
    "similarity",
    "last_met",
    "meetings",
    "brokered",
    "projects",
    "successes",
)

Nodes = dict[int, tuple[str, dict[str, Any]]]
"""Code of an actor in the table of pairs -> name of its node and attributes."""


def network_graph(
    run: Simulation, threshold: float | None = None, everyone: bool = False
) -> nx.Graph[str]:
    """Who is familiar enough with whom, or works with it on a joint project, as it stands.

    By default it is the network of the yearly measures: its nodes are the firms that do R&D,
    universities and institutes, with or without ties, its edges the ties of the measure
    ``"ties"``, which is taken in December before firms close.

    Parameters
    ----------
    threshold : familiarity from which a pair is a tie, 0 to 1, by default the parameter
        `tie_familiarity`; a pair with a joint project under way is one whatever its familiarity
    everyone : whether firms without R&D and their ties are shown as well

    Returns
    -------
    nodes ``"firm 12"``, ``"university 3"``, ``"institute 40"``, by the row in the table, with
    kind, row and complex; firms with sector, mini_cluster, member, research_intensity, revenue
    (KRW million a month) and employees, the others with name and researchers.  Edges have
    familiarity, similarity, last_met (months since 2003-01), meetings, brokered (those that
    the programme made), projects (under way) and successes.

    Raises
    ------
    ValueError
        For a threshold that is no number from 0 to 1.
    """
    import networkx as nx

    threshold = run.parameters.tie_familiarity if threshold is None else threshold
    if not 0.0 <= threshold <= 1.0:
        raise ValueError(f"threshold is {threshold!r}; allowed: a number from 0 to 1")
    graph: nx.Graph[str] = nx.Graph(month=month_text(run.state.month - 1), threshold=threshold)
    nodes = _firms(run, everyone) | _research_bodies(run)
    graph.add_nodes_from(nodes.values())
    pairs = run.state.pairs
    # In double precision, as the yearly measure compares.
    familiarity = pairs.familiarity[: pairs.count].astype(np.float64)
    near = (familiarity >= threshold) | (pairs.projects[: pairs.count] > 0)
    rows = np.flatnonzero(near & (familiarity >= 0.0))
    ends = zip(pairs.first[rows].tolist(), pairs.second[rows].tolist(), strict=True)
    values = zip(*(getattr(pairs, name)[rows].tolist() for name in _TIE_COLUMNS), strict=True)
    graph.add_edges_from(
        (nodes[one][0], nodes[other][0], dict(zip(_TIE_COLUMNS, row, strict=True)))
        for (one, other), row in zip(ends, values, strict=True)
        if one in nodes and other in nodes
    )
    return graph


def _firms(run: Simulation, everyone: bool) -> Nodes:
    """Operating firms, those without R&D only with `everyone`."""
    firms, region = run.state.firms, run.region
    shown = firms.alive[: firms.count] == 1
    if not everyone:
        shown &= firms.research_intensity[: firms.count] > 0.0
    return {
        row: (
            f"firm {row}",
            {
                "kind": "firm",
                "row": row,
                "complex": region.complexes.keys[firms.complex[row]],
                "sector": region.sectors.keys[firms.sector[row]],
                "mini_cluster": (
                    region.mini_clusters.names[firms.mini_cluster[row]]
                    if firms.mini_cluster[row] >= 0
                    else ""
                ),
                "member": bool(firms.member[row]),
                "research_intensity": float(firms.research_intensity[row]),
                "revenue": float(firms.revenue[row]),
                "employees": float(firms.employees[row]),
            },
        )
        for row in np.flatnonzero(shown).tolist()
    }


def _research_bodies(run: Simulation) -> Nodes:
    """Universities and institutes."""
    bodies, region = run.state.bodies, run.region
    result: Nodes = {}
    for row in range(bodies.count):
        kind = "institute" if bodies.institute[row] == 1 else "university"
        result[BODY + row] = (
            f"{kind} {row}",
            {
                "kind": kind,
                "row": row,
                "complex": region.complexes.keys[bodies.complex[row]],
                "name": region.research_bodies.names[row],
                "researchers": float(bodies.researchers[row]),
            },
        )
    return result
