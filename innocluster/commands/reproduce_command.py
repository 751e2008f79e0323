"""The command ``innocluster reproduce``: a stored result made again and compared."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from .options import LANGUAGE, Language, LanguageOption, OutOption, QuietOption
from .terminal.console import spoken
from .terminal.progress import ProgressBar

__all__ = ["reproduce_command"]

_SAME = (
    "{tables} tables and all runs are the same, byte for byte",
    "표 {tables}개와 모든 실행이 바이트 단위로 같음",
)
_DIFFERENT = ("not the same: {names}", "같지 않음: {names}")
_OTHER_MODEL = (
    "the stored result was made by another version of the model",
    "저장된 결과는 다른 판의 모형이 만든 것임",
)


def reproduce_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a finished result.")],
    out: OutOption = None,
    workers: Annotated[int | None, typer.Option(help="Processes, by default one a core.")] = None,
    lang: LanguageOption = LANGUAGE,
    quiet: QuietOption = False,
) -> int:
    """Run a stored result again from its stored inputs and compare every table."""
    from innocluster.scenarios.reproduction import reproduce

    with ProgressBar(not quiet, spoken(["--lang", lang.value]), lambda: None) as bar:
        found = reproduce(folder, out, workers, bar.update)
    which = int(lang is Language.ko)
    if not found.same_model and not quiet:
        print(_OTHER_MODEL[which], file=sys.stderr)
    if not found.succeeded:
        names = ", ".join([*found.different, *(["runs"] if found.same_runs is False else [])])
        print(_DIFFERENT[which].format(names=names), file=sys.stderr)
    elif not quiet:
        print(_SAME[which].format(tables=len(found.same)))
    return 0 if found.succeeded else 1
