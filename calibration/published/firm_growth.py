"""Growth of firms that share opportunities (Bottazzi and Secchi 2006), sizes under Gibrat’s law.

Both have known answers, on which the estimators of tails, shapes and dispersion are checked
before they are put to the sales of the model.
"""

from __future__ import annotations

import numpy as np

from .replications import Document, Replication, ReplicationParameter
from .size_and_growth import (
    dispersion_exponent,
    fit_subbotin,
    gibrat_sizes,
    gibrat_tail,
    hill_exponent,
    polya_growth,
    polya_kurtosis,
)

__all__ = ["BOTTAZZI_SECCHI"]

_SEED = 2006
_GIBRAT_FIRMS, _GIBRAT_PERIODS, _TAIL = 20_000, 2500, 0.1
_BARRIERS = (0.0, 0.1, 0.2, 0.3)
_DISPERSION_FIRMS, _DISPERSION = 50_000, 0.17


def _solve(firms: int, opportunities: int, runs: int, barrier: float) -> Document:
    """Kurtosis and shape of growth; tails of sizes by barrier; the dispersion's exponent."""
    growth = polya_growth(firms, opportunities, runs, _SEED)
    moments = (growth**2).reshape(runs, firms).mean(axis=1)
    fourth = (growth**4).reshape(runs, firms).mean(axis=1)
    kurtosis = float(fourth.mean() / moments.mean() ** 2)
    # Of the ratio of two means over runs.
    parts = fourth / fourth.mean() - 2.0 * moments / moments.mean()
    error = kurtosis * float(parts.std(ddof=1) / np.sqrt(runs))
    fit = fit_subbotin(growth)
    barriers = sorted({*_BARRIERS[1:], barrier} - {0.0})
    tails, errors = [], []
    for c in barriers:
        sizes = gibrat_sizes(_GIBRAT_FIRMS, c, _GIBRAT_PERIODS, _SEED)
        tail = int(_TAIL * _GIBRAT_FIRMS)
        tails.append(hill_exponent(sizes, tail))
        errors.append(float(tails[-1] / np.sqrt(tail)))
    generator = np.random.default_rng(_SEED)
    size = np.exp(generator.standard_normal(_DISPERSION_FIRMS) * 1.5)
    spread = size**-_DISPERSION * generator.laplace(size=_DISPERSION_FIRMS)
    return {
        "kurtosis": kurtosis,
        "standard_error": error,
        "exact_kurtosis": polya_kurtosis(firms, opportunities),
        "subbotin_shape": fit.shape,
        "dispersion_exponent": dispersion_exponent(size, spread),
        "exact_dispersion_exponent": _DISPERSION,
        "barrier_by_row": barriers,
        "tail_by_row": tails,
        "standard_error_by_row": errors,
        "exact_tail_by_row": [gibrat_tail(c) for c in barriers],
    }


BOTTAZZI_SECCHI = Replication(
    "bottazzi-secchi",
    "Growth of firms that share opportunities, and sizes under Gibrat’s law",
    "G. Bottazzi and A. Secchi (2006), RAND Journal of Economics 37(2), 235-256; X. Gabaix"
    " (1999), Quarterly Journal of Economics 114(3), 739-767",
    (
        ReplicationParameter("firms", 100, 2, 10_000, "N, firms that share the opportunities."),
        ReplicationParameter("opportunities", 1000, 1, 100_000, "M, opportunities of a run."),
        ReplicationParameter("runs", 200, 2, 10_000, "Runs."),
        ReplicationParameter(
            "barrier", 0.2, 0.0, 0.9, "c, size below which no firm falls, over the mean."
        ),
    ),
    "barrier_by_row",
    _solve,
)  # fmt: skip
