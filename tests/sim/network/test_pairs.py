"""The table of pairs against a plain dictionary, under random meetings, deaths and compactions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from small_region import simulation

from innocluster.sim.market.demography import break_ties
from innocluster.sim.network.pairs import (
    BODY,
    PairTable,
    common_trust,
    compact_pairs,
    find_pair,
    meet_pair,
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
    """A table of pairs with its lists and the dictionary that it must equal."""

    def __init__(self) -> None:
        self.table = PairTable.allocate(2)
        self.firm_head = np.full(FIRMS, -1, np.int32)
        self.body_head = np.full(BODIES, -1, np.int32)
        self.meetings: dict[tuple[int, int], int] = {}

    def meet(self, a: int, b: int) -> None:
        if a == b:
            return
        t = self.table
        t.reserve(t.count + 1)
        row = meet_pair(
            a, b, t.count, t.first, t.second, t.familiarity, t.next_first, t.next_second,
            t.slots, self.firm_head, self.body_head,
        )  # fmt: skip
        if row == t.count:
            assert t.projects[row] == t.successes[row] == 0
            t.familiarity[row] = 0.1
            t.meetings[row] = 0
            t.count += 1
        t.meetings[row] += 1
        # Marks that a compaction must carry along.
        t.gain[row] = t.meetings[row] + 0.5
        t.projects[row] = t.successes[row] = t.meetings[row]
        t.last_brokered[row] = t.last_own[row] = t.tie[row] = t.meetings[row]
        t.own_familiarity[row] = t.gain[row]
        key = (min(a, b), max(a, b))
        self.meetings[key] = self.meetings.get(key, 0) + 1

    def close(self, firm: int, _: int) -> None:
        t = self.table
        closed = np.array([firm], np.int32)
        break_ties(closed, t.first, t.familiarity, t.next_first, t.next_second, self.firm_head)
        self.meetings = {key: n for key, n in self.meetings.items() if firm not in key}

    def compact(self, *_: int) -> None:
        t = self.table
        keep = t.familiarity[: t.count] >= 0.0
        t.count = compact_pairs(
            t.count, keep, t.first, t.second, t.familiarity, t.similarity, t.gain, t.last_met,
            t.meetings, t.brokered, t.last_brokered, t.last_own, t.own_familiarity, t.tie,
            t.projects, t.asked, t.successes, t.next_first, t.next_second, t.slots,
            self.firm_head, self.body_head,
        )  # fmt: skip

    def listed(self, actor: int) -> list[int]:
        return rows_of(self.table, self.firm_head, self.body_head, actor)


def rows_of(table, firm_head, body_head, actor: int) -> list[int]:
    """Rows of the living pairs that the list of an actor reaches."""
    rows = []
    row = int(body_head[actor - BODY] if actor >= BODY else firm_head[actor])
    while row >= 0:
        assert actor in (table.first[row], table.second[row])
        if table.familiarity[row] >= 0.0:
            rows.append(row)
        row = int(table.next_first[row] if table.first[row] == actor else table.next_second[row])
    return rows


def find(table: PairTable, a: int, b: int) -> int:
    return find_pair(a, b, table.first, table.second, table.familiarity, table.slots)


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
            row = find(table, a, b)
            assert row == find(table, b, a)
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
            ties.table.familiarity[find(ties.table, a, b)] = familiarity
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

    t = ties.table
    for i in actors:
        for j in actors:
            if i < j:
                value = common_trust(
                    i, j, t.first, t.second, t.familiarity, t.next_first, t.next_second,
                    t.slots, ties.firm_head, ties.body_head,
                )  # fmt: skip
                assert abs(value - 0.5 * (side(i, j) + side(j, i))) < 1e-12
                assert 0.0 <= value <= 1.0


def test_growing_keeps_every_pair():
    ties = Ties()
    for a in range(FIRMS):
        for b in range(FIRMS):
            ties.meet(a, b)
    assert ties.table.count == FIRMS * (FIRMS - 1) // 2
    assert all(find(ties.table, a, b) >= 0 for a in range(FIRMS) for b in range(a))


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
        assert find(pairs, a, b) == row
        for actor in (a, b):
            if actor not in listed:
                listed[actor] = set(
                    rows_of(pairs, state.firms.first_pair, state.bodies.first_pair, actor)
                )
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
    assert find(twin, 1, 3) == -1
    assert find(twin, 1, 2) == 0
