"""A whole validation in a small region: tables, the seal, resumption, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from innocluster.calibration.validation import validation
from innocluster.calibration.validation.validation import SEAL, Validation, validate
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.posterior import load_posterior
from innocluster.viz.report.validation.validation_report import write_validation_report
from tests.helpers.small_scenario import small_scenario


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return small_scenario(tmp_path_factory.mktemp("small") / "region")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("validated")


@pytest.fixture(scope="module")
def found(small: Scenario, folder: Path) -> Validation:
    return validate(small, worlds=4, workers=1, folder=folder)


def test_the_seal_names_what_was_settled(found: Validation, folder: Path) -> None:
    seal = json.loads((folder / SEAL).read_text())
    assert seal["posterior"] == load_posterior().digest == found.meta["posterior"]
    assert seal["predictions"] == found.meta["predictions"]
    assert seal["time"] == found.meta["sealed"]


def test_predictions_are_sealed_before_figures_are_read(
    small: Scenario, folder: Path, found: Validation, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = []
    for name in ("_sealed", "load_calibration_targets", "load_targets"):
        kept = getattr(validation, name)

        def noted(*given: object, name: str = name, kept: object = kept) -> object:
            order.append(name)
            return kept(*given)  # type: ignore[operator]

        monkeypatch.setattr(validation, name, noted)
    again = validate(small, worlds=4, workers=1, folder=folder)
    assert order == ["_sealed", "load_calibration_targets", "load_targets"]
    # From the same runs the same tables, but for the time of the seal.
    for name, frame in found.frames().items():
        pd.testing.assert_frame_equal(frame, again.frames()[name], check_exact=True)
    assert again.meta["predictions"] == found.meta["predictions"]


def test_a_region_without_figures_has_no_backtest(found: Validation, tmp_path: Path) -> None:
    assert found.forecasts.empty
    assert (found.evaluations["verdict"] == "not tested").all()
    assert set(found.directions["found"]) > {"not tested"}
    assert (found.fan.groupby(["measure", "complex"]).size() == 3).all()
    json.loads(found.to_json())
    for language in ("en", "ko"):
        page = write_validation_report(found, tmp_path, language).read_text(encoding="utf-8")
        assert f'<html lang="{language}">' in page


@pytest.mark.parametrize(("worlds", "workers"), [(3, 1), (4, 5000)])
def test_impossible_numbers_are_refused(small: Scenario, worlds: int, workers: int) -> None:
    with pytest.raises(InputError):
        validate(small, worlds=worlds, workers=workers)
