"""Effects corrected for luck that is known to be zero in the mean: control variates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["corrected_for"]

Floats = NDArray[np.float64]

_WORLDS_A_CONTROL = 5


def corrected_for(controls: Floats, outcomes: Floats) -> Floats:
    """Outcomes less what controls of zero mean explain of them, shape (n,).

    Parameters
    ----------
    controls : (n, k) of n worlds, each of known mean zero
    outcomes : (n,) such as paired effects

    Returns
    -------
    array (n,)
        The outcomes themselves where worlds are too few or no control varies.

    Notes
    -----
    Y_i - b_(-i)·C_i, where b_(-i) are the slopes of a regression on the other worlds. They
    do not depend on world i, so that E[b_(-i)·C_i] = E[b_(-i)]·E[C_i] = 0: the mean is
    unbiased for any number of worlds, unlike with slopes that world i took part in. Slopes
    without a world follow from those with it: b_(-i) = b - (X'X)⁻¹x_i·e_i/(1 - h_i).

    S. S. Lavenberg and P. D. Welch (1981), "A perspective on the use of control variables
    to increase the efficiency of Monte Carlo simulations", Management Science 27(3);
    leaving a world out: A. N. Avramidis and J. R. Wilson (1993), "A splitting scheme for
    control variates", Operations Research Letters 14(4).
    """
    count = outcomes.size
    spread = np.ptp(controls, axis=0) if count else np.zeros(controls.shape[1])
    varying = controls[:, spread > 1e-12 * np.abs(controls).max(axis=0, initial=0.0)]
    if varying.shape[1] == 0 or count < _WORLDS_A_CONTROL * (1 + varying.shape[1]):
        return outcomes.copy()
    varying = varying / varying.std(axis=0)
    design = np.column_stack([np.ones(count), varying])
    inverse = np.linalg.pinv(design.T @ design)
    slopes = inverse @ (design.T @ outcomes)
    weights = design @ inverse
    left = 1.0 - np.einsum("ij,ij->i", weights, design)
    residual = outcomes - design @ slopes
    # A world that alone fixes a slope leaves nothing to estimate it from without it.
    moved = weights * (residual / np.maximum(left, 1e-9))[:, None]
    without: Floats = slopes - moved
    result: Floats = outcomes - np.einsum("ij,ij->i", without[:, 1:], varying)
    return result
