"""Phase 3: who keeps to its own role, and what the links cost (F7, article B1)."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled
from innocluster.agents.firms import FirmTable, line_share, role_efficiency

from ..coordination.small_tasks import GUIDANCE, LINK
from ..ground.parameter_record import Parameters
from ..network.pairs import PairTable, knows_research_body
from ..run import Run
from ..state import State

__all__ = ["ROLES", "assign_roles", "has_research_partner", "needed_tasks", "role_gain"]

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]

ROLES = 3
"""Production, R&D and marketing."""


def role_gain(adherence: float, reference: float, returns: float, share: float) -> float:
    """F7: log efficiency at an adherence against that of 2003, on the work that roles concern.

    Parameters
    ----------
    adherence, reference : ρ now and in 2003, 0 to 1
    returns : τ
    share : share of a firm's work that can move between its roles
    """
    now, then = (role_efficiency(rho, ROLES, returns) for rho in (adherence, reference))
    return share * (log(now) - log(then))


def assign_roles(run: Run) -> None:
    """F7: let members keep to their own role as far as they have partners for the others.

    Asked for more adherence than in 2003, a member leaves R&D to a university or
    institute that it knows or works with, and marketing to the partner of a
    design or marketing link; without the partner it goes on doing the work
    itself, and every link takes working time.  Asked for less, it does
    everything and needs nobody.  Either way one product line of it changes.
    """
    values, state, policy = run.parameters, run.state, run.settings.policy
    wanted = values.programme_adherence if policy.adherence is None else policy.adherence
    reference = values.role_adherence
    if wanted == reference:
        return
    others = ROLES - 1
    gains = np.empty(ROLES)
    for links in range(ROLES):
        reached = reference + (wanted - reference) * links / others
        adherence = reached if wanted > reference else wanted
        gains[links] = role_gain(adherence, reference, values.role_returns, values.role_share)
    cost = values.role_link_days if wanted > reference else 0.0
    _assign(state.month, values, gains, cost, state.firms, state.pairs)


def has_research_partner(state: State, rows: Codes, contact: float) -> NDArray[np.bool_]:
    """Which of the firms in `rows` have a living tie to a university or institute.

    Parameters
    ----------
    contact : familiarity from which a tie lives
    """
    return _has_research_partner(rows, contact, state.firms, state.pairs)


def needed_tasks(run: Run, members: Codes) -> Flags:
    """F7: kind of small task that brings the one partner that a member lacks, else 0.

    Members with both partners or neither take the task that is drawn, as do all
    under a policy that does not ask for it.
    """
    if not run.settings.policy.tasks_by_need:
        return np.zeros(members.size, np.int8)
    linked = run.state.firms.link_until[members] >= run.state.month
    knows = has_research_partner(run.state, members, run.parameters.contact_familiarity)
    return np.where(linked == knows, 0, np.where(linked, GUIDANCE, LINK)).astype(np.int8)


@compiled
def _has_research_partner(
    rows: Codes, contact: float, firms: FirmTable, pairs: PairTable
) -> NDArray[np.bool_]:
    result = np.empty(rows.size, np.bool_)
    for n in range(rows.size):
        firm: Any = np.int64(rows[n])
        result[n] = knows_research_body(firm, contact, firms, pairs)
    return result


@compiled
def _assign(
    month: int, p: Parameters, gains: Floats, cost: float, firms: FirmTable, pairs: PairTable
) -> None:
    """F7: role efficiency of members, and the working time of their links.

    Parameters
    ----------
    gains : (3,) log efficiency with no, one and two links
    cost : person-days of a link
    """
    for i in range(firms.count):
        if firms.member[i] == 0:
            firms.role[i] = 0.0
            continue
        links = 1 if firms.link_until[i] >= month else 0
        if knows_research_body(i, p.contact_familiarity, firms, pairs):
            links += 1
        firms.role[i] = gains[links] * line_share(firms.revenue[i], p.product_line_revenue)
        firms.lost_days[i] += cost * links
