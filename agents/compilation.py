"""Compilation of the rules: one decorator and one cache folder for the whole package.

Numba's on-disk cache does not notice that a function in *another* file has
changed.  The cache folder therefore carries a fingerprint of every source file
that holds compiled code, so that an edited rule can never run as its old self.
"""

from __future__ import annotations

import hashlib
import os
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

_Function = TypeVar("_Function", bound=Callable[..., Any])


PACKAGE = Path(__file__).resolve().parent.parent
"""Folder of the package, in which `agents`, `sim` and `scenarios` stand side by side."""

MODEL = ("agents", "sim", "scenarios")
"""Packages that hold compiled functions and all that results depend on."""


def compiled_sources(package: Path = PACKAGE) -> list[Path]:
    """Every module that may hold compiled functions, in whatever folder it stands."""
    return sorted(source for name in MODEL for source in (package / name).rglob("*.py"))


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
    """Folder of the compiled code; ``INNOCLUSTER_CACHE`` overrides the user's cache folder."""
    base = os.environ.get("INNOCLUSTER_CACHE")
    root = Path(base) if base else user_cache_path("innocluster")
    return root / "compiled" / digest_of(PACKAGE, compiled_sources(), numba.__version__)


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
