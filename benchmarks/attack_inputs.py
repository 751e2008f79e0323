"""Thousands of bad inputs, in one process: each must be refused in one line, or accepted.

    python benchmarks/attack_inputs.py [NUMBER [SEED]]

Scenario and sweep files, CSV files of a region, macro series, draws, targets and the command
lines of every command are broken in the ways in which people and programs break them: values
of another kind, cut or doubled lines, other encodings and delimiters, missing columns, bytes
of nowhere.
A fault is anything but an `InputError` that names file, key, value and what is allowed in
one line, in both languages; files left behind; or more than a few seconds.
"""

from __future__ import annotations

import contextlib
import io
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import typer
from stub_worlds import design, stub

from innocluster import sweep
from innocluster.calibration.every_replication import EVERY_REPLICATION
from innocluster.calibration.published.replications import Replication
from innocluster.calibration.targets import COLUMNS, load_calibration_targets, read_targets
from innocluster.commands import command_line
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.files import PRESETS
from innocluster.scenarios.region.loading import PRESET_FOLDER, load_region
from innocluster.scenarios.runs.inputs import load_inputs
from innocluster.scenarios.schema import Scenario
from innocluster.scenarios.statistics.draws import read_draws
from innocluster.scenarios.sweeps.designs import Sweep
from innocluster.sim.beginning.macro import load_macro, save_macro
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.viz.words.messages import Messages, error_line

__all__ = ["Fault", "attack", "main"]

SLOWEST = 5.0

VALUES = (
    "", " ", "0", "-1", "1e308", "1e-320", "nan", "inf", "-inf", "1_000", "0x10", "true", "yes",
    "None", "null", "1;2", "94,000", "94.000,5", "१२", "٣", "½", "１２", "구미", "[/red]", "[bold]",
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "%s%n", "{0}", "{file}", "../../etc/passwd",
    "C:\\con", "\x00",
    "\x1b[31m", "\u202e", "\ufeff", "a" * 3000, "9" * 400, "2005-13", "0000-00", "P5@",
    "P5@=", "P5@@", "P5@a=b", "P5@budget", "P5@budget=", "P5@budget=x", "P5@start=1999-01",
    "P5@without=", "P5@without=nothing", "P5@seed=3", "P5@two-level,budget=99", "|-", "P5|-",
    "P5|-nothing", "🙂", "ﬀ", "\r\n", "\t", "'", '"', '"""', "[[", "]]", "#", "=", ",", ";",
)  # fmt: skip
PLAUSIBLE = ("P5", "P0", "budget", "ko", "1", "2/3", "revenue_2005", "macro=history", "--json")
"""Values that are right somewhere, so that what comes after them is reached."""
NOT_TRIED = ("serve", "--open", "--install-completion", "--show-completion")
"""What would go on for ever, or beyond the folder of the attack."""
RUNNING = (
    "innocluster.scenarios.store.folder.result_folder",
    "innocluster.scenarios.reproduction.result_folder",
    "innocluster.calibration.fit.calibrate.result_folder",
)
"""What a command that would run calls first."""


@dataclass(frozen=True)
class Fault:
    """An input that was not refused as it should be.

    Attributes
    ----------
    kind : what was attacked
    number : of the attack, which with the seed makes it again
    what : what went wrong
    """

    kind: str
    number: int
    what: str


class _Reached(Exception):
    """The command line was accepted and would now run."""


class _Refused(Exception):
    """The command line was refused as it should be."""


def attack(count: int, seed: int, folder: Path) -> tuple[Counter[str], list[Fault]]:
    """Try `count` broken inputs.

    Parameters
    ----------
    folder : an empty folder to work in

    Returns
    -------
    how many were accepted and refused, by kind, and the faults
    """
    kinds: dict[str, Callable[[random.Random, Path], None]] = {
        "scenario": _scenario, "region": _region, "macro": _macro, "draws": _draws,
        "sweep": _sweep, "targets": _targets, "options": _options,
    }  # fmt: skip
    _prepare(folder)
    outcomes: Counter[str] = Counter()
    faults = []
    names = list(kinds)
    for number in range(count):
        kind = names[number % len(names)]
        chance = random.Random(f"{seed}:{number}")
        start = time.perf_counter()
        try:
            kinds[kind](chance, folder)
            outcomes[f"{kind} accepted"] += 1
        except _Refused:
            outcomes[f"{kind} refused"] += 1
        except InputError as error:
            outcomes[f"{kind} refused"] += 1
            faults += [Fault(kind, number, what) for what in _complaints(error)]
        except Exception:
            faults.append(Fault(kind, number, traceback.format_exc()))
        seconds = time.perf_counter() - start
        if seconds > SLOWEST:
            faults.append(Fault(kind, number, f"took {seconds:.1f} s"))
    return outcomes, faults


