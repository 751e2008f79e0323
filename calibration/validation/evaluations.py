"""Published evaluations beside what the same study would find in the model.

Every figure has the band in which its study puts it.  The model passes where its mean over
worlds and draws lies in the band with its standard error, fails where it lies outside with it,
and cannot be told apart otherwise.  A study that found nothing has no band: there the
estimates of single worlds, each a study of its own, must have zero in their 90 % interval.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.runs.indicators import FIRST_YEAR, Yearly

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CANNOT_TELL",
    "EVALUATIONS",
    "FAILS",
    "FITTED_AS",
    "NOT_TESTED",
    "PASSES",
    "Evaluation",
    "evaluation_table",
    "programme_figures",
    "verdict",
]

Floats = NDArray[np.float64]

PASSES, CANNOT_TELL, FAILS, NOT_TESTED = "passes", "cannot tell", "fails", "not tested"
_CONFIDENCE = 0.95
_EVALUATED = 2008
_FIRST = 2005
_PROJECTS, _MEMBERS = 159.0 / 52.0, 596.0 / 90.0
_BETWEEN = 0.2
"""Tolerance of what the Eco-Industrial Park programme grew by, as a share."""


@dataclass(frozen=True)
class Evaluation:
    """One figure of a study.

    Attributes
    ----------
    study : key of the study
    unit : of the figure
    low, high : band; open where None
    nothing : whether the study found no effect, so that single estimates must allow for zero
    horizon : years after the start
    """

    study: str
    unit: str
    low: float | None
    high: float | None
    horizon: float
    nothing: bool = False


EVALUATIONS: dict[str, Evaluation] = {
    "revenue_year": Evaluation("cai_szeidl", "%", 0.0, 8.1, 1.0),
    "revenue_two_years_over_year": Evaluation("cai_szeidl", "1", 0.7, 1.3, 2.0),
    "slope_on_peers": Evaluation("cai_szeidl", "% per log point", 0.0, None, 1.0),
    "proposals_after_a_session": Evaluation("boudreau", "1", 1.4, 2.2, 0.0),
    "innovators": Evaluation("falck", "%p", 2.0, 8.0, 3.75),
    "own_research": Evaluation("falck", "%", None, 0.0, 3.75),
    "participation": Evaluation("nishimura_okamuro", "%p", None, None, 3.75, True),
    "universities": Evaluation("nishimura_okamuro", "%p", 0.0, None, 3.75),
    "networks": Evaluation("nishimura_okamuro", "ties/actor", 0.0, None, 3.75),
    "naive_less_controlled": Evaluation("eom_lee", "log points %", 0.0, None, 3.75),
    "controlled": Evaluation("eom_lee", "log points %", None, None, 3.75, True),
    "research_gap": Evaluation("kicox", "%p", 22.7, 53.1, 3.75),
    "selection_share": Evaluation("kicox", "%", 50.0, 100.0, 3.75),
    "tasks_a_meeting": Evaluation("funnel", "1", 0.3, 0.7, 3.75),
    "attendance": Evaluation("funnel", "persons", 8.0, 9.5, 3.75),
    "park_members": Evaluation(
        "eco_parks", "times", _MEMBERS * (1.0 - _BETWEEN), _MEMBERS * (1.0 + _BETWEEN), 9.0
    ),
    "park_projects": Evaluation(
        "eco_parks", "times", _PROJECTS * (1.0 - _BETWEEN), _PROJECTS * (1.0 + _BETWEEN), 9.0
    ),
    "park_distance": Evaluation("eco_parks", "times", 1.0, 1.4, 9.0),
}
"""Figures of the evaluations and of the transfer to another programme, with their bands.

