"""`validate`: the model with its posterior against what it was not fitted to.

What the posterior is, and what it predicts, is settled and sealed before a figure that was
held out is read.  Nothing is tuned to what comes out.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.help import available_cores
from innocluster.scenarios.arms import BASELINE, resolve_arm
from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.scenarios.runs.indicators import FIRST_YEAR, Yearly, load_targets
from innocluster.scenarios.runs.inputs import Inputs, World, scenario_of
from innocluster.scenarios.runs.results import ALL, finite
from innocluster.scenarios.runs.study import Study, open_study
from innocluster.scenarios.runs.workers import each_world, warm
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.posterior import POSTERIOR, Posterior, load_posterior
from innocluster.scenarios.store.files import write_aside
from innocluster.scenarios.store.folder import ResultFolder
from innocluster.sim.ground.forms import RULES, Forms
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.version import __version__

from ..frozen_world import FROZEN
from ..meetings_trial import observe_trial, trial_settings
from ..targets import load_calibration_targets
from .directions import ARMS, barter_contrast, direction_table, figures_of
from .evaluations import evaluation_table, programme_figures
from .fit import fit_table, marginal_table
from .origins import rolling_forecasts
from .participants import observe_participants
from .summaries import coverage_table, losses, skill_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LAST", "SEAL", "TABLES", "Validation", "count_runs", "validate"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int, float], None]

LAST = "2017-12"
"""Last month by default: that of the last figure."""

SEAL = "sealed.json"
"""What was settled before a figure that was held out was read."""

TABLES = (
    "forecasts", "energy", "skill", "coverage", "losses", "fit", "marginals", "fan",
    "evaluations", "directions",
)  # fmt: skip
_MOST_WORLDS = 10_000
_PARKS_MEMBERS = "P5@members=0.1286"
"""A programme that begins with 90 firms where the pilot began with 700."""
_PARKS_LAST = 2014
_EVALUATED = 2008
_FAN = ("revenue", "exports")
_FAN_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Validation:
    """What a validation found; every table is tidy.

    Attributes
    ----------
    meta : what was asked, and the digest of the posterior
    forecasts, energy, skill, coverage, losses : the back-test, see `origins` and `summaries`
    fit : figures that were fitted beside what the posterior gives
    marginals : every parameter and form, prior beside posterior
    fan : quantiles of revenue and exports by year
    evaluations, directions : see the modules of these names
    """

    meta: dict[str, Any]
    forecasts: pd.DataFrame
    energy: pd.DataFrame
    skill: pd.DataFrame
    coverage: pd.DataFrame
    losses: pd.DataFrame
    fit: pd.DataFrame
    marginals: pd.DataFrame
    fan: pd.DataFrame
    evaluations: pd.DataFrame
    directions: pd.DataFrame

    def __repr__(self) -> str:
        verdicts = self.evaluations["verdict"]
        return (
            f"Validation({self.meta['scenario']}: {self.meta['worlds']} worlds,"
            f" {len(self.losses)} series, {(verdicts == 'passes').sum()} of {len(verdicts)}"
            " figures of evaluations pass)"
        )

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        return {name: getattr(self, name) for name in TABLES}

    def to_json(self) -> str:
        """One JSON document with stable keys; what is undefined is null."""
        tables = {
            name: [
                {k: finite(v) if isinstance(v, float) else v for k, v in row.items()}
                for row in json.loads(frame.to_json(orient="records"))
            ]
            for name, frame in self.frames().items()
        }
        return json.dumps({**self.meta, **tables}, ensure_ascii=False, allow_nan=False, indent=1)


@dataclass(frozen=True)
class _Design:
    """Arms of every world by what they are for, and where the draws come from."""

    arms: Mapping[str, str]
    posterior: Posterior
    inputs: Inputs


def validate(
    scenario: Scenario | str | Path | None = None,
    *,
    worlds: int = 40,
    workers: int | None = None,
    folder: str | Path | ResultFolder | None = None,
    progress: Progress | None = None,
    command: str = "",
    posterior: Path | None = None,
) -> Validation:
    """Confront the model with years and evaluations that it was not fitted to.

    Parameters
    ----------
    scenario : a `Scenario`, a preset's name or a TOML file; to the last figure by default
    worlds : worlds, each with a draw of the posterior
    workers : processes, by default one a core; results do not depend on it
    folder : where to keep ledger, tables and manifest; the same call on the same folder
        goes on where it stopped.  Nothing is kept if omitted.
    progress : called with runs done, runs wanted and seconds left
    command : the command that asked for it, for the record
    posterior : draws written by a calibration; the shipped ones by default

    Raises
    ------
    InputError
        For anything wrong with the arguments or the files that they name.
    RuntimeError
        Where no world finished every run.
    """
    start = time.perf_counter()
    _check(worlds, workers)
    design = _designed(scenario, posterior)
    inputs, drawn = design.inputs, design.posterior.draws(design.inputs.scenario.seed)
    names = tuple(dict.fromkeys(design.arms.values()))
    planned = [World(world, names) for world in range(worlds)]
    workers = workers or available_cores()
    with open_study(inputs, drawn, folder, workers, command or "validate") as study:
        if progress is not None and study.lacks(planned):
            progress(0, 0, math.nan)
        for advance in study.complete(planned):
            if progress is not None:
                progress(advance.runs, advance.missing, advance.seconds)
        runs, failures = _load(design, study, worlds)
        studied = _studied(study, sorted(runs), workers)
        seal = _sealed(design, study, planned)
        # Only from here on may a figure that was held out be read.
        meta = {
            **_described(design, seal, list(runs), failures),
            "command": command or "validate()",
            "drawn": study.drawn_names,
            "seconds": round(time.perf_counter() - start, 3),
        }
        result = _tabulated(design, study, runs, studied, meta)
        request = {"command": "validate", "worlds": worlds}
        study.store(result.frames(), result.meta, request, planned)
    return result


def count_runs(scenario: Scenario | str | Path | None, worlds: int) -> int:
    """Runs that `validate` takes, whatever of them a folder holds already."""
    _check(worlds, None)
    return worlds * len(set(_designed(scenario, None).arms.values()))


def _check(worlds: int, workers: int | None) -> None:
    for key, value, least, most in (
        ("worlds", worlds, 4, _MOST_WORLDS), ("workers", workers or 1, 1, 1024),
    ):  # fmt: skip
        if not least <= value <= most:
            allowed = f"from {least} to {most}"
            raise InputError(file=COMMAND_LINE, key=key, value=value, allowed=allowed)


def _designed(scenario: Scenario | str | Path | None, posterior: Path | None) -> _Design:
    """The arms of every world: the programme, its absence, and one for each contrast."""
    chosen = Scenario.default().replaced(last=LAST) if scenario is None else scenario_of(scenario)
    policy = resolve_arm(chosen.policy, chosen).id
    arms = {"programme": policy, "nothing": BASELINE}
    arms |= {name: text.format(policy=policy) for name, text in ARMS.items()}
    if chosen.last_year >= _PARKS_LAST:
        arms["parks"] = _PARKS_MEMBERS
    resolved = {name: resolve_arm(text, chosen) for name, text in arms.items()}
    inputs = Inputs(chosen, resolved.values())
    inputs.note_draws(posterior)
    return _Design(
        {name: arm.id for name, arm in resolved.items()},
        load_posterior(posterior or POSTERIOR),
        inputs,
    )


def _load(design: _Design, study: Study, worlds: int) -> tuple[dict[int, dict[str, Yearly]], int]:
    """Yearly tables by arm of every world that finished, and the number of failed runs."""
    finished: dict[int, dict[str, Yearly]] = {}
    errors: list[str] = []
    for world in range(worlds):
        runs = {arm: study.load(text, world) for arm, text in design.arms.items()}
        errors += [run.error for run in runs.values() if run.yearly is None]
        whole = {arm: run.yearly for arm, run in runs.items() if run.yearly is not None}
        if len(whole) == len(runs):
            finished[world] = whole
    if len(finished) < 2:
        reason = (errors or ["no run"])[0]
        raise RuntimeError(f"fewer than two worlds finished every run: {reason}")
    return finished, len(errors)


def _studied(study: Study, worlds: list[int], workers: int) -> dict[int, dict[str, float]]:
    """Figures of the trial of meetings and of the studies of participants, by world."""
    scenario = study.inputs.scenario
    drawn = {world: study.drawn(world) for world in worlds}
    figures = {world: dict[str, float]() for world in worlds}
    if scenario.last_year < _EVALUATED:
        return figures
    if workers > 1:
        warm(scenario, [BASELINE, scenario.policy])
    for observe in (_trial, observe_participants):
        found = each_world(partial(observe, drawn), worlds, workers)
        for world, own in zip(worlds, found, strict=True):
            figures[world] |= own
    return figures


def _trial(drawn: Mapping[int, Mapping[str, float] | None], world: int) -> dict[str, float]:
    """The trial of meetings in one world with its draw; what makes the world stand still stays."""
    own = drawn[world] or {}
    values = {n: v for n, v in own.items() if n in PARAMETERS and n not in FROZEN}
    forms = Forms.drawn({n: v for n, v in own.items() if n in RULES}, {})
    return observe_trial(trial_settings(world, values, forms.names()))


def _sealed(design: _Design, study: Study, planned: list[Any]) -> dict[str, Any]:
    """Digests of posterior and predictions with the time, written before anything is compared."""
    seal = {
        "posterior": design.posterior.digest,
        "predictions": study.ledger.digest(planned),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if study.folder is not None:
        text = json.dumps(seal, indent=1)
        write_aside(study.folder.staging / SEAL, text.encode())
    return seal


def _described(
    design: _Design, seal: Mapping[str, Any], worlds: list[int], failures: int
) -> dict[str, Any]:
    """What was run, for reports and the manifest."""
    scenario, posterior = design.inputs.scenario, design.posterior
    return {
        "scenario": scenario.name,
        "version": __version__,
        "policy": design.arms["programme"],
        "baseline": BASELINE,
        "worlds": len(worlds),
        "failures": failures,
        "seed": scenario.seed,
        "under": "prior" if posterior.stand_in else "posterior",
        "posterior": seal["posterior"],
        "sealed": seal["time"],
        "predictions": seal["predictions"],
        "calibration": {k: str(v) for k, v in posterior.manifest.items()},
        "region": scenario.region,
        "macro": scenario.macro,
        "exports": scenario.exports,
        "first": f"{FIRST_YEAR}-01",
        "last": scenario.last,
    }


def _tabulated(
    design: _Design,
    study: Study,
    runs: Mapping[int, Mapping[str, Yearly]],
    studied: Mapping[int, Mapping[str, float]],
    meta: dict[str, Any],
) -> Validation:
    """All tables, from the runs and what was published."""
    scenario = design.inputs.scenario
    region, _ = study.inputs.read()
    keys = (ALL, *region.complexes.keys)
    own = [world["programme"] for world in runs.values()]
    tables = {name: np.stack([run[name] for run in own]) for name in own[0]}
    targets = load_calibration_targets(scenario.region, scenario.exports)
    aims = load_targets(scenario.region, scenario.exports)
    forecasts, energy = rolling_forecasts(tables, keys, targets, aims)
    attendance = PARAMETERS["attendance"].default
    figures, contrasts = [], []
    for world, arms in runs.items():
        drawn = study.drawn(world) or {}
        parks = arms.get("parks")
        known = {**studied[world]}
        if scenario.last_year >= _EVALUATED:
            known |= programme_figures(
                arms["programme"], arms["nothing"], parks, drawn.get("attendance", attendance)
            )
        figures.append(known)
        contrasts.append(figures_of(arms))
    for contrast, skewed in zip(contrasts, barter_contrast(len(contrasts)), strict=True):
        contrast["skewed_degrees"] = skewed
    return Validation(
        meta=meta,
        forecasts=forecasts,
        energy=energy,
        skill=skill_table(forecasts),
        coverage=coverage_table(forecasts),
        losses=losses(forecasts),
        fit=fit_table(tables, keys, targets, scenario.last_year),
        marginals=marginal_table(design.posterior, scenario.seed),
        fan=_fan(tables, keys),
        evaluations=evaluation_table(
            figures, [str(name) for name in design.posterior.manifest.get("targets", ())]
        ),
        directions=direction_table(contrasts),
    )


def _fan(tables: Mapping[str, Floats], keys: tuple[str, ...]) -> pd.DataFrame:
    """Quantiles of revenue and exports over worlds, by year and place."""
    import pandas as pd

    rows = []
    for measure in _FAN:
        ends = np.quantile(tables[measure], _FAN_QUANTILES, axis=0)
        rows += [
            (measure, key, FIRST_YEAR + year, *ends[:, year, k].tolist())
            for k, key in enumerate(keys)
            for year in range(ends.shape[1])
        ]
    names = ["low90", "low50", "median", "high50", "high90"]
    return pd.DataFrame(rows, columns=["measure", "complex", "year", *names])
