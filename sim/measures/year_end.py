"""Phase 12, every December: what is measured once a year, by complex and for the region.

Each measure stands in a module of its own; this one only asks them in turn.
"""

from __future__ import annotations

from ..run import Run
from .growth import GROWTH_UNITS, measure_growth
from .income import INCOME_UNITS, measure_income
from .network_measures import NETWORK_UNITS, measure_network
from .participants import PARTICIPANT_UNITS, measure_participants
from .structure import STRUCTURE_UNITS, measure_structure
from .technology import TECHNOLOGY_UNITS, measure_technology
from .world_class import WORLD_CLASS_UNITS, measure_world_class

__all__ = ["ANNUAL", "observe_year"]

ANNUAL: dict[str, str] = {
    **GROWTH_UNITS,
    **NETWORK_UNITS,
    **STRUCTURE_UNITS,
    **PARTICIPANT_UNITS,
    **INCOME_UNITS,
    **TECHNOLOGY_UNITS,
    **WORLD_CLASS_UNITS,
}
"""Names and units of the yearly measures, recorded in `Series.annual`."""


def observe_year(run: Run) -> None:
    """Measure the year that ends, before factors adjust to it."""
    measures = (
        measure_growth(run)
        | measure_network(run)
        | measure_structure(run)
        | measure_participants(run)
        | measure_income(run)
        | measure_technology(run)
    )
    measures |= measure_world_class(measures)
    run.series.record_year(run.state.month // 12, measures)
