"""Runs of a sweep on the screen or in a file: those for which something holds."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.viz.words.messages import Messages

from ..options import Language
from ..terminal.console import print_json

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["show_runs"]

_MOST_SHOWN = 40


def show_runs(
    folder: Path, where: Sequence[str], export: Path | None, lang: Language, json: bool
) -> int:
    """Print the runs of a sweep that meet all conditions, or write them to a file.

    Raises
    ------
    InputError
        For a folder without a sweep, a wrong condition or another kind of file.
    """
    from innocluster.scenarios.sweeps.runner.finished import SweepResult, rows_where

    result = SweepResult.load(folder)
    runs = rows_where(result.runs, where)
    words = Messages(lang.value)
    if export is not None:
        _export(runs, export)
    elif json:
        print_json(runs.to_json(orient="records", double_precision=15))
        return 0
    else:
        import pandas as pd

        with pd.option_context("display.width", None, "display.max_columns", None):
            print(runs.head(_MOST_SHOWN).to_string(index=False))
    counts = {"shown": f"{len(runs):,}", "runs": f"{len(result.runs):,}"}
    print(words("line", "{shown} of {runs} runs", **counts))
    return 0


def _export(runs: pd.DataFrame, path: Path) -> None:
    """Write a table to a file of the kind that its name says."""
    from innocluster.scenarios.store.files import write_aside

    kind = path.suffix.lower()
    content = io.BytesIO()
    if kind == ".csv":
        content.write(runs.to_csv(index=False).encode("utf-8-sig"))
    elif kind == ".parquet":
        runs.to_parquet(content, index=False)
    elif kind == ".xlsx":
        from innocluster.viz.report.workbook import workbook_of

        content.write(workbook_of({"runs": runs}))
    else:
        raise InputError(
            file=COMMAND_LINE, key="--export", value=path,
            allowed="a file that ends in .csv, .parquet or .xlsx",
        )  # fmt: skip
    write_aside(path, content.getvalue())
