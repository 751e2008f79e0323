"""The targets of the shipped fit: press figures until 2005 and what is known of behaviour."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.schema import Scenario

from ..targets import (
    CalibrationTarget,
    fitted_targets,
    load_calibration_targets,
    read_targets,
)

__all__ = ["BEHAVIOUR", "LAST_FITTED_YEAR", "fit_targets"]

BEHAVIOUR = Path(__file__).resolve().parents[1] / "data" / "behaviour.csv"
"""Moments of firms, the funnel of the programme, evaluations and trials."""

LAST_FITTED_YEAR = 2005

_YEAR = re.compile(r"_(\d{4})(?:_|:|$)")


def fit_targets(
    scenario: Scenario, file: str | Path | None = None
) -> tuple[CalibrationTarget, ...]:
    """Every target, by default that of the region's table and of `BEHAVIOUR`.

    Figures of the region after 2005 that fix what 2003 begins with are initial, not fitted.

    Raises
    ------
    InputError
        As `read_targets`, and where nothing is fitted.
    """
    if file is not None:
        targets = read_targets(file)
    else:
        region = load_calibration_targets(scenario.region, scenario.exports)
        targets = (*map(_until_2005, region), *read_targets(BEHAVIOUR))
    if not fitted_targets(targets):
        raise InputError(
            file=file or "targets", key="role", value="no fit",
            allowed="at least one figure with the role fit",
        )  # fmt: skip
    return targets


def _until_2005(target: CalibrationTarget) -> CalibrationTarget:
    """The same; initial where a later figure set the levels of 2003."""
    years = [int(year) for year in _YEAR.findall(target.name)]
    late = target.role == "fit" and any(year > LAST_FITTED_YEAR for year in years)
    return replace(target, role="initial") if late else target
