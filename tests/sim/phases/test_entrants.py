"""Entrants and spin-offs on tables of a few rows, with values worked out by hand (E2, U4)."""

from __future__ import annotations

import math
from statistics import NormalDist
from types import SimpleNamespace

import numpy as np
import pytest
from hand_tables import conditions
from small_network import SmallNetwork
from small_region import simulation

from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.beginning.population import FirmSample
from innocluster.sim.ground.grouped_rows import GroupedRows
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.ground.random_numbers import Process, replication_key, uniforms
from innocluster.sim.phases.entrants import (
    _choose_models,
    _describe_entrants,
    _enter_market,
    _scatter_knowledge,
    _take_rows,
)

KEY = replication_key(7)
MONTH = 11
ENTRANT = int(Process.ENTRANT)


def source() -> FirmSample:
    """Three firms of 2003 with six fields of knowledge."""
    return FirmSample(
        identifier=np.arange(3),
        complex=np.array([0, 1, 1], np.int16),
        sector=np.array([0, 1, 2], np.int16),
        mini_cluster=np.array([4, 5, -1], np.int16),
        employees=np.array([33, 5, 900], np.int32),
        revenue=np.array([3300.0, 500.0, 9e5]),
        export_share=np.array([0.1, 0.2, 0.3]),
        research_intensity=np.array([0.01, 0.0, 0.03]),
        brand=np.array([2, 1, 0], np.int16),
        knowledge=np.array([[1.0, 2.0, 4.0, 8.0, 16.0, 32.0], [1.0] * 6, [2.0] * 6], np.float32),
    )


def universities() -> ResearchBodyTable:
    """Two research bodies in complexes 1 and 0."""
    bodies = SmallNetwork(firms=1, bodies=2, fields=6).bodies
    bodies.complex[:] = [1, 0]
    bodies.sector[:] = [2, 1]
    bodies.knowledge[:] = [[3.0, 5.0, 7.0, 9.0, 11.0, 13.0], [17.0] * 6]
    return bodies


@pytest.mark.parametrize("kernel", [_choose_models, _choose_models.py_func])
def test_entrants_are_named_by_complex_with_spin_offs_last(kernel) -> None:
    newcomers = source().room(8)
    models = kernel(
        KEY, MONTH, np.array([2, 1]), np.array([0, 1]), universities(),
        GroupedRows(np.array([0, 1, 2], np.int32), np.array([0, 1, 3])),
        np.array([1.0, 0.9, 1.0]), newcomers,
    )  # fmt: skip
    # The twelfth month: 12·2^24, then 2^16 a complex; spin-offs from 2^15 by their university.
    start = 12 * 2**24
    names = [start, start + 1, start + 32_769, start + 65_536, start + 65_536 + 32_768]
    assert newcomers.identifier[:5].tolist() == names
    assert newcomers.complex[:5].tolist() == [0, 0, 0, 1, 1]
    assert models[1].tolist() == [-1, -1, 1, -1, 0]
    draws = [uniforms(KEY, name, MONTH, ENTRANT, 0)[0] for name in names[3:]]
    # Nine of ten in the second complex are like its first firm.
    assert models[0].tolist() == [0, 0, 0, *(1 + int(u > 0.9) for u in draws)]


@pytest.mark.parametrize("kernel", [_describe_entrants, _describe_entrants.py_func])
def test_entrants_are_like_their_models(kernel) -> None:
    newcomers = source().room(4)
    models = np.array([[0, 1, 2, 0], [-1, -1, -1, 0]])
    p = ParameterSet().record()
    kernel(p, models, source(), universities(), np.array([0.5, 0.6, 0.7]), newcomers)
    # Five in a spin-off, of the sector of its university.
    assert newcomers.employees.tolist() == [33, 5, 900, 5]
    assert newcomers.revenue == pytest.approx([3300.0, 500.0, 9e5, 500.0], rel=1e-14)
    assert newcomers.sector.tolist() == [0, 1, 2, 2]
    assert newcomers.research_intensity.tolist() == [0.01, 0.0, 0.03, 0.7]
    assert newcomers.mini_cluster.tolist() == [4, 5, -1, 4]
    assert newcomers.export_share.tolist() == [0.1, 0.2, 0.3, 0.1]
    assert newcomers.brand.tolist() == [2, 1, 0, 2]


