"""What commands that run the model do with their result: output, files, exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from innocluster.viz.words.messages import Messages

from .options import LessonOptions, OutputOptions, RunOptions
from .terminal.console import notice, print_json

if TYPE_CHECKING:
    from innocluster.calibration.validation.validation import Validation
    from innocluster.scenarios.attribution.attribution_tables import Attribution
    from innocluster.scenarios.comparison.comparison import Comparison
    from innocluster.scenarios.lessons.lesson import Lesson
    from innocluster.scenarios.runs.results import RunResult
    from innocluster.scenarios.store.folder import ResultFolder

__all__ = ["command_typed", "draw", "finish", "page_in", "present"]

_Result = TypeVar("_Result", "Attribution", "Comparison", "Lesson", "RunResult", "Validation")

_PAGES = ("*report.html", "channels.html", "calibration.html")


def command_typed() -> str:
    """The command line as it was typed, for the record."""
    return shlex.join(["innocluster", *sys.argv[1:]])


def present(
    result: _Result, options: RunOptions | LessonOptions, show: Callable[[_Result, str], None]
) -> None:
    """Print what came out, before anything is drawn.

    Parameters
    ----------
    show : prints what matters of it
    """
    if options.json:
        print_json(result.to_json())
    elif not options.quiet:
        show(result, options.lang.value)
    sys.stdout.flush()


def draw(
    result: _Result,
    store: ResultFolder,
    output: OutputOptions,
    language: str,
    write: Callable[[_Result, Path, str], Path],
) -> None:
    """Draw what is asked for beside the staged tables, before all of them are swapped in.

    Parameters
    ----------
    write : writes figures and report
    """
    from innocluster.scenarios.store.files import storage_errors

    with storage_errors(store.path):
        if output.report or output.open_page:
            write(result, store.staging, language)
        if output.xlsx:
            from innocluster.viz.report.workbook import write_workbook

            write_workbook(result, store.staging, language)


def page_in(folder: Path) -> Path | None:
    """The page of a result, where one is drawn."""
    return next((path for name in _PAGES for path in sorted(folder.glob(name))), None)


def finish(
    meta: dict[str, Any], folder: Path, options: RunOptions | LessonOptions, output: OutputOptions
) -> int:
    """Say where the result is, open its page if asked for, and name runs that failed.

    Returns
    -------
    exit code, 1 where runs failed
    """
    words = Messages(options.lang.value)
    page = page_in(folder)
    drawn = output.report or output.open_page
    if not options.json and not options.quiet:
        if page is not None and drawn:
            print(words("line", "seed {seed}; page: {page}", seed=meta["seed"], page=page))
        else:
            text = "seed {seed}; tables in {folder}; figures and page: innocluster report {typed}"
            typed = shlex.quote(str(folder))
            print(words("line", text, seed=meta["seed"], folder=folder, typed=typed))
    if output.open_page and page is not None:
        import webbrowser

        webbrowser.open(page.resolve().as_uri())
    failures = meta.get("failures", 0)
    if failures:
        text = "{failures} runs failed; their tracebacks are in {folder}"
        notice(words("line", text, failures=failures, folder=folder))
    return 1 if failures else 0
