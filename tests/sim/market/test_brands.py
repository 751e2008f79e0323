"""Who may leave a foreign buyer's brand, and with what chance (D4)."""

from __future__ import annotations

from collections.abc import Callable
from math import exp
from typing import Any

import numpy as np
import pytest
from hand_tables import conditions, firms, parameters

from innocluster.sim.market.brands import upgrade_brands

KERNELS = pytest.mark.parametrize(
    "kernel", [upgrade_brands, upgrade_brands.py_func], ids=["compiled", "uncompiled"]
)
P = parameters(brand_hazard=0.6, brand_background_link=0.5)
OUTSIDE = conditions(6, 2, rivals=(0.4, 0.13))
# Rivals of sector 1 are 0.13 better; ln q/Q = 0.53 - 0.13 - 0.2 = 0.2.
CHANCE = 2.0 * 0.6 * 0.5 / (1.0 + exp(-0.2)) / 12.0


@KERNELS
def test_draws_just_below_and_above_the_chance(kernel: Callable[..., Any]) -> None:
    table = firms(
        4,
        sector=1,
        absorption=0.5,
        log_productivity=0.53,
        demand_reference=0.2,
        link_until=[6, 6, 5, 5],
        brand=[0.0, 0.5, 0.5, 0.0],
    )
    # Without a link half the chance.
    draw = np.array([CHANCE, CHANCE, 0.5 * CHANCE, 0.5 * CHANCE, 0.0])
    draw *= [1.0 + 1e-9, 1.0 - 1e-9, 1.0 - 1e-9, 1.0 + 1e-9, 1.0]
    assert kernel(6, OUTSIDE, P, table, draw) == 2
    assert table.brand.tolist() == [0.0, 1.0, 1.0, 0.0, 0.0]


@KERNELS
def test_who_counts_as_an_exporter_is_a_parameter(kernel: Callable[..., Any]) -> None:
    table = firms(2, absorption=0.5, export_logit=[-1.001, -1.0], link_until=6)
    p = parameters(brand_hazard=0.6, brand_background_link=0.5, exporter_log_odds=-1.0)
    assert kernel(6, OUTSIDE, p, table, np.zeros(3)) == 1
    assert table.brand.tolist() == [0.0, 0.5, 0.0]


@KERNELS
def test_who_has_no_brand_to_leave(kernel: Callable[..., Any]) -> None:
    """Closed, at the last stage, without absorption, hardly exporting; the last one may."""
    table = firms(
        5,
        alive=[0, 1, 1, 1, 1],
        brand=[0.0, 1.0, 0.0, 0.0, 0.0],
        absorption=[0.5, 0.5, 0.0, 0.5, 0.5],
        export_logit=[0.0, 0.0, 0.0, -2.945, -2.944],
        link_until=6,
    )
    assert kernel(6, OUTSIDE, P, table, np.zeros(6)) == 1
    assert table.brand.tolist() == [0.0, 1.0, 0.0, 0.0, 0.5, 0.0]
