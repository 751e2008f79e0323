"""One fit on invented runs, for all tests of what is made of it."""

from __future__ import annotations

import pytest

from innocluster.calibration.fit.fitting import Fit, fit_model
from innocluster.calibration.inference import sampling
from tests.helpers.invented_runs import InventedRuns, invented_plan


@pytest.fixture(scope="session")
def fit(tmp_path_factory: pytest.TempPathFactory) -> Fit:
    """Two figures fitted to two parameters and a form."""
    with pytest.MonkeyPatch.context() as patch:
        # A rough chain is enough here, and takes a fifth of the time.
        patch.setattr(sampling, "LARGEST_R_HAT", 1.05)
        return fit_model(invented_plan(tmp_path_factory.mktemp("plan")), InventedRuns())  # type: ignore[arg-type]
