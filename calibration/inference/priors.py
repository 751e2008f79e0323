"""Priors of the parameters that are fitted, and the scores in which they are normal.

Every parameter has a PERT distribution over its range with the mode at its default, the one
that `scenarios/statistics/draws.py` draws worlds from. All inference runs in *scores*: a score
is the standard normal quantile of a parameter's prior probability, z = Φ⁻¹(F(θ)). The prior of
the scores is N(0, I), nothing lies outside the range, and one is a prior standard deviation.

The form of a contested rule is a parameter too: its value is the number of the form, and its
score falls in the interval that the form's weight takes of the standard normal distribution.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from innocluster.scenarios.statistics.draws import UNCERTAIN, pert_quantile
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

__all__ = ["HIGHEST_SCORE", "Priors", "model_priors", "parameter_and_form_priors"]

Floats = NDArray[np.float64]

HIGHEST_SCORE = 6.0
"""Scores beyond plus or minus this, one in 5e8, are taken for it."""

_NODES = 4097


@dataclass(frozen=True)
class Priors:
    """PERT priors of some parameters.

    Attributes
    ----------
    names : the parameters
    low, mode, high : their ranges and modes, shape (parameters,)
    weights : of the forms of each parameter that is the form of a rule, by its place
    """

    names: tuple[str, ...]
    low: Floats
    mode: Floats
    high: Floats
    weights: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not len(self.names) == self.low.size == self.mode.size == self.high.size > 0:
            raise ValueError("priors need a name, low, mode and high for each parameter")
        if len(set(self.names)) < len(self.names):
            raise ValueError("each parameter has one prior")
        bounds = np.stack([self.low, self.mode, self.high])
        ordered = np.isfinite(bounds).all(axis=0) & (self.low < self.high)
        ordered &= (self.low <= self.mode) & (self.mode <= self.high)
        if not ordered.all():
            j = int(np.argmin(ordered))
            found = ", ".join(f"{value:g}" for value in bounds[:, j].tolist())
            raise ValueError(
                f"prior of {self.names[j]}: low, mode, high = {found};"
                " needs numbers with low < high and a mode from low to high"
            )
        for j, weights in self.weights.items():
            if not (min(weights) >= 0.0 and math.isclose(sum(weights), 1.0, rel_tol=1e-9)):
                raise ValueError(
                    f"weights of the forms of {self.names[j]}: {weights};"
                    " need numbers from 0 whose sum is 1"
                )

    @cached_property
    def _nodes(self) -> tuple[Floats, Floats]:
        """Scores (nodes,) and the values there (parameters, nodes); between them linear."""
        from scipy.special import ndtr

        scores = np.linspace(-HIGHEST_SCORE, HIGHEST_SCORE, _NODES)
        column = [bound[:, None] for bound in (self.low, self.mode, self.high)]
        return scores, pert_quantile(ndtr(scores)[None, :], *column)

    def values(self, scores: Floats) -> Floats:
        """Parameters (n, parameters) at these scores."""
        nodes, table = self._nodes
        columns = [np.interp(scores[:, j], nodes, table[j]) for j in range(len(self.names))]
        for j in self.weights:
            columns[j] = np.searchsorted(self._ends(j), scores[:, j]).astype(np.float64)
        return np.stack(columns, axis=1)

    def _ends(self, j: int) -> Floats:
        """Scores at which one form ends and the next begins."""
        from scipy.special import ndtri

        return np.asarray(ndtri(np.cumsum(self.weights[j])[:-1]))

    def scores(self, values: Floats) -> Floats:
        """Scores (n, parameters) of these parameters; of a form, that in its middle."""
        from scipy.special import ndtri

        nodes, table = self._nodes
        columns = [np.interp(values[:, j], table[j], nodes) for j in range(len(self.names))]
        for j, weights in self.weights.items():
            middles = ndtri(np.cumsum(weights) - 0.5 * np.array(weights))
            columns[j] = middles[values[:, j].astype(np.intp)]
        return np.stack(columns, axis=1)

    @property
    def variance(self) -> Floats:
        """Variance of each prior: αβ/((α + β)²(α + β + 1)) of the squared range, α + β = 6."""
        position = (self.mode - self.low) / (self.high - self.low)
        alpha, beta = 1.0 + 4.0 * position, 5.0 - 4.0 * position
        variance = np.asarray((self.high - self.low) ** 2 * alpha * beta / (36.0 * 7.0))
        for j, weights in self.weights.items():
            forms = np.arange(len(weights))
            variance[j] = np.average(forms**2, weights=weights) - np.dot(forms, weights) ** 2
        return variance

    def only(self, kept: Sequence[int]) -> Priors:
        """Those of some parameters, by position."""
        rows = np.asarray(kept, dtype=np.intp)
        names = tuple(self.names[j] for j in rows)
        weights = {i: self.weights[j] for i, j in enumerate(rows.tolist()) if j in self.weights}
        return Priors(names, self.low[rows], self.mode[rows], self.high[rows], weights)


def model_priors(names: Sequence[str] = UNCERTAIN) -> Priors:
    """Priors of parameters of the model, from its table.

    Raises
    ------
    KeyError
        For a name that is no parameter.
    """
    table = [PARAMETERS[name] for name in names]
    low, mode, high = (
        np.array([getattr(parameter, key) for parameter in table])
        for key in ("low", "default", "high")
    )
    return Priors(tuple(names), low, mode, high)


def parameter_and_form_priors() -> Priors:
    """Priors of all uncertain parameters, then of the form of every rule by its weight.

    A form's number is its place in its rule; the form that a run takes is the first, the mode.
    """
    parameters = model_priors()
    shares = [_shares([form.weight for form in rule.forms.values()]) for rule in RULES.values()]
    first = len(parameters.names)
    last = np.array([len(weights) - 1.0 for weights in shares])
    return Priors(
        (*parameters.names, *RULES),
        np.concatenate([parameters.low, np.zeros(last.size)]),
        np.concatenate([parameters.mode, np.zeros(last.size)]),
        np.concatenate([parameters.high, last]),
        {first + k: weights for k, weights in enumerate(shares)},
    )


def _shares(weights: Sequence[float]) -> tuple[float, ...]:
    """Weights of all forms of a rule, in their sum where another package has added one."""
    total = sum(weights)
    return tuple(weights) if math.isclose(total, 1.0) else tuple(w / total for w in weights)
