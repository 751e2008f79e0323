"""Phase 12, every December: what is measured once a year, by complex and for the region.

Each measure stands in a module of its own; this one only asks them in turn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .simulation import Simulation

__all__ = ["ANNUAL", "observe_year"]

ANNUAL: dict[str, str] = {}
"""Names and units of the yearly measures, recorded in `Series.annual`."""


def observe_year(run: Simulation) -> None:
    """Measure the year that ends, before factors adjust to it."""
