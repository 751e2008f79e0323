"""`calibrate`: from targets and runs to a posterior with all its tables; resumes what it began."""

from __future__ import annotations

import json
import shlex
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from innocluster.agents.help import available_cores
from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.scenarios.runs.inputs import Inputs, scenario_of
from innocluster.scenarios.runs.study import store_result
from innocluster.scenarios.runs.workers import warm
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.store.folder import ResultFolder, result_folder
from innocluster.scenarios.store.verification import read_result
from innocluster.version import __version__

from ..targets import fitted_targets
from .conclusion import EFFECT, EFFECT_LAST, Conclusion, conclude, effect_of_draw
from .draw_runs import DrawRuns, Progress
from .draw_summaries import LAST, summary_names
from .fit_files import read_fit, write_fit
from .fit_tables import diagnostics, fit_frames
from .fit_targets import fit_targets
from .fitting import Fit, Plan, fit_model, refitted, trusted
from .identifiability_tables import identifiability_frames
from .posterior_files import write_posterior, write_tree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["RUNS", "TABLES", "WAVES", "Calibration", "calibrate", "plan_of", "refit"]

RUNS, WAVES = 2100, 3

TABLES = (
    "fit_parameters", "fit_forms", "fit_targets", "fit_draws", "fit_waves", "fit_screening",
    "fit_diagnostics", "fit_directions", "fit_correlations", "fit_candidates", "fit_doubled",
)  # fmt: skip
"""Tables of every fit; ``fit_conclusion`` is there where the headline was run."""


@dataclass(frozen=True)
class Calibration:
    """A finished calibration.

    Attributes
    ----------
    meta : what was asked and reached
    tables : by name, see `TABLES`
    """

    meta: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    @classmethod
    def load(cls, folder: str | Path) -> Calibration:
        """Read a finished one.

        Raises
        ------
        InputError
            For a folder that holds none, or a damaged one.
        """
        path = Path(folder)
        names = [*TABLES, *(n for n in ("fit_conclusion",) if (path / f"{n}.parquet").is_file())]
        meta, tables = read_result(path, {name: name for name in names})
        return cls(meta, tables)

    def to_json(self) -> str:
        """All but the draws in one JSON document."""
        document: dict[str, Any] = {"calibration": self.meta}
        for name, table in self.tables.items():
            if name not in ("fit_draws", "fit_screening"):
                document[name] = json.loads(table.to_json(orient="records"))
        return json.dumps(document, ensure_ascii=False)


def plan_of(
    scenario: Scenario | str | Path | None = None,
    targets: str | Path | None = None,
    runs: int = RUNS,
    waves: int = WAVES,
) -> Plan:
    """What a calibration would run and fit; nothing is run.

    Raises
    ------
    InputError
        For anything wrong with the scenario, the targets or the numbers.
    """
    given = scenario_of(scenario)
    figures = fit_targets(given, targets)
    inputs = Inputs(given.replaced(last=LAST))
    names = summary_names(inputs)
    plan = Plan.of(inputs, names, figures, runs, waves, given.seed)
    plan.check()
    return plan


def calibrate(
    scenario: Scenario | str | Path | None = None,
    *,
    targets: str | Path | None = None,
    runs: int = RUNS,
    waves: int = WAVES,
    effects: int = 200,
    workers: int | None = None,
    folder: str | Path | ResultFolder,
    progress: Progress | None = None,
    command: str = "",
) -> Calibration:
    """Fit the uncertain parameters and forms to the targets.

    Parameters
    ----------
    scenario : whose region, policy and seed; its horizon is not used: nothing after 2007 is run
        for the fit
    targets : CSV file of targets, by default those that ship
    runs : of the screening, the waves and the posterior predictive together
    waves : 1 to 4
    effects : draws of prior and posterior at which the policy is run until 2013 for
        the conclusion, 0 for none
    workers : processes, by default one a core; results do not depend on it
    folder : result folder; the same call on it goes on where it stopped
    progress : told of every run
    command : for the record

    Raises
    ------
    InputError
        For anything wrong with the arguments or the files that they name.
    """
    start = time.perf_counter()
    _check_numbers(effects, workers)
    plan = plan_of(scenario, targets, runs, waves)
    crew = workers or available_cores()
    with result_folder(folder, command or "calibrate") as store:
        if crew > 1:
            warm(plan.inputs, [plan.inputs.scenario.policy])
        fit = fit_model(plan, DrawRuns(plan.inputs, plan.names, store.path, crew, progress))
        found = None
        if effects:
            later = Inputs(plan.inputs.scenario.replaced(last=EFFECT_LAST))
            made = DrawRuns(later, (EFFECT,), store.path, crew, progress, effect_of_draw)
            found = conclude(later, plan.priors, fit.values, effects, plan.seed, made)
        asked = {"runs": runs, "waves": waves, "effects": effects}
        meta = _described(fit, targets, command, time.perf_counter() - start)
        return _stored(store, fit, {**meta, **asked}, found)


