"""What an attribution allows to say: rows and sentences that tables, figures and reports share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from innocluster.scenarios.attribution.attribution_tables import Attribution
from innocluster.scenarios.switches import CHANNELS
from innocluster.sim.ground.parameters import PARAMETERS

from .quantities import (
    Unit,
    effect_unit,
    indicator_phrase,
    listed,
    lowered,
    plain,
    precise,
    spread,
)
from .selection import records, select
from .texts import Texts

__all__ = [
    "ChannelRow",
    "attributed_policies",
    "attribution_headlines",
    "channel_label",
    "channel_rows",
    "effect_row",
    "may_attribute",
    "may_not_attribute",
    "scales",
    "shown_channels",
    "shown_unit",
    "warnings",
]

_UNSETTLED = "cannot tell"
_FEW_WORLDS = 12


@dataclass(frozen=True)
class ChannelRow:
    """What one channel of one policy adds, as it is written.

    Attributes
    ----------
    key, label : channel
    verdict : ``"higher"``, ``"lower"`` or ``"cannot tell"``
    mean, low, high : share of the effect in its unit
    percent : share in % of the effect, empty where the effect cannot be told from zero
    alone, last : effect with this channel only, and what is lost without it
    together : ``"complement"``, ``"substitute"`` or ``"cannot tell"``
    nothing : whether it is exactly zero in every world
    """

    key: str
    label: str
    verdict: str
    mean: str
    low: str
    high: str
    percent: str
    alone: str
    last: str
    together: str
    nothing: bool

    @property
    def settled(self) -> bool:
        """Whether the share can be told from zero."""
        return self.verdict != _UNSETTLED


def attributed_policies(result: Attribution, texts: Texts) -> dict[str, str]:
    """Policy id -> display name."""
    column = "name_ko" if texts.language == "ko" else "name"
    return dict(zip(result.effects["policy"], result.effects[column], strict=True))


def channel_label(key: str, texts: Texts) -> str:
    """Name of a channel."""
    return texts(f"channel.{key}")


def shown_unit(result: Attribution, texts: Texts) -> Unit:
    """Unit of the effects that are shown."""
    return effect_unit(_rows(result.effects, result)[0].unit, texts)


def shown_channels(result: Attribution) -> list[str]:
    """Channels that act under some policy, those that matter most first."""
    rows = _rows(result.shares, result)
    size: dict[str, float] = {}
    for row in rows:
        size[row.channel] = max(size.get(row.channel, 0.0), abs(row.mean))
    return sorted(size, key=lambda key: -size[key])


def effect_row(result: Attribution, policy: str, texts: Texts) -> ChannelRow:
    """The whole effect of a policy, written like a channel."""
    row = _rows(select(result.effects, policy=policy), result)[0]
    factor = shown_unit(result, texts).factor
    mean, low, high = spread(row.mean * factor, row.low * factor, row.high * factor)
    return ChannelRow(
        "all", texts("attribution.whole"), row.verdict, mean, low, high, "", mean, mean, "",
        row.mean == row.low == row.high == 0.0,
    )  # fmt: skip


def channel_rows(result: Attribution, policy: str, texts: Texts) -> dict[str, ChannelRow]:
    """Channels of a policy by key, in the order in which they are shown."""
    factor = shown_unit(result, texts).factor
    found = {}
    for row in _rows(select(result.shares, policy=policy), result):
        mean, low, high = spread(row.mean * factor, row.low * factor, row.high * factor)
        decimals = len(mean.partition(".")[2])
        found[row.channel] = ChannelRow(
            key=row.channel,
            label=channel_label(row.channel, texts),
            verdict=row.verdict,
            mean=mean,
            low=low,
            high=high,
            percent=f"{plain(row.percent, 2)}%" if row.percent == row.percent else "",
            alone=precise(row.alone * factor, decimals),
            last=precise(row.last * factor, decimals),
            together=row.together,
            nothing=row.mean == row.low == row.high == 0.0,
        )
    return {key: found[key] for key in shown_channels(result) if key in found}


def attribution_headlines(result: Attribution, texts: Texts) -> list[str]:
    """One sentence a policy: its effect, and the channels that carry it."""
    indicator = indicator_phrase(result.meta["indicator"], texts)
    unit = shown_unit(result, texts)
    sentences = []
    for policy, name in attributed_policies(result, texts).items():
        whole = effect_row(result, policy, texts)
        amount = unit.amount.format(value=whole.mean)
        values = {"policy": name, "indicator": indicator, "amount": amount}
        if whole.nothing:
            sentences.append(texts("attribution.nothing", **values))
            continue
        if not whole.settled:
            bounds = unit.range(whole.low, whole.high, texts)
            sentences.append(texts("attribution.open", **values, range=bounds))
            continue
        told = [row for row in channel_rows(result, policy, texts).values() if row.settled]
        parts = listed([f"{lowered(row.label)} ({row.percent})" for row in told], texts)
        key = "told" if told else "untold"
        sentences.append(texts(f"attribution.{key}", **values, parts=parts))
    return sentences


def may_attribute(result: Attribution, texts: Texts) -> list[str]:
    """What a reader may take away."""
    unit = shown_unit(result, texts)
    sentences = []
    for policy, name in attributed_policies(result, texts).items():
        rows = channel_rows(result, policy, texts).values()
        for row in rows:
            if row.settled:
                bounds = unit.range(row.low, row.high, texts)
                key = f"attribution.may_{row.verdict}"
                sentences.append(texts(key, policy=name, channel=row.label, range=bounds))
        idle = [row.label for row in rows if row.nothing]
        if idle:
            key = "attribution.may_idle"
            sentences.append(texts(key, policy=name, channels=listed(idle, texts)))
        for together in ("complement", "substitute"):
            found = [row.label for row in rows if row.together == together]
            if found:
                key = f"attribution.may_{together}"
                sentences.append(texts(key, policy=name, channels=listed(found, texts)))
    return sentences or [texts("attribution.may_nothing")]


def may_not_attribute(result: Attribution, texts: Texts) -> list[str]:
    """What a reader may not take away, and why."""
    sentences = []
    for key in shown_channels(result):
        channel = CHANNELS[key]
        if not channel.measured:
            hangs = listed([_hangs_on(name, result, texts) for name in channel.scale], texts)
            label = channel_label(key, texts)
            sentences.append(texts("attribution.not_identified", channel=label, parameters=hangs))
    for policy, name in attributed_policies(result, texts).items():
        rows = channel_rows(result, policy, texts).values()
        open_ = [row.label for row in rows if not row.settled and not row.nothing]
        if open_:
            channels = listed(open_, texts)
            sentences.append(texts("attribution.not_zero", policy=name, channels=channels))
    keys = ("not_loss", "not_instrument", "not_measured")
    sentences += [texts(f"attribution.{key}") for key in keys]
    return [*sentences, texts(f"not.parameters_{result.meta['under']}")]


def scales(result: Attribution, texts: Texts) -> list[list[str]]:
    """Channel, parameters that its size hangs on, value, prior range, source."""
    values, drawn = _parameters(result), result.meta["drawn"]
    rows = []
    for key in shown_channels(result):
        for name in CHANNELS[key].scale:
            parameter = PARAMETERS[name]
            label = parameter.label_ko if texts.language == "ko" else parameter.label
            rows.append(
                [
                    channel_label(key, texts),
                    f"{label} ({name}, {parameter.symbol})",
                    texts("attribution.drawn") if name in drawn else f"{values[name]:g}",
                    f"{parameter.low:g}–{parameter.high:g}",
                    "" if parameter.unit == "1" else parameter.unit,
                    texts(f"attribution.basis_{'measured' if CHANNELS[key].measured else 'prior'}"),
                    parameter.source,
                ]
            )
    return rows


def warnings(result: Attribution, texts: Texts) -> list[str]:
    """Warnings on the attribution itself: few worlds, failures, an effect without a channel."""
    meta = result.meta
    sentences = []
    if meta["worlds"] < _FEW_WORLDS:
        sentences.append(texts("warn.few", pairs=meta["worlds"], enough=_FEW_WORLDS))
    if meta["failures"]:
        sentences.append(texts("warn.failures", failures=meta["failures"]))
    unit = shown_unit(result, texts)
    for row in _rows(result.effects, result):
        if row.unattributed != 0.0:
            amount = unit.amount.format(value=plain(row.unattributed * unit.factor))
            name = attributed_policies(result, texts)[row.policy]
            sentences.append(texts("attribution.missing", policy=name, amount=amount))
    return sentences


def _parameters(result: Attribution) -> dict[str, float]:
    """Values of all parameters in the runs of a result."""
    changed: dict[str, float] = result.meta["parameters"]
    return {name: parameter.default for name, parameter in PARAMETERS.items()} | changed


def _hangs_on(name: str, result: Attribution, texts: Texts) -> str:
    """A parameter with where it stands, and how far its prior reaches."""
    parameter = PARAMETERS[name]
    label = parameter.label_ko if texts.language == "ko" else parameter.label
    named = {"parameter": label, "symbol": parameter.symbol}
    if name in result.meta["drawn"]:
        bounds = {"low": f"{parameter.low:g}", "high": f"{parameter.high:g}"}
        return texts("attribution.at_draw", **named, **bounds)
    value = _parameters(result)[name]
    if value == 0.0:
        return texts("attribution.at_zero", **named)
    low, high = (plain(bound / value, 2) for bound in (parameter.low, parameter.high))
    return texts("attribution.at_prior", **named, value=f"{value:g}", low=low, high=high)


def _rows(table: Any, result: Attribution) -> list[Any]:
    """Rows of the outcome that is shown."""
    return records(select(table, outcome=result.meta["indicator"]))
