"""What a back-test comes to: skill with intervals, coverage, and where the model loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..scores import skill
from .origins import FORECASTS, MODEL, NAIVE

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HORIZONS", "coverage_table", "losses", "skill_table"]

Floats = NDArray[np.float64]

HORIZONS = {"1-2": (1, 2), "3-5": (3, 5), "6+": (6, 100)}
"""Years ahead that are put together."""

_FEWEST = 4
_KEYS = ["origin", "year", "measure", "complex"]
_RESAMPLES = 2000


def skill_table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Skill of the model against each forecast, 1 - score/its score, where both are there.

    Complexes are drawn in the bootstrap of the interval, since the years of one do not stand
    for themselves.

    Parameters
    ----------
    forecasts : of `rolling_forecasts`

    Returns
    -------
    part (all, a measure, or years ahead), forecast, figures, model and score (mean CRPS, %),
    skill with its 90 % interval, and the skill of the medians, which a spread does not help
    """
    import pandas as pd

    wide = _side_by_side(forecasts)
    ahead = wide["year"] - wide["origin"]
    parts = {"all": ahead > 0}
    parts |= {measure: wide["measure"] == measure for measure in wide["measure"].unique()}
    parts |= {name: (ahead >= low) & (ahead <= high) for name, (low, high) in HORIZONS.items()}
    rows = []
    for part, inside in parts.items():
        for name in NAIVE:
            both = wide[inside & wide[(name, "crps")].notna() & wide[(MODEL, "crps")].notna()]
            if len(both) < _FEWEST or both["complex"].nunique() < 2:
                continue
            own, other = (both[(f, "crps")].to_numpy(float) for f in (MODEL, name))
            found = skill(own, other, both["complex"].to_numpy())
            medians = [float(both[(f, "error")].abs().mean()) for f in (MODEL, name)]
            rows.append(
                (
                    part, name, found.figures, own.mean(), other.mean(), found.mean, found.low,
                    found.high, 1.0 - medians[0] / medians[1] if medians[1] > 0.0 else np.nan,
                )
            )  # fmt: skip
    columns = [
        "part", "forecast", "figures", "model", "score", "skill", "low", "high", "skill_of_medians",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _side_by_side(forecasts: pd.DataFrame) -> pd.DataFrame:
    """A row an origin and figure; (forecast, score) as columns."""
    import pandas as pd

    scores = forecasts[["crps", "error"]].to_numpy(float)
    keys = list(forecasts[_KEYS].itertuples(index=False, name=None))
    rows: dict[Any, dict[Any, Any]] = {}
    for key, name, (score, error) in zip(keys, forecasts["forecast"], scores, strict=True):
        row = rows.setdefault(key, dict(zip(_KEYS, key, strict=True)))
        row |= {(name, "crps"): score, (name, "error"): error}
    columns = [*_KEYS, *((name, score) for name in FORECASTS for score in ("crps", "error"))]
    found = [[row.get(column, np.nan) for column in columns] for row in rows.values()]
    return pd.DataFrame(found, columns=pd.Index(columns, tupleize_cols=False))


def coverage_table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """How often central intervals of the model hold what was published.

    Returns
    -------
    part, level (of the intervals, %), figures, share (%) with its 90 % bootstrap interval
    over complexes
    """
    import pandas as pd

    own = forecasts[forecasts["forecast"] == MODEL]
    parts = {"all": own} if len(own) else {}
    parts |= {str(measure): rows for measure, rows in own.groupby("measure", sort=False)}
    rows = []
    for part, inside in parts.items():
        for level, column in ((50.0, "in_half"), (90.0, "in_nine_tenths")):
            held = inside[column].to_numpy(float)
            low, high = _share_interval(held, inside["complex"].to_numpy())
            rows.append((part, level, held.size, 100.0 * held.mean(), low, high))
    return pd.DataFrame(rows, columns=["part", "level", "figures", "share", "low", "high"])


def _share_interval(held: Floats, groups: NDArray[np.object_]) -> tuple[float, float]:
    """90 % interval of a share, %, groups being drawn with replacement."""
    _, member = np.unique(groups, return_inverse=True)
    hits, counts = np.bincount(member, held), np.bincount(member)
    if counts.size < 2:
        return np.nan, np.nan
    drawn = np.random.default_rng(0).multinomial(
        counts.size, np.full(counts.size, 1.0 / counts.size), _RESAMPLES
    )
    shares = 100.0 * (drawn @ hits) / (drawn @ counts)
    low, high = np.quantile(shares, [0.05, 0.95])
    return float(low), float(high)


def losses(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Every series with the forecast that did best on it, where the model does worst first.

    A forecast is compared where it has all figures that the model has.

    Returns
    -------
    measure, complex, figures, model and score (mean CRPS, %), best (forecast), skill, bias
    (median of the model over the figure, mean, %), held (90 % intervals that hold, %)
    """
    import pandas as pd

    wide = _side_by_side(forecasts)
    wide = wide[wide[(MODEL, "crps")].notna()]
    marks = forecasts[forecasts["forecast"] == MODEL].groupby(["measure", "complex"])
    held = {key: float(own["in_nine_tenths"].mean()) for key, own in marks}
    rows = []
    for (measure, place), own in wide.groupby(["measure", "complex"], sort=False):
        means = {
            name: float(own[(name, "crps")].mean())
            for name in NAIVE
            if own[(name, "crps")].notna().all()
        }
        if not means:
            continue
        best = min(means, key=lambda name: means[name])
        model = float(own[(MODEL, "crps")].mean())
        rows.append(
            (
                measure, place, len(own), model, means[best], best, 1.0 - model / means[best],
                100.0 * float(np.expm1(own[(MODEL, "error")].mean() / 100.0)),
                100.0 * held[measure, place],
            )
        )  # fmt: skip
    columns = [
        "measure", "complex", "figures", "model", "score", "best", "skill", "bias", "held",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).sort_values("skill", ignore_index=True)
