"""From runs to a posterior: screening, waves, chain, self-check, tempering, the draws.

What a calibration found is one `Fit`; its tables stand in `fit_tables.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.scenarios.runs.inputs import Inputs

from ..inference.importance import HIGHEST_SHAPE
from ..inference.likelihood import Posterior
from ..inference.priors import Priors, parameter_and_form_priors
from ..inference.sampling import Draws, draw_posterior, redraw
from ..inference.screening import Screening, screen
from ..inference.self_check import SelfCheck, last_wave_check
from ..inference.waves import History, run_waves
from ..targets import CalibrationTarget, fitted_arrays, fitted_targets
from .design import fresh_jobs, jobs_of, screening_jobs, shipped_draws
from .draw_runs import DrawRuns

__all__ = ["SHIPPED", "Fit", "Plan", "fit_model", "refitted", "trusted"]

Floats = NDArray[np.float64]

SHIPPED = 2048
"""Draws of the posterior that are kept."""

_MOST_FITTED = 40
_SMALLEST_SHARE = 0.2
_LEVEL = 0.02
"""Of each test of the screening. With three worlds a stricter one would miss what is large, and
what is small is dropped anyway; a parameter that is fitted in vain costs little."""
_FEWEST_RUNS_A_WAVE = 40
_WORLDS = 3
_MOVING_SHARE = 0.35
"""Part of the parameters that move something in the first world, for the plan."""
_SHARES = {1: (1.0,), 2: (0.45, 0.55), 3: (0.25, 0.3, 0.45), 4: (0.2, 0.2, 0.25, 0.35)}


@dataclass(frozen=True)
class Plan:
    """What is fitted to what, and with how many runs.

    Attributes
    ----------
    inputs : scenario and files
    names : summaries of a run
    targets : all of them, those of other roles too
    priors : of all parameters and forms
    worlds : of the screening
    sizes : runs of each wave
    predictive : fresh runs at draws of the posterior
    seed : of designs, worlds and draws
    """

    inputs: Inputs
    names: tuple[str, ...]
    targets: tuple[CalibrationTarget, ...]
    priors: Priors
    worlds: int
    sizes: tuple[int, ...]
    predictive: int
    seed: int

    @classmethod
    def of(
        cls,
        inputs: Inputs,
        names: tuple[str, ...],
        targets: tuple[CalibrationTarget, ...],
        runs: int,
        waves: int,
        seed: int,
    ) -> Plan:
        """Share a number of runs out: screening, waves, fresh runs.

        Raises
        ------
        InputError
            For a number of waves that is not 1 to 4, or too few runs for them.
        """
        if waves not in _SHARES:
            raise InputError(file=COMMAND_LINE, key="waves", value=waves, allowed="from 1 to 4")
        priors = parameter_and_form_priors()
        screening = _screening_runs(priors)
        predictive = max(20, runs // 20)
        fewest = screening + predictive + waves * _FEWEST_RUNS_A_WAVE
        if runs < fewest:
            raise InputError(
                file=COMMAND_LINE, key="runs", value=runs,
                allowed=f"at least {fewest}: {screening} to screen, {predictive} fresh ones and"
                f" {_FEWEST_RUNS_A_WAVE} a wave",
            )  # fmt: skip
        left = runs - screening - predictive
        sizes = tuple(int(share * left) for share in _SHARES[waves])
        return cls(inputs, names, targets, priors, _WORLDS, sizes, predictive, seed)

    def check(self) -> None:
        """Refuse targets that no summary of a run has the name of.

        Raises
        ------
        InputError
            For such a target.
        """
        fitted_arrays(self.targets, self.names)


@dataclass(frozen=True)
class Fit:
    """What a calibration found.

    Attributes
    ----------
    plan : what was asked
    screening : what moves which target
    screened : names of its targets, which a refit to others leaves
    fitted : parameters that are fitted, by their place in the priors
    history : waves of runs
    posterior : of the fitted parameters, with its tempering
    draws : of the fitted parameters, with diagnostics
    check : of the last wave, before tempering
    values : shipped draws of all parameters and forms (SHIPPED, parameters)
    fresh : runs at the first of these (predictive, summaries); after a refit what the emulator
        foretells at all of them
    runs : all that it rests on
    emulated : whether `fresh` is foretold, no run having been made at these draws
    """

    plan: Plan
    screening: Screening
    screened: tuple[str, ...]
    fitted: tuple[int, ...]
    history: History
    posterior: Posterior
    draws: Draws
    check: SelfCheck
    values: Floats
    fresh: Floats
    runs: int
    emulated: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Parameters and rules that are fitted."""
        return self.posterior.priors.names


def fit_model(plan: Plan, runs: DrawRuns) -> Fit:
    """Carry a plan out, with the runs that are there and those that are not."""
    columns, observed, known = fitted_arrays(plan.targets, plan.names)
    found = screened(plan, screening_runs(plan, runs))
    fitted = tuple(found.fitted[:_MOST_FITTED])
    if not fitted:
        raise InputError(
            file=COMMAND_LINE, key="targets", value="moved by no parameter",
            allowed="figures that some parameter moves by a fifth of what they are known to",
        )  # fmt: skip

    def simulate(points: Floats) -> Floats:
        return runs(jobs_of(plan.inputs, plan.priors, fitted, points, plan.seed))

    history = run_waves(
        plan.priors.only(fitted), simulate, columns.tolist(), observed, known, plan.sizes,
        plan.seed,
    )  # fmt: skip
    posterior = history.posteriors[-1]
    if not np.isfinite(posterior.log_density(history.region)).any():
        # Targets that no parameters meet rule everything out: the last emulator alone is left.
        posterior = replace(posterior, support=())
    check = last_wave_check(history, posterior, plan.seed)
    posterior = replace(posterior, tempering=check.tempering)
    draws = draw_posterior(posterior, history.region, plan.seed)
    kept = draws.values[_kept(draws, plan.seed)]
    values = shipped_draws(plan.priors, fitted, kept, plan.seed)
    fresh = runs(fresh_jobs(plan.inputs, plan.priors, values[: plan.predictive], plan.seed))
    names = tuple(target.name for target in fitted_targets(plan.targets))
    return Fit(
        plan, found, names, fitted, history, posterior, draws, check, values, fresh, runs.asked
    )


