"""Agents: their columns, their names, whom they know, how they show."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from innocluster.agents import (
    Coordinator,
    CoordinatorTable,
    Firm,
    FirmTable,
    Institute,
    ResearchBodyTable,
    University,
)
from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.region.loading import load_region
from innocluster.scenarios.region.synthesis import synthesise
from innocluster.sim import ClusterModel, ParameterSet, Settings, load_macro

READ_ONLY = {"alive", "entered", "first_pair", "identifier", "projects"}


@pytest.fixture(scope="module")
def model() -> ClusterModel:
    """The programme as it was, at the end of 2005."""
    population = synthesise(load_region(), 3)
    model = ClusterModel(
        Settings(population, ParameterSet(), load_macro("history"), POLICIES["P5"], 3)
    )
    for _ in range(36):
        model.step()
    return model


@pytest.mark.parametrize(
    ("agent_class", "table"),
    [(Firm, FirmTable), (University, ResearchBodyTable), (Coordinator, CoordinatorTable)],
)
def test_every_column_is_a_documented_attribute(agent_class: type, table: type) -> None:
    for declared in fields(table):
        if not declared.metadata:
            continue
        attribute = getattr(agent_class, declared.name)
        assert isinstance(attribute, property)
        assert f"[{declared.metadata['unit']}]" in (attribute.__doc__ or "")
        assert declared.metadata["description"][1:] in (attribute.__doc__ or "")
        assert (attribute.fset is None) == (declared.name in READ_ONLY)


def test_attributes_read_and_write_the_row(model: ClusterModel) -> None:
    firms = model.simulation.state.firms
    firm = model.firm(11)
    for name in FirmTable.column_names():
        assert np.array_equal(getattr(firm, name), getattr(firms, name)[11], equal_nan=True)
    assert type(firm.employees) is float
    assert type(firm.sector) is int
    before = firms.capital.copy()
    firm.capital = 2.0 * firm.capital
    assert firms.capital[11] == 2.0 * before[11]
    firm.capital = before[11]
    assert np.array_equal(firms.capital, before)
    firm.knowledge[2] += 0.5
    assert firms.knowledge[11, 2] == firm.knowledge[2]
    firm.knowledge[2] -= 0.5
    with pytest.raises(AttributeError):
        firm.alive = 0


def test_attributes_follow_a_table_that_grows(model: ClusterModel) -> None:
    firms = model.simulation.state.firms
    firm = model.firm(12)
    firms.reserve(firms.capacity + 1)
    firm.brand = 0.5
    assert firms.brand[12] == 0.5


def test_names_are_those_of_the_region(model: ClusterModel) -> None:
    region = model.region
    firms = model.simulation.state.firms
    for row in (0, firms.count // 2):
        firm = model.firm(row)
        assert firm.complex_key == region.complexes.keys[firms.complex[row]]
        assert firm.sector_key == region.sectors.keys[firms.sector[row]]
        number = firms.mini_cluster[row]
        assert firm.mini_cluster_name == (region.mini_clusters.names[number] if number >= 0 else "")
        assert firm.sector_key in repr(firm)
        assert firm.complex_key in repr(firm)


def test_a_firm_that_no_mini_cluster_suits_does_not_join(model: ClusterModel) -> None:
    firm = model.firm(13)
    number = firm.mini_cluster
    firm.mini_cluster = -1
    assert firm.mini_cluster_name == ""
    assert firm.decide_membership() is False
    firm.mini_cluster = number


def test_research_bodies_are_universities_or_institutes(model: ClusterModel) -> None:
    source = model.region.research_bodies
    for row, name in enumerate(source.names):
        body = model.research_body(row)
        assert type(body) is (Institute if source.institute[row] else University)
        assert body.name == name
        assert body.researchers == source.researchers[row]
        assert name in repr(body)


def test_pairs_are_mutual(model: ClusterModel) -> None:
    members = model.firms(lambda firms: firms.member == 1)
    seen = 0
    for firm in list(members)[:40]:
        for pair in firm.pairs():
            back = [p for p in pair.partner.pairs() if p.with_firm and p.row == firm.row]
            assert len(back) == 1
            assert back[0].familiarity == pair.familiarity
            assert back[0].meetings == pair.meetings >= max(1, pair.brokered)
            assert back[0].partner is firm
            seen += 1
    assert seen > 0


def test_partners_are_whom_the_table_of_pairs_names(model: ClusterModel) -> None:
    pairs = model.simulation.state.pairs
    row = int(pairs.first[int(np.argmax(pairs.familiarity[: pairs.count]))])
    used = slice(0, pairs.count)
    known = pairs.familiarity[used] > 0.0
    of_row = (pairs.first[used] == row) | (pairs.second[used] == row)
    partners = model.firm(row).partners()
    assert len(partners) == int((known & of_row).sum()) > 0
    assert all(partner in model.agents for partner in partners)


def test_coordinators_show_level_money_and_what_they_know(model: ClusterModel) -> None:
    governance, complexes = model.region.governance, model.region.complexes.keys
    levels = len(governance.names)
    everyone = [model.coordinator(row) for row in range(levels - 1 + len(complexes))]
    for row, unit in enumerate(everyone):
        assert unit.level_name == governance.names[min(row, levels - 1)]
        assert unit.is_local == (row >= levels - 1)
        assert unit.complex_key == (complexes[row - levels + 1] if unit.is_local else "")
        assert unit.known_month == model.month - 1 - governance.lag[min(row, levels - 1)]
        assert unit.level_name in repr(unit)
    assert everyone[0].received == pytest.approx(model.region.budget[2005])
    assert sum(u.received for u in everyone[levels - 1 :]) < everyone[0].received


def test_an_agent_that_left_does_not_show_somebody_else(model: ClusterModel) -> None:
    firm = model.firm(20)
    employees = firm.employees
    firm.remove()
    assert firm not in model.agents
    with pytest.raises(LookupError, match="left the model"):
        firm.employees  # noqa: B018
    assert "gone" in repr(firm)
    assert model.firm(20).employees == employees
