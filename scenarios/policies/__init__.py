"""The coordination policies and their registry (section 10)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from innocluster.sim.coordination.policy import Policy

from ..errors import InputError
from .adaptive import Adaptive
from .baselines import (
    EvenSpread,
    NoProgramme,
    RandomAnywhere,
    RandomMatching,
    ThematicMiniClusters,
)
from .bridges import Gatekeepers, SmallWorld, UniversityAnchored
from .brokers import HubBroker, OptimalDistance, Vouchers
from .central_planner import CentralPlanner, Oracle
from .money import LumpSum, UniformSubsidy
from .network_games import KeyPlayers, LinkSubsidy, TargetedSubsidy
from .plugins import Plugin, load_plugins
from .roles import EveryoneAttacks, RoleSpecialisation

__all__ = ["POLICIES", "find_policy", "plugins", "registered_policies"]

POLICIES: dict[str, Policy] = {
    policy.id: policy
    for policy in (
        NoProgramme(),
        LumpSum(),
        EveryoneAttacks(),
        RandomMatching(),
        RandomAnywhere(),
        EvenSpread(),
        Vouchers(),
        HubBroker(),
        ThematicMiniClusters(),
        OptimalDistance(),
        CentralPlanner(),
        Oracle(),
        SmallWorld(),
        Gatekeepers(),
        UniformSubsidy(),
        TargetedSubsidy(),
        KeyPlayers(),
        LinkSubsidy(),
        RoleSpecialisation(),
        UniversityAnchored(),
        Adaptive(),
    )
}
"""The policies that come with the software, in the order of the model's description."""


@cache
def plugins() -> Mapping[str, Plugin]:
    """Policies that installed packages add, by id; read once a process.

    Raises
    ------
    InputError
        For a package whose policy cannot be used, or takes the name of another.
    """
    return {plugin.policy.id: plugin for plugin in load_plugins(POLICIES.values())}


def registered_policies() -> dict[str, Policy]:
    """All policies by id: those of the software, then those of installed packages."""
    return {**POLICIES, **{key: plugin.policy for key, plugin in plugins().items()}}


def find_policy(text: str, file: str = "policy") -> Policy:
    """Policy by id (``P5``) or key (``thematic-mini-clusters``), in any case.

    Parameters
    ----------
    text : id or key
    file : where it was given, for the error

    Raises
    ------
    InputError
        If there is no such policy, or a package adds one that cannot be used.
    """
    wanted = text.strip().lower()
    known = registered_policies().values()
    for policy in known:
        if wanted in (policy.id.lower(), policy.key):
            return policy
    allowed = ", ".join(f"{policy.id} ({policy.key})" for policy in known)
    raise InputError(file=file, key="policy", value=text, allowed=allowed)
