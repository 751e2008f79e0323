"""Tables for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.execution import RunResult
from innocluster.sim.measures.world_class import WORLD_CLASS

from ..figures.structure_figures import structure_rows, structure_years
from ..words.backtest import (
    BacktestTable,
    backtest_answers,
    backtest_misses,
    backtest_note,
    backtest_tables,
)
from ..words.choices import choices, turning_points, why_ranked
from ..words.decision import Decision, TargetShare, decisions, target_shares
from ..words.findings import answers, headline, policy_names, short_names, unsettled
from ..words.forms import form_answers, form_headline, form_rows, leader_intervals
from ..words.growth_sources import (
    GrowthTable,
    composition_table,
    growth_answers,
    source_tables,
)
from ..words.largest_firms import largest_answers
from ..words.quantities import effect_unit, indicator_label, level_unit, plain
from ..words.run_indicators import INDICATOR_HEADINGS, indicator_rows
from ..words.selection import crowded, headline_unit
from ..words.texts import Texts
from .run_screen import run_sentences

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

__all__ = ["plain_console", "plain_table", "print_comparison", "print_run"]

_WIDE = 100
_ALL_FORECASTS = 110


def print_run(run: RunResult, language: str, console: Console | None = None) -> None:
    """Print the indicators of a run beside what they are compared with, and its growth accounts.

    Parameters
    ----------
    run : a finished run
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    out = console or plain_console()
    for i, sentence in enumerate(run_sentences(run, texts)):
        out.print(sentence, style="dim" if i == 0 else "bold" if i == 1 else "", highlight=False)
    for table in _indicator_tables(run, texts):
        out.print(table)
    out.print(texts("table.run.note"), style="dim", highlight=False)
    _print_backtest(run, texts, out)
    for made in (*source_tables(run, texts), composition_table(run, texts)):
        out.print(_growth_table(made))
        for note in made.notes:
            out.print(note, style="dim", highlight=False)
    for sentence in growth_answers(run, texts):
        out.print(sentence, highlight=False)
    rows = structure_rows(run, texts)
    if rows:
        out.print(_structure_table(rows, structure_years(run), texts))
        note = texts("table.structure.note", mark=plain(WORLD_CLASS, 2))
        out.print(note, style="dim", highlight=False)


def _indicator_tables(run: RunResult, texts: Texts) -> list[Table]:
    """Indicators with figures beside them, without sources; then those that stand alone."""
    rows = indicator_rows(run, texts)
    first, *numbers, kind, _ = INDICATOR_HEADINGS
    compared = plain_table(texts("table.run.compared"))
    compared.add_column(texts(f"table.run.{first}"))
    for key in numbers:
        compared.add_column(texts(f"table.run.{key}"), justify="right", no_wrap=True)
    compared.add_column(texts(f"table.run.{kind}"), no_wrap=True)
    alone = plain_table(texts("table.run.alone"))
    alone.add_column(texts(f"table.run.{first}"))
    alone.add_column(texts(f"table.run.{numbers[0]}"), justify="right", no_wrap=True)
    for *shown, _ in rows:
        if any(shown[2:]):
            compared.add_row(*shown)
        else:
            alone.add_row(*shown[:2])
    return [compared, alone]


def _print_backtest(result: RunResult | Comparison, texts: Texts, out: Console) -> None:
    """What happened beside the model: the region, and each complex when it was last observed.

    In a comparison the answer must stay in sight: what is left out stands in the report.
    """
    compared = isinstance(result, Comparison)
    made = backtest_tables(result, texts, short=True, narrow=out.width < _ALL_FORECASTS)
    for one in made[:2] if compared else made:
        out.print(_growth_table(one))
    if made:
        out.print(backtest_note(texts), style="dim", highlight=False)
    # Places stand in the order of the table, the region first.
    misses = backtest_misses(result, texts)[: 1 if compared else None]
    for sentence in (*backtest_answers(result, texts), *misses):
        out.print(sentence, highlight=False)


def _growth_table(made: GrowthTable | BacktestTable) -> Table:
    table = plain_table(made.title)
    table.collapse_padding = True
    for i, name in enumerate(made.columns):
        table.add_column(name, justify="right" if i else "left", no_wrap=i > 0)
    for row in made.rows:
        table.add_row(*row)
    return table


