"""Tables of a fit: parameters, forms, targets, draws, waves, diagnostics.

Their names and columns stand in `docs/calibration.md`; the texts are added where they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.statistics.draws import pert_quantile
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..inference.chain_diagnostics import bulk_size, rank_r_hat, tail_size
from ..inference.identifiability import WEAK, contraction, target_reach
from ..inference.self_check import LEVELS
from ..targets import fitted_arrays, fitted_targets
from .fitting import Fit

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["diagnostics", "draws_frame", "fit_frames"]

Floats = NDArray[np.float64]

_INTERVAL = (0.05, 0.95)
_MISS = 1.96


def fit_frames(fit: Fit) -> dict[str, pd.DataFrame]:
    """Every table of what was fitted, by name."""
    import pandas as pd

    return {
        "fit_parameters": pd.DataFrame(_parameter_rows(fit)),
        "fit_forms": pd.DataFrame(_form_rows(fit)),
        "fit_targets": pd.DataFrame(_target_rows(fit)),
        "fit_draws": draws_frame(fit),
        "fit_waves": pd.DataFrame(_wave_rows(fit)),
        "fit_screening": pd.DataFrame(_screening_rows(fit)),
        "fit_diagnostics": pd.DataFrame(
            list(diagnostics(fit).items()), columns=["diagnostic", "value"]
        ),
    }


def draws_frame(fit: Fit) -> pd.DataFrame:
    """The shipped draws: a column a parameter, and one a rule with the name of its form."""
    import pandas as pd

    frame = pd.DataFrame(fit.values, columns=list(fit.plan.priors.names))
    for name in frame.columns:
        if name in RULES:
            forms = np.array(list(RULES[name].forms))
            frame[name] = forms[frame[name].to_numpy(dtype=np.intp)]
        else:
            # Within the range after rounding, and half as large a file.
            known = PARAMETERS[name]
            rounded = [float(f"{value:.5g}") for value in frame[name]]
            frame[name] = np.clip(rounded, known.low, known.high)
    return frame


def _parameter_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a parameter: what was known before and after."""
    priors, chain = fit.plan.priors, fit.draws.chain
    low, high = (
        pert_quantile(np.array(share), priors.low, priors.mode, priors.high) for share in _INTERVAL
    )
    gained = contraction(priors.variance, fit.values)
    rows: list[dict[str, object]] = []
    for j, name in enumerate(priors.names):
        if name in RULES:
            continue
        place = fit.fitted.index(j) if j in fit.fitted else None
        sampled = None if place is None or chain is None else chain.scores[:, :, place]
        after = np.quantile(fit.values[:, j], (0.5, *_INTERVAL))
        known = PARAMETERS[name]
        rows.append(
            {
                "parameter": name, "label": known.label, "label_ko": known.label_ko,
                "symbol": known.symbol, "unit": known.unit, "group": known.group,
                "treatment": "propagated" if place is None else "fitted",
                "prior_low": low[j], "prior_mode": priors.mode[j], "prior_high": high[j],
                "median": after[0], "low": after[1], "high": after[2],
                "contraction": gained[j] if place is not None else 0.0,
                "identified": bool(place is not None and gained[j] >= WEAK),
                "r_hat": np.nan if sampled is None else rank_r_hat(sampled),
                "bulk": np.nan if sampled is None else bulk_size(sampled),
                "tail": np.nan if sampled is None else tail_size(sampled),
            }
        )  # fmt: skip
    return rows


def _form_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a form: its weight before and after."""
    rows: list[dict[str, object]] = []
    for name, rule in RULES.items():
        j = fit.plan.priors.names.index(name)
        for number, form in enumerate(rule.forms.values()):
            rows.append(
                {
                    "rule": name, "form": form.key, "label": form.label,
                    "label_ko": form.label_ko,
                    "treatment": "fitted" if j in fit.fitted else "propagated",
                    "prior": fit.plan.priors.weights[j][number],
                    "posterior": float((fit.values[:, j] == number).mean()),
                }
            )  # fmt: skip
    return rows


def _target_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a fitted target: observed, predicted by `fit.fresh`, and whether they meet."""
    targets = fitted_targets(fit.plan.targets)
    columns, observed, known = fitted_arrays(targets, fit.plan.names)
    whole = replace(fit.history.posteriors[0], columns=columns, observed=observed, known=known)
    reach = target_reach(whole, fit.history.waves[0].scores)
    runs = fit.fresh[:, columns]
    rows: list[dict[str, object]] = []
    for k, target in enumerate(targets):
        own = runs[np.isfinite(runs[:, k]), k]
        median, low, high = np.quantile(own, (0.5, *_INTERVAL))
        z = float((observed[k] - own.mean()) / np.sqrt(known[k] + own.var(ddof=1)))
        rows.append(
            {
                "target": target.name, "unit": target.unit, "observed": target.value,
                "uncertainty": target.uncertainty, "discrepancy": target.discrepancy,
                "predicted": median, "low": low, "high": high, "z": z,
                "p": _two_sided(z),
                "verdict": "unreachable" if reach[k].unreachable else
                "misses" if abs(z) > _MISS else "fits",
                "alone": reach[k].alone,
                "together": reach[k].together,
                "source": target.source,
            }
        )  # fmt: skip
    return rows


