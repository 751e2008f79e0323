"""Keyed random numbers: published vectors, uniformity, independence of addresses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from innocluster.sim.ground.random_numbers import (
    Process,
    philox,
    replication_key,
    uniform_rows,
    uniforms,
)

ONES = 0xFFFFFFFF
WORD = st.integers(0, ONES)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [
        ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((ONES,) * 4, (ONES,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
    ids=["zeros", "ones", "digits of pi"],
)
def test_philox_gives_the_published_vectors(counter, key, expected):
    assert philox(*counter, *key) == expected


@given(entity=WORD, month=st.integers(0, 400), process=st.sampled_from(Process), partner=WORD)
def test_uniforms_are_inside_the_unit_interval_and_repeatable(entity, month, process, partner):
    key = replication_key(7)
    draws = uniforms(key, entity, month, int(process), partner)
    assert all(0.0 < u < 1.0 for u in draws)
    assert draws == uniforms(key, entity, month, int(process), partner)


@pytest.mark.parametrize("word", range(4))
def test_uniforms_are_uniform_over_entities(word):
    draws = uniform_rows(replication_key(11), np.arange(50_000), 5, int(Process.SHOCK), 0)
    assert stats.kstest(draws[:, word], "uniform").pvalue > 1e-4


@pytest.mark.parametrize(
    "other",
    [
        {"month": 6},
        {"process": int(Process.EXIT)},
        {"block": 1},
        {"seed": 12},
        {"seed": 11 + (1 << 32)},
        {"shift": 1},
    ],
    ids=["month", "process", "block", "seed", "high half of the seed", "entity"],
)
def test_addresses_are_independent(other):
    def draws(seed=11, month=5, process=int(Process.SHOCK), block=0, shift=0):
        entities = np.arange(shift, 20_000 + shift)
        return uniform_rows(replication_key(seed), entities, month, process, block)

    first, second = draws(), draws(**other)
    correlation = np.corrcoef(first.T, second.T)[:4, 4:]
    assert np.abs(correlation).max() < 5.0 / np.sqrt(len(first))
    cells, _, _ = np.histogram2d(first[:, 0], second[:, 0], bins=10, range=[[0, 1], [0, 1]])
    assert stats.chisquare(cells.ravel()).pvalue > 1e-4


def test_rows_are_the_single_draws():
    key = replication_key(2**63 + 5)
    entities = np.array([0, 3, 0xF0000001])
    rows = uniform_rows(key, entities, 40, int(Process.BRAND), 2)
    for entity, row in zip(entities, rows, strict=True):
        assert tuple(row) == uniforms(key, entity, 40, int(Process.BRAND), 2)


def test_seeds_use_all_64_bits():
    keys = [tuple(replication_key(seed)) for seed in (0, 1, 1 << 32, (1 << 64) - 1)]
    assert keys == [(0, 0), (1, 0), (0, 1), (ONES, ONES)]


def test_process_numbers_never_change():
    # Appending is free; a number that moves would change every published result.
    assert [process.name for process in Process][:25] == [
        "POPULATION", "SHOCK", "EXIT", "ENTRY", "ENTRANT", "OWN_INNOVATION", "INVENTION",
        "LICENCE", "LICENCE_OUTCOME", "BACKGROUND", "BACKGROUND_PEER", "JOINING",
        "CONTACT_EVENT", "ATTENDANCE", "EXPERT", "MEETING_INFORMATION", "PROPOSAL",
        "PROJECT_TERMS", "PROJECT_OUTCOME", "SCREENING", "TASK", "BRAND", "SPIN_OFF",
        "POLICY", "SIGNAL",
    ]  # fmt: skip
    numbers = [process.value for process in Process]
    assert numbers[:36] == list(range(36))
    assert numbers == sorted(set(numbers))
