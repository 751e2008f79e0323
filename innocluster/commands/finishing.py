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

__all__ = ["command_typed", "finish"]

_Result = TypeVar("_Result", "Attribution", "Comparison")


def command_typed() -> str:
    """The command line as it was typed, for the record."""
    return shlex.join(["innocluster", *sys.argv[1:]])


def finish(
    result: _Result,
    scenario: Scenario,
    folder: Path,
    options: RunOptions,
    write: Callable[[_Result, Path, str], Path],
    show: Callable[[_Result, str], None],
) -> int:
    """Write figures and report beside the tables, bring the manifest up to date, and print.

    Parameters
    ----------
    write : writes the report
    show : prints what matters of it

    Returns
    -------
    exit code, 1 where runs failed
    """
    from innocluster.scenarios.runs.provenance import storage_errors, write_manifest

    with storage_errors(folder):
        write(result, folder, options.lang.value)
    write_manifest(folder, scenario, result.meta)
    if options.json:
        print(result.to_json())
    elif not options.quiet:
        show(result, options.lang.value)
        print(f"seed {scenario.seed}: {folder}")
    failures = result.meta["failures"]
    if failures:
        print(f"{failures} runs failed; their tracebacks are in {folder}", file=sys.stderr)
    return 1 if failures else 0
