"""Shocks, R&D and own innovation of a few firms worked out on paper (F2, F3, F5, F6, K3)."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from typing import Any

import hand_tables
import numpy as np
import pytest
from hand_tables import firms, parameters, scratch

from innocluster.sim.innovation.technology import (
    advance_research,
    advance_shocks,
    shock_unit,
)


def both(kernel: Any) -> Any:
    """Compiled and uncompiled."""
    return pytest.mark.parametrize(
        "kernel", [kernel, kernel.py_func], ids=["compiled", "uncompiled"]
    )


@both(advance_shocks)
def test_shocks_by_hand(kernel: Callable[..., Any]) -> None:
    """A half-life of 12 months keeps 2^(-1/12); a step comes below the chance of arrival."""
    p = parameters(
        shock_half_life=12.0,
        shock_arrival=0.25,
        substitution=3.0,
        growth_dispersion=0.3,
        growth_dispersion_exponent=0.2,
    )
    table = firms(3, shock=[0.1, 0.1, -0.2], employees=[20.0, 640.0, 20.0])
    kernel(p, table, np.array([0.2, 0.2, 0.25, 0.0]), np.array([0.25, 0.9, 0.9, 0.9]))
    keep = 2.0 ** (-1.0 / 12.0)
    unit = shock_unit(keep, 0.25, 3.0)
    # 640 employees are 32 times 20: dispersion 0.3·32^-0.2 = 0.15
    expected = [
        0.1 * keep + 0.3 * unit * log(0.5),
        0.1 * keep - 0.15 * unit * log(0.2),
        -0.2 * keep,
        0.0,
    ]
    assert table.shock == pytest.approx(expected, rel=1e-12)


@both(advance_research)
def test_research_by_hand(kernel: Callable[..., Any]) -> None:
    """An innovator, one whose draw is too high, one that never did R&D, a closed one."""
    p = parameters(
        innovation_depreciation=1.0 - 0.98**12,
        rd_depreciation=1.0 - 0.99**12,
        attempt_rate=6.0,
        commercial_success=0.5,
        subsidy_additionality=0.5,
        planning_lag=10.0,
        absorption_threshold=0.04,
        own_innovation_step=0.03,
    )
    values = hand_tables.anchors(sector_stock=[50.0, 100.0], sector_intensity=[0.05, 0.02])
    table = firms(
        4,
        alive=[1, 1, 1, 0],
        complex=[2, 1, 0, 0],
        sector=[1, 0, 0, 0],
        revenue=[400.0, 100.0, 10.0, 10.0],
        research_intensity=[0.03, 0.0, 0.0, 0.02],
        research_stock=[200.0, 0.0, 0.0, 30.0],
        research_lagged=[0.02, 0.1, 0.5, 0.5],
        gain_own=[0.1, 0.2, 0.3, 0.4],
        gain_transfer=[0.01, 0.02, 0.03, 0.04],
        gain_joint=[0.001, 0.002, 0.003, 0.004],
        gain_meeting=[0.5, 0.6, 0.7, 0.8],
    )
    # R&D of 10 + 1.5·4 = 16 and of 2; at a price of 1.25 that is 12.8 and 1.6 of 2003.
    # Lagged intensity 0.02 + (0.04 - 0.02)/10 = 0.022 and 0.1 + (0.02 - 0.1)/10 = 0.092.
    # Hazards 0.25·0.022/0.02 = 0.275 and 0.25·0.092/0.05 = 0.46.
    chance, missed = 1.0 - exp(-0.275), 1.0 - exp(-0.46)
    buffers = scratch(
        5,
        own_spending=[10.0, 2.0, 0.0, 0.0, 0.0],
        grants=[4.0, 0.0, 0.0, 0.0, 0.0],
        draw=[chance - 1e-9, missed + 1e-9, 0.0, 0.0, 0.0],
        second_draw=[0.5, 0.5, 0.5, 0.5, 0.5],
    )
    innovations = np.array([0, 0, 7])
    kernel(31, 1.25, 0.5, p, values, table, buffers, innovations)
    assert innovations.tolist() == [0, 0, 8]
    assert table.last_success.tolist() == [31, 0, 0, 0, 0]
    assert table.research_stock == pytest.approx([210.8, 1.6, 0.0, 30.0, 0.0], rel=1e-12)
    assert table.research_lagged == pytest.approx([0.022, 0.092, 0.5, 0.5, 0.0], rel=1e-12)
    # AC = R/(R + R_sector), in proportion below an intensity of 4 %
    absorption = [210.8 / 310.8 * 0.55, 1.6 / 51.6, 0.0, 0.0, 0.0]
    assert table.absorption == pytest.approx(absorption, rel=1e-12)
    own = [0.098 + 0.03 * log(2.0), 0.196, 0.294, 0.4, 0.0]
    assert table.gain_own == pytest.approx(own, rel=1e-12)
    kept = np.array([0.98, 0.98, 0.98, 1.0, 1.0])
    for name, gains in (
        ("gain_transfer", [0.01, 0.02, 0.03, 0.04, 0.0]),
        ("gain_joint", [0.001, 0.002, 0.003, 0.004, 0.0]),
    ):
        assert getattr(table, name) == pytest.approx(np.array(gains) * kept, rel=1e-12), name
    # What meetings taught fades at a rate of its own: half of it stays.
    assert table.gain_meeting.tolist() == [0.25, 0.3, 0.35, 0.8, 0.0]
