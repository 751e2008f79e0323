"""A fit on disk: all that another look at the same runs needs, in one file of plain arrays."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.store.files import write_aside

from ..inference.likelihood import Posterior
from ..inference.priors import parameter_and_form_priors
from ..inference.sampling import Draws
from ..inference.screening import Screening
from ..inference.self_check import SelfCheck
from ..inference.waves import History, Wave
from ..targets import CalibrationTarget
from .emulator_files import packed_emulator, unpacked_emulator
from .fitting import Fit, Plan

__all__ = ["FIT", "read_fit", "write_fit"]

FIT = "fit.npz"

Arrays = dict[str, NDArray[Any]]

_POSTERIOR = ("columns", "observed", "known")
_SCREENING = ("slope", "bend", "error", "share", "moved")
_DRAWS = ("scores", "values", "mean", "covariance")


def write_fit(folder: Path, fit: Fit) -> None:
    """Write a fit into a folder."""
    plan, history = fit.plan, fit.history
    described = {
        "names": plan.names,
        "screened": fit.screened,
        "fitted": list(fit.names),
        "targets": [
            {f.name: getattr(target, f.name) for f in fields(target)} for target in plan.targets
        ],
        "worlds": plan.worlds, "sizes": plan.sizes, "predictive": plan.predictive,
        "seed": plan.seed, "runs": fit.runs, "tempering": fit.posterior.tempering,
        "shares": history.shares,
        "check": {name: getattr(fit.check, name) for name in ("tempering", "spread", "doubt",
                                                              "residual")},
    }  # fmt: skip
    arrays: Arrays = {
        "described": np.frombuffer(json.dumps(described).encode(), np.uint8),
        "region": history.region, "values": fit.values, "fresh": fit.fresh,
        "places": fit.check.places, "tempered_places": fit.check.tempered_places,
        **{f"screening_{name}": getattr(fit.screening, name) for name in _SCREENING},
        **{f"draws_{name}": getattr(fit.draws, name) for name in _DRAWS},
    }  # fmt: skip
    for number, wave in enumerate(history.waves):
        arrays[f"scores_{number}"], arrays[f"summaries_{number}"] = wave.scores, wave.summaries
    for number, posterior in enumerate((*history.posteriors, fit.posterior)):
        arrays |= {f"{number}_{name}": getattr(posterior, name) for name in _POSTERIOR}
    for number, posterior in enumerate(history.posteriors):
        arrays |= packed_emulator(posterior.emulator, f"emulator_{number}_")
    content = io.BytesIO()
    np.savez(content, **arrays)  # type: ignore[arg-type]
    write_aside(folder / FIT, content.getvalue())


def read_fit(folder: Path, inputs: Inputs) -> Fit:
    """Read what `write_fit` wrote.

    Raises
    ------
    InputError
        For a folder without a fit, a damaged one, or one of other parameters.
    """
    path = folder / FIT
    try:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return _fit(arrays, inputs)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        found = "damaged, or of other parameters" if path.exists() else "no fit"
        raise InputError(
            file=path, key="refit", value=found,
            allowed="the folder of a finished 'innocluster calibrate' of this version",
        ) from None  # fmt: skip


def _fit(arrays: Mapping[str, NDArray[Any]], inputs: Inputs) -> Fit:
    described = json.loads(arrays["described"].tobytes())
    priors = parameter_and_form_priors()
    fitted = tuple(priors.names.index(name) for name in described["fitted"])
    own = priors.only(fitted)
    plan = Plan(
        inputs, tuple(described["names"]),
        tuple(CalibrationTarget(**target) for target in described["targets"]), priors,
        described["worlds"], tuple(described["sizes"]), described["predictive"],
        described["seed"],
    )  # fmt: skip
    waves = [Wave(arrays[f"scores_{k}"], arrays[f"summaries_{k}"]) for k in range(len(plan.sizes))]
    posteriors: list[Posterior] = []
    for number in range(len(waves)):
        emulator = unpacked_emulator(arrays, f"emulator_{number}_")
        what: dict[str, Any] = {name: arrays[f"{number}_{name}"] for name in _POSTERIOR}
        posteriors.append(Posterior(own, emulator, **what, support=tuple(posteriors)))
    history = History(own, waves, posteriors, described["shares"], arrays["region"])
    last: dict[str, Any] = {name: arrays[f"{len(waves)}_{name}"] for name in _POSTERIOR}
    posterior = Posterior(
        own, posteriors[-1].emulator, **last, tempering=described["tempering"],
        support=posteriors[-1].support,
    )  # fmt: skip
    what = {name: arrays[f"screening_{name}"] for name in _SCREENING}
    drawn = {name: arrays[f"draws_{name}"] for name in _DRAWS}
    check = SelfCheck(arrays["places"], arrays["tempered_places"], **described["check"])
    return Fit(
        plan, Screening(priors.names, **what), tuple(described["screened"]), fitted, history,
        posterior, Draws(weighted=None, chain=None, **drawn), check, arrays["values"],
        arrays["fresh"], described["runs"],
    )  # fmt: skip
