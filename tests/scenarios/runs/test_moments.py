"""Moments of firms: on tables worked out by hand, and beside the series of a run."""

from __future__ import annotations

import math

import numpy as np
import pytest

from innocluster.scenarios.runs.moments import MOMENTS, MomentRecorder, subbotin_shape
from tests.helpers.small_region import same, simulation


@pytest.fixture(scope="module")
def recorder() -> MomentRecorder:
    made = MomentRecorder(simulation(last=(2005, 12)))
    made.run()
    return made


@pytest.fixture(scope="module")
def moments(recorder: MomentRecorder) -> dict[tuple[int, str, str], float]:
    frame = recorder.frame()
    assert list(frame) == ["year", "complex", "moment", "value", "unit"]
    return {(r.year, r.complex, r.moment): r.value for r in frame.itertuples()}


def test_shape_of_exact_densities() -> None:
    """E x²/(E|x|)² is 2 for Laplace (b = 1), π/2 for Gaussian (b = 2)."""
    # Quantiles of both, mirrored, so that the sample moments are nearly exact.
    p = (np.arange(200_000) + 0.5) / 200_000
    laplace = -np.log(p)
    assert subbotin_shape(np.concatenate([laplace, -laplace])) == pytest.approx(1.0, abs=0.005)
    angle = np.sqrt(-2.0 * np.log(p)) * np.cos(2.0 * np.pi * ((np.arange(p.size) * 0.618034) % 1))
    assert subbotin_shape(np.concatenate([angle, -angle])) == pytest.approx(2.0, abs=0.02)
    assert math.isnan(subbotin_shape(np.ones(40)))


def test_the_run_is_the_same_whether_moments_are_noted(recorder: MomentRecorder) -> None:
    plain = simulation(last=(2005, 12)).run()
    assert same(plain.values, recorder._simulation.series.values, 36)


def test_moments_of_the_last_december(
    recorder: MomentRecorder, moments: dict[tuple[int, str, str], float]
) -> None:
    firms = recorder._simulation.state.firms
    alive = [i for i in range(firms.count) if firms.alive[i]]
    keys = recorder._simulation.region.complexes.keys
    gumi = [i for i in alive if firms.complex[i] == keys.index("gumi")]
    for place, rows in (("all", alive), ("gumi", gumi)):
        small = sum(firms.employees[i] < 50 for i in rows)
        middle = sum(100 <= firms.employees[i] < 300 for i in rows)
        assert moments[2005, place, "firms_below_50"] == pytest.approx(100 * small / len(rows))
        assert moments[2005, place, "firms_100_to_299"] == pytest.approx(100 * middle / len(rows))
        large_sales = sum(firms.revenue_year[i] >= 100_000 for i in rows)
        assert moments[2005, place, "sales_above_100bn"] == large_sales
        smes = [i for i in rows if firms.employees[i] < 300]
        doing = [i for i in smes if firms.research_intensity[i] > 0]
        spent = sum(firms.research_year[i] for i in doing)
        sold = sum(firms.revenue_year[i] for i in doing)
        assert moments[2005, place, "research_smes"] == pytest.approx(100 * len(doing) / len(smes))
        assert moments[2005, place, "research_smes_intensity"] == pytest.approx(100 * spent / sold)
        assert moments[2005, place, "research_smes_spending"] == pytest.approx(spent / len(doing))
        exports = sum(firms.exports[i] for i in rows)
        by_smes = sum(firms.exports[i] for i in smes)
        branded = sum(firms.exports[i] for i in smes if firms.brand[i] == 1)
        assert moments[2005, place, "export_share_smes"] == pytest.approx(100 * by_smes / exports)
        assert moments[2005, place, "own_brand_exports_smes"] == pytest.approx(
            100 * branded / by_smes
        )


def test_halves_add_up_and_size_classes_to_all(
    recorder: MomentRecorder, moments: dict[tuple[int, str, str], float]
) -> None:
    revenue = recorder._simulation.series.values["revenue"][:36].reshape(3, 12, -1)
    for year in range(3):
        halves = [moments[2003 + year, "all", f"revenue_{h}_half"] for h in ("first", "second")]
        assert sum(halves) == pytest.approx(revenue[year].sum() * 1e-6)
        assert halves[0] == pytest.approx(revenue[year, :6].sum() * 1e-6)
        shares = [moments[2003 + year, "all", n] for n in MOMENTS if n.startswith("firms_")]
        assert sum(shares) == pytest.approx(100.0)


def test_closures_are_told_apart_by_their_cause() -> None:
    """With patience that never ends nobody is insolvent; with none and no cash many are."""

    def insolvent(**unchecked: float) -> float:
        made = MomentRecorder(simulation(last=(2003, 12), unchecked=unchecked))
        made.run()
        frame = made.frame()
        (value,) = frame[(frame["moment"] == "insolvent_closures") & (frame["complex"] == "all")][
            "value"
        ]
        return value

    assert insolvent(insolvency_patience=10_000.0) == 0.0
    # Whose cash was never negative has waited zero months: everybody who closes "is" insolvent.
    assert insolvent(insolvency_patience=0.0) == 100.0


def test_growth_takes_firms_that_operated_through_both_years() -> None:
    """By hand: each year's sums and entries from a run that is stepped beside the recorder."""
    run = simulation(last=(2005, 12))
    run.run_until(24)
    firms, n = run.state.firms, run.state.firms.count
    kept = {
        int(firms.identifier[i]): (firms.revenue_year[i], firms.employees[i])
        for i in range(n)
        if firms.alive[i] and firms.entered[i] < 12
    }
    run.run_until(36)
    growth = [
        math.log(firms.revenue_year[i] / kept[int(firms.identifier[i])][0])
        for i in range(run.state.firms.count)
        if firms.alive[i]
        and int(firms.identifier[i]) in kept
        and kept[int(firms.identifier[i])][1] < 50.0
    ]
    made = MomentRecorder(simulation(last=(2005, 12)))
    made.run()
    frame = made.frame().set_index(["year", "complex", "moment"])["value"]
    assert frame[2005, "all", "growth_dispersion_small"] == pytest.approx(np.std(growth))
    assert frame[2005, "all", "growth_shape_small"] == pytest.approx(
        subbotin_shape(np.array(growth))
    )


def test_what_is_not_known_has_no_row(moments: dict[tuple[int, str, str], float]) -> None:
    assert (2003, "all", "growth_dispersion_small") not in moments
    assert (2003, "all", "innovating_smes") not in moments
    assert (2004, "all", "innovating_smes") in moments
    assert (2005, "gumi", "transfer_rate") not in moments
    assert set(MOMENTS) >= {moment for _, _, moment in moments}


def test_innovators_are_those_whose_gains_rose(recorder: MomentRecorder) -> None:
    """Without any chance to innovate nobody does."""
    made = MomentRecorder(
        simulation(
            last=(2004, 12),
            unchecked={
                "own_innovation_step": 0.0, "joint_gain": 0.0, "transfer_gain": 0.0,
            },
        )
    )  # fmt: skip
    made.run()
    frame = made.frame().set_index(["year", "complex", "moment"])["value"]
    assert frame[2004, "all", "innovating_smes"] == 0.0
