"""What two sectors meet, worked out on paper (D1, F1, F2)."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hand_tables import parameters
from small_region import full_population, simulation

from innocluster.sim.beginning.macro import MacroSeries, load_macro
from innocluster.sim.beginning.market_conditions import market_conditions
from innocluster.sim.ground.conditions import Conditions
from innocluster.sim.ground.forms import Forms

P = parameters(technical_progress=0.02, rivals_growth=0.03)
MONTHS = 13


def months(last: float) -> np.ndarray:
    """A year of ones, then `last`."""
    return np.array([1.0] * 12 + [last])


def macro(**sectors: dict[str, np.ndarray]) -> MacroSeries:
    """All indexes 1 in 2003, then each another; KRW 1,000 a dollar in 2003, then 1,250."""
    return MacroSeries(
        "hand", months(2.0), months(3.0), 1000.0 * months(1.25), months(1.2), months(1.5), sectors
    )


def outside(series: MacroSeries, **forms: str) -> Conditions:
    """Conditions of oil, whose price follows crude, and of goods, sold as parts and wholes."""
    sectors = SimpleNamespace(
        keys=("oil", "goods"),
        value_added_ratio=np.array([0.25, 0.4]),
        technical_progress=np.array([-0.01, 0.04]),
        rivals_growth=np.array([-0.02, 0.05]),
        material_prices=np.array([1.0, 0.5]),
        export_markets=({"oil": 1.0}, {"parts": 0.25, "goods": 0.75}),
    )
    return market_conditions(series, sectors, P, Forms.of(forms))  # type: ignore[arg-type]


def test_the_second_january_by_hand() -> None:
    found = outside(
        macro(
            domestic_demand={"goods": months(5.0)},
            world_demand={"parts": months(7.0), "oil": months(4.0)},
            price_index={"oil": months(2.4), "goods": months(0.3)},
        )
    )
    year = 12.5 / 12.0
    # Oil goes on with the common home market; goods abroad are a quarter parts, else common.
    assert found.domestic[12].tolist() == [2.0, 5.0]
    assert found.foreign[12] == pytest.approx([4.0 * 1.25, (0.25 * 7 + 0.75 * 3) * 1.25], rel=1e-14)
    assert found.price[12].tolist() == [2.4, 0.3]
    # Twice as dear as goods at large: half as much value added a won of sales, at their price.
    # A quarter of their price, half of it passed on: twice as much.
    assert found.value_added_ratio[12] == pytest.approx([0.125, 0.8], rel=1e-14)
    assert found.value_added_price[12] == pytest.approx([1.2, 0.6], rel=1e-14)
    assert found.progress[12] == pytest.approx([0.01 * year, 0.06 * year], rel=1e-14)
    assert found.rivals[12] == pytest.approx([0.01 * year, 0.08 * year], rel=1e-14)
    assert (found.exchange_rate[12], found.general_price[12], found.wage_index[12]) == (
        1250.0, 1.2, 1.5,
    )  # fmt: skip
    for name in ("domestic", "foreign", "price", "value_added_price"):
        assert (getattr(found, name)[:12] == 1.0).all(), name


def test_sectors_may_share_the_common_series() -> None:
    series = macro(world_demand={"oil": months(4.0)}, price_index={"oil": months(2.4)})
    found, common = outside(series, demand="common"), outside(macro())
    assert found.foreign[12].tolist() == common.foreign[12].tolist() == [3.75, 3.75]
    assert found.price[12].tolist() == [1.2, 1.2]
    assert found.progress[12].tolist() == common.progress[12].tolist()


def test_value_added_is_never_more_than_sales() -> None:
    found = outside(macro(price_index={"goods": months(0.03)}))
    assert found.value_added_ratio[12].tolist() == [0.25, 1.0]
    assert found.value_added_price[12, 1] == pytest.approx(0.03 / 0.4, rel=1e-14)


def test_where_prices_are_common_so_is_progress() -> None:
    found = outside(macro(world_demand={"oil": months(4.0)}))
    assert found.progress[12] == pytest.approx([0.02 * 12.5 / 12.0] * 2, rel=1e-14)
    assert found.rivals[12] == pytest.approx([0.03 * 12.5 / 12.0] * 2, rel=1e-14)
    assert found.value_added_ratio[12].tolist() == [0.25, 0.4]
    assert found.value_added_price[12].tolist() == [1.2, 1.2]


def test_common_series_are_those_of_every_sector_to_the_last_bit() -> None:
    series = load_macro("history").common()
    found = market_conditions(series, full_population().region.sectors, P, Forms())
    rate = series.exchange_rate / (np.sum(series.exchange_rate[:12]) / 12.0)
    for sector in range(9):
        np.testing.assert_array_equal(found.domestic[:, sector], series.domestic_demand)
        np.testing.assert_array_equal(found.price[:, sector], series.price_index)
        np.testing.assert_allclose(found.foreign[:, sector], series.world_demand * rate, rtol=1e-14)
    assert np.ptp(found.foreign, axis=1).max() == 0.0


def test_refiners_do_not_get_rich_with_the_price_of_oil() -> None:
    """Capacity brings twice the sales at twice the price, and the value added that it brought."""
    frozen = vars(load_macro("frozen"))
    usual, risen = (
        simulation(
            "P0",
            match_2003=False,
            macro=MacroSeries(
                **{**frozen, "sectors": {"price_index": {"petrochemicals": np.full(216, price)}}}
            ),
        )
        for price in (1.0, 2.0)
    )
    for run in (usual, risen):
        firms = run.state.firms
        # Demand beyond every capacity.
        firms.demand_scale[: firms.count] *= 1e6
        run.step()
    oil = usual.region.sectors.keys.index("petrochemicals")
    for sector in range(9):
        rows = np.flatnonzero(usual.state.firms.sector[: usual.state.firms.count] == sector)
        before, after = usual.state.firms.revenue[rows], risen.state.firms.revenue[rows]
        assert after == pytest.approx((2.0 if sector == oil else 1.0) * before, rel=1e-12)
    for name in ("value_added", "real_value_added", "volume"):
        one, other = usual.series.values[name][0], risen.series.values[name][0]
        assert other == pytest.approx(one, rel=1e-12), name
