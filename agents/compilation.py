"""Compilation of the rules: one decorator and one cache folder for the whole package.

Numba's on-disk cache does not notice that a function in *another* file has
changed.  The cache folder therefore carries a fingerprint of every source file
that holds compiled code, so that an edited rule can never run as its old self.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numba.core.config as numba_config
from numba.core.dispatcher import Dispatcher
from numba.core.typeinfer import register_dispatcher
from platformdirs import user_cache_path

__all__ = [
    "CACHE",
    "COMPILED",
    "MODEL",
    "PACKAGE",
    "cache_folder",
    "compiled",
    "compiled_for",
    "compiled_sources",
    "declare",
    "digest_of",
    "inlined",
]

_log = logging.getLogger("innocluster")

_Function = TypeVar("_Function", bound=Callable[..., Any])


PACKAGE = Path(__file__).resolve().parent.parent
"""Folder of the package, in which `agents`, `sim` and `scenarios` stand side by side."""

MODEL = ("agents", "sim", "scenarios")
"""Packages that hold all that results depend on."""

COMPILED = (*MODEL, "calibration")
"""Packages that hold compiled functions: published models are compiled, too."""


def compiled_sources(package: Path = PACKAGE) -> list[Path]:
    """Every module that may hold compiled functions, in whatever folder it stands."""
    return sorted(source for name in COMPILED for source in (package / name).rglob("*.py"))


def digest_of(package: Path, files: Iterable[Path], start: str) -> str:
    """Short digest of a text and of names and contents of files.

    Parameters
    ----------
    package : folder from which the files are named
    """
    digest = hashlib.sha256(start.encode())
    for file in files:
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Folder of the compiled code; ``INNOCLUSTER_CACHE`` overrides the user's cache folder.

    Where neither can be written (no home folder, another user's), it is a temporary folder
    of this user, and a warning says so once a process tree.
    """
    base = os.environ.get("INNOCLUSTER_CACHE")
    root = Path(base).absolute() if base else user_cache_path("innocluster")
    below = Path("compiled", digest_of(PACKAGE, compiled_sources(), numba.__version__))
    if root.is_absolute() and _can_be_written(root / below):
        return root / below
    own = Path(tempfile.gettempdir(), f"innocluster-{_user()}")
    if not _is_own(own):
        own = Path(tempfile.mkdtemp(prefix="innocluster-"))
    # Processes that this one starts write there too, without a word.
    os.environ["INNOCLUSTER_CACHE"] = str(own)
    _log.warning("compiled code goes to %s, since the usual cache cannot be written", own)
    return own / below


def _user() -> str:
    """What tells this user from others on the machine."""
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")


def _can_be_written(folder: Path) -> bool:
    """Make a folder and a file in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_own(folder: Path) -> bool:
    """Whether a folder can be made, or is this user's alone: code in it will be run."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        state = folder.stat(follow_symlinks=False)
    except OSError:
        return False
    own = not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)
    return own and _can_be_written(folder)


CACHE = cache_folder()
"""Folder of the compiled code of this process."""

numba_config.CACHE_DIR = str(CACHE)  # type: ignore[attr-defined]


# Nobody calls compiled code by its address: without the C entry a function compiles faster.
_OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,
}


def declare(dispatcher: Any, signature: str | None) -> None:
    """Compile a function at once for the only signature that it has, if it has one."""
    if signature is not None:
        with register_dispatcher(dispatcher):
            dispatcher.compile(signature)
        dispatcher.disable_compile()


def _dispatcher(function: _Function, signature: str | None = None, **options: Any) -> _Function:
    dispatcher = numba.njit(**_OPTIONS, **options)(function)
    if isinstance(dispatcher, Dispatcher):
        # By the name in the module, so that a rehearsal can put off what it declares.
        declare(dispatcher, signature)
    return cast(_Function, dispatcher)


def compiled(function: _Function) -> _Function:
    """Compile `function` on first use, without fast-math, releasing the interpreter lock."""
    return _dispatcher(function)


def inlined(function: _Function) -> _Function:
    """Compile a short rule as part of every compiled function that calls it.

    That takes a fraction of what compiling it by itself would add to a first run.
    """
    return _dispatcher(function, inline="always")


def compiled_for(signature: str, inline: bool = True) -> Callable[[_Function], _Function]:
    """Compile a function that everything calls for one signature only.

    Arguments are cast to it. Without it every combination of integer types that
    callers happen to use would be compiled anew, which trebles a cold start.
    With `inline` the code goes into every caller, which lets simple loops over
    columns become vector instructions.
    """

    def decorate(function: _Function) -> _Function:
        return _dispatcher(function, signature, forceinline=inline)

    return decorate
