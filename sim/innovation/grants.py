"""What the programme pays for joint R&D (M3)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import inlined
from innocluster.agents.elementary import exp, normal_quantile
from innocluster.agents.records import Record

from ..ground.parameter_record import Parameters

__all__ = ["GrantRules", "GrantTerms", "grant_rate", "screened_grant"]


@dataclass(frozen=True)
class GrantRules(Record):
    """M3: what the programme pays for joint R&D, rules of the country's programme.

    Attributes
    ----------
    share_small, share_medium, share_large : highest grant over the cost of a project, by the
        size of the firm that proposes it
    medium_from, large_from : employees from which a firm is mid-size and large
    cap, consortium_cap : KRW million, largest grant for two partners and for three
    reserved_share : share of a year's money that small tasks leave for joint R&D
    """

    share_small: float
    share_medium: float
    share_large: float
    medium_from: float
    large_from: float
    cap: float
    consortium_cap: float
    reserved_share: float


@dataclass(frozen=True)
class GrantTerms(Record):
    """How the policy of a run supports joint R&D, M3.

    Attributes
    ----------
    balance : (C,) KRW million not yet spent, reduced by grants; zeros where nothing is granted
    passes_good, passes_bad : chance that a project with a chance of success above and below
        the parameter `good_project` gets a grant
    consortium_share : share of projects that look for a third partner
    aided_share : the same among those that can get a grant
    """

    balance: NDArray[np.float64]
    passes_good: float
    passes_bad: float
    consortium_share: float
    aided_share: float


@inlined
def grant_rate(employees: float, rules: GrantRules) -> float:
    """M3: highest grant over cost, lower for mid-size firms and lowest for large ones."""
    if employees < rules.medium_from:
        return rules.share_small
    return rules.share_medium if employees < rules.large_from else rules.share_large


@inlined
def screened_grant(
    s: float,
    v: float,
    chance: float,
    consortium: bool,
    employees: float,
    p: Parameters,
    rules: GrantRules,
    money: GrantTerms,
) -> float:
    """M3: grant that passes the screening, at most the cap; 0 for a project turned down.

    Parameters
    ----------
    s, v : uniforms for the screening and the cost
    chance : of the project's success
    employees : of the firm that proposes
    """
    if s >= (money.passes_good if chance >= p.good_project else money.passes_bad):
        return 0.0
    cost = p.project_cost * exp(p.project_cost_spread * normal_quantile(v))
    cost *= p.consortium_cost if consortium else 1.0
    return min(
        grant_rate(employees, rules) * cost, rules.consortium_cap if consortium else rules.cap
    )
