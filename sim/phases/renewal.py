"""Phase 11: exit and entry, and pairs that are forgotten (E1, E2)."""

from __future__ import annotations

import numpy as np

from ..ground.counts import Counts
from ..ground.random_numbers import Process, draw_columns
from ..market.demography import close_firms
from ..network.pairs import break_ties, compact_pairs
from ..run import Run
from .entrants import admit_entrants

__all__ = ["renew"]

_EXIT = int(Process.EXIT)


def renew(run: Run, counts: Counts) -> None:
    """Close firms, admit new ones, and every December forget pairs that mean nothing (E1, E2)."""
    state, firms, pairs, month = run.state, run.state.firms, run.state.pairs, run.state.month
    scratch, closed = run.scratch, run.scratch.closed
    draw_columns(
        run.key, month, _EXIT, firms.count, firms.identifier, scratch.draw,
        scratch.second_draw,
    )  # fmt: skip
    rows = closed[: close_firms(month, run.parameters, scratch.draw, firms, closed, counts)]
    break_ties(rows, pairs, firms)
    run.forget_agents(rows)
    operating = run.series.values["firms"][month].astype(np.int64) - counts.closures
    admit_entrants(run, operating, rows, counts)
    for row, place in zip(rows.tolist(), firms.complex[rows].tolist(), strict=True):
        state.free_rows[place].append(row)
    if month % 12 == 11:
        # Who no longer knows enough of another for a licence has forgotten it.
        contact = run.parameters.contact_familiarity
        keep = (pairs.familiarity[: pairs.count] >= contact) | (
            (pairs.projects[: pairs.count] > 0) & (pairs.familiarity[: pairs.count] >= 0.0)
        )
        # Ties just observed stay for a year, so that those lost this very month are counted;
        # a project that has just succeeded raises familiarity next month.
        keep |= (pairs.tie[: pairs.count] == 1) | (pairs.gain[: pairs.count] > 0.0)
        compact_pairs(keep, pairs, firms, state.bodies)
