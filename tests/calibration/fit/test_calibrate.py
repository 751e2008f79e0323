"""The whole calibration on invented runs: stored, read, said in both languages, refitted."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from innocluster.calibration.fit import calibrate as module
from innocluster.calibration.fit.calibrate import TABLES, Calibration, calibrate, plan_of, refit
from innocluster.calibration.fit.fit_targets import fit_targets
from innocluster.calibration.fit.fitting import Fit
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.posterior import load_posterior
from innocluster.viz.report.validation.calibration_tables import print_calibration
from tests.helpers.invented_runs import invented_plan


@pytest.fixture(scope="module")
def folder(fit: Fit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished calibration whose runs are invented."""
    place = tmp_path_factory.mktemp("calibration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "plan_of", lambda *_: invented_plan(place))
        patch.setattr(module, "DrawRuns", lambda *_: None)
        patch.setattr(module, "fit_model", lambda *_: fit)
        calibrate(
            effects=0,
            workers=1,
            folder=place / "fit",
            command="as typed --out /tmp/place/fit --runs=9",
        )
    return place / "fit"


def test_what_is_stored_is_whole_and_the_posterior_names_its_digest(folder: Path) -> None:
    result = Calibration.load(folder)
    assert set(result.tables) == set(TABLES)
    assert result.meta["fit_to"] == ["growth", "both"]
    posterior = load_posterior(folder / "posterior.parquet")
    assert posterior.digest == result.meta["digest"] == posterior.manifest["digest"]
    assert posterior.manifest["command"] == "as typed --out fit --runs=9"
    assert set(json.loads(result.to_json())) == {
        "calibration", *(name for name in TABLES if name not in ("fit_draws", "fit_screening")),
    }  # fmt: skip
    assert "before and after the fit" in (folder / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "word"), [("en", "fresh runs"), ("ko", "새로 돌린 결과")])
def test_it_is_said_in_both_languages(folder: Path, language: str, word: str) -> None:
    out = io.StringIO()
    print_calibration(Calibration.load(folder), language, Console(file=out, width=140))
    said = out.getvalue()
    assert word in said
    assert "growth" in said
    assert "{" not in said


@pytest.mark.parametrize(("language", "word"), [("en", "nothing was run"), ("ko", "새로 돌리지")])
def test_a_refit_says_that_nothing_was_run(
    folder: Path, tmp_path: Path, language: str, word: str
) -> None:
    invented_plan(tmp_path)
    refit(folder, targets=tmp_path / "targets.csv", folder=tmp_path / "again")
    out = io.StringIO()
    print_calibration(Calibration.load(tmp_path / "again"), language, Console(file=out, width=140))
    said = out.getvalue()
    assert word in said
    assert "fresh runs" not in said
    assert "새 모의실험" not in said


def test_a_refit_to_another_figure_moves_the_posterior_without_a_run(
    folder: Path, tmp_path: Path
) -> None:
    invented_plan(tmp_path, growth=0.5)
    result = refit(folder, targets=tmp_path / "targets.csv", folder=tmp_path / "again")
    before = Calibration.load(folder).tables["fit_parameters"].set_index("parameter")["median"]
    after = result.tables["fit_parameters"].set_index("parameter")["median"]
    assert after["rd_elasticity"] < before["rd_elasticity"]
    assert result.tables["fit_targets"]["observed"].tolist() == [0.5, 0.5]


def test_the_shipped_targets_end_in_2005_and_none_is_fitted_and_held_out() -> None:
    targets = fit_targets(Scenario.default())
    fitted = {target.name for target in targets if target.role == "fit"}
    held = {target.name for target in targets if target.role == "hold-out"}
    assert len(fitted) == 32
    assert not fitted & held
    assert not any(f"_{year}" in name for name in fitted for year in range(2006, 2021))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"runs": 100}, "runs = 100: allowed: at least"),
        ({"waves": 9}, "waves = 9: allowed: from 1 to 4"),
        ({"targets": "none.csv"}, "none.csv: targets = no such file"),
    ],
)
def test_mistakes_are_named_before_anything_is_run(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError) as error:
        plan_of(**options)  # type: ignore[arg-type]
    assert said in str(error.value)


def test_a_target_that_no_run_has_is_named(tmp_path: Path) -> None:
    invented_plan(tmp_path)
    with pytest.raises(InputError, match="name = growth"):
        plan_of(targets=tmp_path / "targets.csv")