def print_comparison(comparison: Comparison, language: str, console: Console | None = None) -> None:
    """Print the answer, the effects and the decision table of a comparison.

    Parameters
    ----------
    comparison : a finished comparison
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    out = console or plain_console()
    rows = decisions(comparison, texts)
    out.print(headline(comparison, texts), style="bold", highlight=False)
    for sentence in (leader_intervals(comparison, texts), form_headline(comparison, texts)):
        if sentence:
            out.print(sentence, style="bold", highlight=False)
    for sentence in answers(comparison, texts):
        out.print(f"  {sentence}", highlight=False)
    out.print(_effects_table(comparison, rows, texts, out.width))
    out.print(_choice_table(comparison, rows, texts))
    if any(row.short_ratio != "–" for row in rows):
        out.print(_benefit_table(comparison, rows, texts, out.width))
    shares = target_shares(comparison, texts)
    if shares:
        out.print(_targets_table(rows, shares, texts))
    for sentence in (
        *choices(comparison, texts),
        *largest_answers(comparison, texts),
        *turning_points(comparison, texts),
    ):
        out.print(sentence, highlight=False)
    if comparison.meta["form_worlds"]:
        out.print(_forms_table(comparison, texts))
    for sentence in form_answers(comparison, texts):
        out.print(sentence, highlight=False)
    for note in _notes(comparison, texts):
        out.print(note, style="dim", highlight=False)
    if not crowded(comparison):
        _print_backtest(comparison, texts, out)
    for sentence in unsettled(comparison, texts):
        out.print(f"! {sentence}", style="yellow", highlight=False)


def _forms_table(comparison: Comparison, texts: Texts) -> Table:
    """Who leads under which form of a contested rule."""
    leader = short_names(comparison)[comparison.meta["leader"]]
    table = plain_table(texts("report.forms"))
    table.add_column(texts("forms.form"), overflow="fold")
    table.add_column(texts("forms.worlds"), justify="right", no_wrap=True)
    table.add_column(texts("forms.leader", leader=leader), justify="right", no_wrap=True)
    table.add_column(texts("forms.finding"))
    for form, worlds, _, share, _, finding in form_rows(comparison, texts):
        table.add_row(form, worlds, share.replace("\n", " "), finding)
    return table


def _structure_table(rows: list[list[str]], years: list[int], texts: Texts) -> Table:
    table = plain_table(texts("table.structure.title"))
    table.add_column(texts("table.structure.measure"))
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _effects_table(comparison: Comparison, rows: list[Decision], texts: Texts, width: int) -> Table:
    """Outcome and effects by tier; on narrow terminals the percentages come without interval."""
    unit = headline_unit(comparison)
    indicator = indicator_label(comparison.meta["indicator"], texts)
    effect = effect_unit(unit, texts).label
    shown = level_unit(unit, texts).label
    baseline = policy_names(comparison, texts)[comparison.meta["baseline"]]
    placebo = next((row.name for row in rows if row.is_placebo), "")
    table = plain_table(texts("table.effects.title", indicator=indicator, unit=effect))
    table.add_column(texts("word.policy"), min_width=13, overflow="fold")
    table.add_column(texts("table.decision.tier"), justify="right", max_width=10)
    table.add_column(texts("table.effects.outcome", unit=shown), justify="right", no_wrap=True)
    table.add_column(
        texts("table.effects.against", baseline=baseline), justify="right", no_wrap=True
    )
    table.add_column(texts("table.effects.percent"), justify="right", no_wrap=True)
    if placebo:
        table.add_column(
            texts("table.effects.against", baseline=placebo), justify="right", no_wrap=True
        )
    for i, row in enumerate(rows):
        if i and row.order != rows[i - 1].order:
            table.add_section()
        percent = row.percent if width >= _WIDE else row.percent.partition(" ")[0]
        cells = [
            row.label,
            row.tier,
            row.outcome.replace(" ", "\n", 1),
            _marked(row.effect, row.verdict, texts),
            percent.replace(" ", "\n", 1),
        ]
        matching = _marked(row.matching, row.matching_verdict, texts)
        table.add_row(*cells, *([matching] if placebo else []))
    return table


def _choice_table(comparison: Comparison, rows: list[Decision], texts: Texts) -> Table:
    """What a choice needs, a line an arm; of many arms without gaps between the tiers."""
    unit = effect_unit(headline_unit(comparison), texts).label
    indicator = indicator_label(comparison.meta["indicator"], texts)
    table = plain_table(texts("table.choice.title", indicator=indicator, unit=unit))
    table.add_column(texts("word.policy"), overflow="fold")
    for key in ("first", "regret", "worst", "good", "possible", "front"):
        table.add_column(texts(f"table.choice.{key}"), justify="right", no_wrap=True)
    table.add_column(texts("table.decision.gain"), justify="right", no_wrap=True)
    dense = crowded(comparison)
    for i, row in enumerate(rows):
        if i and row.order != rows[i - 1].order and not dense:
            table.add_section()
        table.add_row(
            row.id, row.first, row.short_regret, row.worst, row.short_good, row.short_possible,
            row.short_front, row.gain,
        )  # fmt: skip
    return table


def _benefit_table(comparison: Comparison, rows: list[Decision], texts: Texts, width: int) -> Table:
    """What a won of each programme returns; narrow terminals leave money and participants out."""
    table = plain_table(texts("table.decision.title"))
    table.add_column(texts("word.policy"), overflow="fold")
    unit = rows[0].spent_unit
    keys = ["gross", "net", "hulten", "gross_ratio", "ratio", "budgeted_ratio"]
    if width >= _WIDE:
        table.add_column(texts("table.decision.spent", unit=unit), justify="right", no_wrap=True)
        keys.append("participants")
    for key in keys:
        heading = texts(f"table.benefit.{key}", unit=unit)
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        if row.short_ratio != "–":
            net, ratio = row.net.replace(" ", "\n", 1), row.short_ratio
            if crowded(comparison):
                net, ratio = net.partition("\n")[0], ratio.partition("\n")[0]
            table.add_row(
                row.id, *([row.spent] if width >= _WIDE else []), row.gross,
                net, row.hulten, row.gross_ratio, ratio,
                row.budgeted_ratio, *([row.participants] if width >= _WIDE else []),
            )  # fmt: skip
    return table


def _targets_table(rows: list[Decision], shares: list[TargetShare], texts: Texts) -> Table:
    """Share of worlds that reach each target; one line where all arms have the same."""
    table = plain_table(texts("table.targets.title"))
    table.add_column(texts("word.policy"), max_width=30)
    for share in shares:
        table.add_column(f"{share.label}:\n{share.value}", justify="right", no_wrap=True)
    if all(len(set(share.by_policy)) == 1 for share in shares):
        table.add_row(texts("table.targets.all"), *(share.by_policy[0] for share in shares))
        return table
    for i, row in enumerate(rows):
        table.add_row(row.id, *(share.by_policy[i] for share in shares))
    return table


def _notes(comparison: Comparison, texts: Texts) -> list[str]:
    """How to read the tables."""
    meta = comparison.meta
    unit = effect_unit(headline_unit(comparison), texts)
    zone = unit.amount.format(value=plain(meta["indifference"] * unit.factor, 2))
    confidence = f"{100 * meta['confidence']:g}"
    return [
        texts("table.note", confidence=confidence, pairs=meta["pairs"]),
        texts("table.choice.note", fraction=f"{100 * meta['satisficing']:g}", zone=zone),
        texts("table.benefit.note"),
        texts("table.stopped", pairs=meta["pairs"], rule=texts(f"stopped.{meta['stopped_by']}")),
        why_ranked(comparison, texts),
    ]


def _marked(interval: str, verdict: str, texts: Texts) -> str:
    """Mean and interval on two lines, with a question mark where the verdict is open."""
    mean, space, bounds = interval.partition(" ")
    mark = " ?" if verdict == texts("verdict.cannot_tell") else ""
    return f"{mean}{mark}\n{bounds}" if space else interval


def plain_table(title: str) -> Table:
    """An empty table in the style of all tables."""
    from rich import box
    from rich.table import Table

    class Folded(Table):
        """Columns fold: cut by an ellipsis, a line of Korean loses its last letter."""

        def add_column(
            self, header: RenderableType = "", footer: RenderableType = "", **options: Any
        ) -> None:
            options.setdefault("overflow", "fold")
            super().add_column(header, footer, **options)

    return Folded(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )


def plain_console() -> Console:
    """Standard output; names of a user's file are never read as markup."""
    from rich.console import Console

    return Console(markup=False)
