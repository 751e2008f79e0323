"""Set innocluster up in `.venv` beside this file and run it: needs only Python 3.11 or later.

`python3 start.py compare` runs any innocluster command with its options,
`python3 start.py test` checks style, types and tests.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def stop(message: str) -> None:
    """End with a one-line reason."""
    sys.exit(f"start.py: {message}")


def install(extras: str) -> None:
    """Create the environment and install the tree into it, unless that is done already."""
    declared = (HERE / "pyproject.toml").read_bytes()
    state = hashlib.sha256(declared + sys.version.encode()).hexdigest()
    stamp = ENVIRONMENT / f"installed{extras}"
    if stamp.is_file() and stamp.read_text() == state:
        return
    uv = shutil.which("uv")
    print("Setting up .venv (once; needs the internet) …", file=sys.stderr, flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], capture_output=True)
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
    stamp.write_text(state)


def test(options: list[str]) -> int:
    """Run style, types and tests; all three are run even if one fails."""
    checks = [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["pytest", *options],
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
    testing = arguments[0] == "test"
    install("[test,lint]" if testing else "")
    if testing:
        return test(arguments[1:])
    return subprocess.run([PYTHON, "-m", "innocluster", *arguments]).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
