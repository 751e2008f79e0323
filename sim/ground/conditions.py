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
    """What the economy outside gives, by month from 2003-01 and, in (T, H) arrays, by sector.

    Attributes
    ----------
    domestic : (T, H) domestic demand H of D1, year mean of 2003 = 1
    foreign : (T, H) foreign demand X·FX/FX0 of D1, X of 2003 and FX0 = 1
    price : (T, H) price of what the sector sells, year mean of 2003 = 1
    value_added_price : (T, H) price of its value added, P·ν/ν0
    value_added_ratio : (T, H) value added per unit of sales at today's prices, ν
    progress : (T, H) common technical progress of F2 since the start, log points
    rivals : (T, H) log quality of rivals Q of D1, since the start
    exchange_rate : (T,) KRW per USD
    general_price : (T,) price of manufactured goods at large, that of capital and R&D
    wage_index : (T,) wages against those of 2003
    """

    domestic: Floats
    foreign: Floats
    price: Floats
    value_added_price: Floats
    value_added_ratio: Floats
    progress: Floats
    rivals: Floats
    exchange_rate: Floats
    general_price: Floats
    wage_index: Floats


@dataclass(frozen=True)
class Anchors(Record):
    """Constants of a run that come from the population of 2003.

    Attributes
    ----------
    sector_stock : (H,) KRW million, median R&D stock of R&D performers, R_sector of K3
    sector_intensity : (H,) mean R&D over sales of R&D performers, E_sector of F6
    log_intensity, intensity_spread : (H,) mean and standard deviation of the log of the R&D over
        sales to which performers tend, F3
    largest_stock : R&D stock at the percentile of performers up to which stocks spill over, over
        the usual growth of stocks since the start, F4
    sector_log_a : (H,) mean log productivity of 2003, without luck
    usual_profit : (C,) profit over sales in 2003
    offered : (2, H) KRW million/month, what D1 sums in the home and the export market in
        January 2003
    """

    sector_stock: Floats
    sector_intensity: Floats
    log_intensity: Floats
    intensity_spread: Floats
    sector_log_a: Floats
    usual_profit: Floats
    offered: Floats
    largest_stock: float
