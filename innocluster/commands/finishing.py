"""What commands that run many worlds do with their result: files, output, exit code."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .options import RunOptions

if TYPE_CHECKING:
    from innocluster.scenarios.attribution.attribution_tables import Attribution
    from innocluster.scenarios.comparison.comparison import Comparison
    from innocluster.scenarios.schema import Scenario
    from innocluster.scenarios.store.folder import ResultFolder

__all__ = ["command_typed", "draw", "finish"]

_Result = TypeVar("_Result", "Attribution", "Comparison")


def command_typed() -> str:
    """The command line as it was typed, for the record."""
    return shlex.join(["innocluster", *sys.argv[1:]])


def draw(
    result: _Result,
    store: ResultFolder | None,
    options: RunOptions,
    write: Callable[[_Result, Path, str], Path],
) -> None:
    """Draw figures and report beside the staged tables, before all of them are swapped in.

    Parameters
    ----------
    write : writes the report
    """
    from innocluster.scenarios.store.files import storage_errors

    if store is not None:
        with storage_errors(store.path):
            write(result, store.staging, options.lang.value)


def finish(
    result: _Result,
    scenario: Scenario,
    folder: Path,
    options: RunOptions,
    show: Callable[[_Result, str], None],
) -> int:
    """Print what came out.

    Parameters
    ----------
    show : prints what matters of it

    Returns
    -------
    exit code, 1 where runs failed
    """
    if options.json:
        print(result.to_json())
    elif not options.quiet:
        show(result, options.lang.value)
        print(f"seed {scenario.seed}: {folder}")
    failures = result.meta["failures"]
    if failures:
        print(f"{failures} runs failed; their tracebacks are in {folder}", file=sys.stderr)
    return 1 if failures else 0
