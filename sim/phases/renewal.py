"""Phase 11: exit and entry, and pairs that are forgotten (E1, E2)."""

from __future__ import annotations

import numpy as np

from ..ground.counts import Counts
from ..ground.random_numbers import Process, draw_columns
from ..innovation.transfer import CONTACT_FAMILIARITY
from ..market.demography import break_ties, close_firms
from ..network.pairs import compact_pairs
from ..run import Run
from .entrants import admit_entrants

__all__ = ["renew"]

_EXIT = int(Process.EXIT)
# Who no longer knows enough of another for a licence has forgotten it: after some five years.
FORGOTTEN = CONTACT_FAMILIARITY


def renew(run: Run, counts: Counts) -> None:
    """Close firms, admit new ones, and every December forget pairs that mean nothing (E1, E2)."""
    state, firms, pairs, month = run.state, run.state.firms, run.state.pairs, run.state.month
    scratch, closed = run.scratch, run.scratch.closed
    draw_columns(
        run.key, month, _EXIT, firms.count, firms.identifier, scratch.draw,
        scratch.second_draw,
    )  # fmt: skip
    rows = closed[: close_firms(month, run.parameters, scratch.draw, firms, closed, counts)]
    break_ties(
        rows, pairs.first, pairs.familiarity, pairs.next_first, pairs.next_second, firms.first_pair
    )
    run.forget_agents(rows)
    operating = run.series.values["firms"][month].astype(np.int64) - counts.closures
    admit_entrants(run, operating, counts.entrants)
    for row, place in zip(rows.tolist(), firms.complex[rows].tolist(), strict=True):
        state.free_rows[place].append(row)
    if month % 12 == 11:
        keep = (pairs.familiarity[: pairs.count] >= FORGOTTEN) | (
            (pairs.projects[: pairs.count] > 0) & (pairs.familiarity[: pairs.count] >= 0.0)
        )
        # Ties just observed stay for a year, so that those lost this very month are counted;
        # a project that has just succeeded raises familiarity next month.
        keep |= (pairs.tie[: pairs.count] == 1) | (pairs.gain[: pairs.count] > 0.0)
        pairs.count = compact_pairs(
            pairs.count, keep, pairs.first, pairs.second, pairs.familiarity, pairs.similarity,
            pairs.gain, pairs.last_met, pairs.meetings, pairs.brokered, pairs.last_brokered,
            pairs.last_own, pairs.own_familiarity, pairs.tie, pairs.projects, pairs.asked,
            pairs.successes, pairs.next_first, pairs.next_second, pairs.slots,
            firms.first_pair, state.bodies.first_pair,
        )  # fmt: skip
