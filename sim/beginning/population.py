"""What a run starts from: the region as the data files describe it and one synthetic population.

These are observables only (counts, sales, employees, R&D, brand); latent state
such as productivity or capital follows from them and the parameters in
`innocluster.sim.beginning.initial_state`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.knowledge import Knowledge
from innocluster.agents.records import Record

from ..innovation.grants import GrantRules
from ..market.places import LandSupply

__all__ = [
    "Complexes",
    "ContactPlan",
    "FirmSample",
    "Governance",
    "MiniClusters",
    "Population",
    "Region",
    "ResearchBodies",
    "Sectors",
    "Small",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Small = NDArray[np.int64] | NDArray[np.int16]
Counts = NDArray[np.int64] | NDArray[np.int32]


@dataclass(frozen=True)
class Complexes:
    """The industrial complexes, one entry each, C in all.

    Attributes
    ----------
    keys : identifiers such as ``"gumi"``
    names, names_ko : display names in English and Korean
    established : bool, established production base (True) or under development (False)
    latitude, longitude : (C,) degrees north and east
    distance : (C, C) kilometres between complexes
    firms, employees : (C,) counts of 2003
    production : (C,) KRW million, 2003, scaled to the region's total
    exports : (C,) USD million, 2003, scaled to the region's total
    founding_members : (C,) firms that take part in the programme's first year
    plots : (C,) firms that the complex can hold on all the ground that is ever released
    entry_rate : (C,) entrants a year per operating firm, for proportional entry
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    names_ko: tuple[str, ...]
    established: NDArray[np.bool_]
    latitude: Floats
    longitude: Floats
    distance: Floats
    firms: Integers
    employees: Integers
    production: Floats
    exports: Floats
    founding_members: Integers
    plots: Integers
    entry_rate: Floats


@dataclass(frozen=True)
class Sectors:
    """The sectors, H in all.

    Attributes
    ----------
    keys, names, names_ko : identifiers and display names
    value_added_ratio : (H,) value added per unit of gross output, nu
    profile : (H, D) technology profile over the fields, non-negative
    technical_progress, rivals_growth : (H,) a year, what the sector adds to the common rates
    material_prices : (H,) share of the change of its price against prices in general that is
        one of its materials' prices
    export_markets : sectors or product groups of the macro series whose world demand it meets,
        with their shares in its exports of 2003
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    names_ko: tuple[str, ...]
    value_added_ratio: Floats
    profile: Floats
    technical_progress: Floats
    rivals_growth: Floats
    material_prices: Floats
    export_markets: tuple[dict[str, float], ...]


@dataclass(frozen=True)
class MiniClusters:
    """The mini-clusters, M in all, sorted by complex: name, complex (M,) and theme (M, D)."""

    names: tuple[str, ...]
    names_ko: tuple[str, ...]
    complex: Integers
    theme: Floats


@dataclass(frozen=True)
class ResearchBodies:
    """Universities and government-funded institutes, B in all.

    Attributes
    ----------
    names, names_ko : display names
    institute : (B,) bool, False for a university
    complex : (B,) complex that the body serves
    researchers : (B,) head count
    applied_share : (B,) share of applied research b, 0 to 1
    transfer_capacity : (B,) licences a year that its transfer office can handle
    project_capacity : (B,) concurrent joint projects
    knowledge : (B, D) knowledge vector
    """

    names: tuple[str, ...]
    names_ko: tuple[str, ...]
    institute: NDArray[np.bool_]
    complex: Integers
    researchers: Floats
    applied_share: Floats
    transfer_capacity: Floats
    project_capacity: Integers
    knowledge: Floats


@dataclass(frozen=True)
class Governance:
    """The chain of coordinators, from the national committee to the promotion groups.

    Attributes
    ----------
    names, names_ko : of each level, the last one standing for one group a complex
    decision_period, lag : (G,) months between decisions and age of what is known
    overhead : (G,) share of the passing budget that the level keeps
    noise : (G,) standard deviation of its signal on cognitive distance
    """

    names: tuple[str, ...]
    names_ko: tuple[str, ...]
    decision_period: Integers
    lag: Integers
    overhead: Floats
    noise: Floats


@dataclass(frozen=True)
class ContactPlan:
    """Contact events that the programme plans for a calendar year: all, and formal meetings."""

    contacts: float
    formal_meetings: float


@dataclass(frozen=True)
class Region:
    """Everything of a region that does not depend on the replication.

    Attributes
    ----------
    budget : calendar year -> programme budget, KRW million
    contacts : calendar year -> contact events that the programme plans
    grants : what the programme pays for joint R&D
    fields, fields_ko : names of the D technology fields
    """

    name: str
    complexes: Complexes
    land: LandSupply
    sectors: Sectors
    mini_clusters: MiniClusters
    research_bodies: ResearchBodies
    governance: Governance
    fields: tuple[str, ...]
    fields_ko: tuple[str, ...]
    budget: dict[int, float]
    contacts: dict[int, ContactPlan]
    grants: GrantRules


@dataclass(frozen=True)
class FirmSample(Record):
    """The firms of 2003, N in all, sorted by complex, mini-cluster theme and identifier.

    Attributes
    ----------
    identifier : (N,) unique 0 … N-1, the entity of every random draw of the firm
    complex, sector : (N,)
    mini_cluster : (N,) the mini-cluster of its complex closest to its knowledge, -1 where none
    employees : (N,) head count
    revenue : (N,) KRW million in 2003, at a shock of zero
    export_share : (N,) share of revenue exported in 2003
    research_intensity : (N,) own R&D spending over revenue, 0 for firms without R&D
    brand : (N,) 0 OEM, 1 ODM, 2 own brand
    knowledge : (N, D)
    """

    identifier: Integers
    complex: Small
    sector: Small
    mini_cluster: Small
    employees: Counts
    revenue: Floats
    export_share: Floats
    research_intensity: Floats
    brand: Small
    knowledge: Knowledge

    def room(self, firms: int) -> FirmSample:
        """Make a sample for `firms` others, with columns of the same types, not yet filled."""
        columns = {f.name: getattr(self, f.name) for f in fields(self)}
        return FirmSample(
            **{name: np.empty((firms, *old.shape[1:]), old.dtype) for name, old in columns.items()}
        )


@dataclass(frozen=True)
class Population:
    """One synthetic population of a region."""

    region: Region
    firms: FirmSample

    def ordered(self) -> Population:
        """Return the same population with its firms in the order that a run uses.

        Where a firm stands in a file or a sample then changes nothing.
        """
        firms = self.firms
        order = np.lexsort((firms.identifier, firms.mini_cluster, firms.complex))
        if np.array_equal(order, np.arange(order.size)):
            return self
        columns = {f.name: getattr(firms, f.name)[order] for f in fields(firms)}
        return replace(self, firms=FirmSample(**columns))
