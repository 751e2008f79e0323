"""What the economy outside gives the sectors of a region, from the macro series of a run."""

from __future__ import annotations

from math import fsum

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import exp_array, log_array

from ..ground.conditions import Conditions
from ..ground.forms import Forms, form_code
from ..ground.parameter_record import Parameters
from .macro import MacroSeries
from .population import Sectors

__all__ = ["market_conditions"]

Floats = NDArray[np.float64]

_COMMON = form_code("demand", "common")


def market_conditions(
    macro: MacroSeries, sectors: Sectors, p: Parameters, forms: Forms
) -> Conditions:
    """D1, F1, F2: demand, prices, technical progress and rivals' quality by month and sector.

    A sector that the macro series do not know has the common ones, and every sector has them
    under the form `common`.  Where prices differ by
    sector, so do technical progress and the growth of rivals' quality: lasting differences
    between prices are the mirror of differences in progress.

    The share `sectors.material_prices` of what a sector's price does beyond prices in general
    pays for dearer materials: value added per unit of sales is ν = ν0·(P/P_s)^share, so that
    crude oil does not make refiners rich.
    """
    if forms.demand == _COMMON:
        macro = macro.common()
    rate = macro.exchange_rate
    reference = fsum(rate[:12]) / 12.0
    abroad = [_exports(macro, markets) * rate / reference for markets in sectors.export_markets]
    price = _by_sector(macro, "price_index", sectors.keys)
    dearer = log_array((macro.price_index[:, None] / price).ravel()).reshape(price.shape)
    passed_on = exp_array((sectors.material_prices * dearer).ravel()).reshape(price.shape)
    factor = np.minimum(passed_on, 1.0 / sectors.value_added_ratio)
    differ = 1.0 if "price_index" in macro.sectors else 0.0
    years = (np.arange(rate.size) + 0.5) / 12.0
    return Conditions(
        domestic=_by_sector(macro, "domestic_demand", sectors.keys),
        foreign=np.stack(abroad, axis=1),
        price=price,
        value_added_price=price * factor,
        value_added_ratio=sectors.value_added_ratio * factor,
        progress=np.multiply.outer(
            years, p.technical_progress + differ * sectors.technical_progress
        ),
        rivals=np.multiply.outer(years, p.rivals_growth + differ * sectors.rivals_growth),
        exchange_rate=rate,
        general_price=macro.price_index,
        wage_index=macro.wage_index,
    )


def _by_sector(macro: MacroSeries, series: str, sectors: tuple[str, ...]) -> Floats:
    """Months of a series by sector, (T, H)."""
    return np.stack([macro.of_sector(series, sector) for sector in sectors], axis=1)


def _exports(macro: MacroSeries, markets: dict[str, float]) -> Floats:
    """World demand for a mixture of sectors or product groups with these shares in 2003."""
    # As differences from the common series, which stays as it is to the last bit.
    months = macro.world_demand.copy()
    for market, share in markets.items():
        months += share * (macro.of_sector("world_demand", market) - macro.world_demand)
    return months
