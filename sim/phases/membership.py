"""Phase 3: what the programme sets when it starts, and what members report of it (M0)."""

from __future__ import annotations

import numpy as np

from innocluster.agents.elementary import log, log_array

from ..coordination.membership import expected_joiners, joining_scores
from ..ground.calendar import PROGRAMME_START
from ..ground.random_numbers import Process, draw_columns
from ..run import Run

__all__ = ["mark_cohort", "report_benefit", "start_programme"]

ROUNDS, CLOSE, LEAST_SLOPE = 9, 1e-9, 0.1
LEAST_CONSTANT, LARGEST_CONSTANT = -15.0, 3.0


def start_programme(run: Run) -> None:
    """Set the constant of joining of every complex so that its founding members are expected.

    M0: `founding_members` firms are expected to be members at the end of the
    first year, times what the settings make of it.  Later years are not fitted.
    """
    firms, p = run.state.firms, run.parameters
    months = 13 - run.settings.start[1]
    research = firms.research_intensity > 0.0
    score = joining_scores(p, firms)
    eligible = (firms.alive == 1) & (firms.mini_cluster >= 0)
    for c, wanted in enumerate(run.region.complexes.founding_members):
        rows = np.flatnonzero(eligible[: firms.count] & (firms.complex[: firms.count] == c))
        joined = np.empty(rows.size)
        wanted_members = run.settings.members_scale * wanted
        constant, slope = LEAST_CONSTANT, 1.0
        step = short = 0.0
        # Few join a month, so the log of the expected number is almost linear in the constant.
        for _ in range(ROUNDS):
            expected = expected_joiners(constant, months, p, score[rows], research[rows], joined)
            before, short = short, log(max(wanted_members, 1e-9) / max(expected, 1e-9))
            if step != 0.0:
                slope = max((before - short) / step, LEAST_SLOPE)
            following = min(max(constant + short / slope, LEAST_CONSTANT), LARGEST_CONSTANT)
            constant, step = following, following - constant
            if abs(step) < CLOSE:
                break
        run.state.joining_constant[c] = constant


def mark_cohort(run: Run) -> None:
    """M0: mark the firms of each complex that are first in line to join, whatever the policy.

    A firm joins when the log odds of a draw fall below its score and a constant
    of its complex.  The lowest of its draws of the first year, less its score,
    therefore orders the firms of a complex under every policy alike, and the
    first `founding_members` of them are followed under all of them: what happens
    to those is the effect on participants (by intention to treat), with P0 as
    their own counterfactual.
    """
    firms, draw = run.state.firms, run.scratch.draw
    n = firms.count
    lowest = np.ones(n)
    for month in range(run.state.month, run.state.month + 13 - PROGRAMME_START[1]):
        draw_columns(
            run.key, month, int(Process.JOINING), n, firms.identifier, draw,
            run.scratch.second_draw,
        )  # fmt: skip
        np.minimum(lowest, draw[:n], out=lowest)
    score = joining_scores(run.parameters, firms)
    place_in_line = log_array(lowest / (1.0 - lowest)) - score
    eligible = (firms.alive[:n] == 1) & (firms.mini_cluster[:n] >= 0)
    for c, wanted in enumerate(run.region.complexes.founding_members):
        rows = np.flatnonzero(eligible & (firms.complex[:n] == c))
        first = rows[np.argsort(place_in_line[rows], kind="stable")[:wanted]]
        firms.cohort[first] = 1


def report_benefit(run: Run) -> None:
    """M0: every January members report the support of last year, KRW 10 million a member."""
    values, month = run.series.values, run.state.month
    year = slice(month - 12, month)
    support = (values["spent_tasks"][year] + values["spent_research"][year]).sum(axis=0)
    members = values["members"][year].mean(axis=0)
    run.state.reported_benefit[:] = np.where(
        members > 0.0, support / np.maximum(members, 1.0) / 10.0, 0.0
    )
