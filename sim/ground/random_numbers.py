"""Keyed random numbers: Philox4x32-10 and the enumeration of the processes that draw.

Every draw has an address: (entity, month, process, partner or block) under the
key of the replication.  A decision that a policy changes can therefore never
shift any other draw, which is what makes paired comparisons tight and a
zero-budget programme identical to none.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw (2011), "Parallel
random numbers: as easy as 1, 2, 3", SC'11; checked against the test vectors
published with it.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.compilation import compiled, compiled_for

__all__ = [
    "Process",
    "draw_columns",
    "draw_four",
    "draw_partners",
    "philox",
    "replication_key",
    "uniform",
    "uniform_rows",
    "uniforms",
]


class Process(IntEnum):
    """What a draw is for. Append only: a new number never moves an old draw."""

    POPULATION = 0
    SHOCK = 1
    EXIT = 2
    ENTRY = 3
    ENTRANT = 4
    OWN_INNOVATION = 5
    INVENTION = 6
    LICENCE = 7
    LICENCE_OUTCOME = 8
    BACKGROUND = 9
    BACKGROUND_PEER = 10
    JOINING = 11
    CONTACT_EVENT = 12
    ATTENDANCE = 13
    EXPERT = 14
    MEETING_INFORMATION = 15
    PROPOSAL = 16
    PROJECT_TERMS = 17
    PROJECT_OUTCOME = 18
    SCREENING = 19
    TASK = 20
    BRAND = 21
    SPIN_OFF = 22
    POLICY = 23
    SIGNAL = 24
    EVALUATION = 25
    CANDIDATE = 26
    LONG_RANGE = 27
    VOUCHER = 28
    GATEKEEPER = 29
    BROKER = 30
    SHORTLIST = 31
    ARM = 32
    NETWORK_SAMPLE = 33
    KNOWN_CONTACT = 34
    INTRODUCED_CONTACT = 35
    TASK_OUTCOME = 50
    RANDOM_PARTNER = 51
    LAND = 60
    BUILDING = 61
    MOVING_IN = 62
    FIRST_PLACES = 63
    RESEARCH = 64
    NICHE = 70
    BELIEF = 71
    MEETINGS_TRIAL = 72


_MASK = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_SCALE = 2.0**-32


@compiled_for("UniTuple(uint64, 4)(int64, int64, int64, int64, uint64, uint64)")
def philox(
    c0: int, c1: int, c2: int, c3: int, k0: int, k1: int
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Philox4x32-10: four 32-bit words from a 128-bit counter and a 64-bit key."""
    x0 = np.uint64(c0) & _MASK
    x1 = np.uint64(c1) & _MASK
    x2 = np.uint64(c2) & _MASK
    x3 = np.uint64(c3) & _MASK
    key0 = np.uint64(k0) & _MASK
    key1 = np.uint64(k1) & _MASK
    for _ in range(10):
        p0 = np.uint64(0xD2511F53) * x0
        p1 = np.uint64(0xCD9E8D57) * x2
        x0 = (p1 >> _HALF) ^ x1 ^ key0
        x2 = (p0 >> _HALF) ^ x3 ^ key1
        x1 = p1 & _MASK
        x3 = p0 & _MASK
        key0 = (key0 + np.uint64(0x9E3779B9)) & _MASK
        key1 = (key1 + np.uint64(0xBB67AE85)) & _MASK
    return x0, x1, x2, x3


@compiled_for("float64(uint64)")
def uniform(word: np.uint64) -> float:
    """Uniform in (0, 1) of a 32-bit word: the middle of one of 2**32 equal steps."""
    return (float(word) + 0.5) * _SCALE


@compiled_for("UniTuple(float64, 4)(uint64[::1], int64, int64, int64, int64)", inline=False)
def uniforms(
    key: NDArray[np.uint64], entity: int, month: int, process: int, partner: int
) -> tuple[float, float, float, float]:
    """Four independent uniforms in (0, 1) at one address.

    Parameters
    ----------
    key : array of two uint64
        Key of the replication, from `replication_key`.
    entity, month, process, partner : int
        Address of the draw; `partner` is the other entity of a pair, or a block number.
    """
    a, b, c, d = philox(entity, month, process, partner, key[0], key[1])
    return uniform(a), uniform(b), uniform(c), uniform(d)


@compiled
def uniform_rows(
    key: NDArray[np.uint64],
    entities: NDArray[np.int64],
    month: int,
    process: int,
    block: int,
) -> NDArray[np.float64]:
    """Four uniforms for each of many entities, shape (entities, 4)."""
    result = np.empty((entities.size, 4))
    for i in range(entities.size):
        a, b, c, d = uniforms(key, entities[i], month, process, block)
        result[i, 0] = a
        result[i, 1] = b
        result[i, 2] = c
        result[i, 3] = d
    return result


@compiled
def draw_columns(
    key: NDArray[np.uint64],
    month: int,
    process: int,
    count: int,
    identifier: NDArray[np.int64],
    first: NDArray[np.float64],
    second: NDArray[np.float64],
) -> None:
    """Two uniforms for each of the first `count` rows, written to `first` and `second`.

    The same numbers as `uniforms` gives one by one; a loop over nothing but draws
    is compiled to vector instructions and takes a tenth of the time.
    """
    low = key[0]
    high = key[1]
    for i in range(count):
        a, b, _, _ = philox(identifier[i], month, process, 0, low, high)
        first[i] = uniform(a)
        second[i] = uniform(b)


@compiled
def draw_four(
    key: NDArray[np.uint64],
    month: int,
    process: int,
    partner: int,
    entities: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> None:
    """Four uniforms for each of n entities, written to `draws` (4, n or more), as fast."""
    low = key[0]
    high = key[1]
    first, second, third, fourth = draws[0], draws[1], draws[2], draws[3]
    for n in range(entities.size):
        a, b, c, d = philox(entities[n], month, process, partner, low, high)
        first[n] = uniform(a)
        second[n] = uniform(b)
        third[n] = uniform(c)
        fourth[n] = uniform(d)


@compiled
def draw_partners(
    key: NDArray[np.uint64],
    entity: int,
    month: int,
    process: int,
    partners: NDArray[np.int64],
    draws: NDArray[np.float64],
) -> None:
    """One uniform for the entity and each of the first `draws.size` partners, as fast."""
    low = key[0]
    high = key[1]
    for n in range(draws.size):
        a, _, _, _ = philox(entity, month, process, partners[n], low, high)
        draws[n] = uniform(a)


def replication_key(seed: int) -> NDArray[np.uint64]:
    """Key of a replication: the low and the high 32 bits of a seed in 0 … 2**64 - 1."""
    return np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF], dtype=np.uint64)
