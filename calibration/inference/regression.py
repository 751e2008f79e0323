"""One output of an emulator: which terms it needs, their weights, and how sure they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .polynomials import CONSTANT, Term, columns_of, cubic_terms, single_terms, union_of

__all__ = [
    "Choice",
    "Regression",
    "chosen_terms",
    "covering",
    "log_noise_model",
    "unseen_residuals",
    "weighted_ridge",
]

Floats = NDArray[np.float64]

STRONGEST = 12
"""Inputs whose terms up to a cubic are tried."""

_FOLDS = 5
_PENALTIES = 30
_RIDGES = 25
_LOG_CHI_SQUARE = -1.2703628454614782  # E log χ² with one degree of freedom


@dataclass(frozen=True)
class Regression:
    """Weighted ridge regression on given terms.

    Attributes
    ----------
    weights : of the terms, the constant first
    factor : lower triangular L with Cov(weights) = LL' times the noise's common variance
    residual : of each run
    left_out : residual of each run predicted without it
    leverage : share of its own prediction that each run makes
    ridge : precision of the weights' prior over that of the noise
    """

    weights: Floats
    factor: Floats
    residual: Floats
    left_out: Floats
    leverage: Floats
    ridge: float


def _sparse_penalty(model: Any) -> float:
    """Largest penalty whose cross-validated error is within one standard error of the least.

    Weights are estimated anew without a penalty of size, so that terms too many only add error.
    """
    errors = np.asarray(model.mse_path_)
    mean = errors.mean(axis=1)
    limit = float(mean.min() + errors[int(np.argmin(mean))].std(ddof=1) / np.sqrt(_FOLDS))
    return float(np.asarray(model.alphas_)[mean <= limit].max())


@dataclass(frozen=True)
class Choice:
    """Terms of one output.

    Attributes
    ----------
    terms : chosen, the constant first
    tried : those they were chosen from
    penalty : of the lasso that chose
    """

    terms: list[Term]
    tried: list[Term]
    penalty: float


def chosen_terms(points: Floats, output: Floats, seed: int) -> Choice:
    """Terms of one output by two cross-validated lassos.

    First linear and square terms of all inputs. The dozen inputs that explain most then enter
    with all terms up to a cubic, beside the chosen terms of the others.

    Parameters
    ----------
    points : (n, inputs), scaled to -1 … 1
    output : (n,)
    seed : of the folds
    """
    inputs = points.shape[1]
    first = single_terms(range(inputs))
    weights, _ = _lasso(columns_of(first, points), output, seed)
    strength = np.abs(weights).reshape(inputs, 2).sum(axis=1)
    strongest = np.argsort(-strength, kind="stable")[:STRONGEST]
    kept = [int(j) for j in strongest if strength[j] > 0.0 or inputs <= STRONGEST]
    others = [t for t, w in zip(first, weights, strict=True) if w != 0.0 and t[0][0] not in kept]
    second = [*cubic_terms(kept), *others]
    if not second:
        return Choice([CONSTANT], [], 0.0)
    found, penalty = _lasso(columns_of(second, points), output, seed)
    return Choice([CONSTANT, *_nonzero(second, found)], second, penalty)


def unseen_residuals(
    columns: Floats, output: Floats, variance: Floats, penalty: float, seed: int
) -> Floats:
    """Residuals of runs predicted without them, terms chosen anew without them too.

    Parameters
    ----------
    columns : of all terms that were tried (n, terms)
    output : (n,)
    variance : relative noise variance of each run (n,)
    penalty : of the lasso
    """
    from sklearn.model_selection import KFold

    result = np.empty(output.size)
    every = np.column_stack([np.ones(output.size), columns])
    for rest, own in KFold(_FOLDS, shuffle=True, random_state=seed + 1).split(columns):
        found, _ = _lasso(columns[rest], output[rest], seed, penalty)
        chosen = np.concatenate([[0], 1 + np.flatnonzero(found)])
        fit = weighted_ridge(every[np.ix_(rest, chosen)], output[rest], variance[rest])
        result[own] = output[own] - every[np.ix_(own, chosen)] @ fit.weights
    return result


def _nonzero(terms: Sequence[Term], weights: Floats) -> list[Term]:
    return [term for term, weight in zip(terms, weights, strict=True) if weight != 0.0]


def _lasso(
    columns: Floats, output: Floats, seed: int, penalty: float | None = None
) -> tuple[Floats, float]:
    """Weights on standardised columns, and the penalty, cross-validated if none is given."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import Lasso, LassoCV
    from sklearn.model_selection import KFold

    spread = output.std()
    if spread == 0.0:
        return np.zeros(columns.shape[1]), 0.0
    centred = columns - columns.mean(axis=0)
    scale = centred.std(axis=0)
    scale[scale == 0.0] = 1.0
    model: Any
    if penalty is None:
        folds = KFold(_FOLDS, shuffle=True, random_state=seed)
        model = LassoCV(alphas=_PENALTIES, eps=3e-3, cv=folds, max_iter=3000, tol=1e-3)
    else:
        model = Lasso(alpha=penalty, max_iter=3000, tol=1e-3)
    with warnings.catch_warnings():
        # The least penalties need not converge to be seen to be too small.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(centred / scale, (output - output.mean()) / spread)
        used = penalty if penalty is not None else _sparse_penalty(model)
        if penalty is None:
            model = Lasso(alpha=used, max_iter=3000, tol=1e-3)
            model.fit(centred / scale, (output - output.mean()) / spread)
    return np.asarray(model.coef_, dtype=np.float64), used


