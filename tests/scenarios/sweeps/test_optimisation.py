"""The front: known shapes, the same after a restart, and bands that hold."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from innocluster.scenarios.errors import InputError
from innocluster.scenarios.sweeps.emulator import Emulator, fit_emulator
from innocluster.scenarios.sweeps.optimisation import _merged, pareto_front, within_band

NAMES = ["money", "idle", "form"]
UNIT = np.random.default_rng(1).random((60, 3))
UNIT[:, 2] = np.random.default_rng(2).integers(0, 2, 60)


def emulators(noise: float) -> tuple[Emulator, Emulator]:
    """Cost rises with money, effect with its root; the second form is better and costs nothing."""
    draw = np.random.default_rng(3)
    cost = UNIT[:, 0] + noise * draw.normal(size=60)
    effect = np.sqrt(UNIT[:, 0]) + UNIT[:, 2] + noise * draw.normal(size=60)
    levels = np.array([0, 0, 2])
    return fit_emulator(UNIT, cost, levels), fit_emulator(UNIT, effect, levels)


def front(noise: float = 0.0, seed: int = 1, **more: float) -> object:
    cost, effect = emulators(noise)
    return pareto_front(
        {"cost": (cost, "least"), "effect": (effect, "most")}, NAMES, seed=seed,
        population=32, generations=30, held=more or None,
    )  # fmt: skip


pymoo = pytest.importorskip("pymoo")


def test_front_of_a_known_trade_off() -> None:
    found = front()
    assert (found["form"] == 1.0).all()
    assert found["cost"].is_monotonic_increasing
    assert found["effect"].is_monotonic_increasing
    assert found["cost"].iloc[0] < 0.05
    assert found["cost"].iloc[-1] > 0.95
    assert found["effect"].to_numpy() == pytest.approx(np.sqrt(found["money"]) + 1.0, abs=0.15)
    assert (found["cost_low"] <= found["cost"]).all()
    assert found["merged"].sum() >= len(found)


def test_what_is_held_stays() -> None:
    found = front(form=0.0, idle=0.3)
    assert (found["form"] == 0.0).all()
    assert (found["idle"] == 0.3).all()
    with pytest.raises(InputError, match="held"):
        front(form=0.0, idle=0.3, money=0.5)


def test_the_same_seed_gives_the_same_front() -> None:
    assert front(0.1).equals(front(0.1))
    assert not front(0.1).equals(front(0.1, seed=2))


def test_what_cannot_be_told_apart_is_merged() -> None:
    sharp, blurred = front(), front(0.5)
    assert len(blurred) < len(sharp) / 2
    assert blurred["merged"].max() > 1


def test_merged_are_those_whose_difference_is_not_known() -> None:
    pair = emulators(0.3)
    points = np.random.default_rng(4).random((12, 3))
    points[:, 2] = 1.0
    kept: list[int] = []
    merged: list[int] = []
    for i in range(12):
        for place, k in enumerate(kept):
            known = []
            for emulator in pair:
                two = points[[k, i]]
                covariance, mean = emulator.covariance(two), emulator.mean(two)
                spread = np.sqrt(np.array([1.0, -1.0]) @ covariance @ np.array([1.0, -1.0]))
                known.append(abs(mean[1] - mean[0]) > 1.96 * spread)
            if not any(known):
                merged[place] += 1
                break
        else:
            kept.append(i)
            merged.append(1)
    assert _merged(pair, points) == (kept, merged)
    assert 1 < len(kept) < 12


def test_band_holds_what_is_not_known_and_the_noise() -> None:
    found = front(0.2)
    emulator = emulators(0.2)[1]
    spread = emulator.predict(found[NAMES].to_numpy())[1]
    half = (found["effect_high"] - found["effect_low"]) / 2.0
    assert half.to_numpy() == pytest.approx(1.96 * np.sqrt(spread**2 + emulator.noise**2))
    assert emulator.noise > 0.05


def test_share_within_the_band_by_hand() -> None:
    found = front()
    inside = found["cost"].to_numpy(copy=True)
    inside[0] = found["cost_high"].iloc[0] + 1.0
    shares = within_band(found, {"cost": inside})
    assert shares == {"cost": pytest.approx(1.0 - 1.0 / len(found))}


def test_runs_fall_into_the_band() -> None:
    import sweep_methods as known

    shares = [known.front_shares(seed) for seed in range(3)]
    assert 0.88 <= np.mean([list(share.values()) for share in shares]) <= 0.99


@pytest.mark.slow
def test_runs_fall_into_the_band_on_average() -> None:
    import sweep_methods as known

    shares = [list(known.front_shares(seed).values()) for seed in range(50)]
    assert 0.93 <= np.mean(shares) <= 0.97


def test_without_pymoo_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymoo.algorithms.moo.nsga2", None)
    with pytest.raises(InputError, match=r"innocluster\[optimise\]"):
        front()
