"""What the phases of a month count, by complex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts"]


class Counts:
    """What happened in the month, by complex."""

    def __init__(self, complexes: int) -> None:
        for name in (
            "tasks", "starts", "successes", "signed", "succeeded", "innovations", "entrants",
            "closures",
        ):  # fmt: skip
            setattr(self, name, np.zeros(complexes, np.int64))
        self.contacts = np.zeros(complexes)
        self.introductions = np.zeros(complexes)
        self.meetings_spent = np.zeros(complexes)
        self.introductions_spent = np.zeros(complexes)
        self.tasks_spent = np.zeros(complexes)
        self.research_spent = np.zeros(complexes)
        self.support_spent = np.zeros(complexes)
        self.transfers_spent = np.zeros(complexes)
        self.overhead = np.zeros(complexes)

    tasks: NDArray[np.int64]
    starts: NDArray[np.int64]
    successes: NDArray[np.int64]
    signed: NDArray[np.int64]
    succeeded: NDArray[np.int64]
    innovations: NDArray[np.int64]
    entrants: NDArray[np.int64]
    closures: NDArray[np.int64]

    @property
    def spent(self) -> NDArray[np.float64]:
        """Programme money spent in the complexes, KRW million."""
        return (
            self.meetings_spent
            + self.introductions_spent
            + self.tasks_spent
            + self.research_spent
            + self.support_spent
            + self.transfers_spent
        )
