"""Terms of a sparse polynomial: products of Legendre polynomials of up to three inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

__all__ = ["CONSTANT", "Term", "columns_of", "cubic_terms", "single_terms", "union_of"]

Floats = NDArray[np.float64]
Term = tuple[tuple[int, int], ...]
"""(input, degree) of each factor."""

CONSTANT: Term = ()

_BLOCK = 256


def single_terms(inputs: Iterable[int]) -> list[Term]:
    """Linear and square terms of some inputs."""
    return [((j, degree),) for j in inputs for degree in (1, 2)]


def cubic_terms(inputs: Sequence[int]) -> list[Term]:
    """All terms up to a cubic in some inputs, without the constant."""
    result: list[Term] = []
    for degree in (1, 2, 3):
        for chosen in combinations_with_replacement(sorted(inputs), degree):
            result.append(tuple((j, chosen.count(j)) for j in sorted(set(chosen))))
    return result


def union_of(lists: Iterable[Sequence[Term]]) -> list[Term]:
    """Every term once, in the order of appearance."""
    return list(dict.fromkeys(term for terms in lists for term in terms))


def columns_of(terms: Sequence[Term], points: Floats) -> Floats:
    """Values of the terms, shape (n, terms).

    Parameters
    ----------
    terms : up to three factors each, of degrees 1 to 3
    points : inputs scaled to -1 … 1, shape (n, inputs)
    """
    count, inputs = points.shape
    table = np.empty((1 + 3 * inputs, count))
    table[0] = 1.0
    columns = points.T
    table[1::3] = columns
    table[2::3] = 1.5 * columns**2 - 0.5
    table[3::3] = 2.5 * columns**3 - 1.5 * columns
    places = np.zeros((3, len(terms)), dtype=np.intp)
    for t, term in enumerate(terms):
        for factor, (j, degree) in enumerate(term):
            places[factor, t] = 3 * j + degree
    product = np.empty((len(terms), count))
    for start in range(0, count, _BLOCK):
        # Few points at a time, so that what is multiplied is still near the processor.
        rows = slice(start, start + _BLOCK)
        near = table[:, rows]
        np.multiply(near[places[0]], near[places[1]], out=product[:, rows])
        product[:, rows] *= near[places[2]]
    return product.T
