"""The frozen world: constant surroundings, ratios that a run gives, drifts that are told."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from innocluster.calibration.frozen_world import (
    FAILS,
    FROZEN_WORLD,
    HOLDS,
    MEASURES,
    NOT_STATED,
    UNDECIDED,
    Path,
    drifts,
    frozen_settings,
    observe_world,
    verdicts,
)
from innocluster.scenarios.errors import InputError
from innocluster.sim.beginning.macro import SERIES, load_macro
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation
from tests.helpers.small_region import small_population

YEARS = 2


def small(**parameters: float) -> Settings:
    return replace(frozen_settings(YEARS, 0, parameters), population=small_population())


@pytest.fixture(scope="module")
def path() -> Path:
    return observe_world(small())


def test_every_month_is_the_mean_of_2003() -> None:
    history = load_macro("history", 36)
    frozen = history.standing_still(36)
    for name in SERIES:
        values = getattr(frozen, name)
        assert values.size == 36
        assert np.ptp(values) == 0.0
        assert values[0] == pytest.approx(getattr(history, name)[:12].mean(), rel=1e-15)
    assert frozen.exchange_rate[0] == pytest.approx(1192.08, abs=0.05)


def test_nothing_moves_outside_and_no_programme_runs() -> None:
    settings = frozen_settings(YEARS, 1)
    assert settings.months == 36
    assert settings.policy.id == "P0"
    assert settings.parameters["technical_progress"] == 0.0
    assert settings.parameters["rivals_growth"] == 0.0
    assert np.ptp(settings.macro.world_demand) == 0.0
    assert settings.seed != frozen_settings(YEARS, 0).seed


def test_measures_are_what_the_run_gives(path: Path) -> None:
    simulation = Simulation(small())
    first = simulation.state.firms
    rows = np.flatnonzero(first.alive[: first.count] == 1)
    start = np.corrcoef(first.level[rows], first.shock[rows])[0, 1]
    assert path.correlation[0, 0] == pytest.approx(start, rel=1e-12)
    series = simulation.run().to_frame()
    whole = series[series["complex"] == "all"].pivot(
        index="month", columns="indicator", values="value"
    )
    yearly = whole.groupby(whole.index.year)
    december = whole[whole.index.month == 12]
    closures = yearly["closures"].sum().to_numpy()
    years = path.years
    assert years["revenue"][:, 0] == pytest.approx(yearly["revenue"].sum().to_numpy() * 1e-6)
    assert years["employees"][:, 0] == pytest.approx(december["employees"].to_numpy())
    assert years["firms"][:, 0].tolist() == december["firms"].tolist()
    assert years["closures"][:, 0].tolist() == closures.tolist()
    exits = 100.0 * closures / yearly["firms"].mean().to_numpy()
    assert years["exit_share"][:, 0] == pytest.approx(exits, rel=1e-12)
    firms = simulation.state.firms
    alive = [i for i in range(firms.count) if firms.alive[i]]
    gumi = [i for i in alive if firms.complex[i] == 1]
    for place, rows in ((0, alive), (2, gumi)):
        sales = [math.log(firms.revenue[i]) for i in rows if firms.revenue[i] > 0.0]
        assert years["sales_dispersion"][-1, place] == pytest.approx(np.std(sales), rel=1e-12)
        young = [firms.age[i] + 35 - firms.entered[i] < 60 for i in rows]
        assert years["young_firms"][-1, place] == pytest.approx(100.0 * np.mean(young))
        weighted = sum(
            firms.revenue[i]
            * (
                firms.gain_own[i]
                + firms.gain_transfer[i]
                + firms.gain_joint[i]
                + firms.gain_meeting[i]
            )
            for i in rows
        )
        gains = weighted / sum(firms.revenue[i] for i in rows)
        assert years["gains"][-1, place] == pytest.approx(gains, rel=1e-12)
    end = np.corrcoef(firms.level[alive], firms.shock[alive])[0, 1]
    assert path.correlation[1, 0] == pytest.approx(end, rel=1e-12)


def test_a_drift_that_is_planted_is_told() -> None:
    """With progress of 4 % a year revenue leaves 2 % in a year; the firms' ages do not."""
    drifting = drifts([observe_world(small(technical_progress=0.04))])
    steady = drifts([observe_world(small())])

    def row(document: dict, measure: str) -> dict:
        (found,) = (
            r for r in document["measures"] if (r["measure"], r["complex"]) == (measure, "all")
        )
        return found

    assert row(drifting, "revenue")["verdict"] == FAILS
    growth = row(drifting, "revenue")["ratios"][2] / row(steady, "revenue")["ratios"][2]
    # Two years at 4 % and the response of demand to relative quality, σ - 1 at most 3.
    assert 1.08 < growth < 1.27
    assert steady["years"] == [2003, 2004, 2005]


