"""The command line: every command, and what becomes of each outcome.

Results go to standard output, progress and errors to standard error.  Exit
codes: 0 done, 1 our fault or failed runs, 2 wrong input, 130 interrupted (129 and
143 by the end of the session or of the machine), 141 where nobody reads on.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import Annotated

import typer

from innocluster.scenarios.errors import COMMAND_LINE, InputError
from innocluster.version import __version__
from innocluster.viz.words.messages import Messages, error_line

from .calibration.calibrate_command import calibrate_command
from .compare_command import compare_command
from .explore_command import explore_command
from .lessons.curves_command import curves_command
from .lessons.decide_command import decide_command
from .lessons.discover_command import discover_command
from .lessons.optimise_command import optimise_command
from .lessons.sensitivity_command import sensitivity_command
from .lists import forms_command, parameters_command, policies_command, scenarios_command
from .options import LANGUAGE, LanguageOption, speak_below
from .replicate_command import replicate_application
from .report_command import report_command
from .reproduce_command import reproduce_command
from .results_command import results_command
from .run_command import run_command
from .serve_command import serve_command
from .sweeps.merge_command import merge_command
from .sweeps.sweep_command import sweep_command
from .terminal.console import encodable, notice, speak_warnings, spoken, usage_line
from .terminal.help_page import Command, Group
from .terminal.signals import listen_for_signals
from .validation.validate_command import validate_command

__all__ = ["main"]

DONE, FAILED, WRONG_INPUT, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141

application = typer.Typer(
    name="innocluster",
    cls=Group,
    help="Simulate industrial-complex innovation clusters and compare coordination policies.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"innocluster {__version__}")
        raise typer.Exit


@application.callback()
def _root(
    context: typer.Context,
    lang: LanguageOption = LANGUAGE,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show version.")
    ] = False,
) -> None:
    speak_below(context, lang, [*COMMANDS, "replicate"])


COMMANDS: dict[str, Callable[..., int]] = {
    "run": run_command,
    "compare": compare_command,
    "explore": explore_command,
    "calibrate": calibrate_command,
    "validate": validate_command,
    "sensitivity": sensitivity_command,
    "discover": discover_command,
    "curves": curves_command,
    "decide": decide_command,
    "optimise": optimise_command,
    "sweep": sweep_command,
    "merge": merge_command,
    "report": report_command,
    "results": results_command,
    "reproduce": reproduce_command,
    "serve": serve_command,
    "policies": policies_command,
    "forms": forms_command,
    "scenarios": scenarios_command,
    "parameters": parameters_command,
}
for name, command in COMMANDS.items():
    application.command(name, cls=Command)(command)
application.add_typer(replicate_application)


def main() -> int:
    """Run the command line; every outcome becomes an exit code and at most one line of error."""
    encodable()
    words = spoken(sys.argv[1:])
    speak_warnings(words)
    received = listen_for_signals()
    try:
        code = application(standalone_mode=False)
        sys.stdout.flush()
    except InputError as error:
        return _complain(error_line(error, words), WRONG_INPUT)
    except BrokenPipeError:
        _give_up_output()
        return BROKEN_PIPE
    except SystemExit as stop:
        # Rich ends the process by itself where nobody reads on.
        if not isinstance(stop.__context__, BrokenPipeError):
            raise
        _give_up_output()
        return BROKEN_PIPE
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        return _outcome_of(error, words)
    if received or code == INTERRUPTED:
        text = "interrupted: finished runs are kept, the same command goes on"
        return _complain(words("line", text), 128 + (received or [signal.SIGINT])[0])
    return int(code or DONE)


def _outcome_of(error: Exception, words: Messages) -> int:
    """Exit code of what is no plain mistake in the input, after one line on it."""
    if hasattr(error, "format_message"):
        message = error.format_message()
        return _complain(usage_line(message, words), WRONG_INPUT) if message else WRONG_INPUT
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        # Wherever a path is looked at: no command can find out before.
        mistake = InputError(
            file=COMMAND_LINE, key="path", value=error.filename, allowed="a path of usual length"
        )
        return _complain(error_line(mistake, words), WRONG_INPUT)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EIO, errno.EFBIG):
        _give_up_output()
        text = words("line", "standard output cannot be written: {reason}", reason=error.strerror)
        return _complain(text, FAILED)
    return _report_fault(error, words)


def _give_up_output() -> None:
    """Write nothing more: what is still in the buffer of standard output goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str, code: int) -> int:
    notice(message)
    return code


def _report_fault(error: Exception, words: Messages) -> int:
    """Say in one line what went wrong and where the traceback is."""
    if os.environ.get("INNOCLUSTER_DEBUG"):
        traceback.print_exc()
        return FAILED
    reason = (str(error).splitlines() or [""])[0]
    with tempfile.NamedTemporaryFile(
        "w", prefix="innocluster-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exception(error, file=file)
    text = words(
        "line", "internal error: {kind}: {reason} (traceback: {file})",
        kind=type(error).__name__, reason=reason, file=file.name,
    )  # fmt: skip
    return _complain(text, FAILED)