def _two_sided(z: float) -> float:
    from scipy.special import ndtr

    return float(2.0 * ndtr(-abs(z)))


def _wave_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a wave: runs, failures, and the share of the prior left after it."""
    left = np.cumprod(fit.history.shares)
    return [
        {
            "wave": number,
            "runs": wave.summaries.shape[0],
            "failed": int((~wave.done).sum()),
            "share_left": float(left[number - 1]),
        }
        for number, wave in enumerate(fit.history.waves, start=1)
    ]


def _screening_rows(fit: Fit) -> list[dict[str, object]]:
    """A row a parameter and target that the one moves the other, and one for each that moves none.

    `share` is the effect over what the target is known to.
    """
    found = fit.screening
    rows: list[dict[str, object]] = []
    for j, name in enumerate(found.names):
        moved = np.flatnonzero(found.moved[j])
        fitted = "fitted" if j in fit.fitted else "propagated"
        for k in moved[np.argsort(-found.share[j, moved], kind="stable")].tolist():
            rows.append(
                {
                    "parameter": name, "treatment": fitted, "target": fit.screened[k],
                    "slope": found.slope[j, k], "bend": found.bend[j, k],
                    "error": found.error[j, k], "share": found.share[j, k],
                }
            )  # fmt: skip
        if moved.size == 0:
            none = dict.fromkeys(("slope", "bend", "error"), np.nan)
            share = float(found.share[j].max())
            rows.append(
                {"parameter": name, "treatment": fitted, "target": "", **none, "share": share}
            )
    return rows


def diagnostics(fit: Fit) -> Mapping[str, float]:
    """Numbers that tell whether the fit may be believed, by name."""
    chain, weighted, check = fit.draws.chain, fit.draws.weighted, fit.check
    columns, observed, known = fitted_arrays(fit.plan.targets, fit.plan.names)
    fresh = fit.fresh[np.isfinite(fit.fresh[:, columns]).all(axis=1)][:, columns]
    away = observed - fresh.mean(axis=0)
    spread = np.cov(fresh, rowvar=False).reshape(away.size, away.size) + np.diag(known)
    distance = float(away @ np.linalg.solve(spread, away))
    result = {
        "runs": float(fit.runs),
        "fitted": float(len(fit.fitted)),
        "draws": float(fit.values.shape[0]),
        "r_hat": np.nan if chain is None else chain.r_hat,
        "bulk": np.nan if chain is None else chain.bulk,
        "tail": np.nan if chain is None else chain.tail,
        "accepted": np.nan if chain is None else chain.accepted,
        "k_hat": np.nan if weighted is None else weighted.shape,
        "effective": np.nan if weighted is None else weighted.effective,
        "tempering": fit.posterior.tempering,
        "overconfident": float(check.overconfident),
        "spread": check.spread,
        "replay_residual": check.residual,
        "share_left": fit.history.share_left,
        "mahalanobis": distance,
        "mahalanobis_p": _chi_square(distance, away.size),
        "residual": _fresh_residual(fit),
    }
    for tempered, head in ((False, "coverage"), (True, "tempered_coverage")):
        found = check.coverage(tempered)
        result |= {f"{head}_{100 * level:.0f}": found[level] for level in LEVELS}
    return result


def _chi_square(distance: float, freedom: int) -> float:
    from scipy.special import gammaincc

    return float(gammaincc(0.5 * freedom, 0.5 * distance))


def _fresh_residual(fit: Fit) -> float:
    """Standard deviation of fresh runs about the emulator, in what it predicts; 1 if right.

    Nan where none was made.
    """
    if fit.emulated:
        return np.nan
    columns = fit.posterior.columns
    runs = fit.fresh[:, columns]
    whole = np.isfinite(runs).all(axis=1)
    values = fit.values[: runs.shape[0], list(fit.fitted)][whole]
    predicted = fit.posterior.emulator.predict(values, columns)
    squares = (runs[whole] - predicted.mean) ** 2 / (predicted.noise + predicted.error)
    return float(np.sqrt(squares.mean()))
