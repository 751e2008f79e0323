"""What a sector meets in a month: demand, prices, progress, rivals (D1, F1, F2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mesa_objects import ObjectModel

__all__ = ["Market", "market_of"]


class Market(NamedTuple):
    """A sector's month; indexes are 1 in 2003, `progress` and `rivals` log points since then."""

    domestic: float
    foreign: float
    price: float
    value_added_price: float
    value_added_ratio: float
    progress: float
    rivals: float


def market_of(model: ObjectModel, sector: int, relative_rate: float) -> Market:
    """Market of a sector this month; `relative_rate` is the exchange rate over that of 2003."""
    macro, sectors, p = model.settings.macro, model.region.sectors, model.p
    key = sectors.keys[sector]
    common = model.settings.forms.names()["demand"] == "common"
    by_sector = {} if common else macro.sectors

    def now(series: str, line: str) -> float:
        own = by_sector.get(series, {}).get(line)
        return float((getattr(macro, series) if own is None else own)[model.month])

    price = now("price_index", key)
    ratio = model.value_added_ratio[sector]
    dearer = (model.general_price / price) ** float(sectors.material_prices[sector])
    differs = "price_index" in by_sector
    progress = p.technical_progress + differs * float(sectors.technical_progress[sector])
    rivals = p.rivals_growth + differs * float(sectors.rivals_growth[sector])
    markets = sectors.export_markets[sector].items()
    return Market(
        domestic=now("domestic_demand", key),
        foreign=relative_rate * sum(share * now("world_demand", line) for line, share in markets),
        price=price,
        value_added_price=price * min(dearer, 1.0 / ratio),
        value_added_ratio=min(ratio * dearer, 1.0),
        progress=progress * model.years,
        rivals=rivals * model.years,
    )
