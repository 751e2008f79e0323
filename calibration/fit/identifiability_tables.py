"""Tables of what the targets tell of the parameters, what they do not, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from innocluster.sim.ground.forms import RULES

from ..inference.identifiability import (
    best_further_targets,
    contraction,
    effective_directions,
    strongest_correlations,
)
from ..inference.sampling import redraw
from ..targets import doubled_discrepancies
from .fitting import Fit

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["identifiability_frames"]

_CORRELATIONS = 12
_CANDIDATE_SHARE = 0.1
_NAMED = 0.3


def identifiability_frames(fit: Fit) -> dict[str, pd.DataFrame]:
    """Directions, correlations, further targets, and what doubled discrepancies would change."""
    import pandas as pd

    names, scores = fit.names, fit.draws.scores
    pairs = strongest_correlations(names, scores, _CORRELATIONS)
    return {
        "fit_directions": pd.DataFrame(_direction_rows(fit)),
        "fit_correlations": pd.DataFrame(pairs, columns=["first", "second", "correlation"]),
        "fit_candidates": pd.DataFrame(
            _candidate_rows(fit),
            columns=["summary", "uncertainty", "gain", "parameter", "before", "after"],
        ),
        "fit_doubled": pd.DataFrame(_doubled_rows(fit)),
    }


def _direction_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a direction of the fitted parameters, the best known first.

    The form of a rule changes by steps, has no slope and so no direction: `fit_forms` tells of it.
    """
    rows: list[dict[str, object]] = []
    forms = np.array([name in RULES for name in fit.names])
    found = [
        direction
        for direction in effective_directions(fit.posterior, fit.draws.scores)
        if (direction.weights[forms] ** 2).sum() < 0.5
    ]
    for rank, direction in enumerate(found, start=1):
        order = np.argsort(-np.abs(direction.weights))
        chosen = [int(j) for j in order if abs(direction.weights[j]) >= _NAMED] or [int(order[0])]
        parts = [f"{direction.weights[j]:+.2f} {fit.names[j]}" for j in chosen]
        rows.append(
            {
                "rank": rank,
                "combination": " ".join(parts).removeprefix("+"),
                "contraction": direction.contraction,
                "left": (1.0 + direction.information) ** -0.5,
                "information": direction.information,
            }
        )
    return rows


def _candidate_rows(fit: Fit) -> list[tuple[str, float, float, str, float, float]]:
    """Summaries that are no targets, by what they would teach if known to a tenth of their spread.

    Their spread is that of the last wave: what a survey of usual size could tell.
    """
    columns = set(fit.posterior.columns.tolist())
    candidates = [k for k in range(len(fit.plan.names)) if k not in columns]
    if not candidates:
        return []
    wave = fit.history.waves[-1]
    spread = wave.summaries[wave.done][:, candidates].std(axis=0)
    uncertainty = np.maximum(_CANDIDATE_SHARE * spread, np.finfo(float).tiny ** 0.25)
    found = best_further_targets(
        fit.posterior, fit.plan.names, candidates, uncertainty**2, fit.draws.scores
    )
    known = dict(zip(candidates, uncertainty.tolist(), strict=True))
    place = {name: k for k, name in enumerate(fit.plan.names)}
    return [(c.name, known[place[c.name]], c.gain, c.parameter, c.before, c.after) for c in found]


def _doubled_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a fitted parameter: what is left of its contraction with every discrepancy doubled."""
    known = doubled_discrepancies(fit.plan.targets)
    doubled = redraw(fit.posterior.moved(known=known), fit.draws, fit.plan.seed)
    variance = np.ones(len(fit.names))
    before = contraction(variance, fit.draws.scores)
    after = contraction(variance, doubled.scores)
    spread = fit.draws.scores.std(axis=0)
    shift = (np.median(doubled.scores, axis=0) - np.median(fit.draws.scores, axis=0)) / spread
    return [
        {
            "parameter": name, "contraction": before[j], "contraction_doubled": after[j],
            "shift": shift[j],
        }
        for j, name in enumerate(fit.names)
    ]  # fmt: skip
