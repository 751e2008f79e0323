"""Section 8: the governance chain, and how projects are screened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from innocluster.agents.coordinators import committee_pass, hierarchy_pass, polyarchy_pass

from ..beginning.population import Governance
from ..ground.parameter_record import Parameters

__all__ = ["CHAINS", "SCREENINGS", "chain_of", "screening_chances"]

CHAINS = ("four-level", "two-level", "local")
"""All levels of the region; the secretariat and the promotion groups; the groups alone."""

SCREENINGS = ("single", "hierarchy", "polyarchy", "committee")
"""Which units of the chain look at a project before it gets a grant."""


def chain_of(region: Governance, variant: str, p: Parameters) -> Governance:
    """Levels that govern under a variant, with lags and noise scaled.

    Raises
    ------
    ValueError
        For an unknown variant, or a region with too few levels for it.
    """
    wanted = {"four-level": len(region.names), "two-level": 2, "local": 1}
    if variant not in wanted:
        raise ValueError(f"governance {variant!r}; allowed: {', '.join(CHAINS)}")
    levels = wanted[variant]
    if levels > len(region.names):
        raise ValueError(f"governance {variant!r}: the region has {len(region.names)} level")
    last = slice(len(region.names) - levels, None)
    return replace(
        region,
        names=region.names[last],
        names_ko=region.names_ko[last],
        decision_period=region.decision_period[last],
        lag=np.rint(p.lag_scale * region.lag[last]).astype(np.int64),
        overhead=region.overhead[last],
        noise=p.noise_scale * region.noise[last],
    )


def screening_chances(
    architecture: str, units: int, votes: int, good: float, bad: float
) -> tuple[float, float]:
    """Chance that a good and a bad project get a grant, after Sah and Stiglitz (1986).

    Parameters
    ----------
    architecture : one of `SCREENINGS`; ``"single"`` is the promotion group alone
    units : units of the chain that look at a project
    votes : votes that a committee needs, at most all
    good, bad : chances that one unit passes a good and a bad project

    Raises
    ------
    ValueError
        For an unknown architecture.
    """
    if architecture == "single":
        return good, bad
    if architecture == "hierarchy":
        return hierarchy_pass(good, units), hierarchy_pass(bad, units)
    if architecture == "polyarchy":
        return polyarchy_pass(good, units), polyarchy_pass(bad, units)
    if architecture == "committee":
        needed = min(votes, units)
        return committee_pass(good, units, needed), committee_pass(bad, units, needed)
    raise ValueError(f"screening {architecture!r}; allowed: {', '.join(SCREENINGS)}")