def weighted_ridge(
    columns: Floats, output: Floats, variance: Floats, ridge: float | None = None
) -> Regression:
    """Ridge regression with weights 1/variance; the constant, first, is not drawn to zero.

    Without a `ridge` it is the one under which the runs predict each other best, each left out
    in turn (a grid of precisions).

    Parameters
    ----------
    columns : (n, terms), the first of them ones
    output : (n,)
    variance : relative noise variance of each run (n,)
    """
    root = 1.0 / np.sqrt(variance)
    weighted, wanted = columns * root[:, None], output * root
    size = (weighted**2).mean(axis=0)
    penalty = size * columns.shape[0]
    penalty[0] = 0.0
    product, towards = weighted.T @ weighted, weighted.T @ wanted
    ridges = 10.0 ** np.linspace(-9.0, 0.0, _RIDGES) if ridge is None else np.array([ridge])
    best: Regression | None = None
    least = np.inf
    for value in ridges.tolist():
        matrix = product + np.diag(value * penalty) + 1e-12 * np.diag(np.diag(product))
        inverse = np.linalg.inv(matrix)
        weights = inverse @ towards
        leverage = np.minimum(np.einsum("ij,jk,ik->i", weighted, inverse, weighted), 0.999)
        residual = wanted - weighted @ weights
        left_out = residual / (1.0 - leverage)
        error = float((left_out**2).mean())
        if error < least or best is None:
            least = error
            factor = np.asarray(np.linalg.cholesky(0.5 * (inverse + inverse.T)), dtype=np.float64)
            best = Regression(weights, factor, residual / root, left_out / root, leverage, value)
    assert best is not None
    return best


def log_noise_model(
    points: Floats, left_out: Floats, leverage: Floats, seed: int
) -> tuple[list[Term], Floats]:
    """Terms and weights of the log variance of the noise, from squared residuals.

    log e² = log σ²(x) - 1.27 + noise of variance π²/2, so linear and square terms are enough
    to ask for; the lasso keeps only what stands out.

    Parameters
    ----------
    points : (n, inputs), scaled to -1 … 1
    left_out, leverage : of a regression; e²(1 - leverage) has expectation σ²
    """
    squared = left_out**2 * (1.0 - leverage)
    floor = 1e-6 * float(squared.mean()) + np.finfo(float).tiny
    logs = np.log(np.maximum(squared, floor)) - _LOG_CHI_SQUARE
    terms = single_terms(range(points.shape[1]))
    found, _ = _lasso(columns_of(terms, points), logs, seed)
    kept = [CONSTANT, *_nonzero(terms, found)]
    fit = weighted_ridge(columns_of(kept, points), logs, np.ones(logs.size))
    return kept, fit.weights


def covering(lists: Sequence[Sequence[Term]]) -> tuple[list[Term], list[NDArray[np.intp]]]:
    """Terms of several regressions, each once, and where those of each stand."""
    terms = union_of(lists)
    place = {term: i for i, term in enumerate(terms)}
    return terms, [np.array([place[t] for t in own], dtype=np.intp) for own in lists]
