"""Coordinators: the governance chain and the rules of screening (A4, Sah and Stiglitz 1986)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .columns import Table, column

__all__ = [
    "CoordinatorTable",
    "Decision",
    "committee_pass",
    "hierarchy_pass",
    "polyarchy_pass",
]

Floats = NDArray[np.float64]


@dataclass
class CoordinatorTable(Table):
    """National committee, ministry committee, secretariat and one promotion group a complex."""

    level: NDArray[np.int8] = column(np.int8, "index", "0 national … 3 promotion group")
    complex: NDArray[np.int16] = column(np.int16, "index or -1", "complex of a promotion group")
    decision_period: NDArray[np.int16] = column(np.int16, "months", "months between decisions")
    lag: NDArray[np.int16] = column(np.int16, "months", "age of what it knows")
    overhead: Floats = column(np.float64, "1", "share of what passes that it keeps")
    noise: Floats = column(np.float64, "1", "sd of its signal on cognitive distance")
    received: Floats = column(np.float64, "KRW million", "budget received so far")
    spent: Floats = column(np.float64, "KRW million", "spent so far, overhead included")
    balance: Floats = column(np.float64, "KRW million", "unspent, carried over")


@dataclass(frozen=True)
class Decision:
    """One decision of a coordinator: what it knew, what it chose, what it cost.

    Attributes
    ----------
    month : months since 2003-01
    coordinator : row of the coordinator
    subject : ``"allocation"`` of the year's money, ``"meetings"`` of a month or a ``"plan"``
    known_month : last month that it knew about
    knew, chose : figures by name, with their unit in the name where it is not a count
    cost : KRW million
    """

    month: int
    coordinator: int
    subject: str
    known_month: int
    knew: Mapping[str, float]
    chose: Mapping[str, float]
    cost: float


def hierarchy_pass(chance: float, levels: int) -> float:
    """Limit 9: a project must pass every one of `levels` screens, f^n."""
    return chance**levels


def polyarchy_pass(chance: float, levels: int) -> float:
    """Limit 9: any one of `levels` screens suffices, 1 - (1 - f)^n."""
    return 1.0 - (1.0 - chance) ** levels


def committee_pass(chance: float, members: int, votes: int) -> float:
    """Limit 9: at least `votes` of `members` independent votes."""
    total = 0.0
    ways = 1.0
    for count in range(members + 1):
        if count >= votes:
            total += ways * chance**count * (1.0 - chance) ** (members - count)
        ways = ways * (members - count) / (count + 1)
    return total
