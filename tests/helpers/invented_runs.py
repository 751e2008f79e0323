"""A model that answers at once: figures that are linear in a few parameters and one form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.calibration.fit.draw_runs import DrawJob
from innocluster.calibration.fit.draw_summaries import LAST
from innocluster.calibration.fit.fitting import Plan
from innocluster.calibration.inference.priors import parameter_and_form_priors
from innocluster.calibration.targets import read_targets
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.schema import Scenario

FIGURES = ("growth", "meetings", "both", "unwatched")
TARGETS = """name,value,uncertainty,discrepancy,unit,source,role
growth,{growth},0.05,0.05,1,invented,fit
both,0.5,0.05,0.05,1,invented,fit
"""


class InventedRuns:
    """Runs as `DrawRuns` makes them.

    growth = score of rd_elasticity, meetings = that of information_gain, both = their sum less
    the number of the form of demand, each with noise 0.1; unwatched = meetings, without noise.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._priors = parameter_and_form_priors()

    def __call__(self, jobs: Sequence[DrawJob]) -> NDArray[np.float64]:
        self.asked += len(jobs)
        values = np.array([[job.drawn[n] for n in ("rd_elasticity", "information_gain")]
                           for job in jobs])  # fmt: skip
        names = self._priors.names
        own = self._priors.only([names.index("rd_elasticity"), names.index("information_gain")])
        growth, meetings = own.scores(values).T
        form = np.array([job.drawn["demand"] for job in jobs])
        noise = np.array([
            0.1 * np.random.default_rng(job.world).standard_normal(3) for job in jobs
        ])  # fmt: skip
        figures = np.stack([growth, meetings, growth + meetings - form], axis=1) + noise
        return np.column_stack([figures, meetings])


def invented_plan(folder: Path, sizes: tuple[int, ...] = (60, 80), growth: float = 1.0) -> Plan:
    """Two figures fitted to two parameters and a form."""
    file = folder / "targets.csv"
    file.write_text(TARGETS.format(growth=growth), encoding="utf-8")
    inputs = Inputs(Scenario.default().replaced(last=LAST))
    targets = read_targets(file)
    return Plan(inputs, FIGURES, targets, parameter_and_form_priors(), 4, sizes, 20, 1)
