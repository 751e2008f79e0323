"""The command ``innocluster results``: what a result folder holds, and whether it is whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.viz.words.messages import Messages

from .options import LANGUAGE, JsonOption, Language, LanguageOption
from .terminal.console import print_json

if TYPE_CHECKING:
    from innocluster.scenarios.store.verification import FolderState

__all__ = ["results_command"]

_WORDS = {
    "running": ("running", "실행 중"),
    "complete": ("complete", "완료"),
    "interrupted": ("interrupted: the same command goes on", "중단됨: 같은 명령으로 이어서 실행"),
    "damaged": ("damaged: the same command makes it anew", "손상됨: 같은 명령으로 다시 생성"),
    "runs": ("runs stored", "저장된 실행"),
    "failed": ("runs failed", "실패한 실행"),
    "earlier": ("earlier results", "이전 결과"),
    "holder": ("last at work", "작업 프로세스"),
    "finished": ("finished", "완료 시각"),
    "whole": ("every file and every run is what was stored", "모든 파일과 실행이 저장된 그대로임"),
}


def results_command(
    words: Annotated[
        list[str],
        typer.Argument(metavar="[verify] DIR", help="Result folder; 'verify' checks every byte."),
    ],
    where: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CONDITION",
            help="Only runs of a sweep for which this holds, as policy=P5 or"
            " programme.budget_scale>=2; may be repeated.",
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write these runs to a .csv, .parquet or .xlsx file."),
    ] = None,
    lang: LanguageOption = LANGUAGE,
    json: JsonOption = False,
) -> int:
    """List what a result folder holds, or verify that nothing in it has changed."""
    from innocluster.scenarios.store.verification import inspect_folder

    verify = len(words) == 2 and words[0] == "verify"
    if len(words) != 1 and not verify:
        raise InputError(
            file=COMMAND_LINE, key="results", value=" ".join(words), allowed="DIR or verify DIR"
        )
    folder = Path(words[-1])
    if where or export:
        from .sweeps.queries import show_runs

        return show_runs(folder, where or (), export, lang, json)
    state = inspect_folder(folder)
    if json:
        _print_json(folder, state)
    else:
        _print(folder, state, verify, lang)
    return 0 if state.state in ("complete", "running") or not verify else 1


def _print_json(folder: Path, state: FolderState) -> None:
    from json import dumps

    from innocluster.scenarios.store.contents import purpose_of

    document = {
        "folder": str(folder),
        "state": state.state,
        "process": None if state.holder is None else vars(state.holder),
        "runs": state.runs,
        "failed": state.failed,
        "problems": list(state.problems),
        "earlier": list(state.earlier),
        "files": {name: purpose_of(name) for name in state.files},
    }
    print_json(dumps(document, ensure_ascii=False, indent=1))


def _print(folder: Path, state: FolderState, verify: bool, lang: Language) -> None:
    """The state in a line or a few, the problems, and the files unless only they matter."""
    words = {key: pair[lang is Language.ko] for key, pair in _WORDS.items()}
    print(f"{folder}: {words[state.state]}")
    if state.holder is not None:
        print(f"  {words['holder']}: {state.holder}: {state.holder.command}")
    facts = {
        "finished": state.manifest.get("finished", ""),
        "runs": state.runs,
        "failed": state.failed,
        "earlier": ", ".join(state.earlier),
    }
    for key, value in facts.items():
        if value:
            print(f"  {words[key]}: {value}")
    for problem in state.problems:
        print(f"  {Messages(lang.value)('line', problem)}")
    if verify:
        if state.state == "complete":
            print(f"  {words['whole']}")
        return
    from innocluster.scenarios.store.contents import in_korean, purpose_of

    width = max((len(name) for name in state.files), default=0)
    for name in state.files:
        purpose = purpose_of(name)
        print(f"  {name:{width}}  {in_korean(purpose) if lang is Language.ko else purpose}")
