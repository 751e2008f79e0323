"""One fit on invented runs, for all tests of what is made of it."""

from __future__ import annotations

import pytest

from innocluster.calibration.fit.fitting import Fit, fit_model
from tests.helpers.invented_runs import InventedRuns, invented_plan


@pytest.fixture(scope="session")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """Two figures fitted to two parameters and a form."""
    return fit_model(invented_plan(tmp_path_factory.mktemp("plan")), InventedRuns())  # type: ignore[arg-type]