def refit(
    source: str | Path,
    *,
    targets: str | Path | None = None,
    scenario: Scenario | str | Path | None = None,
    folder: str | Path | ResultFolder,
    command: str = "",
) -> Calibration:
    """Hold the runs of a finished calibration against other targets; nothing is run.

    What its tables call predicted is then foretold by the emulator, see `refitted`.

    Parameters
    ----------
    source : folder of the finished calibration
    targets : CSV file of targets, by default those that ship, as they are now
    folder : result folder of the new fit; may be the same

    Raises
    ------
    InputError
        For a folder without a fit, or broken targets.
    """
    start = time.perf_counter()
    given = scenario_of(scenario)
    figures = fit_targets(given, targets)
    fit = refitted(read_fit(Path(source), Inputs(given.replaced(last=LAST))), figures)
    with result_folder(folder, command or "refit") as store:
        meta = _described(fit, targets, command, time.perf_counter() - start)
        return _stored(store, fit, {**meta, "refit_of": str(source)}, None)


def _described(
    fit: Fit, targets: str | Path | None, command: str, seconds: float
) -> dict[str, Any]:
    """What was fitted to what, for tables, manifest and the posterior's own."""
    scenario = fit.plan.inputs.scenario
    return {
        "scenario": scenario.name,
        "policy": scenario.policy,
        "region": scenario.region,
        "version": __version__,
        "seed": scenario.seed,
        "last": LAST,
        "targets": None if targets is None else str(targets),
        "fit_to": [target.name for target in fitted_targets(fit.plan.targets)],
        "waves_of": list(fit.plan.sizes),
        "fitted": list(fit.names),
        "mixed": trusted(fit.draws),
        "failures": sum(int((~wave.done).sum()) for wave in fit.history.waves),
        "command": command,
        "seconds": round(seconds, 1),
    }


def _stored(
    store: ResultFolder, fit: Fit, meta: dict[str, Any], found: Conclusion | None
) -> Calibration:
    """Make and stage tables, draws and the fit itself."""
    import pandas as pd

    frames = {**fit_frames(fit), **identifiability_frames(fit)}
    if found is not None:
        meta |= {"left": found.left, "left_low": found.low, "left_high": found.high}
        frames["fit_conclusion"] = pd.DataFrame(_conclusion_rows(found))
    numbers = dict(diagnostics(fit))
    manifest = {
        "stand_in": False,
        "date": datetime.now(UTC).date().isoformat(),
        "command": _anywhere(meta["command"] or "calibrate"),
        "version": __version__,
        "runs": int(numbers["runs"]),
        "targets": meta["fit_to"],
        "fitted": meta["fitted"],
        **{
            key: round(float(numbers[key]), 4)
            for key in ("r_hat", "bulk", "tail", "k_hat", "tempering")
            if np.isfinite(numbers[key])
        },
    }
    staging = store.staging
    meta["digest"] = write_posterior(staging, frames["fit_draws"], manifest)
    write_fit(staging, fit)
    write_tree(staging, fit)
    request = {"command": "calibrate", "runs": meta.get("runs"), "waves": meta.get("waves")}
    store_result(store, fit.plan.inputs, frames, meta, request)
    return Calibration(meta, frames)


def _conclusion_rows(found: Conclusion) -> list[dict[str, object]]:
    """The effect in each draw, from the prior and from the posterior."""
    return [
        {"source": source, "draw": number, "policy": found.policy, "effect": float(effect)}
        for source, effects in (("prior", found.prior), ("posterior", found.posterior))
        for number, effect in enumerate(effects)
    ]


def _anywhere(command: str) -> str:
    """A command without the folders of this machine, of which the draws that ship say nothing."""
    words = (word.rsplit("=", 1) for word in shlex.split(command))
    return shlex.join(
        "=".join([*head, Path(last).name if Path(last).is_absolute() else last])
        for *head, last in words
    )


def _check_numbers(effects: int, workers: int | None) -> None:
    if effects != 0 and not 10 <= effects <= 2000:
        raise InputError(
            file=COMMAND_LINE, key="effects", value=effects, allowed="0, or from 10 to 2000"
        )
    if workers is not None and not 1 <= workers <= 1024:
        raise InputError(file=COMMAND_LINE, key="workers", value=workers, allowed="from 1 to 1024")
