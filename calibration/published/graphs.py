"""Small standard graphs as adjacency matrices, on which published models are solved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["GRAPHS", "SMALLEST", "circulant_eigenvalues", "graph"]

Floats = NDArray[np.float64]


def _join(n: int, left: NDArray[np.intp], right: NDArray[np.intp]) -> Floats:
    adjacency = np.zeros((n, n))
    adjacency[left, right] = adjacency[right, left] = 1.0
    return adjacency


def _star(n: int) -> Floats:
    return _join(n, np.zeros(n - 1, dtype=np.intp), np.arange(1, n))


def _path(n: int) -> Floats:
    return _join(n, np.arange(n - 1), np.arange(1, n))


def _ring(n: int) -> Floats:
    return _join(n, np.arange(n), (np.arange(n) + 1) % n)


def _complete(n: int) -> Floats:
    return np.ones((n, n)) - np.eye(n)


def _empty(n: int) -> Floats:
    return np.zeros((n, n))


GRAPHS: dict[str, Callable[[int], Floats]] = {
    "star": _star,
    "path": _path,
    "ring": _ring,
    "complete": _complete,
    "empty": _empty,
}

SMALLEST = {"star": 2, "path": 2, "ring": 3, "complete": 2, "empty": 1}


def graph(name: str, n: int) -> Floats:
    """Adjacency (n, n) of a star (hub first), path, ring, complete or empty graph.

    Raises
    ------
    KeyError
        If there is no such graph.
    ValueError
        If n is below the smallest of its kind.

    Examples
    --------
    >>> graph("path", 3).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    if n < SMALLEST[name]:
        raise ValueError(f"a {name} needs at least {SMALLEST[name]} agents")
    return GRAPHS[name](n)


def circulant_eigenvalues(n: int, degree: int) -> Floats:
    """Eigenvalues (n,) of the ring whose members are tied to their `degree` nearest.

    The first belongs to equal values everywhere and is the degree itself. An odd
    degree adds the agent opposite and needs an even n.
    """
    angle = 2.0 * np.pi * np.arange(n) / n
    near = np.arange(1, degree // 2 + 1)
    opposite = np.cos(angle * (n // 2)) if degree % 2 else np.zeros(n)
    return np.asarray(2.0 * np.cos(np.outer(angle, near)).sum(axis=1) + opposite)