def _complaints(error: InputError) -> Iterator[str]:
    """What is wrong with the line that an error prints."""
    for language in ("en", "ko"):
        line = error_line(error, Messages(language))
        if not line.isprintable() or not line.strip():
            yield f"not one printable line: {line!r}"
        if len(line) > 1500:
            yield f"a line of {len(line)} letters"
    if not (error.file and error.key and error.allowed):
        yield f"without file, key or what is allowed: {error}"


def _prepare(folder: Path) -> None:
    """Put whole files where the attacks take theirs from."""
    shutil.copytree(PRESET_FOLDER, folder / "whole")
    shutil.copytree(PRESET_FOLDER, folder / "region")
    save_macro(load_macro("history", 204), folder / "whole" / "macro.csv")
    names = ["information_gain", "joint_gain", "rd_elasticity"]
    rows = [",".join(f"{PARAMETERS[name].default:g}" for name in names)] * 20
    text = "\n".join([",".join(names), *rows]) + "\n"
    (folder / "whole" / "draws.csv").write_text(text, encoding="utf-8")
    figures = load_calibration_targets("seven-complexes", "corrected")
    rows = [",".join(f'"{getattr(figure, name)}"' for name in COLUMNS) for figure in figures]
    text = "\n".join([",".join(COLUMNS), *rows]) + "\n"
    (folder / "whole" / "targets.csv").write_text(text, encoding="utf-8")
    sweep(design(points=4), folder / "finished", workers=1, execute=stub)
    (folder / "empty").mkdir()


def _broken(chance: random.Random, content: bytes, separators: str) -> bytes:
    """A text broken in one to three ways."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        content = chance.choice((_cell, _cell, _cell, _line, _byte, _encoded))(
            chance, content, separators
        )
    return content


def _cell(chance: random.Random, content: bytes, separators: str) -> bytes:
    """One cell or value is something else."""
    lines = content.decode("utf-8", "replace").split("\n")
    place = chance.randrange(len(lines))
    separator = chance.choice(separators)
    cells = lines[place].split(separator)
    cells[chance.randrange(len(cells))] = chance.choice(VALUES)
    lines[place] = separator.join(cells)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def _line(chance: random.Random, content: bytes, separators: str) -> bytes:
    """A line is gone, doubled, elsewhere or cut; or the rest of the file is gone."""
    lines = content.split(b"\n")
    place = chance.randrange(len(lines))
    way = chance.randrange(5)
    if way == 0:
        del lines[place]
    elif way == 1:
        lines.insert(place, lines[place])
    elif way == 2:
        lines.insert(chance.randrange(len(lines)), lines.pop(place))
    elif way == 3:
        lines[place] = lines[place][: chance.randint(0, max(0, len(lines[place]) - 1))]
    else:
        lines = lines[:place]
    return b"\n".join(lines)


def _byte(chance: random.Random, content: bytes, separators: str) -> bytes:
    """Some bytes are others."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _encoded(chance: random.Random, content: bytes, separators: str) -> bytes:
    """The file was saved by another program."""
    text = content.decode("utf-8", "replace")
    if chance.random() < 0.5:
        text = text.replace(separators[0], chance.choice(";\t|"))
    encoding = chance.choice(("utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp949", "latin-1"))
    return text.encode(encoding, "replace")


def _scenario(chance: random.Random, folder: Path) -> None:
    presets = sorted(PRESETS.glob("*.toml"))
    content = chance.choice(presets).read_bytes() + (
        b"[programme]\nbudget_scale = 2.0\nstart = '2006-01'\n" if chance.random() < 0.5 else b""
    )
    path = folder / "scenario.toml"
    path.write_bytes(_broken(chance, content, "=\"'"))
    Scenario.from_file(path)


def _region(chance: random.Random, folder: Path) -> None:
    path = folder / "region" / chance.choice(sorted(PRESET_FOLDER.glob("*.csv"))).name
    whole = (folder / "whole" / path.name).read_bytes()
    path.write_bytes(_broken(chance, whole, ","))
    try:
        load_region(path.parent)
    finally:
        path.write_bytes(whole)


