"""The fit from runs to tables on a model with a known answer: fitted, stored, fitted again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from innocluster.calibration.fit.draw_runs import DrawJob
from innocluster.calibration.fit.fit_files import read_fit, write_fit
from innocluster.calibration.fit.fit_tables import draws_frame, fit_frames
from innocluster.calibration.fit.fitting import SHIPPED, Fit, fit_model, refitted
from innocluster.calibration.fit.identifiability_tables import identifiability_frames
from innocluster.calibration.fit.posterior_files import NETCDF, write_posterior, write_tree
from innocluster.calibration.targets import CalibrationTarget
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.statistics.posterior import load_posterior
from tests.helpers.invented_runs import InventedRuns, invented_plan


def test_what_moves_a_target_is_fitted_and_the_rest_is_drawn_from_its_prior(fit: Fit) -> None:
    assert set(fit.names) == {"rd_elasticity", "information_gain", "demand"}
    names = fit.plan.priors.names
    free = names.index("attempt_rate")
    prior = np.sqrt(fit.plan.priors.variance[free])
    assert fit.values.shape == (SHIPPED, len(names))
    assert fit.values[:, free].std() == pytest.approx(prior, rel=0.02)


def test_the_posterior_is_the_exact_one(fit: Fit) -> None:
    # growth = 1 ± (0.05² + 0.05² + 0.1²)^½ = ± 0.122 in scores: mean 1/(1 + 0.015) = 0.985.
    # Tempering widens it, at most to 0.122/√(1/2).
    scores = fit.draws.scores[:, fit.names.index("rd_elasticity")]
    assert scores.mean() == pytest.approx(0.985, abs=0.08)
    assert 0.1 < scores.std() < 0.2


def test_tables_say_what_was_fitted(fit: Fit) -> None:
    frames = {**fit_frames(fit), **identifiability_frames(fit)}
    parameters = frames["fit_parameters"].set_index("parameter")
    assert parameters.loc["rd_elasticity", "treatment"] == "fitted"
    assert parameters.loc["rd_elasticity", "contraction"] > 0.8
    assert parameters.loc["attempt_rate", "contraction"] == 0.0
    targets = frames["fit_targets"].set_index("target")
    assert list(targets["verdict"]) == ["fits", "fits"]
    forms = frames["fit_forms"].set_index(["rule", "form"])
    assert forms.loc[("demand", "sectors"), "prior"] == 0.8
    # What is not watched would teach the parameter that only the sum knows.
    assert frames["fit_candidates"]["parameter"].iloc[0] in ("information_gain", "demand")
    assert frames["fit_directions"]["left"].iloc[0] < 0.2
    numbers = frames["fit_diagnostics"].set_index("diagnostic")["value"]
    assert numbers["r_hat"] <= 1.05
    assert min(numbers["bulk"], numbers["tail"]) >= 400


def test_what_is_stored_is_read_again_and_refitted_without_a_run(fit: Fit, tmp_path: Path) -> None:
    write_fit(tmp_path, fit)
    again = read_fit(tmp_path, fit.plan.inputs)
    points = fit.draws.scores[:50]
    assert np.array_equal(
        again.posterior.log_density(points), fit.posterior.log_density(points)
    )  # fmt: skip
    assert again.plan.targets == fit.plan.targets
    moved = tuple(
        CalibrationTarget(**{**vars(target), "value": 0.8}) if target.name == "growth" else target
        for target in fit.plan.targets
    )
    new = refitted(again, moved)
    place = fit.names.index("rd_elasticity")
    assert new.draws.scores[:, place].mean() == pytest.approx(0.985 * 0.8, abs=0.08)
    # Predicted is what these draws give, not the runs at those before, whose growth is about 1.
    growth = new.fresh[:, again.plan.names.index("growth")]
    assert growth.mean() == pytest.approx(0.985 * 0.8, abs=0.08)
    # Deviations 0.1 of a world and about 0.12 of the parameter.
    assert growth.std() == pytest.approx(0.16, abs=0.04)
    assert "residual" not in fit_frames(new)["fit_diagnostics"].dropna()["diagnostic"].tolist()


def test_a_refit_to_fewer_targets_keeps_what_the_screening_found(fit: Fit) -> None:
    before = fit_frames(fit)["fit_screening"]
    new = fit_frames(refitted(fit, fit.plan.targets[1:]))
    assert new["fit_targets"]["target"].tolist() == ["both"]
    assert new["fit_screening"].equals(before)
    assert set(before["target"]) > {"growth", "both"}


def test_a_damaged_or_missing_fit_is_named(fit: Fit, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no fit"):
        read_fit(tmp_path, fit.plan.inputs)
    (tmp_path / "fit.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match="damaged"):
        read_fit(tmp_path, fit.plan.inputs)


def test_a_scenario_whose_runs_fail_is_named(tmp_path: Path) -> None:
    class Failing(InventedRuns):
        def __call__(self, jobs: Sequence[DrawJob]) -> NDArray[np.float64]:
            return np.full((len(jobs), 4), np.nan)

    runs: Any = Failing()
    with pytest.raises(InputError, match=r"scenario = korean-pilot-2005: .* every fitted figure"):
        fit_model(invented_plan(tmp_path), runs)


def test_figures_that_nothing_moves_are_named(tmp_path: Path) -> None:
    class Still(InventedRuns):
        def __call__(self, jobs: Sequence[DrawJob]) -> NDArray[np.float64]:
            return np.ones((len(jobs), 4))

    runs: Any = Still()
    with pytest.raises(InputError, match="targets = moved by no parameter"):
        fit_model(invented_plan(tmp_path), runs)


@pytest.mark.slow
def test_a_target_six_deviations_away_is_called_unreachable(tmp_path: Path) -> None:
    runs: Any = InventedRuns()
    found = fit_model(invented_plan(tmp_path, (60, 60), growth=6.0), runs)
    verdicts = fit_frames(found)["fit_targets"].set_index("target")["verdict"]
    assert verdicts["growth"] == "unreachable"


def test_draws_are_read_as_the_posterior_of_other_commands(fit: Fit, tmp_path: Path) -> None:
    manifest = {"stand_in": False, "runs": 3, "targets": ["a", "b"], "command": 'x "y"'}
    digest = write_posterior(tmp_path, draws_frame(fit), manifest)
    read = load_posterior(tmp_path / "posterior.parquet")
    assert read.digest == digest == read.manifest["digest"]
    assert read.manifest["targets"] == ["a", "b"]
    assert read.manifest["command"] == 'x "y"'
    assert not read.stand_in
    assert set(read.draws(1)(0)) == set(fit.plan.priors.names)


def test_the_tree_has_the_groups_that_arviz_expects(fit: Fit, tmp_path: Path) -> None:
    xarray = pytest.importorskip("xarray")
    assert write_tree(tmp_path, fit)
    tree = xarray.open_datatree(tmp_path / NETCDF, engine="h5netcdf")
    assert set(tree.children) == {
        "posterior", "prior", "posterior_predictive", "observed_data", "sample_stats",
        "log_likelihood", "log_prior",
    }  # fmt: skip
    assert set(tree["posterior"].data_vars) == set(fit.names)
    assert tree["log_likelihood"]["growth"].dims == ("chain", "draw")
