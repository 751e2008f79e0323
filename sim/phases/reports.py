"""Phase 3: who learns what of the members, and when (section 8)."""

from __future__ import annotations

import numpy as np

from ..coordination.policy import Report
from ..ground.calendar import PROGRAMME_START, month_number
from ..run import Run

__all__ = ["file_reports", "take_report"]

# A5: the heads were appointed at the end of April 2005.
HEADS_APPOINTED = PROGRAMME_START[0], PROGRAMME_START[1] + 1


def take_report(run: Run, noise: float, noise_research: float) -> Report:
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


def file_reports(run: Run) -> None:
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
            outside = run.parameters.outside_head_noise if headed else 1.0
            pending.append(take_report(run, noise, outside * noise))
        if (month - start) % period == 0:
            arrived = [report for report in pending if report.month <= month - lag]
            pending = pending[len(arrived) :]
            current = arrived[-1] if arrived else current
        run.state.reports[level] = (current, *pending)
