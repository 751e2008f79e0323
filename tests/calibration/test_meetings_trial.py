"""The meetings trial: who is invited, what happens to them, what is told of it."""

from __future__ import annotations

import json
from dataclasses import replace
from math import exp

import numpy as np
import pytest

from innocluster.calibration import meetings_trial
from innocluster.calibration.meetings_trial import (
    BANDS,
    MEETINGS_TRIAL,
    observe_trial,
    trial_document,
    trial_settings,
)
from innocluster.calibration.trial_arms import Design, design_of
from innocluster.scenarios.errors import InputError
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation
from tests.helpers.small_region import small_population


def small(sharing: str = "trust_novelty", **values: float) -> Settings:
    """Few firms whose talks are worth much."""
    settings = trial_settings(0, {"information_gain": 0.24, **values}, {"sharing": sharing})
    return replace(settings, population=small_population(4), spin_up_years=3)


@pytest.fixture(scope="module")
def figures() -> dict[str, float]:
    return observe_trial(small())


def test_groups_are_young_small_firms_of_their_kind() -> None:
    start = Simulation(small())
    design, firms = design_of(start), start.state.firms
    rows = design.rows
    assert rows.size >= 100
    assert np.unique(rows).size == rows.size
    assert rows.size % 10 == 0
    assert firms.employees[rows].min() >= 10.0
    assert firms.employees[rows].max() <= 80.0
    assert firms.age[rows].max() < 60.0
    kind, sector = design.kind.reshape(-1, 10), firms.sector[rows].reshape(-1, 10)
    assert (kind == kind[:, :1]).all()
    of_one_sector = kind[:, 0] < 3
    assert (sector[of_one_sector] == sector[of_one_sector][:, :1]).all()
    small_, large = (firms.employees[rows[design.kind == k]] for k in (0, 1))
    assert small_.max() <= large.min()
    assert set(design.kind.tolist()) == {0, 1, 2, 3}


def test_the_single_meeting_brings_nobody_of_the_own_group_together() -> None:
    design = Design(np.arange(200), np.zeros(200, np.int64))
    assert np.bincount(design.across).tolist() == [10] * 20
    for meeting in range(20):
        assert np.unique(design.group[design.across == meeting]).size == 10


def test_signs_of_the_trial(figures: dict[str, float]) -> None:
    assert figures["revenue_year"] > figures["revenue_year_all_firms"] > 0.0
    assert figures["slope_on_peers"] > 0.0
    assert 0.0 < figures["revenue_once_over_regular"] < 0.4
    assert figures["uptake_most_informed"] > figures["uptake_half_informed"] > 0.0
    assert figures["uptake_with_rivals_less_without"] < 0.0
    # Half a year after one meeting: 0.2·0.97^6; regular peers are close to 1.
    assert figures["familiarity_over_once"] * 0.2 * 0.97**6 == pytest.approx(0.98, abs=0.04)


def test_proposals_by_hand(figures: dict[str, float]) -> None:
    # Far from certain, odds are chances: e^(b_F·φ), and the step of the second session.
    assert figures["proposals_after_a_session"] == pytest.approx(exp(2.8 * 0.2), rel=0.02)
    rise = (exp(2.8 * 0.394) - exp(2.8 * 0.2)) / (exp(2.8 * 0.2) - 1.0)
    assert figures["rise_with_familiarity_over_strangers"] == pytest.approx(rise, rel=0.04)


def test_without_gain_there_is_no_effect() -> None:
    """Nearly all that the trial does to sales runs through what is told; the rest is K2."""
    none = observe_trial(small(information_gain=0.0))
    assert abs(none["revenue_year_all_firms"]) < 0.05


def test_a_flow_fades_after_the_meetings(figures: dict[str, float]) -> None:
    """At 0.97 a month instead of 0.9 a year: (0.97^12)/0.9 of what is left in a year."""
    flow = observe_trial(small("flow"))
    ratio = flow["revenue_two_years_over_year"] / figures["revenue_two_years_over_year"]
    assert ratio == pytest.approx(0.97**12 / 0.9, abs=0.08)


def test_strangers_first_makes_one_meeting_worth_a_third() -> None:
    first = observe_trial(small("strangers"))["revenue_once_over_regular"]
    assert first == pytest.approx(1 / 3.1 / 0.9, abs=0.12)


def test_bands_by_hand() -> None:
    worlds = [dict.fromkeys(BANDS, 2.0), dict.fromkeys(BANDS, 3.0)]
    document = trial_document(worlds)
    rows = dict(zip(document["figure"], range(len(BANDS)), strict=True))
    assert set(document["value"]) == {2.5}
    # Deviations of a half either side: sd 0.7071 over √2 worlds.
    assert document["standard_error"][0] == pytest.approx(0.5)
    inside = {name: document["inside"][row] for name, row in rows.items()}
    outside = {name for name, holds in inside.items() if not holds}
    assert outside == {
        "revenue_two_years_over_year", "revenue_once_over_regular",
        "uptake_with_rivals_less_without", "proposals_after_a_session",
    }  # fmt: skip
    assert document["outside"] == 4
    unknown = trial_document([dict.fromkeys(BANDS, float("nan"))])
    assert set(unknown["inside"]) == {None}
    assert set(unknown["value"]) == {None}


def test_options_arrive_and_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def observed(values: dict[str, float], forms: dict[str, str], world: int) -> dict[str, float]:
        seen.append((values, forms, world))
        return dict.fromkeys(BANDS, 1.0)

    monkeypatch.setattr(meetings_trial, "_observe", observed)
    document = MEETINGS_TRIAL.document({"worlds": 1, "q0": 0.2, "gain": 0.06, "sharing": "flow"})
    values, forms, world = seen[0]
    assert (values["sharing_strangers"], values["information_gain"], world) == (0.2, 0.06, 0)
    assert forms == {"sharing": "flow", "rivalry": "niche"}
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    with pytest.raises(InputError, match="trust_novelty, strangers, trust, flow"):
        MEETINGS_TRIAL.document({"sharing": "gossip"})
    with pytest.raises(InputError, match="a number from 0 to 1"):
        MEETINGS_TRIAL.document({"rho": 2.0})
