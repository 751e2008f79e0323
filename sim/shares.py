"""Shares in percent, for the yearly measures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["percent"]


def percent(part: NDArray[np.number], whole: NDArray[np.number]) -> NDArray[np.float64]:
    """100 part / whole, NaN where there is nothing to take a share of.

    Parameters
    ----------
    part, whole : arrays of one shape
    """
    share = np.full(whole.shape, np.nan)
    np.divide(100.0 * part, whole, out=share, where=whole > 0)
    return share