@pytest.mark.parametrize("kernel", [_scatter_knowledge, _scatter_knowledge.py_func])
def test_knowledge_is_that_of_the_model_or_the_university_scattered(kernel) -> None:
    newcomers = source().room(3)
    newcomers.identifier[:] = [70, 71, 72]
    newcomers.knowledge[:] = -1.0
    bodies = universities()
    p = ParameterSet({"entrant_scatter": 0.3}).record()
    kernel(KEY, MONTH, p, np.array([[0, 1], [-1, 0]]), source(), bodies, newcomers)
    for n, origin in enumerate((source().knowledge[0], bodies.knowledge[0])):
        for f in range(6):
            u = uniforms(KEY, 70 + n, MONTH, ENTRANT, 1 + f // 4)[f % 4]
            expected = origin[f] * math.exp(0.3 * NormalDist().inv_cdf(u))
            assert newcomers.knowledge[n, f] == pytest.approx(expected, rel=1e-6)
    assert (newcomers.knowledge[2] == -1.0).all()


@pytest.mark.parametrize("kernel", [_enter_market, _enter_market.py_func])
def test_entrants_start_level_with_the_others(kernel) -> None:
    firms = FirmTable.allocate(2, knowledge=1)
    firms.sector[:] = [1, 0]
    firms.level[:] = [1.0, 9.0]
    firms.shock[:] = [0.25, 9.0]
    firms.export_logit[:] = [math.log(3.0), 9.0]
    firms.expected_demand[:] = [200.0, 9.0]
    firms.research_intensity[:] = [0.03, 9.0]
    outside = conditions(17, 2, progress=(9.0, 0.02), rivals=(9.0, 0.05), price=(9.0, 1.1))
    left = np.array([[9.0, 1.2], [9.0, 1.6]])
    p = ParameterSet(unchecked={"substitution": 3.0}).record()
    kernel(17, p, outside, left, np.array([0]), firms)
    # An export share of 3/4.
    real = 200.0 * math.exp(0.02)
    assert firms.log_productivity.tolist() == pytest.approx([1.27, 0.0], rel=1e-14)
    assert firms.demand_reference[0] == pytest.approx(0.97, rel=1e-14)
    assert firms.expected_demand.tolist() == pytest.approx([real, 9.0], rel=1e-14)
    assert firms.revenue[0] == pytest.approx(1.1 * real, rel=1e-14)
    assert firms.smoothed_sales.tolist() == pytest.approx([1.1 * real, 0.0], rel=1e-14)
    assert firms.research_spending.tolist() == pytest.approx([0.033 * real, 0.0], rel=1e-14)
    assert firms.demand_scale[0] == pytest.approx(
        1.1 * real / math.exp(0.5) / (0.3 + 1.2), rel=1e-14
    )


def test_rows_of_closed_firms_of_the_same_complex_are_taken_first() -> None:
    firms = FirmTable.allocate(6, knowledge=1)
    firms.count = 6
    state = SimpleNamespace(firms=firms, free_rows=[[4, 1, 0], [], [5]])
    rows = _take_rows(SimpleNamespace(state=state), np.array([2, 1, 3]))
    assert rows.tolist() == [4, 1, 6, 5, 7, 8]
    assert state.free_rows == [[0], [], []]
    assert firms.count == 9
    assert firms.capacity >= 9


def test_in_balance_one_firm_enters_for_each_that_closes() -> None:
    run = simulation(
        "P0", balanced=True, last=(2004, 12),
        unchecked={"exit_rate": 2.0, "spin_off_rate": 1.0, "entry_scale": 5.0},
    )  # fmt: skip
    values = run.run().values
    assert values["closures"].sum(axis=0).min() > 0
    assert np.array_equal(values["entrants"], values["closures"])
    # Firms are recorded before exits and entries.
    assert (values["firms"] == values["firms"][0]).all()
