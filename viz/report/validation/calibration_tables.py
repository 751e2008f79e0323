"""Tables of a calibration for the terminal: identifiability before any number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from innocluster.calibration.fit.calibrate import Calibration

from ...words.calibration.fit_words import (
    figure_label,
    fit_sentences,
    is_foretold,
    name_label,
    warnings_of,
)
from ...words.selection import complex_names
from ...words.texts import Texts
from ..terminal import plain_console, plain_table

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

__all__ = ["print_calibration"]

_LABEL_WIDTH = 44
_DIRECTIONS = 6
_DIAGNOSTICS = ("r_hat", "bulk", "tail", "k_hat", "tempering", "coverage_90",
                "tempered_coverage_90", "residual", "mahalanobis_p", "share_left")  # fmt: skip


def print_calibration(result: Calibration, language: str, console: Console | None = None) -> None:
    """Print what a fit says, and its tables.

    Parameters
    ----------
    result : a finished calibration
    language : ``"en"`` or ``"ko"``
    console : where to print, standard output by default
    """
    texts = Texts(language)
    out = console or plain_console()
    for place, sentence in enumerate(fit_sentences(result, texts)):
        out.print(sentence, style="bold" if place == 0 else "", highlight=False)
    tables = result.tables
    out.print(_directions(tables["fit_directions"], texts))
    out.print(_parameters(tables["fit_parameters"], texts))
    out.print(_forms(tables["fit_forms"], texts))
    places = complex_names(result.meta, texts)
    predicted = "fit.foretold" if is_foretold(result) else "fit.predicted"
    out.print(_targets(tables["fit_targets"], texts, places, predicted))
    out.print(_diagnostics(tables["fit_diagnostics"], texts), style="dim", highlight=False)
    for sentence in warnings_of(result, texts):
        out.print(f"! {sentence}", style="yellow", highlight=False)


def _table(title: str, columns: list[str], rows: Sequence[tuple[str, ...]], texts: Texts) -> Table:
    """Names on the left, numbers on the right."""
    table = plain_table(texts(title))
    table.add_column(texts(columns[0]), max_width=_LABEL_WIDTH)
    for column in columns[1:]:
        table.add_column(texts(column), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _directions(frame: pd.DataFrame, texts: Texts) -> Table:
    rows = [
        (row.combination, f"{100.0 * row.left:.0f} %")
        for row in _rows(frame.head(_DIRECTIONS))
    ]  # fmt: skip
    return _table("fit.directions", ["fit.combination", "fit.left_of_prior"], rows, texts)


def _parameters(frame: pd.DataFrame, texts: Texts) -> Table:
    fitted = frame[frame["treatment"] == "fitted"].sort_values("contraction", ascending=False)
    rows = [
        (
            f"{name_label(row.parameter, texts)} ({row.symbol})",
            f"{row.prior_low:.3g} – {row.prior_high:.3g}",
            f"{row.median:.3g}",
            f"{row.low:.3g} – {row.high:.3g}",
            f"{row.contraction:.2f}" + ("" if row.identified else " ?"),
        )
        for row in _rows(fitted)
    ]
    columns = ["fit.parameter", "fit.prior", "fit.median", "fit.interval", "fit.contraction"]
    return _table("fit.parameters", columns, rows, texts)


def _forms(frame: pd.DataFrame, texts: Texts) -> Table:
    fitted = frame[frame["treatment"] == "fitted"]
    label = "label_ko" if texts.language == "ko" else "label"
    rows = [
        (
            f"{name_label(row.rule, texts)}: {getattr(row, label)}",
            f"{row.prior:.2f}",
            f"{row.posterior:.2f}",
        )
        for row in _rows(fitted)
    ]
    return _table("fit.forms", ["fit.form", "fit.weight", "fit.share"], rows, texts)


def _targets(frame: pd.DataFrame, texts: Texts, places: Mapping[str, str], predicted: str) -> Table:
    rows = [
        (
            figure_label(row.target, texts, places),
            f"{row.observed:.4g} ± {(row.uncertainty**2 + row.discrepancy**2) ** 0.5:.2g}",
            f"{row.predicted:.4g}",
            f"{row.low:.3g} – {row.high:.3g}",
            f"{row.z:+.1f}",
            texts(f"fit.verdict_{row.verdict}"),
        )
        for row in _rows(frame)
    ]
    columns = ["fit.figure", "fit.observed", predicted, "fit.interval", "fit.distance",
               "fit.verdict"]  # fmt: skip
    return _table("fit.targets", columns, rows, texts)


def _diagnostics(frame: pd.DataFrame, texts: Texts) -> str:
    numbers = dict(zip(frame["diagnostic"], frame["value"], strict=True))
    shown = {name: numbers[name] for name in _DIAGNOSTICS if numbers[name] == numbers[name]}
    return "; ".join(
        f"{texts(f'fit.diagnostic_{name}')} {value:.3g}" for name, value in shown.items()
    )


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))
