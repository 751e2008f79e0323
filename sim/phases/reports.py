"""Phase 3: who learns what of the members, and when (section 8)."""

from __future__ import annotations

import numpy as np

from ..coordination.beliefs import Accounts, believed
from ..coordination.policy import Report
from ..ground.calendar import month_number
from ..ground.forms import form_code
from ..run import Run

__all__ = ["file_reports", "take_report"]

_EXACT = form_code("planner_knowledge", "exact")
_ACCOUNTS = "accounts"
# A5: the heads were appointed at the end of the programme's first month, April 2005.
HEADS_APPOINTED = 1


def take_report(run: Run, noise: float, noise_research: float, exact: bool) -> Report:
    """Write down the members as they are now.

    Parameters
    ----------
    exact : with their true productivity and absorptive capacity, not what is believed of them
    """
    state, firms = run.state, run.state.firms
    rows = np.flatnonzero(firms.member[: firms.count] == 1).astype(np.int32)
    known = _close_accounts(run) if exact else state.reports[_ACCOUNTS][0]
    identifier = firms.identifier[rows]
    judged = known.of(rows.astype(np.int64), identifier, firms.research_intensity[rows] > 0.0)
    if not exact:
        believed(run.key, known.month // 12, run.parameters, identifier, judged)
    return Report(
        month=state.month,
        rows=rows,
        identifier=identifier,
        complex=firms.complex[rows],
        mini_cluster=firms.mini_cluster[rows],
        sector=firms.sector[rows],
        niche=firms.niche[rows],
        knowledge=firms.knowledge[rows],
        absorption=judged[1],
        employees=firms.employees[rows],
        revenue=firms.revenue[rows],
        advantage=judged[0],
        noise=noise,
        noise_research=noise_research,
    )


def _close_accounts(run: Run) -> Accounts:
    """Accounts of all firms as last month left them."""
    firms, n = run.state.firms, run.state.firms.count
    lasting = firms.log_productivity[:n] - firms.shock[:n]
    return Accounts(
        month=run.state.month,
        identifier=firms.identifier[:n].copy(),
        advantage=lasting - run.usual_productivity[firms.sector[:n]],
        absorption=firms.absorption[:n].copy(),
    )


def _collect_accounts(run: Run) -> None:
    """Add this month's accounts to those that are kept until coordinators know them."""
    lag = round(run.parameters.accounts_lag * run.parameters.lag_scale)
    kept = (*run.state.reports.get(_ACCOUNTS, ()), _close_accounts(run))
    run.state.reports[_ACCOUNTS] = kept[-1 - lag :]


def file_reports(run: Run) -> None:
    """Let the coordinators that the policy listens to learn what they will decide on.

    Promotion groups (``"local"``) know the members of their complex; the level
    above (``"central"``) knows all, later and less exactly; the ``"oracle"``
    knows everything at once.  A report is taken as many months before a decision
    as the level's lag, and holds until its next decision.  What others than the oracle believe
    of productivity and absorptive capacity comes from older accounts, or from those of the
    first month of the programme as long as there are none.
    """
    exact = run.forms.planner_knowledge == _EXACT
    if not exact and set(run.settings.policy.sees) - {"oracle"}:
        _collect_accounts(run)
    chain, month = run.governance, run.state.month
    start = month_number(*run.settings.start)
    for level in run.settings.policy.sees:
        if level == "oracle":
            run.state.reports[level] = (take_report(run, 0.0, 0.0, exact=True),)
            continue
        row = chain.lag.size - 1 if level == "local" else chain.lag.size - 2
        if row < 0:
            continue
        period, lag = int(chain.decision_period[row]), int(chain.lag[row])
        current, *pending = run.state.reports.get(level, (None,))
        if (month + lag - start) % period == 0:
            noise = float(chain.noise[row])
            headed = level == "local" and month + lag >= start + HEADS_APPOINTED
            outside = run.parameters.outside_head_noise if headed else 1.0
            pending.append(take_report(run, noise, outside * noise, exact))
        if (month - start) % period == 0:
            arrived = [report for report in pending if report.month <= month - lag]
            pending = pending[len(arrived) :]
            current = arrived[-1] if arrived else current
        run.state.reports[level] = (current, *pending)
