"""What is known of the parameters after the fit, as it ships with the software."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.statistics.posterior import Posterior
from innocluster.sim.ground.parameters import PARAMETERS

from ....words.quantities import plain
from ....words.texts import Texts
from .tables import paragraph, table

__all__ = ["posterior_page", "weighted_quantiles"]

Floats = NDArray[np.float64]

_SHARES = (0.05, 0.5, 0.95)


def posterior_page(posterior: Posterior, texts: Texts) -> str:
    """Median and 90 % range of every parameter beside its usual value and its range."""
    frame, manifest = posterior.table, posterior.manifest
    key = "stand_in" if manifest.get("stand_in") else "fit"
    told = texts(
        f"page.posterior.{key}", draws=f"{len(frame):,}", date=str(manifest.get("date", "–")),
        runs=manifest.get("runs", 0), digest=posterior.digest[:8],
    )  # fmt: skip
    weight = frame["weight"].to_numpy(float) if "weight" in frame else np.ones(len(frame))
    rows = []
    for name in frame.columns:
        if name not in PARAMETERS:
            continue
        p = PARAMETERS[name]
        low, middle, high = weighted_quantiles(frame[name].to_numpy(float), weight, _SHARES)
        label = p.label_ko if texts.language == "ko" else p.label
        unit = "" if p.unit == "1" else f", {p.unit}"
        numbers = [plain(x) for x in (p.default, middle, low, high, p.low, p.high)]
        rows.append([f"{label}{unit} ({name})", *numbers])
    head = [texts(f"page.posterior.{k}") for k in
            ("parameter", "usual", "median", "low", "high", "least", "most")]  # fmt: skip
    title = f"<h2>{escape(texts('page.posterior.title'))}</h2>"
    return title + paragraph(told) + table(texts("page.posterior.caption"), head, rows)


def weighted_quantiles(values: Floats, weight: Floats, shares: tuple[float, ...]) -> list[float]:
    """Smallest values up to which at least a share of the weight lies."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    places = np.searchsorted(reached, np.array(shares) - 1e-12)
    return [float(values[order[min(place, values.size - 1)]]) for place in places]
