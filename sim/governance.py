"""Section 8: the governance chain, who knows what and when, and how projects are screened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import (
    committee_pass,
    hierarchy_pass,
    polyarchy_pass,
)
from innocluster.agents.knowledge import Knowledge

from .calendar import PROGRAMME_START, month_number
from .population import Governance

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = [
    "CHAINS",
    "SCREENINGS",
    "Report",
    "chain_of",
    "file_reports",
    "screening_chances",
    "take_report",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CHAINS = ("four-level", "two-level", "local")
"""All levels of the region; the secretariat and the promotion groups; the groups alone."""

SCREENINGS = ("single", "hierarchy", "polyarchy", "committee")
"""Which units of the chain look at a project before it gets a grant."""

# A5: the heads were appointed at the end of April 2005.
HEADS_APPOINTED = PROGRAMME_START[0], PROGRAMME_START[1] + 1


def chain_of(region: Governance, variant: str, values: SimpleNamespace) -> Governance:
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
        lag=np.rint(values.lag_scale * region.lag[last]).astype(np.int64),
        overhead=region.overhead[last],
        noise=values.noise_scale * region.noise[last],
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


@dataclass(frozen=True)
class Report:
    """What a coordinator knows of the members when it decides; never changed once taken.

    Attributes
    ----------
    month : month from whose beginning the knowledge dates, months since 2003-01
    rows, identifier : (n,) members then; a row may since belong to another firm
    complex, mini_cluster, sector : (n,) of each
    knowledge : (n, D) their knowledge vectors
    absorption, employees, revenue : (n,) of each; revenue in KRW million a month
    advantage : (n,) log productivity over the mean of the sector in 2003
    noise : standard deviation of its signal on the distance of two firms
    noise_research : the same for a firm and a research body
    """

    month: int
    rows: NDArray[np.int32]
    identifier: Integers
    complex: NDArray[np.int16]
    mini_cluster: NDArray[np.int16]
    sector: NDArray[np.int16]
    knowledge: Knowledge
    absorption: Floats
    employees: Floats
    revenue: Floats
    advantage: Floats
    noise: float
    noise_research: float


def take_report(run: Simulation, noise: float, noise_research: float) -> Report:
    """Write down the members as they are now."""
    firms = run.state.firms
    rows = np.flatnonzero(firms.member[: firms.count] == 1).astype(np.int32)
    sector = firms.sector[rows]
    return Report(
        month=run.state.month,
        rows=rows,
        identifier=firms.identifier[rows],
        complex=firms.complex[rows],
        mini_cluster=firms.mini_cluster[rows],
        sector=sector,
        knowledge=firms.knowledge[rows],
        absorption=firms.absorption[rows],
        employees=firms.employees[rows],
        revenue=firms.revenue[rows],
        advantage=firms.log_productivity[rows] - run.anchors.sector_log_a[sector],
        noise=noise,
        noise_research=noise_research,
    )


def file_reports(run: Simulation) -> None:
    """Let the coordinators that the policy listens to learn what they will decide on.

    Promotion groups (``"local"``) know the members of their complex; the level
    above (``"central"``) knows all, later and less exactly; the ``"oracle"``
    knows everything at once.  A report is taken as many months before a decision
    as the level's lag, and holds until its next decision.
    """
    chain, month = run.governance, run.state.month
    start = month_number(*PROGRAMME_START)
    for level in run.settings.policy.sees:
        if level == "oracle":
            run.state.reports[level] = (take_report(run, 0.0, 0.0),)
            continue
        row = chain.lag.size - 1 if level == "local" else chain.lag.size - 2
        if row < 0:
            continue
        period, lag = int(chain.decision_period[row]), int(chain.lag[row])
        current, *pending = run.state.reports.get(level, (None,))
        if (month + lag - start) % period == 0:
            noise = float(chain.noise[row])
            headed = level == "local" and month + lag >= month_number(*HEADS_APPOINTED)
            outside = run.values.outside_head_noise if headed else 1.0
            pending.append(take_report(run, noise, outside * noise))
        if (month - start) % period == 0:
            arrived = [report for report in pending if report.month <= month - lag]
            pending = pending[len(arrived) :]
            current = arrived[-1] if arrived else current
        run.state.reports[level] = (current, *pending)
