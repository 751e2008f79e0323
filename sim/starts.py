"""First states kept on disk: a spin-up takes longer than a run, and every policy begins with it.

A start hangs on the population, the region, the mean of 2003, the parameters and the seed; on
no policy, no budget and no later month.  It is kept in the folder of the compiled code, which
changes with every line of the package.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from innocluster.agents.compilation import CACHE

from .beginning.population import FirmSample
from .ground.forms import RULES, own_step
from .settings import Settings
from .spin_up import spin_up
from .state import State

__all__ = ["KEPT", "start_of"]

KEPT = 96
"""Starts that are kept, 7 MB each; the one not used for longest goes first.

A default comparison has some ninety: forty worlds, twins of which some begin under another form,
and forty draws of the posterior.  With fewer, a second comparison would find none of them, since
each was dropped for the next."""


def start_of(settings: Settings, folder: Path = CACHE / "starts") -> tuple[State, FirmSample]:
    """State of January 2003 and prototypes after a spin-up, this one's or an earlier one's.

    Parameters
    ----------
    folder : where starts are kept; where it cannot be written, nothing is
    """
    if any(own_step(rule, number) for rule, number in asdict(settings.forms).items()):
        # What a form of another package does may change without its name.
        return spin_up(settings)
    path = folder / f"{_key(settings)}.start"
    try:
        state, prototypes = pickle.loads(path.read_bytes())
        os.utime(path)
    except Exception:
        # Whatever a file is that cannot be read, a new one takes its place.
        state, prototypes = spin_up(settings)
        with contextlib.suppress(OSError):
            _keep(path, pickle.dumps((state, prototypes), protocol=5))
    # Columns that stand side by side in a table do so again in a copy.
    return state.copy(), prototypes


def _key(settings: Settings) -> str:
    """Digest of all that a spin-up hangs on."""
    digest = hashlib.sha256()
    macro = settings.macro.standing_still(1)
    for part in (
        settings.population, settings.parameters.as_dict(), macro, settings.seed,
        settings.spin_up_years, settings.governance, _forms(settings),
    ):  # fmt: skip
        _add(digest, part)
    return digest.hexdigest()[:32]


def _forms(settings: Settings) -> dict[str, str]:
    """Forms of the rules that are at work in a spin-up."""
    return {rule: form for rule, form in settings.forms.names().items() if RULES[rule].start}


def _add(digest: Any, value: Any) -> None:
    """Add a value to a digest, by what it is and not by how it lies in memory."""
    if is_dataclass(value):
        for f in fields(value):
            digest.update(f.name.encode())
            _add(digest, getattr(value, f.name))
    elif isinstance(value, np.ndarray):
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        for name, item in value.items():
            digest.update(str(name).encode())
            _add(digest, item)
    elif isinstance(value, list | tuple):
        for item in value:
            _add(digest, item)
    else:
        digest.update(repr(value).encode())


def _keep(path: Path, content: bytes) -> None:
    """Write a start whole or not at all, and drop the oldest beyond `KEPT`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).replace(path)
    starts = sorted(path.parent.glob("*.start"), key=lambda start: start.stat().st_mtime)
    for start in starts[: max(0, len(starts) - KEPT)]:
        start.unlink(missing_ok=True)
