"""What months are like from outside, and what the firms of 2003 are measured by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.records import Record

__all__ = ["Anchors", "Conditions"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Conditions(Record):
    """What the economy outside gives, the same for all firms, by month from 2003-01.

    Attributes
    ----------
    domestic : (T,) domestic demand H of D1, year mean of 2003 = 1
    foreign : (T,) foreign demand X·FX/FX0 of D1, X of 2003 and FX0 = 1
    exchange_rate : (T,) KRW per USD
    price : (T,) price index, year mean of 2003 = 1
    wage_index : (T,) wages against those of 2003
    """

    domestic: Floats
    foreign: Floats
    exchange_rate: Floats
    price: Floats
    wage_index: Floats


@dataclass(frozen=True)
class Anchors(Record):
    """Constants of a run that come from the population of 2003.

    Attributes
    ----------
    sector_stock : (H,) KRW million, median R&D stock of R&D performers, R_sector of K3
    sector_intensity : (H,) mean R&D intensity of R&D performers, E_sector of F6
    sector_log_a : (H,) mean log productivity of 2003
    usual_profit : (C,) profit over sales in 2003
    """

    sector_stock: Floats
    sector_intensity: Floats
    sector_log_a: Floats
    usual_profit: Floats
