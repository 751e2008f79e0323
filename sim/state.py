"""The state of a run: every table, the accounts of the programme and the clock."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.coordinators import CoordinatorTable, Decision
from innocluster.agents.firms import FirmTable
from innocluster.agents.research_bodies import ResearchBodyTable

from .accounting.december import December
from .accounting.largest_firms import LargestFirms
from .innovation.projects import LicenceTable, ProjectTable, Shelf
from .market.places import Places
from .network.pairs import PairTable

__all__ = ["State"]

Floats = NDArray[np.float64]


@dataclass
class State:
    """Everything that changes in a run.

    Attributes
    ----------
    month : month about to be simulated, 0 is 2003-01
    firms, bodies, coordinators, pairs, projects, licences, shelf : tables
    places : ground and rooms for firms
    free_rows : per complex, rows of closed firms that entrants may take
    balance : (C,) KRW million of the programme not yet spent, by complex
    joining_constant : (C,) constant of the log odds of joining, set when the programme starts
    reported_benefit : (C,) net benefit a month that members report, KRW million a member
    profit_ratio : (C,) profit over sales of last month
    allocation : (C,) share of every complex in the programme's budget
    research_starts : (C,) yearly hazard of starting R&D that would keep the firms with R&D as
        many as they are, of a firm of twenty employees on its own; NaN until first computed
    reports : level -> report that its coordinators act on, then those still on their way;
        under ``"accounts"`` what firms' accounts said in past months
    memory : what the policy chose to remember; replaced, never changed in place
    decisions : what the coordinators decided, in order
    december : firms of last December, for the growth of the year
    largest : the largest firms when the programme starts, none before
    """

    month: int
    firms: FirmTable
    bodies: ResearchBodyTable
    coordinators: CoordinatorTable
    pairs: PairTable
    projects: ProjectTable
    licences: LicenceTable
    shelf: Shelf
    places: Places
    free_rows: list[list[int]]
    balance: Floats
    joining_constant: Floats
    reported_benefit: Floats
    profit_ratio: Floats
    allocation: Floats
    research_starts: Floats
    reports: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    december: December = field(default_factory=lambda: December.empty(0))
    largest: LargestFirms = field(default_factory=LargestFirms.none)

    def copy(self) -> Self:
        """Return an independent copy."""
        values: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name == "free_rows":
                values[f.name] = [list(rows) for rows in value]
            else:
                fixed = isinstance(value, int | LargestFirms)
                values[f.name] = value if fixed else value.copy()
        return type(self)(**values)
