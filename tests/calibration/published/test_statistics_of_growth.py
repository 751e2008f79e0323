"""Sizes and growth rates of the full population without a programme, against what firms show."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from small_region import full_population, simulation

from innocluster.calibration.published.size_and_growth import (
    dispersion_exponent,
    fit_subbotin,
    hill_exponent,
)

YEARS = 8
TAIL = 0.05


@dataclass
class Growth:
    """Annual log growth of sales less the mean of its sector and year, and size at the start."""

    rate: np.ndarray
    employees: np.ndarray


@dataclass
class Panel:
    """Annual sales of the firms that operate all year."""

    identifier: np.ndarray
    sector: np.ndarray
    employees: np.ndarray
    sales: np.ndarray


@pytest.fixture(scope="module")
def panels() -> list[Panel]:
    run = simulation("P0", seed=1, population=full_population(), last=(2002 + YEARS, 12))
    result = []
    for _ in range(YEARS):
        firms = run.state.firms
        n = firms.count
        identifier = firms.identifier[:n].copy()
        stays = firms.alive[:n] == 1
        employees = firms.employees[:n].copy()
        sales = np.zeros(n)
        for _ in range(12):
            run.step()
            firms = run.state.firms
            stays &= (firms.alive[:n] == 1) & (firms.identifier[:n] == identifier)
            sales += firms.revenue[:n]
        sector = firms.sector[:n][stays].copy()
        result.append(Panel(identifier[stays], sector, employees[stays], sales[stays]))
    return result


@pytest.fixture(scope="module")
def growth(panels) -> Growth:
    rates, employees = [], []
    for first, second in itertools.pairwise(panels):
        _, a, b = np.intersect1d(first.identifier, second.identifier, return_indices=True)
        rate = np.log(second.sales[b] / first.sales[a])
        for sector in np.unique(first.sector[a]):
            same = first.sector[a] == sector
            rate[same] -= rate[same].mean()
        rates.append(rate)
        employees.append(first.employees[a])
    return Growth(np.concatenate(rates), np.concatenate(employees))


@pytest.mark.parametrize(
    ("low", "high", "published"),
    [(0, 50, 0.35), (50, 300, 0.25), (300, np.inf, 0.18)],
    ids=["small", "medium", "large"],
)
def test_dispersion_of_growth_by_size_class(growth, low, high, published):
    chosen = (growth.employees >= low) & (growth.employees < high)
    assert chosen.sum() > 500
    assert growth.rate[chosen].std() == pytest.approx(published, abs=0.07)


def test_dispersion_falls_with_size_as_a_power(growth):
    assert 0.10 <= dispersion_exponent(growth.employees, growth.rate) <= 0.25


def test_growth_rates_are_tent_shaped(growth):
    assert 0.8 <= fit_subbotin(growth.rate).shape <= 1.3


@pytest.mark.parametrize("year", [0, YEARS - 1])
@pytest.mark.parametrize("measure", ["employees", "sales"])
def test_the_largest_firms_follow_a_power_law(panels, year, measure):
    sizes = getattr(panels[year], measure)
    assert 0.9 <= hill_exponent(sizes, int(TAIL * sizes.size)) <= 1.4
