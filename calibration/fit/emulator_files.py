"""Emulators as arrays on disk, so that a refit needs no new fit of the polynomials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..inference.emulator import Emulator
from ..inference.polynomials import Term

__all__ = ["packed_emulator", "unpacked_emulator"]

Arrays = dict[str, NDArray[Any]]

_ARRAYS = (
    "low", "high", "points", "summaries", "weights", "noise_weights", "noise_limits",
    "correlation", "residuals",
)  # fmt: skip
_LISTS = ("places", "factors")
_TERMS = ("terms", "noise_terms")
_NUMBERS = ("ridges", "error_ratios")


def packed_emulator(emulator: Emulator, head: str) -> Arrays:
    """Arrays by name, each name beginning with `head`."""
    arrays: Arrays = {f"{head}{name}": getattr(emulator, name) for name in _ARRAYS}
    arrays |= {f"{head}{name}": np.array(getattr(emulator, name)) for name in _NUMBERS}
    arrays |= {f"{head}{name}": _packed(getattr(emulator, name)) for name in _TERMS}
    for name in _LISTS:
        parts = enumerate(getattr(emulator, name))
        arrays |= {f"{head}{name}_{k}": part for k, part in parts}
    return arrays


def unpacked_emulator(stored: Mapping[str, NDArray[Any]], head: str) -> Emulator:
    """The emulator of `packed_emulator`."""
    arrays = {name: stored[f"{head}{name}"] for name in _ARRAYS}
    outputs = range(arrays["summaries"].shape[1])
    lists = {name: [stored[f"{head}{name}_{k}"] for k in outputs] for name in _LISTS}
    terms = {name: _unpacked(stored[f"{head}{name}"]) for name in _TERMS}
    numbers = {name: tuple(stored[f"{head}{name}"].tolist()) for name in _NUMBERS}
    whole: dict[str, Any] = {**arrays, **lists, **terms, **numbers}
    return Emulator(**whole)


def _packed(terms: Sequence[Term]) -> NDArray[np.int64]:
    """Terms as (terms, 3, 2), factors that are not there being -1."""
    result = np.full((len(terms), 3, 2), -1, np.int64)
    for t, term in enumerate(terms):
        for k, factor in enumerate(term):
            result[t, k] = factor
    return result


def _unpacked(packed: NDArray[np.int64]) -> list[Term]:
    return [tuple((int(j), int(degree)) for j, degree in term if degree >= 0) for term in packed]
