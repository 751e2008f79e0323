"""What the phases of a month count, by complex."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.records import Record

__all__ = ["Counts"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def _counted(dtype: Any, indicator: str) -> Any:
    """Declare what is counted and the name of its recorded series."""
    return field(metadata={"dtype": np.dtype(dtype), "indicator": indicator})


@dataclass
class Counts(Record):
    """What happened in the month, each (C,) by complex; units as in `INDICATORS`.

    Attributes
    ----------
    tasks, found, solved : small tasks and joint projects that were aided, that sought aid,
        that were aided and solved their problem
    starts, successes : joint projects that began, that succeeded
    signed, succeeded : licences
    innovations : of firms' own R&D
    entrants, closures : firms
    contacts, formal_meetings, introductions : contact events that the programme held, formal
        meetings among them, pairs that it introduced
    meetings_spent … transfers_spent : KRW million of the programme by purpose
    overhead : KRW million that the levels of the programme kept
    """

    tasks: Integers = _counted(np.int64, "tasks")
    found: Integers = _counted(np.int64, "tasks_found")
    solved: Integers = _counted(np.int64, "tasks_solved")
    starts: Integers = _counted(np.int64, "joint_projects")
    successes: Integers = _counted(np.int64, "joint_successes")
    signed: Integers = _counted(np.int64, "licences")
    succeeded: Integers = _counted(np.int64, "licence_successes")
    innovations: Integers = _counted(np.int64, "own_innovations")
    entrants: Integers = _counted(np.int64, "entrants")
    closures: Integers = _counted(np.int64, "closures")
    contacts: Floats = _counted(np.float64, "contacts")
    formal_meetings: Floats = _counted(np.float64, "formal_meetings")
    introductions: Floats = _counted(np.float64, "introductions")
    meetings_spent: Floats = _counted(np.float64, "spent_meetings")
    introductions_spent: Floats = _counted(np.float64, "spent_introductions")
    tasks_spent: Floats = _counted(np.float64, "spent_tasks")
    research_spent: Floats = _counted(np.float64, "spent_research")
    support_spent: Floats = _counted(np.float64, "spent_support")
    transfers_spent: Floats = _counted(np.float64, "spent_transfers")
    overhead: Floats = _counted(np.float64, "spent_overhead")

    @classmethod
    def nothing(cls, complexes: int) -> Self:
        """Counts of a month in which nothing has happened yet."""
        return cls(**{f.name: np.zeros(complexes, f.metadata["dtype"]) for f in fields(cls)})

    def clear(self) -> None:
        """Count from nothing again; arrays that stay need not be described to compiled code."""
        for f in fields(self):
            getattr(self, f.name)[:] = 0

    @property
    def spent(self) -> Floats:
        """Programme money spent in the complexes, KRW million."""
        return (
            self.meetings_spent
            + self.introductions_spent
            + self.tasks_spent
            + self.research_spent
            + self.support_spent
            + self.transfers_spent
        )

    def recorded(self) -> dict[str, Integers | Floats]:
        """What is recorded of the month by the name of the series."""
        return {f.metadata["indicator"]: getattr(self, f.name) for f in fields(self)}
