"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.scenarios.comparison import Comparison
from innocluster.scenarios.execution import RunResult

from .decision import Decision, TargetShare, decisions, target_shares
from .findings import answers, headline, unsettled
from .quantities import effect_unit, exact, indicator_label, level, level_unit
from .selection import headline_unit, notable
from .texts import Texts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

__all__ = ["print_comparison", "print_run"]

_WIDE = 100


def print_run(run: RunResult, language: str, console: Console | None = None) -> None:
    """Print the indicators of a run beside the figures that they are compared with.

    Parameters
    ----------
    run : a finished run
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    meta = run.meta
    table = _table(texts("table.run.title", **{k: meta[k] for k in ("scenario", "policy", "seed")}))
    table.add_column(texts("table.run.indicator"))
    table.add_column(texts("table.run.value"), justify="right", no_wrap=True)
    table.add_column(texts("table.run.target"), justify="right", no_wrap=True)
    table.add_column(texts("table.run.ratio"), justify="right", no_wrap=True)
    table.add_column(texts("table.run.kind"))
    for row in notable(run):
        unit = level_unit(row.unit, texts)
        known = row.target == row.target
        table.add_row(
            indicator_label(row.name, texts),
            unit.amount.format(value=level(row.value * unit.factor, row.unit)),
            exact(row.target * unit.factor) if known else "",
            f"{row.value / row.target:.2f}" if known and row.target else "",
            texts(f"word.target_{row.target_kind}") if known else "",
        )
    out = console or _console()
    out.print(table)
    out.print(texts("table.run.note"), style="dim", highlight=False)


def print_comparison(comparison: Comparison, language: str, console: Console | None = None) -> None:
    """Print the answer, the effects and the decision table of a comparison.

    Parameters
    ----------
    comparison : a finished comparison
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    out = console or _console()
    rows = decisions(comparison, texts)
    out.print(headline(comparison, texts), style="bold", highlight=False)
    for sentence in answers(comparison, texts):
        out.print(f"  {sentence}", highlight=False)
    out.print(_effects_table(comparison, rows, texts, out.width))
    out.print(_decision_table(rows, texts))
    shares = target_shares(comparison, texts)
    if shares:
        out.print(_targets_table(rows, shares, texts))
    note = texts(
        "table.note",
        confidence=f"{100 * comparison.meta['confidence']:g}",
        pairs=comparison.meta["pairs"],
    )
    out.print(note, style="dim", highlight=False)
    for sentence in unsettled(comparison, texts):
        out.print(f"! {sentence}", style="yellow", highlight=False)


def _effects_table(comparison: Comparison, rows: list[Decision], texts: Texts, width: int) -> Table:
    """Outcome and effects; on narrow terminals the percentages come without interval."""
    unit = headline_unit(comparison)
    indicator = indicator_label(comparison.meta["indicator"], texts)
    effect = effect_unit(unit, texts).label
    shown = level_unit(unit, texts).label
    placebo = next((row.name for row in rows if row.is_placebo), "")
    table = _table(texts("table.effects.title", indicator=indicator, unit=effect))
    table.add_column(texts("word.policy"), max_width=17, min_width=13)
    table.add_column(texts("table.effects.outcome", unit=shown), justify="right", no_wrap=True)
    table.add_column(
        texts("table.effects.against", baseline=rows[0].name), justify="right", no_wrap=True
    )
    table.add_column(texts("table.effects.percent"), justify="right", no_wrap=True)
    if placebo:
        table.add_column(
            texts("table.effects.against", baseline=placebo), justify="right", no_wrap=True
        )
    for row in rows:
        outcome = row.outcome.replace(" ", "\n")
        percent = row.percent if width >= _WIDE else row.percent.partition("\n")[0]
        cells = [row.name, outcome, f"{row.verdict}\n{row.effect}".strip(), f"\n{percent}"]
        table.add_row(*cells, *([f"{row.matching_verdict}\n{row.matching}"] if placebo else []))
    return table


def _decision_table(rows: list[Decision], texts: Texts) -> Table:
    table = _table(texts("table.decision.title"))
    table.add_column(texts("word.policy"), max_width=17)
    for key in ("first", "tier"):
        table.add_column(texts(f"table.decision.{key}"), justify="right")
    table.add_column(texts("table.decision.spent", unit=rows[0].spent_unit), justify="right")
    table.add_column(texts("table.decision.cost"), justify="right", max_width=22)
    for key in ("gain", "pairs"):
        table.add_column(texts(f"table.decision.{key}"), justify="right")
    for row in rows:
        table.add_row(
            row.name, row.first, row.tier, row.spent, row.short_cost, row.gain, row.worlds
        )
    return table


def _targets_table(rows: list[Decision], shares: list[TargetShare], texts: Texts) -> Table:
    table = _table(texts("table.targets.title"))
    table.add_column(texts("word.policy"), max_width=30)
    for share in shares:
        table.add_column(f"{share.label}:\n{share.value}", justify="right", no_wrap=True)
    for i, row in enumerate(rows):
        table.add_row(row.name, *(share.by_policy[i] for share in shares))
    return table


def _table(title: str) -> Table:
    from rich import box
    from rich.table import Table

    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1),
    )


def _console() -> Console:
    from rich.console import Console

    return Console()