def _macro(chance: random.Random, folder: Path) -> None:
    path = folder / "macro.csv"
    path.write_bytes(_broken(chance, (folder / "whole" / "macro.csv").read_bytes(), ","))
    load_inputs(Scenario.default().replaced(macro=str(path)))


def _draws(chance: random.Random, folder: Path) -> None:
    path = folder / chance.choice(("draws.csv", "draws.parquet", "draws"))
    path.write_bytes(_broken(chance, (folder / "whole" / "draws.csv").read_bytes(), ","))
    read_draws(path, 1)


def _sweep(chance: random.Random, folder: Path) -> None:
    path = folder / "sweep.toml"
    examples = sorted((PRESETS.parent / "sweeps" / "examples").glob("*.toml"))
    path.write_bytes(_broken(chance, chance.choice(examples).read_bytes(), "=,\"'"))
    Sweep.from_file(path)


def _targets(chance: random.Random, folder: Path) -> None:
    path = folder / "targets.csv"
    path.write_bytes(_broken(chance, (folder / "whole" / "targets.csv").read_bytes(), ","))
    read_targets(path)


@cache
def _commands() -> dict[str, Any]:
    """Every command that ends by itself, also those below one, by what is typed."""
    known = dict(typer.main.get_command(command_line.application).commands)  # type: ignore[attr-defined]
    replicate = known.pop("replicate")
    known |= {f"replicate {name}": replicate.get_command(None, name) for name in EVERY_REPLICATION}
    return {name: command for name, command in known.items() if name not in NOT_TRIED}


def _options(chance: random.Random, folder: Path) -> None:
    """A command line; what is accepted stops where it would run."""
    name, command = chance.choice(list(_commands().items()))
    arguments = [*name.split(), *_typed(chance, command, folder)]
    place, told = folder / "empty", io.StringIO()
    stop = mock.Mock(side_effect=_Reached)
    with contextlib.ExitStack() as patches:
        patches.enter_context(contextlib.chdir(place))
        patches.enter_context(contextlib.redirect_stderr(told))
        patches.enter_context(contextlib.redirect_stdout(io.StringIO()))
        for running in RUNNING:
            patches.enter_context(mock.patch(running, stop))
        patches.enter_context(mock.patch.object(Replication, "document", _check_replication))
        patches.enter_context(mock.patch.object(sys, "argv", ["innocluster", *arguments]))
        patches.enter_context(mock.patch.object(command_line, "_report_fault", _raise))
        try:
            code = command_line.main()
        except _Reached:
            return
        finally:
            left = list(place.iterdir())
    lines = told.getvalue().splitlines()
    if left or (code, len(lines)) not in ((2, 1), (0, 0)):
        raise AssertionError(f"{arguments}: exit {code}, left {left}, said {lines}")
    if code:
        raise _Refused


def _typed(chance: random.Random, command: Any, folder: Path) -> list[str]:
    """What somebody types after the name of a command."""

    def value() -> str:
        right = [*PLAUSIBLE, str(folder / "finished")]
        return chance.choice(right if chance.random() < 0.4 else VALUES)

    options, words = [], []
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            words += [value()] if parameter.required or chance.random() < 0.5 else []
        elif not {"--help", *NOT_TRIED} & set(parameter.opts):
            options.append(parameter)
    for option in chance.choices(options, k=chance.randint(1, 3)) if options else ():
        typed = chance.choice(option.opts + option.secondary_opts)
        given = value()
        if typed == "--set" and chance.random() < 0.7:
            given = f"{chance.choice(list(PARAMETERS))}={given}"
        if option.is_flag:
            words.append(typed)
        elif option.nargs == 1 and chance.random() < 0.3:
            words.append(f"{typed}={given}")
        else:
            words += [typed, given, *(value() for _ in range(option.nargs - 1))]
    return words


def _check_replication(model: Replication, given: dict[str, Any]) -> None:
    model.complete(given)
    raise _Reached


def _raise(error: Exception, _: Messages) -> int:
    raise error


def main(arguments: list[str]) -> int:
    """Attack, say what came of it, and fail if there were faults."""
    count, seed = (int(text) for text in [*arguments, "10000", "1"][:2])
    with tempfile.TemporaryDirectory() as folder:
        outcomes, faults = attack(count, seed, Path(folder))
    for name, number in sorted(outcomes.items()):
        print(f"{name}: {number}")
    for fault in faults[:20]:
        print(f"{fault.kind} {fault.number}: {fault.what}")
    print(f"{len(faults)} faults in {count}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
