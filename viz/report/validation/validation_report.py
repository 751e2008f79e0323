"""The page of a validation: what the data could tell, what not, and where the model misses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from innocluster.calibration.validation.validation import Validation

from ...figures.vector import EffectBar, effect_bars
from ...words.quantities import precise
from ...words.selection import records, select
from ...words.texts import Texts
from ...words.validation.forecasts import (
    coverage_rows,
    forecast_sentences,
    loss_rows,
    loss_sentences,
    skill_rows,
)
from ...words.validation.posterior import (
    fit_rows,
    fit_sentence,
    form_rows,
    marginal_rows,
    told,
)
from ...words.validation.scoreboard import (
    direction_rows,
    direction_sentence,
    evaluation_rows,
    sayings,
    scoreboard_sentence,
)
from ..report import finished_manifest, write_page
from .validation_tables import DIRECTION_COLUMNS, EVALUATION_COLUMNS, SKILL_COLUMNS

__all__ = ["write_validation_report"]

_BETTER, _WORSE = "#0072B2", "#D55E00"
_HOW = ("origin", "score", "national", "intervals", "bands", "nothing", "outcome")
_LIMITS = ("macro", "figures", "hindsight", "horizon")


def write_validation_report(result: Validation, folder: Path, language: str) -> Path:
    """Write the page of a validation and its figures.

    Parameters
    ----------
    result : a finished validation
    folder : its result folder; scenario, parameters and versions are read from the
        manifest in it, and left out where there is none
    language : ``"en"`` or ``"ko"``

    Returns
    -------
    Path
        ``calibration.html`` in `folder`.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    texts = Texts(language)
    first, *others = forecast_sentences(result, texts)
    could, could_not = told(result, texts)
    spoken = sayings(result, texts)
    content = {
        "title": texts("validation.title", scenario=result.meta["scenario"]),
        "subject": _subject(result, texts),
        "headline": first,
        "second": " ".join([*others, scoreboard_sentence(result, texts)]),
        "picture": _picture(result, texts),
        "could": could,
        "could_not": could_not,
        "misses": loss_sentences(result, texts)[:3],
        "passed": spoken["passed"],
        "failed": spoken["failed"],
        "open": spoken["open"],
        "evaluations": evaluation_rows(result, texts),
        "evaluation_columns": _columns(EVALUATION_COLUMNS, texts),
        "directions": direction_rows(result, texts),
        "direction_columns": _columns(DIRECTION_COLUMNS, texts),
        "signs": direction_sentence(result, texts),
        "skill": skill_rows(result, texts),
        "skill_columns": _columns(SKILL_COLUMNS, texts),
        "coverage": coverage_rows(result, texts),
        "losses": loss_rows(result, texts),
        "loss_sentences": loss_sentences(result, texts),
        "fit_sentence": fit_sentence(result, texts),
        "fit": fit_rows(result, texts),
        "marginals": marginal_rows(result, texts),
        "forms": form_rows(result, texts),
        "limits": [texts(f"validation.limit.{key}") for key in _LIMITS],
        "how": [texts(f"validation.how.{key}") for key in _HOW],
        "seal": texts(
            "validation.sealed", digest=result.meta["posterior"][:12], time=result.meta["sealed"]
        ),
        "command": result.meta["command"],
    }
    manifest = finished_manifest(folder)
    return write_page("calibration.html", result, content, manifest, folder, texts, "validation")


def _subject(result: Validation, texts: Texts) -> str:
    """What was run, and against how many figures it is held."""
    return texts(
        f"validation.subject_{result.meta['under']}",
        worlds=result.meta["worlds"],
        first=result.meta["first"][:4],
        last=result.meta["last"][:4],
        figures=len(result.forecasts[["year", "measure", "complex"]].drop_duplicates()),
        series=len(result.losses),
    )


def _columns(names: tuple[str, ...], texts: Texts) -> list[str]:
    return [texts(f"validation.column.{name}") for name in names]


def _picture(result: Validation, texts: Texts) -> str:
    """Skill against every forecast without a model, as bars with intervals."""
    rows: list[Any] = records(select(result.skill, part="all"))
    bars = [
        EffectBar(
            name=texts(f"validation.{row.forecast}"),
            does=texts(f"validation.{row.forecast}_does"),
            mean=100.0 * row.skill,
            low=100.0 * row.low,
            high=100.0 * row.high,
            size=texts(
                "glance.size",
                percent=("+" if row.skill > 0.0 else "") + precise(100.0 * row.skill, 0),
            ),
            verdict=texts(f"validation.against_{_side(row)}"),
            settled=row.low > 0.0 or row.high < 0.0,
            colour=_WORSE if row.high < 0.0 else _BETTER,
        )
        for row in rows
    ]
    return effect_bars(texts("validation.picture"), texts("validation.picture_axis"), bars)


def _side(row: Any) -> str:
    return "better" if row.low > 0.0 else "worse" if row.high < 0.0 else "open"
