"""Which policy to choose, what more knowledge is worth, and what would turn the choice.

Outcomes are net benefits in money, larger ones better; a row is one world (a point of the design
and a replication), which all policies share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError
from ..statistics.intervals import rank_probabilities, simultaneous_intervals, tiers
from ..statistics.ranking import regrets
from .emulator import Emulator, finite

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recommendation", "information_value", "recommend", "turning_points"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FOLDS = 10
_KNOTS = 5
_STEPS = 201
_WIDTH = 1.96


@dataclass(frozen=True)
class Recommendation:
    """A choice among policies.

    Attributes
    ----------
    policy : the one to choose
    table : ``policy``, the best first: ``mean``; ``regret`` mean shortfall from the best policy of
        the same world; ``best`` probability of being the best there; ``tier``; ``behind``,
        ``behind_low``, ``behind_high`` mean difference to the chosen one, simultaneous intervals
    regret_at_most : by how much the chosen policy's mean may lie below the best one's (95 %)
    """

    policy: str
    table: pd.DataFrame
    regret_at_most: float


def recommend(
    benefits: Floats, policies: Sequence[str], weights: Floats | None = None
) -> Recommendation:
    """Choose the policy with the largest mean benefit over all worlds.

    That policy has the least expected regret as well, whatever the regret is measured against.

    Parameters
    ----------
    benefits : (n, p)
    policies : their p names
    weights : (n,) of the worlds, even by default; intervals, tiers and probabilities are those
        of a sample of worlds drawn in proportion to them
    """
    import pandas as pd

    values = finite(benefits, "benefit")
    if weights is not None:
        share = np.cumsum(weights) / np.sum(weights)
        places = (np.arange(len(values)) + 0.5) / len(values)
        values = values[np.minimum(np.searchsorted(share, places), len(values) - 1)]
    mean = values.mean(axis=0)
    chosen = int(np.argmax(mean))
    behind = simultaneous_intervals(values - values[:, chosen : chosen + 1])
    others = np.arange(len(policies)) != chosen
    table = pd.DataFrame({
        "policy": list(policies),
        "mean": mean,
        "regret": regrets(values).mean(axis=0),
        "best": rank_probabilities(values)[:, 0],
        "tier": tiers(values),
        "behind": behind.mean,
        "behind_low": behind.low,
        "behind_high": behind.high,
    }).sort_values(["mean", "policy"], ascending=[False, True], ignore_index=True)  # fmt: skip
    most = max(0.0, float(behind.high[others].max())) if others.any() else 0.0
    return Recommendation(policies[chosen], table, most)


def information_value(
    benefits: Floats,
    inputs: Floats,
    groups: Mapping[str, Sequence[int]],
    levels: Integers | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """What it would be worth to know inputs before choosing, in the unit of the benefits.

    Parameters
    ----------
    benefits : (n, p)
    inputs : (n, d) what differs between the worlds, in the unit cube
    groups : name -> columns of `inputs` that would become known together
    levels : (d,) number of levels of an input, 0 for a number
    seed : of the split of the worlds

    Returns
    -------
    frame
        ``known``; ``value`` with ``low`` and ``high`` (95 %): expected gain from choosing by what
        is known; ``switches`` share of worlds where another policy is chosen.

    Notes
    -----
    M. Strong, J. E. Oakley and A. Brennan (2014), "Estimating multiparameter expected value of
    partial perfect information from a probabilistic sensitivity analysis sample", Medical Decision
    Making 34(3).  Their estimator rises with whatever the regression takes for signal.  Here a
    tenth of the worlds is chosen for by a regression on the other nine, and its own
    benefits say what that gains, so that what moves nothing is worth nothing on average.
    """
    import pandas as pd

    values, known = finite(benefits, "benefit"), finite(inputs, "inputs")
    count = len(values)
    if count < 2 * _FOLDS:
        raise InputError(file="runs", key="worlds", value=count, allowed=f"at least {2 * _FOLDS}")
    kinds = np.zeros(known.shape[1], dtype=np.int64) if levels is None else np.asarray(levels)
    fold = np.random.default_rng(seed).permutation(count) % _FOLDS
    rows = []
    for name, columns in groups.items():
        terms = _terms(known[:, list(columns)], kinds[list(columns)])
        gain, switched = np.zeros(count), np.zeros(count, dtype=bool)
        for f in range(_FOLDS):
            learn, judge = fold != f, fold == f
            usual = int(np.argmax(values[learn].mean(axis=0)))
            apart = values - values[:, usual : usual + 1]
            fitted = _fit(terms[learn], apart[learn], terms[judge])
            chosen = np.argmax(fitted, axis=1)
            gain[judge] = apart[judge][np.arange(judge.sum()), chosen]
            switched[judge] = chosen != usual
        error = _WIDTH * float(gain.std(ddof=1)) / np.sqrt(count)
        mean = float(gain.mean())
        rows.append({
            "known": name,
            "value": max(mean, 0.0),
            "low": max(mean - error, 0.0),
            "high": max(mean + error, 0.0),
            "switches": float(switched.mean()),
        })  # fmt: skip
    table = pd.DataFrame(rows)
    return table.sort_values(["value", "known"], ascending=[False, True], ignore_index=True)


def _terms(inputs: Floats, levels: Integers) -> Floats:
    """Cubic splines of numbers, indicators of levels, and products of pairs of inputs."""
    from sklearn.preprocessing import SplineTransformer

    pieces, simple = [], []
    for column, kind in zip(inputs.T, levels, strict=True):
        if kind:
            parts = (column[:, None] == np.arange(kind)).astype(np.float64)
            simple.append(parts[:, 1:])
        else:
            spline = SplineTransformer(n_knots=_KNOTS, degree=3, knots="quantile")
            parts = spline.fit_transform(column[:, None])
            centred = column[:, None] - 0.5
            simple.append(np.column_stack([centred, centred**2]))
        pieces.append(parts)
    for i in range(len(simple)):
        for j in range(i):
            products = simple[i][:, :, None] * simple[j][:, None, :]
            pieces.append(products.reshape(len(inputs), -1))
    result: Floats = np.column_stack(pieces)
    return result


def _fit(terms: Floats, targets: Floats, at: Floats) -> Floats:
    """Ridge regression of every target, with the penalty that leave-one-out errors prefer."""
    from sklearn.linear_model import RidgeCV

    result = np.zeros((len(at), targets.shape[1]))
    centre, scale = terms.mean(axis=0), terms.std(axis=0)
    scale[scale < 1e-12] = 1.0
    for p, target in enumerate(targets.T):
        if np.ptp(target) == 0.0:
            result[:, p] = target[0]
            continue
        model = RidgeCV(alphas=np.geomspace(0.1, 1e5, 19))
        result[:, p] = model.fit((terms - centre) / scale, target).predict((at - centre) / scale)
    return result


def turning_points(
    leads: Mapping[str, Emulator], names: Sequence[str], base: Floats
) -> pd.DataFrame:
    """The smallest change of one input at which a rival overtakes the chosen policy.

    Parameters
    ----------
    leads : rival -> emulator of the chosen policy's benefit less the rival's, same worlds
    names : of the inputs
    base : (d,) from where inputs are changed, in the unit cube or as numbers of levels

    Returns
    -------
    frame
        The least change first, a row for every rival and input that has one: ``rival``,
        ``input``, ``base``, ``turn`` the coordinate where the lead is expected to be gone,
        ``change`` the distance as a share of the range (1 for a level), ``verify`` the coordinate
        to be run before anything is claimed (all other inputs at their base), and ``lead``,
        ``low``, ``high`` expected there (95 %): ``verify`` is the nearest coordinate at which
        ``high`` is below zero, or else where the lead is least.
    """
    import pandas as pd

    rows = []
    for rival, emulator in leads.items():
        for i, name in enumerate(names):
            count = int(emulator.levels[i])
            axis = np.arange(count, dtype=np.float64) if count else np.linspace(0.0, 1.0, _STEPS)
            axis = axis[np.argsort(np.abs(axis - base[i]), kind="stable")]
            points = np.tile(np.asarray(base, dtype=np.float64), (len(axis), 1))
            points[:, i] = axis
            mean, spread = emulator.predict(points)
            gone = np.flatnonzero(mean < 0.0)
            if not gone.size:
                continue
            surely = np.flatnonzero(mean + _WIDTH * spread < 0.0)
            check = int(surely[0]) if surely.size else int(np.argmin(mean))
            turn = axis[gone[0]] if count else _crossing(axis, mean, int(gone[0]), float(base[i]))
            rows.append({
                "rival": rival,
                "input": name,
                "base": float(base[i]),
                "turn": float(turn),
                "change": 1.0 if count else abs(float(turn) - float(base[i])),
                "verify": float(axis[check]),
                "lead": float(mean[check]),
                "low": float(mean[check] - _WIDTH * spread[check]),
                "high": float(mean[check] + _WIDTH * spread[check]),
            })  # fmt: skip
    columns = ["rival", "input", "base", "turn", "change", "verify", "lead", "low", "high"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["change", "rival", "input"], ignore_index=True)


def _crossing(axis: Floats, lead: Floats, gone: int, base: float) -> float:
    """Where a lead crosses zero between the coordinate where it is gone and the one before."""
    side = np.flatnonzero((axis - base) * (axis[gone] - base) >= 0.0)
    before = [k for k in side if k < gone and lead[k] >= 0.0]
    if not before:
        return float(axis[gone])
    k = before[-1]
    return float(axis[k] + (axis[gone] - axis[k]) * lead[k] / (lead[k] - lead[gone]))