def fixed(values: list[float], correlation: tuple[float, float] = (-0.5, -0.45)) -> Path:
    """A world in which every measure of both places goes through the same values."""
    table = np.repeat(np.array(values)[:, None], 2, axis=1)
    return Path(
        ("all", "gumi"),
        dict.fromkeys(MEASURES, table),
        np.repeat(np.array(correlation)[:, None], 2, axis=1),
    )


def test_ratios_and_errors_by_hand() -> None:
    """Two worlds, means 10 and 10.5: the ratio is 1.05."""
    document = drifts([fixed([9.0, 10.0]), fixed([11.0, 11.0], (-0.5, -0.15))])
    row = document["measures"][0]
    assert row["first"] == 10.0
    assert row["ratios"] == [1.0, pytest.approx(1.05)]
    # 10 - 1.05·9 = 0.55 and 11 - 1.05·11 = -0.55; sd/√2 = 0.55·√2/√2 over ten.
    assert row["standard_errors"] == [0.0, pytest.approx(0.055)]
    assert row["verdict"] == UNDECIDED
    moved = document["correlations"][0]
    # Moves of 0.05 and 0.35: mean 0.2, sd 0.2121, error 0.15.
    assert moved["end"] - moved["start"] == pytest.approx(0.2)
    assert moved["standard_error"] == pytest.approx(0.15)
    assert moved["verdict"] == UNDECIDED


def test_region_and_complexes_have_their_own_tolerance() -> None:
    """3 % is too much for the region and not for a complex."""
    document = drifts([fixed([1.0, 1.03])] * 3)
    region, complex_ = document["measures"][:2]
    assert (region["tolerance"], complex_["tolerance"]) == (0.02, 0.05)
    assert (region["verdict"], complex_["verdict"]) == (FAILS, HOLDS)
    assert {row["verdict"] for row in document["correlations"]} == {HOLDS}
    assert {row["tolerance"] for row in document["correlations"]} == {0.1}


def test_a_year_in_between_fails_the_row() -> None:
    row = drifts([fixed([1.0, 1.5, 1.0])])["measures"][0]
    assert row["verdict"] == FAILS


def test_what_starts_from_nothing_has_no_ratio() -> None:
    row = drifts([fixed([0.0, 1.0])])["measures"][0]
    assert row["ratios"] == [None, None]
    assert row["verdict"] == NOT_STATED


@pytest.mark.parametrize(
    ("far", "error", "expected"),
    # Three worlds: the margin is 4.303 errors.
    [(0.02, 1.0, HOLDS), (0.05, 0.0069, FAILS), (-0.05, 0.0070, UNDECIDED), (0.05, 0.0, FAILS)],
)
def test_verdict_by_hand(far: float, error: float, expected: str) -> None:
    assert verdicts(np.array([far]), np.array([error]), 0.02, 3) == [expected]


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="worlds"):
        FROZEN_WORLD.document({"worlds": 0})
    with pytest.raises(InputError, match="worlds, years"):
        FROZEN_WORLD.document({"phi": 1.0})


def test_worlds_differ_and_the_document_is_json(path: Path) -> None:
    document = FROZEN_WORLD.document({"worlds": 2, "years": 2})
    again = FROZEN_WORLD.document({"worlds": 2, "years": 2})
    assert document == again
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    errors = [row["standard_errors"][1] for row in document["results"]["measures"]]
    assert all(error is None or error > 0.0 for error in errors)
    assert len(document["results"]["measures"]) == 8 * len(MEASURES)
