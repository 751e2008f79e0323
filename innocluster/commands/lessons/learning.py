"""What commands that learn from a sweep share: reading it, their options, printing and storing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..finishing import command_typed, draw, finish, present
from ..options import (
    LessonOptions,
    OutputOptions,
)

if TYPE_CHECKING:
    from innocluster.scenarios.lessons.lesson import Lesson
    from innocluster.scenarios.store.folder import ResultFolder
    from innocluster.scenarios.sweeps.designs import Sweep

__all__ = [
    "BetweenOption",
    "OutcomeOption",
    "PolicyOption",
    "SweepArgument",
    "WorkersOption",
    "teach",
]

SweepArgument = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished sweep.")]
OutcomeOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="What is looked at, such as revenue_2013; by default the first that the sweep kept.",
    ),
]
BetweenOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        metavar="A B",
        help="Two policies: the outcome of the first less that of the second in the same world.",
    ),
]
PolicyOption = Annotated[
    str | None, typer.Option(metavar="POLICY", help="One policy: its outcome as it is.")
]
WorkersOption = Annotated[
    int | None, typer.Option(metavar="N", help="Processes, by default one a core.")
]


def teach(
    folder: Path,
    sweep: Sweep,
    learn: Callable[[ResultFolder], Lesson],
    options: LessonOptions,
    output: OutputOptions,
) -> int:
    """Learn something in a claimed folder, print it, store it and draw its page.

    Parameters
    ----------
    folder : where the lesson goes
    sweep : the design of what it is learned from
    learn : does it; what it runs is kept in the ledger of the folder that it is given

    Returns
    -------
    exit code, 1 where runs failed
    """
    from innocluster.scenarios.lessons.lesson import store_lesson
    from innocluster.scenarios.runs.inputs import Inputs
    from innocluster.scenarios.store.folder import result_folder
    from innocluster.viz.report.lesson_report import print_lesson, write_lesson_report

    with result_folder(folder, command_typed()) as store:
        lesson = learn(store)
        present(lesson, options, print_lesson)
        store_lesson(lesson, Inputs(sweep.base, sweep.policies), store)
        draw(lesson, store, output, options.lang.value, write_lesson_report)
    return finish(lesson.meta, folder, options, output)
