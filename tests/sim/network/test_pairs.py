"""The table of pairs against a plain dictionary, under random meetings, deaths and compactions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_network import SmallNetwork
from small_region import simulation

from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable
from innocluster.sim.network.pairs import (
    BODY,
    PairTable,
    break_ties,
    common_trust,
    compact_pairs,
    find_pair,
    following_pair,
    knows_research_body,
    latest_pair,
)

FIRMS, BODIES = 12, 4
ACTOR = st.integers(0, FIRMS - 1)
PARTNER = ACTOR | st.integers(BODY, BODY + BODIES - 1)
STEPS = st.lists(
    st.tuples(st.just("meet"), ACTOR, PARTNER)
    | st.tuples(st.just("close"), ACTOR, ACTOR)
    | st.tuples(st.just("compact"), ACTOR, ACTOR),
    max_size=80,
)


class Ties:
    """A network with the dictionary that its pairs must equal."""

    def __init__(self) -> None:
        self.network = SmallNetwork(FIRMS, BODIES, room=2)
        self.table = self.network.pairs
        self.meetings: dict[tuple[int, int], int] = {}

    def meet(self, a: int, b: int) -> None:
        if a == b:
            return
        t, before = self.table, self.table.count
        row = self.network.meet(a, b)
        if row == before:
            assert t.projects[row] == t.successes[row] == t.meetings[row] == 0
            t.familiarity[row] = 0.1
        t.meetings[row] += 1
        # Marks that a compaction must carry along.
        t.gain[row] = t.meetings[row] + 0.5
        t.projects[row] = t.successes[row] = t.meetings[row]
        t.last_brokered[row] = t.last_own[row] = t.tie[row] = t.meetings[row]
        t.own_familiarity[row] = t.gain[row]
        key = (min(a, b), max(a, b))
        self.meetings[key] = self.meetings.get(key, 0) + 1

    def close(self, firm: int, _: int) -> None:
        break_ties(np.array([firm], np.int32), self.table, self.network.firms)
        self.meetings = {key: n for key, n in self.meetings.items() if firm not in key}

    def compact(self, *_: int) -> None:
        keep = self.table.familiarity[: self.table.count] >= 0.0
        compact_pairs(keep, self.table, self.network.firms, self.network.bodies)

    def listed(self, actor: int) -> list[int]:
        return rows_of(self.table, self.network.firms, self.network.bodies, actor)


def rows_of(pairs: PairTable, firms: FirmTable, bodies: ResearchBodyTable, actor: int) -> list[int]:
    """Rows of the living pairs that the list of an actor reaches."""
    rows = []
    row = latest_pair(actor, firms, bodies)
    while row >= 0:
        assert actor in (pairs.first[row], pairs.second[row])
        if pairs.familiarity[row] >= 0.0:
            rows.append(int(row))
        row = following_pair(row, actor, pairs)
    return rows


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_pairs_equal_a_dictionary(steps):
    ties = Ties()
    for name, a, b in steps:
        getattr(ties, name)(a, b)
    table = ties.table
    assert np.sum(table.familiarity[: table.count] >= 0.0) == len(ties.meetings)
    for a in range(FIRMS):
        for b in [*range(a + 1, FIRMS), *range(BODY, BODY + BODIES)]:
            row = find_pair(a, b, table)
            assert row == find_pair(b, a, table)
            assert (row >= 0) == ((a, b) in ties.meetings)
            if row >= 0:
                met = ties.meetings[a, b]
                assert table.meetings[row] == table.projects[row] == table.successes[row] == met
                assert table.last_brokered[row] == table.last_own[row] == table.tie[row] == met
                assert table.gain[row] == table.own_familiarity[row] == met + 0.5
    for actor in [*range(FIRMS), *range(BODY, BODY + BODIES)]:
        partners = [pair for pair in ties.meetings if actor in pair]
        reached = {(table.first[row], table.second[row]) for row in ties.listed(actor)}
        assert reached == set(partners)
        assert len(ties.listed(actor)) == len(partners)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(ACTOR, PARTNER, st.floats(2**-7, 1.0, width=32)), min_size=3, max_size=60)
)
def test_structural_credit_equals_its_definition(meetings):
    """T2: Str_ij = Σ_h F_ih F_hj / max(1, Σ_h F_ih), mean of both sides, at most 1."""
    ties = Ties()
    trust: dict[frozenset[int], float] = {}
    for a, b, familiarity in meetings:
        if a != b:
            ties.meet(a, b)
            ties.table.familiarity[find_pair(a, b, ties.table)] = familiarity
            trust[frozenset((a, b))] = familiarity
    actors = sorted(set().union(*trust)) if trust else []

    def side(i: int, j: int) -> float:
        total = sum(f for pair, f in trust.items() if i in pair)
        paths = sum(
            trust.get(frozenset((i, h)), 0.0) * trust.get(frozenset((h, j)), 0.0)
            for h in actors
            if h not in (i, j)
        )
        return paths / max(1.0, total)

    for i in actors:
        for j in actors:
            if i < j:
                value = common_trust(i, j, ties.table, ties.network.firms, ties.network.bodies)
                assert abs(value - 0.5 * (side(i, j) + side(j, i))) < 1e-12
                assert 0.0 <= value <= 1.0


def test_growing_keeps_every_pair():
    ties = Ties()
    for a in range(FIRMS):
        for b in range(FIRMS):
            ties.meet(a, b)
    assert ties.table.count == FIRMS * (FIRMS - 1) // 2
    assert all(find_pair(a, b, ties.table) >= 0 for a in range(FIRMS) for b in range(a))


def test_the_index_holds_after_years_of_a_run():
    run = simulation("P5")
    run.run_until(75)
    state = run.state
    pairs = state.pairs
    living = np.flatnonzero(pairs.familiarity[: pairs.count] >= 0.0)
    assert living.size > 500
    codes = list(zip(pairs.first[living].tolist(), pairs.second[living].tolist(), strict=True))
    assert len(set(codes)) == living.size
    listed: dict[int, set[int]] = {}
    for row, (a, b) in zip(living.tolist(), codes, strict=True):
        assert a < b
        assert find_pair(a, b, pairs) == row
        for actor in (a, b):
            if actor not in listed:
                listed[actor] = set(rows_of(pairs, state.firms, state.bodies, actor))
            assert row in listed[actor]
    assert sum(len(rows) for rows in listed.values()) == 2 * living.size
    assert (pairs.brokered[living] <= pairs.meetings[living]).all()
    assert (pairs.familiarity[living] <= 1.0).all()
    assert ((pairs.similarity[living] >= 0) & (pairs.similarity[living] <= 1 + 1e-12)).all()


def test_a_copy_shares_nothing():
    ties = Ties()
    ties.meet(1, 2)
    twin = ties.table.copy()
    ties.meet(1, 3)
    assert twin.count == 1
    assert find_pair(1, 3, twin) == -1
    assert find_pair(1, 2, twin) == 0


@pytest.mark.parametrize("kernel", [knows_research_body, knows_research_body.py_func])
def test_ties_to_research_bodies_that_live(kernel):
    network = SmallNetwork(6)
    network.meet(0, 1, familiarity=0.9)  # a firm
    network.meet(1, BODY, familiarity=0.5)
    network.meet(2, BODY, familiarity=0.4999)
    network.meet(3, BODY + 1, familiarity=0.0, projects=1)
    network.meet(4, BODY + 1, familiarity=-1.0)
    network.meet(4, 2, familiarity=0.9)
    knows = [bool(kernel(firm, 0.5, network.firms, network.pairs)) for firm in range(6)]
    assert knows == [False, True, False, True, False, False]


@pytest.mark.parametrize("kernel", [common_trust, common_trust.py_func])
def test_structural_credit_of_three_firms_and_a_body(kernel):
    network = SmallNetwork(3, 1)
    network.meet(0, 1, familiarity=0.5)
    network.meet(0, 2, familiarity=0.75)
    network.meet(1, 2, familiarity=0.25)
    network.meet(2, BODY, familiarity=1.0)
    arguments = network.pairs, network.firms, network.bodies
    # By way of 2: 0.75·0.25, over 1.25 and, as it is below, 1
    assert kernel(0, 1, *arguments) == pytest.approx(0.5 * 0.1875 * (0.8 + 1.0), abs=1e-15)
    assert kernel(0, BODY, *arguments) == pytest.approx(0.5 * 0.75 * (0.8 + 1.0), abs=1e-15)


def test_forgotten_pairs_leave_nothing_behind():
    network = SmallNetwork(4)
    for row, (a, b) in enumerate([(0, 1), (1, 2), (2, BODY)]):
        for name in PairTable.column_names():
            getattr(network.pairs, name)[row] = 7 + row
        network.meet(a, b, familiarity=0.5, successes=7 + row)
    compact_pairs(np.array([False, True, False]), network.pairs, network.firms, network.bodies)
    assert network.pairs.count == 1
    assert network.firms.first_pair.tolist() == [-1, 0, 0, -1]
    assert network.bodies.first_pair.tolist() == [-1, -1]
    assert find_pair(2, 1, network.pairs) == 0
    assert find_pair(0, 1, network.pairs) == -1
    assert network.pairs.successes[:3].tolist() == [8, 0, 0]
    for name in PairTable.column_names():
        assert not getattr(network.pairs, name)[1:3].any(), name


def test_a_pair_takes_57_bytes():
    pairs = PairTable.allocate(1)
    columns = {name: getattr(pairs, name) for name in PairTable.column_names()}
    walked = ("first", "second", "familiarity", "next_first", "next_second")
    assert all(columns[name].strides == (20,) for name in walked)
    alone = sum(column.itemsize for name, column in columns.items() if name not in walked)
    assert alone + 20 == 57
