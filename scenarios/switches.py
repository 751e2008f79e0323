"""Channels through which a programme acts, and the switches that close them.

`data/channels.csv` lists the channels, `data/switches.csv` what closes each: parameters
set to a value that stops a mechanism, or ways of `innocluster.sim.settings.WAYS`.
A channel closes at the programme's start, in runs with and without the programme
alike.  With every channel closed a programme changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from innocluster.sim.coordination.policy import Policy
from innocluster.sim.ground.forms import Forms, form_code
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.simulation import Simulation

from .files import DATA

__all__ = ["CHANNELS", "Channel", "branch", "channels_of"]

_ACQUAINTANCE = form_code("spillover_ties", "acquaintance")


@dataclass(frozen=True)
class Channel:
    """One channel.

    Attributes
    ----------
    key : name, such as ``"joint"``
    acts : where it acts: ``"everywhere"``, in runs with a ``"programme"`` only, only under
        policies that ask members for other ``"roles"`` than in 2003, or only where
        ``"acquaintance"`` brings spillovers
    scale : parameters to which what runs through it is about proportional
    measured : whether something measured elsewhere fixes them; otherwise they stand at a
        prior that no target of the region moves
    parameters : values that close it
    ways : ways whose closing closes it
    """

    key: str
    acts: str
    scale: tuple[str, ...]
    measured: bool
    parameters: Mapping[str, float]
    ways: frozenset[str]


@cache
def _read() -> dict[str, Channel]:
    switches: dict[str, list[dict[str, str]]] = {}
    for row in _rows("switches"):
        switches.setdefault(row["channel"], []).append(row)
    return {
        row["channel"]: Channel(
            key=row["channel"],
            acts=row["acts"],
            scale=tuple(row["scale"].split()),
            measured=row["basis"] == "measured",
            parameters={
                switch["name"]: float(switch["closed"])
                for switch in switches[row["channel"]]
                if switch["kind"] == "parameter"
            },
            ways=frozenset(s["name"] for s in switches[row["channel"]] if s["kind"] == "way"),
        )
        for row in _rows("channels")
    }


def _rows(name: str) -> list[dict[str, str]]:
    path = DATA / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CHANNELS: dict[str, Channel] = _read()
"""Every channel by key, in the order of tables and figures."""


def channels_of(policy: Policy, parameters: ParameterSet, forms: Forms) -> tuple[str, ...]:
    """Channels that can act in runs under a policy, in the order of `CHANNELS`."""
    wanted = parameters["programme_adherence"] if policy.adherence is None else policy.adherence
    acting = {
        "everywhere": True,
        "programme": policy.programme,
        "roles": policy.programme and wanted != parameters["role_adherence"],
        "acquaintance": forms.spillover_ties == _ACQUAINTANCE,
    }
    return tuple(key for key, channel in CHANNELS.items() if acting[channel.acts])


def branch(before: Simulation, policy: Policy, closed: Iterable[str]) -> Simulation:
    """Copy a run before the programme into one that goes on with some channels closed.

    Parameters
    ----------
    before : a run up to the programme's start
    policy : what it goes on under
    closed : keys of channels
    """
    values = before.settings.parameters.as_dict()
    ways: frozenset[str] = frozenset()
    for key in closed:
        values |= CHANNELS[key].parameters
        ways |= CHANNELS[key].ways
    return before.with_policy(policy, ParameterSet(unchecked=values), ways)
