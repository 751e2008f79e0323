"""From the shares of channels in single worlds to the tables of an attribution.

Intervals hold together over all channels and policies of one outcome and one
kind of number (shares and effects, alone, last, interplay).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..runs.indicators import PROGRAMME_YEAR, Indicator
from ..runs.results import finite
from ..statistics.intervals import Intervals, simultaneous_intervals, verdict

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..arms import Arm

__all__ = ["OUTCOMES", "Attribution", "Shares", "outcomes_of", "tabulate_attribution"]

OUTCOMES = ("revenue", "value-added", "participants")
"""What an effect can be measured on."""

WHOLE = "all"
"""Key of the whole effect beside the channels."""

_HORIZON = 2013

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shares:
    """What the channels of one policy add in one world.

    Attributes
    ----------
    channels : keys of the n channels in which it can act
    share : (n, outcomes) Shapley values
    alone : (n, outcomes) effect with this channel open only
    last : (n, outcomes) what is lost when this channel closes
    effect : (outcomes,) with every channel open
    unattributed : (outcomes,) with every channel closed, 0 unless a mechanism is missing
    untreated : (outcomes,) outcome without programme
    """

    channels: tuple[str, ...]
    share: Floats
    alone: Floats
    last: Floats
    effect: Floats
    unattributed: Floats
    untreated: Floats


@dataclass(frozen=True)
class Attribution:
    """Effects of policies by channel; every table is tidy.

    Attributes
    ----------
    meta : what was asked, what was reached and how
    effects : whole effect of each policy on each outcome, with what no channel explains
    shares : Shapley value of each channel with its simultaneous interval, in % of the
        effect where that can be told apart from zero; what the channel does alone, what is
        lost without it (last), and the difference of the two (interplay): channels
        that strengthen one another are complements
    worlds : the same numbers in every world
    """

    meta: dict[str, Any]
    effects: pd.DataFrame
    shares: pd.DataFrame
    worlds: pd.DataFrame

    def __repr__(self) -> str:
        names = ", ".join(dict.fromkeys(self.effects["policy"]))
        return f"Attribution({self.meta['scenario']}: {names}; {self.meta['worlds']} worlds)"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        return {
            "attributed_effects": self.effects,
            "channels": self.shares,
            "channels_by_world": self.worlds,
        }

    def plot(self) -> Figure:
        """Shares of the outcome that is shown, with their intervals."""
        from matplotlib.figure import Figure

        rows = self.shares[self.shares["outcome"] == self.meta["indicator"]]
        policies = list(rows["policy"].unique())
        figure = Figure(figsize=(7, 1 + 0.3 * len(rows)), layout="constrained")
        for axes, policy in zip(
            figure.subplots(len(policies), sharex=True, squeeze=False)[:, 0], policies, strict=True
        ):
            own = rows[rows["policy"] == policy]
            half = np.stack([own["mean"] - own["low"], own["high"] - own["mean"]])
            axes.errorbar(own["mean"], own["channel"], xerr=half, fmt="o", color="#0072B2")
            axes.axvline(0.0, color="black", linewidth=0.8)
            axes.set_title(policy, loc="left")
            axes.invert_yaxis()
        axes.set_xlabel(f"part of the effect on {self.meta['indicator']}, {rows['unit'].iloc[0]}")
        return figure

    def to_json(self) -> str:
        """One JSON document with stable keys; what is undefined is null."""
        policies: dict[str, dict[str, Any]] = {}
        for row in self.effects.itertuples():
            entry = policies.setdefault(
                str(row.policy), {"id": row.policy, "name": row.name, "outcomes": {}}
            )
            own = self.shares[
                (self.shares["policy"] == row.policy) & (self.shares["outcome"] == row.outcome)
            ]
            entry["outcomes"][row.outcome] = {
                "unit": row.unit,
                "effect": _json_interval(row) | {"percent": finite(row.percent)},
                "verdict": row.verdict,
                "unattributed": finite(row.unattributed),
                "channels": [_json_channel(channel) for channel in own.itertuples()],
            }
        document = {
            **{k: finite(v) if isinstance(v, float) else v for k, v in self.meta.items()},
            "policies": list(policies.values()),
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)


def _json_channel(row: Any) -> dict[str, Any]:
    kinds = {
        kind: {part: finite(getattr(row, f"{kind}{end}")) for part, end in _PARTS.items()}
        for kind in ("alone", "last", "interplay")
    }
    return {
        "key": row.channel,
        "share": _json_interval(row) | {"percent": finite(row.percent)},
        "verdict": row.verdict,
        **kinds,
        "together": row.together,
    }


_PARTS = {"mean": "", "low": "_low", "high": "_high"}


def _json_interval(row: Any) -> dict[str, float | None]:
    return {part: finite(getattr(row, part)) for part in _PARTS}


def outcomes_of(last_year: int) -> dict[str, Indicator]:
    """The outcomes of `OUTCOMES` for runs whose last full calendar year is `last_year`."""
    year = min(last_year, _HORIZON)
    return {
        "revenue": Indicator(f"revenue_{year}", "revenue", "KRW tn", year, year),
        "value-added": Indicator(
            "value_added_total", "value_added", "KRW tn", PROGRAMME_YEAR, last_year
        ),
        "participants": Indicator(f"cohort_revenue_{year}", "cohort_revenue", "KRW tn", year, year),
    }


def tabulate_attribution(
    arms: Mapping[str, Arm],
    worlds: Mapping[int, Mapping[str, Shares]],
    outcomes: Iterable[Indicator],
    meta: dict[str, Any],
) -> Attribution:
    """Means over worlds with intervals that hold together.

    Parameters
    ----------
    arms : arms whose effect is attributed, by id
    worlds : shares by number of the world and arm
    outcomes : what the columns of the shares are
    meta : what was asked and how; `residual`, the largest gap between an effect and
        the sum of its parts in any world, is added
    """
    import pandas as pd

    effects: list[dict[str, Any]] = []
    shares: list[dict[str, Any]] = []
    single: list[dict[str, Any]] = []
    for place, indicator in enumerate(outcomes):
        label = {"outcome": indicator.name, "unit": indicator.unit}
        family = _family(worlds, place)
        found = _effects(arms, worlds, place, family)
        effects += [{**label, **row} for row in found.values()]
        shares += [{**label, **row} for row in _channels(found, worlds, place, family)]
        single += [{**label, **row} for row in _by_world(worlds, place)]
    gaps = [
        own.share.sum(axis=0) + own.unattributed - own.effect
        for by_arm in worlds.values()
        for own in by_arm.values()
    ]
    return Attribution(
        {**meta, "residual": float(np.abs(gaps).max())},
        pd.DataFrame(effects)[_EFFECT_COLUMNS],
        pd.DataFrame(shares)[_SHARE_COLUMNS],
        pd.DataFrame(single)[_WORLD_COLUMNS],
    )


def _family(worlds: Mapping[int, Mapping[str, Shares]], place: int) -> Intervals:
    """Intervals of all shares, arm by arm, and then of the effect of each arm."""
    stacked = [
        np.concatenate(
            [own.share[:, place] for own in by_arm.values()]
            + [own.effect[place : place + 1] for own in by_arm.values()]
        )
        for by_arm in worlds.values()
    ]
    return _intervals(np.stack(stacked))


def _effects(
    arms: Mapping[str, Arm],
    worlds: Mapping[int, Mapping[str, Shares]],
    place: int,
    family: Intervals,
) -> dict[str, dict[str, Any]]:
    """Row of the whole effect by arm, on one outcome."""
    first = family.mean.size - len(arms)
    rows = {}
    for i, (key, arm) in enumerate(arms.items()):
        mean, low, high = family.at(first + i)
        untreated, unattributed = (
            float(np.mean([getattr(by_arm[key], name)[place] for by_arm in worlds.values()]))
            for name in ("untreated", "unattributed")
        )
        rows[key] = {
            "policy": key,
            "name": arm.name,
            "name_ko": arm.name_ko,
            "mean": mean,
            "low": low,
            "high": high,
            "percent": 100.0 * mean / untreated,
            "verdict": verdict(low, high),
            "untreated": untreated,
            "unattributed": unattributed,
        }
    return rows


def _channels(
    effects: Mapping[str, Mapping[str, Any]],
    worlds: Mapping[int, Mapping[str, Shares]],
    place: int,
    family: Intervals,
) -> Iterator[dict[str, Any]]:
    """Rows of every channel of every arm, on one outcome."""
    numbers = {
        kind: np.stack(
            [
                np.concatenate([getattr(own, kind)[:, place] for own in by_arm.values()])
                for by_arm in worlds.values()
            ]
        )
        for kind in ("alone", "last")
    }
    numbers["interplay"] = numbers["last"] - numbers["alone"]
    kinds = {kind: _intervals(columns) for kind, columns in numbers.items()}
    first = next(iter(worlds.values()))
    keys = [(arm, channel) for arm, own in first.items() for channel in own.channels]
    for i, (arm, channel) in enumerate(keys):
        mean, low, high = family.at(i)
        effect = effects[arm]
        told = effect["verdict"] != "cannot tell"
        row: dict[str, Any] = {
            "policy": arm,
            "channel": channel,
            "mean": mean,
            "low": low,
            "high": high,
            "percent": 100.0 * mean / effect["mean"] if told else float("nan"),
            "verdict": verdict(low, high),
        }
        for kind, intervals in kinds.items():
            row |= dict(zip((kind, f"{kind}_low", f"{kind}_high"), intervals.at(i), strict=True))
        interplay = verdict(row["interplay_low"], row["interplay_high"])
        yield {**row, "together": _TOGETHER[interplay]}


def _intervals(columns: Floats) -> Intervals:
    """Intervals that hold together; columns that are zero in every world claim no part of them."""
    moving = (columns != 0.0).any(axis=0)
    found = simultaneous_intervals(columns[:, moving])
    placed = [np.zeros(columns.shape[1]) for _ in range(3)]
    for whole, part in zip(placed, (found.mean, found.low, found.high), strict=True):
        whole[moving] = part
    return Intervals(*placed)


def _by_world(worlds: Mapping[int, Mapping[str, Shares]], place: int) -> Iterator[dict[str, Any]]:
    """Rows of every channel and of the whole effect in every world, on one outcome."""
    kinds = ("share", "alone", "last")
    for replication, by_arm in worlds.items():
        for arm, own in by_arm.items():
            label = {"policy": arm, "replication": replication}
            whole = dict.fromkeys(kinds, float(own.effect[place]))
            yield {**label, "channel": WHOLE, **whole}
            for i, channel in enumerate(own.channels):
                found = {kind: float(getattr(own, kind)[i, place]) for kind in kinds}
                yield {**label, "channel": channel, **found}


_TOGETHER = {"higher": "complement", "lower": "substitute", "cannot tell": "cannot tell"}
_EFFECT_COLUMNS = [
    "policy", "name", "name_ko", "outcome", "unit", "mean", "low", "high", "percent", "verdict",
    "untreated", "unattributed",
]  # fmt: skip
_SHARE_COLUMNS = [
    "policy", "outcome", "channel", "unit", "mean", "low", "high", "percent", "verdict",
    "alone", "alone_low", "alone_high", "last", "last_low", "last_high",
    "interplay", "interplay_low", "interplay_high", "together",
]  # fmt: skip
_WORLD_COLUMNS = [
    "policy", "outcome", "unit", "replication", "channel", "share", "alone", "last",
]  # fmt: skip
