"""Tables of an attribution for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.scenarios.attribution.attribution_tables import Attribution

from ..figures.panels import wrap
from ..words.channel_findings import (
    ChannelRow,
    attributed_policies,
    attribution_headlines,
    channel_label,
    channel_rows,
    effect_row,
    shown_channels,
    shown_unit,
    warnings,
)
from ..words.quantities import indicator_label
from ..words.texts import Texts
from .terminal import plain_console, plain_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["print_attribution"]

_POLICIES_A_TABLE = 2
_LABEL_WIDTH = 24
_SIGNS = {"complement": "+", "substitute": "−", "cannot tell": ""}


def print_attribution(result: Attribution, language: str, console: Console | None = None) -> None:
    """Print effects by channel, with what each channel does alone and last.

    Parameters
    ----------
    result : a finished attribution
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    out = console or plain_console()
    for sentence in attribution_headlines(result, texts):
        out.print(sentence, style="bold", highlight=False)
    policies = list(attributed_policies(result, texts))
    for start in range(0, len(policies), _POLICIES_A_TABLE):
        out.print(_table(result, policies[start : start + _POLICIES_A_TABLE], texts))
    confidence = f"{100 * result.meta['confidence']:g}"
    worlds = result.meta["worlds"]
    for note in (
        texts("attribution.note", confidence=confidence, worlds=worlds),
        texts("attribution.note_ends"),
    ):
        out.print(note, style="dim", highlight=False)
    for sentence in warnings(result, texts):
        out.print(f"! {sentence}", style="yellow", highlight=False)


def _table(result: Attribution, policies: list[str], texts: Texts) -> Table:
    """Channels by row; for each policy its part with interval, and alone and last."""
    names = attributed_policies(result, texts)
    unit = shown_unit(result, texts)
    indicator = indicator_label(result.meta["indicator"], texts)
    table = plain_table(texts("attribution.table", indicator=indicator, unit=unit.label))
    table.add_column(texts("attribution.channel"), max_width=_LABEL_WIDTH, overflow="fold")
    ends = f"{texts('attribution.alone')}\n→ {texts('attribution.last')}"
    found = {}
    for policy in policies:
        table.add_column(wrap(names[policy], 16), justify="right", no_wrap=True)
        table.add_column(ends, justify="right", no_wrap=True)
        found[policy] = channel_rows(result, policy, texts)
    for key in shown_channels(result):
        cells = [cell for policy in policies for cell in _cells(found[policy].get(key))]
        table.add_row(channel_label(key, texts), *cells)
    table.add_section()
    whole = [effect_row(result, policy, texts) for policy in policies]
    cells = [cell for row in whole for cell in (_interval(row, row.mean), "")]
    table.add_row(whole[0].label, *cells)
    return table


def _cells(row: ChannelRow | None) -> tuple[str, str]:
    """Part with interval, and what the channel does alone and last."""
    if row is None or row.nothing:
        return "0" if row else "–", ""
    share = f"{row.mean} ({row.percent})" if row.percent else row.mean
    return _interval(row, share), f"{row.alone}\n→ {row.last} {_SIGNS[row.together]}".rstrip()


def _interval(row: ChannelRow, first: str) -> str:
    return f"{first}\n[{row.low}, {row.high}]"
