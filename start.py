"""Set innocluster up in `.venv` beside this file and run it: needs only Python 3.11 or later.

`python3 start.py compare` runs any innocluster command with its options,
`python3 start.py serve` opens the page,
`python3 start.py test` checks style, types and tests; with INNOCLUSTER_CHROMIUM set to a Chromium,
the page in that browser, too.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
EXTRAS = {
    "test": "[test,lint,browser]" if os.environ.get("INNOCLUSTER_CHROMIUM") else "[test,lint]",
    "serve": "[page]",
}
"""What some commands need beside what all need."""


def stop(message: str) -> None:
    """End with a one-line reason."""
    sys.exit(f"start.py: {message}")


def say(text: str) -> None:
    """Tell what is being done."""
    print(text, file=sys.stderr, flush=True)


def _quietly(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True)


def install(extras: str) -> None:
    """Create the environment and install the tree into it, unless that is done already.

    The environment knows its place by full paths: in a folder that was copied or moved it
    would run the original or nothing at all, and is made anew.
    """
    declared = (HERE / "pyproject.toml").read_bytes()
    state = hashlib.sha256(declared + f"{sys.version}{HERE}".encode()).hexdigest()
    place, stamp = ENVIRONMENT / "place", ENVIRONMENT / f"installed{extras}"
    known = place.read_text(encoding="utf-8") if place.is_file() else None
    if known == str(HERE) and stamp.is_file() and stamp.read_text() == state and PYTHON.exists():
        return
    if known is not None and known != str(HERE):
        say(f"This folder was copied or moved from {known}: setting .venv up again.")
    uv = shutil.which("uv")
    tool = "uv" if uv else "pip"
    say(f"Setting up .venv with {tool}: some 40 packages, 300 MB, once; needs the internet …")
    start = time.monotonic()
    fresh = known != str(HERE)
    made = None
    if uv is not None:
        mode = "--clear" if fresh else "--allow-existing"
        made = _quietly(uv, "venv", mode, "--python", sys.executable, ENVIRONMENT)
    if made is None or made.returncode != 0:
        made = _quietly(sys.executable, "-m", "venv", *(["--clear"] if fresh else []), ENVIRONMENT)
    if made.returncode != 0:
        stop("python3 has no working venv module (Debian and Ubuntu: apt install python3-venv)")
    # Without compiling every module of every package, of which few are ever imported.
    if uv is not None:
        command = [uv, "pip", "install", "--quiet", "--python", PYTHON]
    else:
        command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        command.append("--no-compile")
    if subprocess.run([*command, "--editable", f"{HERE}{extras}"], stdout=sys.stderr).returncode:
        stop("installation failed; the lines above say why")
    place.write_text(str(HERE), encoding="utf-8")
    stamp.write_text(state)
    say(f"Done in {time.monotonic() - start:.0f} s. The first run compiles the model, a minute.")


def test(options: list[str]) -> int:
    """Run style, types and tests; all three are run even if one fails."""
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        # A file stays in one process: its tests share worlds that take seconds to make.
        ["pytest", "-n", "2", "--dist", "loadfile", *options],
    ]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    worst = 0
    for check in checks:
        print("$", *check, file=sys.stderr, flush=True)
        code = subprocess.run([PYTHON, "-m", *check], cwd=HERE, env=environment).returncode
        worst = worst or code
    return worst


def main() -> int:
    """Install what is missing, then pass the command on."""
    if sys.version_info < (3, 11):  # noqa: UP036 - run by whatever python3 is there
        stop(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}")
    arguments = sys.argv[1:] or ["--help"]
    install(EXTRAS.get(arguments[0], ""))
    if arguments[0] == "test":
        return test(arguments[1:])
    try:
        return subprocess.run([PYTHON, "-m", "innocluster", *arguments]).returncode
    except KeyboardInterrupt:
        # The command has heard it too and says what is kept.
        return 130


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