def screening_runs(plan: Plan, runs: DrawRuns) -> Floats:
    """Summaries of all points in all worlds of the screening, (points, worlds, summaries).

    All parameters are moved in the first world. What moves no target there by half of what
    would matter, often nothing to the last bit, is not run in the others: its differences
    are taken to be the same.
    """
    columns, _, known = fitted_arrays(plan.targets, plan.names)
    jobs = screening_jobs(plan.inputs, plan.priors, 0)
    first = runs(jobs)
    scaled = first[:, columns] / np.sqrt(known)
    slopes = np.abs(0.5 * (scaled[2::2] - scaled[1::2]))
    bends = np.abs(0.5 * (scaled[2::2] + scaled[1::2]) - scaled[0])
    # A point that failed may matter.
    largest = np.nan_to_num(np.maximum(slopes, bends), nan=np.inf).max(axis=1)
    parameters = np.flatnonzero(largest >= 0.5 * _SMALLEST_SHARE)
    wanted = np.sort(np.concatenate([1 + 2 * parameters, 2 + 2 * parameters]))
    found = [first]
    for world in range(1, plan.worlds):
        jobs = screening_jobs(plan.inputs, plan.priors, world)
        made = runs([jobs[0], *(jobs[i] for i in wanted)])
        whole = made[0] + first - first[0]
        whole[wanted] = made[1:]
        found.append(whole)
    return np.stack(found, axis=1)


def screened(plan: Plan, runs: Floats) -> Screening:
    """What moves which target, from `screening_runs`.

    A run that failed leaves its point without a difference.

    Raises
    ------
    InputError
        Where runs at the usual values fail, as in a region too small for the trial of meetings.
    """
    columns, _, known = fitted_arrays(plan.targets, plan.names)
    chosen = runs[:, :, columns]
    middle = np.broadcast_to(chosen[:1], chosen.shape)
    chosen = np.where(np.isfinite(chosen), chosen, middle)
    if not np.isfinite(chosen).all():
        raise InputError(
            file=COMMAND_LINE, key="scenario", value=plan.inputs.scenario.name,
            allowed="one whose runs at the usual values give every fitted figure",
        )  # fmt: skip
    scale = np.sqrt(known + chosen[0].var(axis=0, ddof=1))
    return screen(plan.priors.names, chosen, scale, _SMALLEST_SHARE, _LEVEL)


def refitted(fit: Fit, targets: tuple[CalibrationTarget, ...], known: Floats | None = None) -> Fit:
    """The same runs held against other targets; no run is made.

    What earlier waves have ruled out stays so: there the emulator has seen nothing. Fresh runs
    were made at the draws before and say nothing of the new ones: the emulator takes their place.

    Parameters
    ----------
    known : variances of the fitted targets, by default theirs
    """
    columns, observed, variances = fitted_arrays(targets, fit.plan.names)
    variances = variances if known is None else known
    posterior = replace(fit.posterior, columns=columns, observed=observed, known=variances)
    draws = redraw(posterior, fit.draws, fit.plan.seed)
    # What is not fitted was drawn from its prior by the seed, and so would be again.
    values = fit.values.copy()
    values[:, list(fit.fitted)] = draws.values[_kept(draws, fit.plan.seed)]
    return replace(
        fit, plan=replace(fit.plan, targets=targets), posterior=posterior, draws=draws,
        values=values, fresh=_foretold(posterior, values[:, list(fit.fitted)], fit.plan.seed),
        emulated=True,
    )  # fmt: skip


def _foretold(posterior: Posterior, points: Floats, seed: int) -> Floats:
    """What a run at each of these fitted parameters may give, (points, summaries)."""
    emulator = posterior.emulator
    predicted = emulator.predict(points)
    generator = np.random.default_rng(seed)
    factor = np.linalg.cholesky(emulator.correlation)
    world = generator.standard_normal(predicted.mean.shape) @ factor.T
    missed = generator.standard_normal(predicted.mean.shape)
    foretold = predicted.mean + np.sqrt(predicted.noise) * world
    return np.asarray(foretold + np.sqrt(predicted.error) * missed)


def trusted(draws: Draws) -> bool:
    """Whether a chain has mixed, or weighted draws may be trusted."""
    if draws.chain is not None:
        return draws.chain.mixed
    return draws.weighted is not None and draws.weighted.shape <= HIGHEST_SHAPE


def _kept(draws: Draws, seed: int) -> NDArray[np.intp]:
    """Rows of the draws that are shipped."""
    return np.random.default_rng(seed).permutation(draws.values.shape[0])[:SHIPPED]


def _screening_runs(priors: Priors) -> int:
    """About how many runs the screening takes."""
    points = 1 + 2 * len(priors.names)
    return points + int((_WORLDS - 1) * _MOVING_SHARE * points)