The band of the research gap is the published 37.9 points and twice its error of a fifth; that of
the Eco-Industrial Parks what they grew by and a fifth.
"""


FITTED_AS = {
    "revenue_year": "trial_revenue_year",
    "revenue_two_years_over_year": "trial_revenue_two_years_over_year",
    "slope_on_peers": "trial_slope_on_peers",
    "proposals_after_a_session": "trial_proposals_after_a_session",
    "innovators": "participants_innovators",
    "own_research": "participants_research",
    "tasks_a_meeting": "tasks_found_year_one",
}
"""Names under which a calibration may have fitted a figure, which then is no test."""


def programme_figures(
    programme: Yearly, nothing: Yearly, parks: Yearly | None, attendance: float
) -> dict[str, float]:
    """Figures of one world that its yearly series hold.

    Parameters
    ----------
    programme, nothing : the world with and without the programme
    parks : the world with a programme of the size of the Eco-Industrial Parks, where the
        horizon reaches their last year
    attendance : of a meeting, as drawn for the world
    """
    last = _EVALUATED - FIRST_YEAR
    years = slice(_FIRST - FIRST_YEAR, last + 1)
    meetings = float(programme["formal_meetings"][years, 0].sum())
    tasks = float(programme["tasks"][years, 0].sum())
    chosen, selected = (float(run["cohort_research_gap"][last, 0]) for run in (programme, nothing))
    ties = [float(run["mean_degree"][last, 0]) for run in (programme, nothing)]
    figures = {
        "networks": ties[0] - ties[1],
        "research_gap": float(programme["member_research_gap"][last, 0]),
        "selection_share": 100.0 * selected / chosen if chosen > 0.0 else np.nan,
        "tasks_a_meeting": tasks / meetings if meetings > 0.0 else np.nan,
        "attendance": attendance,
    }
    if parks is not None:
        ends = [2014 - FIRST_YEAR, _FIRST - FIRST_YEAR]
        members, projects = (
            [float(parks[name][year, 0]) for year in ends] for name in ("members", "tasks")
        )
        figures["park_members"] = members[0] / members[1] if members[1] > 0.0 else np.nan
        figures["park_projects"] = projects[0] / projects[1] if projects[1] > 0.0 else np.nan
    return figures


def evaluation_table(
    worlds: Sequence[Mapping[str, float]], fitted: Collection[str] = ()
) -> pd.DataFrame:
    """Mean, standard error and 90 % interval of every figure, its band and the verdict.

    Parameters
    ----------
    worlds : figures of every world, which may lack some; all figures of a world come from
        one draw of the parameters
    fitted : names of what the posterior was fitted to
    """
    import pandas as pd

    rows = []
    for name, entry in EVALUATIONS.items():
        values = np.array([world[name] for world in worlds if name in world])
        values = values[np.isfinite(values)]
        count = values.size
        mean, error, low, high = np.nan, np.nan, np.nan, np.nan
        if count:
            mean = float(values.mean())
        if count > 1:
            error = float(values.std(ddof=1) / np.sqrt(count))
            low, high = np.quantile(values, [0.05, 0.95])
        found = verdict(values, entry)
        rows.append(
            (
                entry.study, name, entry.unit, count, mean, error, float(low), float(high),
                np.nan if entry.low is None else entry.low,
                np.nan if entry.high is None else entry.high, entry.nothing, entry.horizon,
                FITTED_AS.get(name) in fitted, found,
            )
        )  # fmt: skip
    columns = [
        "study", "figure", "unit", "worlds", "mean", "standard_error", "low", "high", "band_low",
        "band_high", "nothing", "horizon", "fitted", "verdict",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def verdict(values: Floats, entry: Evaluation) -> str:
    """Whether the figures of all worlds agree with a study.

    Parameters
    ----------
    values : (worlds,) finite
    """
    from scipy.stats import t

    if values.size == 0:
        return NOT_TESTED
    if values.size == 1:
        return CANNOT_TELL
    if entry.nothing:
        low, high = np.quantile(values, [0.05, 0.95])
        return PASSES if low <= 0.0 <= high else FAILS
    mean = float(values.mean())
    half = float(t.ppf(0.5 + _CONFIDENCE / 2.0, values.size - 1)) * float(
        values.std(ddof=1) / np.sqrt(values.size)
    )
    low = -np.inf if entry.low is None else entry.low
    high = np.inf if entry.high is None else entry.high
    if low <= mean - half and mean + half <= high:
        return PASSES
    return FAILS if mean + half < low or mean - half > high else CANNOT_TELL
