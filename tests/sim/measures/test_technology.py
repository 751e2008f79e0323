"""Productivity learned, of three firms worked out on paper (B2)."""

from __future__ import annotations

from math import exp
from types import SimpleNamespace

import numpy as np
import pytest
from hand_tables import conditions, firms, parameters
from small_region import simulation

from innocluster.sim.measures.technology import measure_technology


def test_learned_productivity_by_hand() -> None:
    """Weights are what firms would sell without it; a closed firm and its complex count nothing."""
    month = 5
    table = firms(
        3, complex=[0, 1, 2], sector=[0, 1, 0], level=[1.0, 2.0, 3.0], shock=[0.1, -0.2, 0.0],
        demand_reference=[0.9, 1.9, 3.0], demand_scale=[10.0, 20.0, 30.0], alive=[1, 1, 0],
        log_productivity=[1.0 + 0.1 + 0.05 + 0.03, 2.0 - 0.2 + 0.07 - 0.01, 9.0],
    )  # fmt: skip
    outside = conditions(
        month, 2, progress=(0.05, 0.07), rivals=(0.02, 0.04), domestic=(1.2, 1.0),
        foreign=(0.8, 1.5), value_added_ratio=(0.25, 0.4),
    )  # fmt: skip
    run = SimpleNamespace(
        state=SimpleNamespace(firms=table, month=month), conditions=outside,
        parameters=parameters(substitution=3.0),
        region=SimpleNamespace(complexes=SimpleNamespace(keys=("a", "b", "c"))),
    )  # fmt: skip
    # Half of sales is exported; ln(q/Q) is 1.15 - 0.02 - 0.9 and 1.87 - 0.04 - 1.9.
    weights = (0.25 * 10.0 * 1.0 * exp(2.0 * 0.23), 0.4 * 20.0 * 1.25 * exp(2.0 * -0.07))
    mean = 100.0 * (0.03 * weights[0] - 0.01 * weights[1]) / sum(weights)
    found = measure_technology(run)["learned_productivity"]
    assert found == pytest.approx([mean, 3.0, -1.0, np.nan], rel=1e-9, nan_ok=True)


def test_what_is_learned_is_as_good_as_nothing_at_the_start() -> None:
    """Firms are measured against their beginning; what they learn in a year is some percent."""
    run = simulation("P0", last=(2003, 12))
    run.run()
    first = run.series.annual["learned_productivity"][0]
    assert np.abs(first).max() < 5.0
