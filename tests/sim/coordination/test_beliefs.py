"""What coordinators believe of firms, by hand: age of the accounts, errors, who has none."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from small_region import simulation

from innocluster.scenarios.policies.baselines import ThematicMiniClusters
from innocluster.sim.coordination.beliefs import Accounts, believed, mistaken_share
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import Forms
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.simulation import Simulation

START = month_number(*PROGRAMME_START)
KEY = replication_key(11)


class Listening(ThematicMiniClusters):
    """The programme as it was, with coordinators who write reports."""

    sees = ("local", "central", "oracle")


def listening(form: str = "noisy", **unchecked: float) -> Simulation:
    settings = simulation("P5", unchecked=unchecked, last=(2007, 12)).settings
    forms = Forms.of({"planner_knowledge": form})
    run = Simulation(replace(settings, policy=Listening(), forms=forms))
    run.run_until(START)
    return run


def true_accounts(run: Simulation) -> dict[int, tuple[float, float]]:
    """Advantage and absorptive capacity by identifier, as a month begins."""
    firms, n = run.state.firms, run.state.firms.count
    lead = firms.log_productivity[:n] - firms.shock[:n]
    lead -= run.usual_productivity[firms.sector[:n]]
    return {
        int(identifier): (lead[row], firms.absorption[row])
        for row, identifier in enumerate(firms.identifier[:n])
    }


def test_accounts_of_firms_that_have_none() -> None:
    accounts = Accounts(30, np.array([7, 8]), np.array([0.25, -0.5]), np.array([0.75, 0.0]))
    # Firm 7 is known; another firm stands in row 1; row 2 was founded since.
    known = accounts.of(np.array([0, 1, 2]), np.array([7, 9, 10]), np.array([True, True, False]))
    assert known.tolist() == [[0.25, 0.0, 0.0], [0.75, 0.5, 0.0]]


@pytest.mark.parametrize("kernel", [believed, believed.py_func], ids=["compiled", "plain"])
def test_errors_by_hand(kernel: Any) -> None:
    p = ParameterSet(unchecked={
        "productivity_noise": 0.25, "absorption_noise": 0.5, "noise_scale": 2.0,
    }).record()  # fmt: skip
    judged = np.array([[0.5, -0.5, 0.0], [0.2, 0.0, 1.0]])
    kernel(KEY, 3, p, np.array([40, 41, 42]), judged)
    for n, (advantage, absorption) in enumerate([(0.5, 0.2), (-0.5, 0.0), (0.0, 1.0)]):
        u, v, _, _ = uniforms(KEY, 40 + n, 36, int(Process.BELIEF), 0)
        quantile = NormalDist().inv_cdf
        assert judged[0, n] == pytest.approx(advantage + 0.5 * quantile(u), rel=1e-7, abs=1e-7)
        odds = absorption * exp(quantile(v))
        assert judged[1, n] == pytest.approx(odds / (1.0 - absorption + odds), rel=1e-7)


def test_a_mistaken_share_stays_a_share() -> None:
    # Odds of 1 : 3 times e^log 2 are 2 : 3.
    assert mistaken_share(0.25, np.log(2.0)) == pytest.approx(0.4, rel=1e-12)
    assert mistaken_share(0.0, 3.0) == 0.0
    assert mistaken_share(1.0, -3.0) == 1.0


@pytest.mark.parametrize("lag", [0.0, 4.0])
def test_beliefs_without_error_are_the_accounts_of_that_month(lag: float) -> None:
    run = listening(productivity_noise=0.0, absorption_noise=0.0, accounts_lag=lag)
    history = []
    for month in range(START, START + 9):
        history.append(true_accounts(run))
        run.step()
        report = run.state.reports["local"][0]
        assert report.month == month
        then = history[max(0, month - START - int(lag))]
        for n, identifier in enumerate(report.identifier.tolist()):
            advantage, absorption = then.get(identifier, (0.0, None))
            assert report.advantage[n] == pytest.approx(advantage, abs=1e-12)
            if absorption is not None:
                assert report.absorption[n] == pytest.approx(absorption, abs=1e-12)
        oracle = run.state.reports["oracle"][0]
        for n, identifier in enumerate(oracle.identifier.tolist()):
            assert (oracle.advantage[n], oracle.absorption[n]) == history[-1][identifier]


def test_errors_hold_for_the_accounts_of_a_year() -> None:
    """The same in all months of a year, and anew in the next."""
    run = listening(accounts_lag=0.0)
    checked = set()
    while run.month < START + 21:
        month, true = run.month, true_accounts(run)
        run.step()
        report = run.state.reports["local"][0]
        for identifier, advantage in zip(report.identifier.tolist(), report.advantage, strict=True):
            if identifier in true:
                u = uniforms(run.key, identifier, month // 12 * 12, int(Process.BELIEF), 0)[0]
                error = 0.4 * NormalDist().inv_cdf(u)
                assert advantage - true[identifier][0] == pytest.approx(error, abs=1e-8)
                checked.add((identifier, month // 12))
    assert len(checked) > 20


def test_who_knows_exactly_sees_the_month_of_the_report() -> None:
    run = listening("exact")
    true = true_accounts(run)
    run.step()
    report = run.state.reports["local"][0]
    for n, identifier in enumerate(report.identifier.tolist()):
        assert (report.advantage[n], report.absorption[n]) == true[identifier]
    assert "accounts" not in run.state.reports


def test_old_accounts_are_thrown_away() -> None:
    run = listening(accounts_lag=3.0, lag_scale=2.0)
    run.run_until(START + 12)
    kept = run.state.reports["accounts"]
    assert [accounts.month for accounts in kept] == list(range(START + 5, START + 12))
