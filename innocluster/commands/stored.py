"""Results that lie in a folder: which kind each is, and how it is read, shown and drawn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from innocluster.scenarios.errors import InputError

if TYPE_CHECKING:
    from innocluster.scenarios.store.folder import ResultFolder

__all__ = ["Stored", "redrawn", "stored_result"]


@dataclass(frozen=True)
class Stored:
    """A result that was read.

    Attributes
    ----------
    result : a `RunResult`, a `Comparison`, an `Attribution`, a `Validation` or a `Lesson`
    write : writes its page into a folder, in a language
    show : prints it, in a language
    """

    result: Any
    write: Callable[[Any, Path, str], Path]
    show: Callable[[Any, str], None]


def stored_result(folder: Path) -> Stored:
    """Read a finished result.

    Raises
    ------
    InputError
        For a folder that holds none, or a damaged one.
    """
    from innocluster.scenarios.lessons.lesson import KINDS

    kinds = {
        "effects": _comparison, "channels": _attribution, "evaluations": _validation,
        "indicators": _run,
    }  # fmt: skip
    kinds |= dict.fromkeys(KINDS.values(), _lesson)
    for name, kind in kinds.items():
        if (folder / f"{name}.parquet").is_file():
            return kind(folder)
    raise InputError(
        file=folder, key="folder", value="no result",
        allowed="a result folder of a finished run, compare, explore, validate or sweep's lesson",
    )  # fmt: skip


@contextmanager
def redrawn(folder: Path, command: str) -> Iterator[ResultFolder]:
    """A result folder whose files are all staged as they are, to be swapped in with new pages."""
    from innocluster.scenarios.store.files import MANIFEST, read_manifest, storage_errors
    from innocluster.scenarios.store.folder import result_folder

    with result_folder(folder, command) as store:
        with storage_errors(folder):
            for name in [*read_manifest(folder)["sha256"], MANIFEST]:
                copy = store.staging / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(folder / name, copy)
        yield store


def _comparison(folder: Path) -> Stored:
    from innocluster.scenarios.comparison.comparison import Comparison
    from innocluster.viz.report.report import write_report
    from innocluster.viz.report.terminal import print_comparison

    return Stored(Comparison.load(folder), write_report, print_comparison)


def _attribution(folder: Path) -> Stored:
    from innocluster.scenarios.attribution.attribution_tables import Attribution
    from innocluster.scenarios.store.verification import read_result
    from innocluster.viz.report.channel_report import write_attribution_report
    from innocluster.viz.report.channel_tables import print_attribution

    names = {"effects": "attributed_effects", "shares": "channels", "worlds": "channels_by_world"}
    meta, tables = read_result(folder, names)
    return Stored(Attribution(meta, **tables), write_attribution_report, print_attribution)


def _validation(folder: Path) -> Stored:
    from innocluster.calibration.validation.validation import TABLES, Validation
    from innocluster.scenarios.store.verification import read_result
    from innocluster.viz.report.validation.validation_report import write_validation_report
    from innocluster.viz.report.validation.validation_tables import print_validation

    meta, tables = read_result(folder, {name: name for name in TABLES})
    return Stored(Validation(meta, **tables), write_validation_report, print_validation)


def _lesson(folder: Path) -> Stored:
    from innocluster.scenarios.lessons.lesson import load_lesson
    from innocluster.viz.report.lesson_report import print_lesson, write_lesson_report

    return Stored(load_lesson(folder), write_lesson_report, print_lesson)


def _run(folder: Path) -> Stored:
    from innocluster.scenarios.runs.results import FILES, RunResult
    from innocluster.scenarios.store.verification import read_result
    from innocluster.viz.report.report import write_run_report
    from innocluster.viz.report.terminal import print_run

    names = {f.name: FILES.get(f.name, f.name) for f in fields(RunResult) if f.name != "meta"}
    asked = (folder / "moments.parquet").is_file()
    if not asked:
        del names["moments"]
    meta, tables = read_result(folder, names)
    if "goal_kind" not in tables["indicators"]:
        raise InputError(
            file=folder, key="indicators", value="written by an earlier version",
            allowed="a run of this version; the same command makes it anew",
        )  # fmt: skip
    if not asked:
        tables["moments"] = tables["indicators"].iloc[:0]
    return Stored(RunResult(meta, **tables), write_run_report, print_run)
