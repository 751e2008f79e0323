"""The synthetic firms of 2003: one population for each seed, all of them true to the same facts.

The steps follow what is known of Korean firms, in the order in which one needs
the other: sectors, sizes, sales, R&D, exports, brands, ages, knowledge.  What
is published as a total or a share is met in every population; chance decides
only which firm is which.  Every draw is addressed by the firm's identifier, so
neither the order of the steps nor that of the firms matters.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.elementary import exp_array, log, log_array
from innocluster.sim.beginning.population import FirmSample, Population, Region
from innocluster.sim.ground.random_numbers import Process, replication_key, uniform_rows

from .firm_rules import (
    Floats,
    Integers,
    allotted,
    closest_theme,
    export_shares,
    group_sums,
    lower_truncation,
    normal_quantiles,
    own_brand,
    productivity_exponent,
    quotas,
    ranks,
    shared,
    split_export_share,
    truncated_pareto,
)
from .loading import SurveyedRegion

__all__ = ["synthesise"]

_OWN_BRAND = 2
_REFERENCE_EMPLOYEES = 20.0
_FIELDS_A_BLOCK = 4


class _Block(IntEnum):
    """Block of four draws of a firm. Append only before KNOWLEDGE, which takes all that follow."""

    SIZE = 0  # sector, rank in size, size, productivity
    BEHAVIOUR = 1  # doing R&D, intensity of R&D, exporting, brand
    HISTORY = 2  # age, level of knowledge, design of its own, time in the race for size
    KNOWLEDGE = 3


def synthesise(region: Region, seed: int, copies: int = 1) -> Population:
    """Draw the firms of 2003.

    Parameters
    ----------
    region : SurveyedRegion
        Region from `load_region`.
    seed : int
        Seed of the replication, 0 to 2**64 - 1.
    copies : int
        Multiplies every complex: firms, employees, production, exports and plots.  For
        measuring how the time of a run grows with the number of firms.

    Returns
    -------
    Population
        With the region enlarged by `copies`.

    Raises
    ------
    TypeError
        If the region does not carry the survey facts of `load_region`.
    """
    if not isinstance(region, SurveyedRegion):
        raise TypeError("synthesise needs a region from load_region")
    surveyed = _enlarged(region, copies)
    return Population(region=surveyed, firms=_Synthesis(surveyed, seed).firms())


def _enlarged(region: SurveyedRegion, copies: int) -> SurveyedRegion:
    """Region with `copies` times the firms and all that belongs to them."""
    if copies < 1:
        raise ValueError(f"copies = {copies}: at least 1")
    if copies == 1:
        return region
    c = region.complexes
    complexes = replace(
        c,
        firms=c.firms * copies,
        employees=c.employees * copies,
        production=c.production * copies,
        exports=c.exports * copies,
        founding_members=c.founding_members * copies,
        plots=c.plots * copies,
    )
    ground = region.land
    land = replace(
        ground,
        released=ground.released * copies,
        unsold=ground.unsold * copies,
        contracted=ground.contracted * copies,
        applicants=ground.applicants * copies,
    )
    return replace(region, complexes=complexes, land=land)


class _Synthesis:
    """One population in the making: each method one step, arrays with an entry a firm.

    Attributes
    ----------
    region, facts : what is to be met
    identifier, complex : (N,)
    """

    def __init__(self, region: SurveyedRegion, seed: int) -> None:
        self.region = region
        self.facts = region.facts
        self.key = replication_key(seed)
        counts = region.complexes.firms
        self.identifier = np.arange(int(counts.sum()))
        self.complex = np.repeat(np.arange(counts.size), counts)
        self.count = counts.size

    def draws(self, block: int) -> Floats:
        """Four uniforms of every firm, (N, 4)."""
        return uniform_rows(self.key, self.identifier, 0, int(Process.POPULATION), int(block))

    def firms(self) -> FirmSample:
        """All steps, and the rows sorted by complex, mini-cluster and identifier."""
        size_draws = self.draws(_Block.SIZE)
        behaviour = self.draws(_Block.BEHAVIOUR)
        history = self.draws(_Block.HISTORY)
        sector = self.sectors(size_draws[:, 0])
        rank = self.size_ranks(sector, size_draws[:, 1], history[:, 3])
        employees = self.employees(rank, size_draws[:, 2])
        large = employees >= self.facts["large_from_employees"]
        revenue = self.revenue(sector, employees, large, size_draws[:, 3])
        researching = self.researching(employees, large, behaviour[:, 0])
        intensity = self.research_intensity(researching, revenue, behaviour[:, 1])
        export_share = self.export_share(large, revenue, behaviour[:, 2])
        brand = self.brand(
            large, researching, export_share * revenue, behaviour[:, 3], history[:, 2]
        )
        knowledge = self.knowledge(sector, researching, history[:, 1])
        themes = self.region.mini_clusters
        mini_cluster = closest_theme(knowledge, self.complex, themes.theme, themes.complex)
        order = np.lexsort((self.identifier, mini_cluster, self.complex))
        return FirmSample(
            identifier=self.identifier[order],
            complex=self.complex[order].astype(np.int16),
            sector=sector[order].astype(np.int16),
            mini_cluster=mini_cluster[order].astype(np.int16),
            employees=employees[order].astype(np.int32),
            revenue=revenue[order],
            export_share=export_share[order],
            research_intensity=intensity[order],
            brand=brand[order].astype(np.int16),
            # Half the memory of a population; it is not known to seven digits.
            knowledge=knowledge[order].astype(np.float32),
        )

    def sectors(self, u: Floats) -> Integers:
        """Sectors in the numbers that the firm shares give, in a random order."""
        sector = np.empty(self.identifier.size, np.int64)
        order = np.lexsort((self.identifier, u, self.complex))
        start = 0
        for c, firms in enumerate(self.region.complexes.firms):
            count = allotted(self.region.firm_share[c], int(firms))
            sector[order[start : start + firms]] = np.repeat(np.arange(count.size), count)
            start += int(firms)
        return sector

    def size_ranks(self, sector: Integers, u: Floats, v: Floats) -> Integers:
        """Rank in size within the complex, 0 for the largest: a race with unequal chances.

        The runners of a sector take the times of its exponential law one from each stratum,
        so that the largest firms come from the same sectors in nearly every population.
        """
        sectors = self.region.firm_share.shape[1]
        group = self.complex * sectors + sector
        count = np.bincount(group, minlength=self.count * sectors)
        passed = (ranks(u, group, count, self.identifier) + 0.25 + 0.5 * v) / count[group]
        time = -log_array(1.0 - passed) / self.region.size_weight[self.complex, sector]
        return self.ranks(time)

    def employees(self, rank: Integers, v: Floats) -> Integers:
        """Sizes: in every complex a truncated Pareto law with its mean, cut into equal strata.

        Each firm takes the middle half of its stratum, so that the tail does not jump
        between seeds.
        """
        firms = self.region.complexes.firms
        tail = (rank + 0.25 + 0.5 * v) / firms[self.complex]
        employees = np.empty(self.identifier.size, np.int64)
        start = 0
        for c in range(self.count):
            part = slice(start, start + int(firms[c]))
            total = int(self.region.complexes.employees[c])
            exponent = float(self.region.size_exponent[c])
            largest = float(self.region.largest_employees[c])
            smallest = lower_truncation(total / int(firms[c]), exponent, largest)
            size = truncated_pareto(tail[part].copy(), exponent, smallest, largest)
            # Everybody has one employee; the others are shared out in proportion to the law.
            employees[part] = 1 + allotted(np.maximum(size - 1.0, 1e-9), total - size.size)
            start = part.stop
        return employees

    def revenue(
        self, sector: Integers, employees: Integers, large: NDArray[np.bool_], u: Floats
    ) -> Floats:
        """Sales in KRW million: employees to a power, a scatter, and each sector's total.

        One exponent for all firms makes value added per worker of small and medium firms
        the known share of that of large ones.
        """
        facts = self.facts
        head_count = employees.astype(np.float64)
        log_size = log_array(head_count)
        spread = facts["productivity_spread"] * exp_array(
            -facts["productivity_spread_exponent"] * (log_size - log(_REFERENCE_EMPLOYEES))
        )
        scatter = spread * normal_quantiles(u.copy())
        sectors = self.region.firm_share.shape[1]
        group = self.complex * sectors + sector
        totals = self.sector_totals(np.bincount(group, minlength=self.count * sectors) > 0)
        exponent = productivity_exponent(
            log_size,
            scatter,
            group,
            totals,
            self.region.sectors.value_added_ratio[sector],
            large,
            facts["productivity_ratio"],
        )
        return shared(exp_array((1.0 + exponent) * log_size + scatter), group, totals)

    def sector_totals(self, present: NDArray[np.bool_]) -> Floats:
        """Production of each complex and sector that has firms, KRW million, (C·H,)."""
        share = self.region.production_share * present.reshape(self.region.production_share.shape)
        production = self.region.complexes.production
        return np.asarray(share * (production / share.sum(axis=1))[:, None]).ravel()

    def researching(
        self, employees: Integers, large: NDArray[np.bool_], u: Floats
    ) -> NDArray[np.bool_]:
        """Which firms do R&D: exact shares of both classes, won in a race that favours size.

        Complexes with much R&D have more such firms; each with any has at least one.
        """
        research = self.region.research_share
        mean = float(research.sum()) / self.count
        size = exp_array(
            self.facts["research_size_elasticity"] * log_array(employees.astype(np.float64))
        )
        eager = size * (research / mean if mean > 0.0 else research)[self.complex]
        time = np.full(eager.size, np.inf)
        able = eager > 0.0
        time[able] = -log_array(u[able]) / eager[able]
        first = (self.ranks(time) == 0) & able
        time[first] = -1.0
        result = np.zeros(eager.size, np.bool_)
        for share, members in (
            (self.facts["small_research_share"], ~large),
            (self.facts["large_research_share"], large),
        ):
            result |= quotas(time, members, share, first)
        return result & able

    def research_intensity(
        self, researching: NDArray[np.bool_], revenue: Floats, u: Floats
    ) -> Floats:
        """R&D over sales: lognormal among the firms with R&D, scaled to that of the complex."""
        scatter = exp_array(self.facts["research_intensity_spread"] * normal_quantiles(u.copy()))
        scatter[~researching] = 0.0
        wanted = self.region.research_share * self.region.complexes.production
        return shared(scatter * revenue, self.complex, wanted) / revenue

    def export_share(self, large: NDArray[np.bool_], revenue: Floats, u: Floats) -> Floats:
        """Exports over sales: a scatter of log odds around the mean of complex and size class.

        The exports of every complex are met; one odds ratio between small and large firms,
        the same everywhere, brings small and medium firms to their share of all exports.
        """
        complexes = self.region.complexes
        most = self.facts["largest_export_share"]
        group = 2 * self.complex + large
        sales = group_sums(revenue, group, 2 * self.count).reshape(self.count, 2)
        exports = complexes.exports * self.region.won_per_dollar
        mean = split_export_share(sales, exports, most, self.facts["small_export_share"])
        scatter = self.facts["export_spread"] * normal_quantiles(u.copy())
        return export_shares(scatter, revenue, group, mean.ravel(), most)

    def brand(
        self,
        large: NDArray[np.bool_],
        researching: NDArray[np.bool_],
        exports: Floats,
        u: Floats,
        v: Floats,
    ) -> Integers:
        """Brand stage: own brands until their share of a class's exports is met, then ODM, OEM."""
        odds = np.where(researching, self.facts["own_brand_research_odds"], 1.0)
        order = np.lexsort((self.identifier, -log_array(u.copy()) / odds))
        brand = (v < self.facts["odm_share"]).astype(np.int64)
        for share, members in (
            (self.facts["small_own_brand_share"], ~large),
            (self.facts["large_own_brand_share"], large),
        ):
            rows = order[members[order]]
            brand[rows[own_brand(exports[rows], share)]] = _OWN_BRAND
        return brand

    def knowledge(self, sector: Integers, researching: NDArray[np.bool_], u: Floats) -> Floats:
        """Knowledge vectors: the sector's profile, scattered by field, of a length of its own."""
        profile = self.region.sectors.profile[sector]
        fields = profile.shape[1]
        scatter = np.empty((sector.size, fields))
        for block in range(-(-fields // _FIELDS_A_BLOCK)):
            part = slice(block * _FIELDS_A_BLOCK, min(fields, (block + 1) * _FIELDS_A_BLOCK))
            draws = self.draws(_Block.KNOWLEDGE + block)[:, : part.stop - part.start]
            scatter[:, part] = normal_quantiles(draws.ravel()).reshape(draws.shape)
        spread = self.facts["knowledge_spread"]
        vectors = profile * exp_array(spread * scatter.ravel()).reshape(scatter.shape)
        squares = np.zeros(sector.size)
        for f in range(fields):
            squares += vectors[:, f] * vectors[:, f]
        level = np.where(
            researching,
            self.facts["knowledge_level_research"],
            self.facts["knowledge_level_plain"],
        )
        level *= exp_array(self.facts["knowledge_level_spread"] * normal_quantiles(u.copy()))
        return np.asarray(vectors * (level / np.sqrt(squares))[:, None])

    def ranks(self, score: Floats) -> Integers:
        """Rank of every firm within its complex, 0 for the smallest score."""
        return ranks(score, self.complex, self.region.complexes.firms, self.identifier)
