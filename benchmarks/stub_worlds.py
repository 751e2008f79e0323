"""Stand-ins for the model: numbers that follow from what a run is, and runs that go wrong."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from innocluster.scenarios.runs.execution import Outcome
from innocluster.scenarios.runs.inputs import Inputs
from innocluster.scenarios.runs.readings import Reading

__all__ = [
    "DIES",
    "HANGS",
    "RAISES",
    "design",
    "lingering",
    "slow",
    "stub",
    "troubled",
    "unhurried",
]

RAISES, HANGS, DIES = 3, 5, 7
"""Numbers of worlds in which `troubled` goes wrong."""


def stub(
    inputs: Inputs,
    policies: Sequence[str],
    replication: int,
    drawn: Mapping[str, float] | None = None,
    reading: Reading | None = None,
    limit: float | None = None,
    seconds: float = 0.0,
) -> list[Outcome]:
    """Numbers from a digest of scenario, world and policy, after some time a run."""
    assert reading is not None
    outcomes = []
    for policy in policies:
        time.sleep(seconds)
        text = f"{inputs.scenario.model_dump()} {replication} {policy}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        vector = np.random.default_rng(seed).normal(size=len(reading.names))
        outcomes.append(Outcome(policy, replication, seconds, None, vector=vector))
    return outcomes


def slow(*arguments: Any) -> list[Outcome]:
    """The stub, in 1 ms a run."""
    return stub(*arguments, seconds=1e-3)


def unhurried(*arguments: Any) -> list[Outcome]:
    """The stub, in 5 ms a run: twenty kills hit its work, and not what comes after it."""
    return stub(*arguments, seconds=5e-3)


def lingering(*arguments: Any) -> list[Outcome]:
    """The stub, in 10 ms a run."""
    return stub(*arguments, seconds=1e-2)


def troubled(
    inputs: Inputs, policies: Sequence[str], replication: int, *rest: Any
) -> list[Outcome]:
    """The stub; one world raises, one never ends, and one kills its process."""
    if replication == RAISES:
        raise ValueError("a run that goes wrong")
    if replication == HANGS:
        time.sleep(600.0)
    if replication == DIES:
        os._exit(9)
    return stub(inputs, policies, replication, *rest)


def killed_at_first(times: int, place: str) -> int:
    """Kill this process the first so many times, which files of a folder count."""
    seen = len(os.listdir(place))
    if seen < times:
        (Path(place) / str(seen)).touch()
        os.kill(os.getpid(), 9)
    return seen


def design(points: int = 16, replications: int = 2, **more: Any) -> dict[str, Any]:
    """A small sweep of numbers and of a text."""
    return {
        "name": "stub",
        "design": "sobol",
        "points": points,
        "replications": replications,
        "policies": ["P0", "P5"],
        "outcomes": ["revenue_2005", "exports_2005"],
        "base": {"last": "2005-12"},
        "vary": [
            {"entry": "parameters.joint_gain"},
            {"entry": "programme.budget_scale", "low": 0.25, "high": 4.0},
            {"entry": "macro", "values": ["history", "frozen"]},
        ],
        **more,
    }
