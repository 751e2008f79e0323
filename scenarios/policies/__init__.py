"""The coordination policies and their registry (section 10)."""

from __future__ import annotations

from innocluster.scenarios.errors import InputError
from innocluster.sim.coordination import Policy

from .baselines import NoProgramme, RandomMatching, ThematicMiniClusters

__all__ = ["POLICIES", "find_policy"]

POLICIES: dict[str, Policy] = {
    policy.id: policy for policy in (NoProgramme(), RandomMatching(), ThematicMiniClusters())
}


def find_policy(text: str) -> Policy:
    """Policy by id (``P5``) or key (``thematic-mini-clusters``), in any case.

    Raises
    ------
    InputError
        If there is no such policy.
    """
    wanted = text.strip().lower()
    for policy in POLICIES.values():
        if wanted in (policy.id.lower(), policy.key):
            return policy
    allowed = ", ".join(f"{policy.id} ({policy.key})" for policy in POLICIES.values())
    raise InputError(file="policy", key="policy", value=text, allowed=allowed)
