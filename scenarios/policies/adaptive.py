"""Learning by doing which pairs succeed (P16)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.coordination.policy import CoordinationView, Introductions, Policy
from innocluster.sim.innovation.proposals import PROJECT_STAGES

from .planning.bandit import PAIR_TYPES, finished_share, sampled_partners, types_of_pairs
from .planning.introductions import at_events

__all__ = ["Adaptive"]

Floats = NDArray[np.float64]


class Adaptive(Policy):
    """P16: Thompson sampling over types of pairs on the joint projects that succeeded.

    Every proposer at an event gets a partner of the type whose success rate, drawn
    from what is known of it, is highest: of the same mini-cluster, of another one of the
    complex, of another complex, a university or an institute of the complex.  Known
    are the introductions that the programme made and the joint projects of such
    pairs that succeeded, as the table of pairs has them; the prior is uniform.
    An introduction counts as a trial only by the share of projects that would be
    finished at its age: otherwise a type would look worse for having been chosen
    lately.  Differs from P5 only in the partner that a proposer gets.
    """

    id = "P16"
    key = "adaptive"
    name = "Adaptive matching"
    name_ko = "적응형 연결"
    summary = "The programme tries types of pairs and returns to those whose projects succeed."
    summary_ko = "여러 유형의 쌍을 시도하고 과제가 성공한 유형을 더 자주 잇는다."
    knows = "Which introductions led to a successful joint project; no distances at all."
    knows_ko = "어떤 소개가 공동과제 성공으로 이어졌는지만 알고 거리는 전혀 모른다."
    source = (
        "Thompson 1933, Biometrika 25; trials by age as for delayed conversions, Vernade, Cappé"
        " and Perchet 2017"
    )

    def introduce(self, view: CoordinationView) -> Introductions:
        """Give every proposer a partner of the type that a draw from the posterior favours."""
        firms, bodies = view.state.firms, view.state.bodies
        proposers = at_events(view)
        made: Floats = view.state.memory.get("introductions", np.zeros((0, len(PAIR_TYPES))))
        trials, successes = _experience(view, made)
        wins, losses = 1.0 + successes, 1.0 + np.maximum(trials - successes, 0.0)
        if view.month % 12 == 0:
            _note(view, trials, successes, wins / (wins + losses))
        partner = sampled_partners(view, firms, bodies, proposers, view.complex_start, wins, losses)
        found = partner >= 0
        first, second = proposers.row[found], partner[found]
        kinds = types_of_pairs(firms, bodies, first, second)
        # Months without an event count as well: what matters is how long ago it was.
        history = np.zeros((view.month + 1, len(PAIR_TYPES)))
        history[: made.shape[0]] = made
        history[view.month] = np.bincount(kinds, minlength=len(PAIR_TYPES))
        view.state.memory["introductions"] = history
        return Introductions(first, second)


def _experience(view: CoordinationView, made: Floats) -> tuple[Floats, Floats]:
    """Matured introductions and successful joint projects of each type so far, (5,) each.

    Introductions by the programme and successes come from the same pairs, those in
    the table, so that firms that closed count in neither; small tasks that bring
    a firm to a research body count like events.
    """
    state = view.state
    pairs = state.pairs
    rows = np.flatnonzero(
        (pairs.brokered[: pairs.count] > 0) & (pairs.familiarity[: pairs.count] >= 0.0)
    )
    kinds = types_of_pairs(state.firms, state.bodies, pairs.first[rows], pairs.second[rows])
    introduced = np.bincount(
        kinds, weights=pairs.brokered[rows].astype(np.float64), minlength=len(PAIR_TYPES)
    )
    successes = np.bincount(kinds, weights=pairs.successes[rows], minlength=len(PAIR_TYPES))
    finished = finished_share(view.month + 1, PROJECT_STAGES, view.parameters.project_duration)
    age = view.month - np.arange(made.shape[0])
    total = made.sum(axis=0)
    mature = np.divide(
        (made * finished[age][:, None]).sum(axis=0), total, out=np.zeros_like(total),
        where=total > 0.0,
    )  # fmt: skip
    return introduced * mature, successes.astype(np.float64)


def _note(view: CoordinationView, trials: Floats, successes: Floats, means: Floats) -> None:
    knew, chose = {}, {}
    for kind, trial, success, mean in zip(PAIR_TYPES, trials, successes, means, strict=True):
        knew[f"{kind}: matured introductions"] = float(trial)
        knew[f"{kind}: successful joint projects"] = float(success)
        chose[f"{kind}: expected successes of an introduction"] = float(mean)
    view.note_plan(view.month - 1, knew, chose)
