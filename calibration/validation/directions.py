"""Signs that published models found, beside those that this one finds.

Each claim is a contrast whose sign is predicted.  It is found where the 95 % interval of its mean
over worlds and draws lies on the predicted side of zero, reversed where it lies on the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.indicators import FIRST_YEAR, Yearly

from ..published.knowledge_barter import spread_by_degree

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ARMS",
    "CLAIMS",
    "FOUND",
    "NOT_SETTLED",
    "NOT_TESTED",
    "REVERSED",
    "barter_contrast",
    "direction_table",
    "figures_of",
]

Floats = NDArray[np.float64]

FOUND, NOT_SETTLED, REVERSED, NOT_TESTED = "found", "cannot tell", "reversed", "not tested"

ARMS = {
    "closed_universities": "{policy}@without=transfer",
    "few_gatekeepers": "P9@budget=0.3",
    "few_specialised": "P14@budget=0.3",
    "rare_alliances": "{policy}@proposal_base=-6.5",
    "many_alliances": "{policy}@proposal_base=-3.5",
}
"""Arms beside the programme and its absence."""

CLAIMS: dict[str, tuple[str, str, int]] = {
    "universities_competence": ("ahrweiler", "%", 1),
    "universities_quantity": ("ahrweiler", "innovations", 1),
    "universities_variety": ("ahrweiler", "", 1),
    "universities_speed": ("ahrweiler", "", 1),
    "gatekeepers_when_few": ("vermeulen", "%", 1),
    "star_or_full": ("al_kfairy", "", 1),
    "skewed_degrees": ("bogner", "1", -1),
    "alliances_rising": ("tomasello", "%", 1),
    "alliances_falling": ("tomasello", "%", -1),
    "interaction_radius": ("tomasello", "", 1),
    "degrees_skewed_right": ("networks", "index", 1),
    "clustering_over_density": ("networks", "times", 1),
    "ties_last": ("networks", "years", 1),
}
"""Study, unit and predicted sign of every claim."""

_YEAR = 2013
_CLUSTERED = 2.0
"""Clustering far above density: at least so many times."""
_TIE_YEARS = 2.0
_CONFIDENCE = 0.95


def figures_of(runs: Mapping[str, Yearly]) -> dict[str, float]:
    """Contrasts of one world.

    Parameters
    ----------
    runs : yearly tables by arm, ``"programme"``, and those of `ARMS`
    """
    own = runs["programme"]
    last = min(_YEAR - FIRST_YEAR, own["revenue"].shape[0] - 1)

    def learned(arm: str) -> float:
        return float(runs[arm]["learned_productivity"][last, 0])

    def made(arm: str) -> float:
        names = ("own_innovations", "joint_successes", "licence_successes")
        return float(sum(runs[arm][name][: last + 1, 0].sum() for name in names))

    def sales(arm: str) -> float:
        return float(runs[arm]["revenue"][last, 0])

    kept = float(own["tie_survival"][last, 0]) / 100.0
    return {
        "universities_competence": learned("programme") - learned("closed_universities"),
        "universities_quantity": made("programme") - made("closed_universities"),
        "gatekeepers_when_few": learned("few_gatekeepers") - learned("few_specialised"),
        "alliances_rising": 100.0 * (sales("programme") / sales("rare_alliances") - 1.0),
        "alliances_falling": 100.0 * (sales("many_alliances") / sales("programme") - 1.0),
        "degrees_skewed_right": float(own["degree_skewness"][last, 0]),
        "clustering_over_density": float(own["clustering_ratio"][last, 0]) - _CLUSTERED,
        # Ties that end at a constant hazard last so long; beyond two years counts as lasting.
        "ties_last": (1.0 / (1.0 - kept) if kept < 1.0 else np.nan) - _TIE_YEARS,
    }


def barter_contrast(runs: int) -> list[float]:
    """Mean knowledge at rest on a network of skewed degrees less that on one of even ones."""
    return [even_less[1] - even_less[0] for even_less in map(spread_by_degree, range(runs))]


def direction_table(worlds: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Predicted sign, mean with its 95 % interval, and what was found.

    Parameters
    ----------
    worlds : contrasts of every world, which may lack some
    """
    import pandas as pd
    from scipy.stats import t

    rows = []
    for name, (study, unit, sign) in CLAIMS.items():
        values = np.array([world[name] for world in worlds if name in world])
        values = values[np.isfinite(values)]
        mean = float(values.mean()) if values.size else np.nan
        half = np.nan
        if values.size > 1:
            error = float(values.std(ddof=1) / np.sqrt(values.size))
            half = float(t.ppf(0.5 + _CONFIDENCE / 2.0, values.size - 1)) * error
        rows.append(
            (
                study, name, unit, sign, values.size, mean, mean - half, mean + half,
                _found(values.size, sign * (mean - half), sign * (mean + half)),
            )
        )  # fmt: skip
    columns = ["study", "claim", "unit", "sign", "worlds", "mean", "low", "high", "found"]
    return pd.DataFrame(rows, columns=columns)


def _found(worlds: int, one: float, other: float) -> str:
    """What an interval, turned so that the predicted sign is plus, allows one to say."""
    if worlds == 0:
        return NOT_TESTED
    low, high = min(one, other), max(one, other)
    if low > 0.0:
        return FOUND
    return REVERSED if high < 0.0 else NOT_SETTLED
