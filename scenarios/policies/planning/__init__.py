"""What policies plan with, the face for policies of other packages too.

Who comes to events and whom coordinators know, candidates and partners, what an
introduction is expected to be worth, and matching.
"""

from __future__ import annotations

from innocluster.sim.ground.random_numbers import uniforms
from innocluster.sim.network.pairs import BODY

from .b_matching import greedy_b_matching, planned_b_matching
from .candidates import (
    ANYWHERE,
    NOVELTY,
    OTHER_CLUSTERS,
    OWN_CLUSTER,
    OWN_COMPLEX,
    Roster,
    best_candidates,
    known_members,
)
from .introductions import Proposers, at_events, introductions_at_random, random_partners
from .pair_surplus import Prospects, prospects, surplus_of_pairs
from .partners import broker_pairs, distant_partners, gatekeepers_of, nearby_partners
from .plan import Plan, fill_places, plan_by_surplus
from .shortlists import best_of_each, candidates_of_members

__all__ = [
    "ANYWHERE", "BODY", "NOVELTY", "OTHER_CLUSTERS", "OWN_CLUSTER", "OWN_COMPLEX",
    "Plan", "Proposers", "Prospects", "Roster",
    "at_events", "best_candidates", "best_of_each", "broker_pairs", "candidates_of_members",
    "distant_partners", "fill_places", "gatekeepers_of", "greedy_b_matching",
    "introductions_at_random", "known_members", "nearby_partners", "plan_by_surplus",
    "planned_b_matching", "prospects", "random_partners", "surplus_of_pairs", "uniforms",
]  # fmt: skip
