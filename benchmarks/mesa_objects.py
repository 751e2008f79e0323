"""The model as an ordinary Mesa model: every actor, pair and project an object of its own.

Written from the equations a second time, it is the oracle of the compiled
engine (`tests/sim/test_oracle.py`) and what the engine's speed is measured
against (`benchmarks/speed.py`).  It takes over the state of a `Simulation` at
any month, uses the same keyed draws, and then goes its own way.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import mesa
import numpy as np
from mesa_actors import WORKING_DAYS, Firm, Institute, Pair, University
from mesa_entry import founding_shares, new_firms
from mesa_market import market_of
from mesa_programme import INTRODUCTIONS, Meeting, PromotionGroup, asking_pairs, support_tasks
from mesa_projects import CONTACT_FAMILIARITY, commercialise, complete_projects, sign_licences
from mesa_state import adopt
from numpy.typing import NDArray
from plain_equations import cosine, learned, line_share, monthly, normal, shock_unit, single, stored

from innocluster.sim.ground.calendar import PROGRAMME_START, month_number, year_of
from innocluster.sim.ground.random_numbers import Process, uniforms
from innocluster.sim.simulation import Simulation

__all__ = ["GroupedModel", "ObjectModel"]


class ObjectModel(mesa.Model):
    """The model from the state in which `simulation` stands.

    Parameters
    ----------
    simulation : Simulation
        Not changed.
    shuffle : int
        Seed of the order in which agents are activated; results do not depend on it.

    Attributes
    ----------
    series : list of dict
        For each month simulated, indicator -> (C,) array.
    """

    def __init__(self, simulation: Simulation, shuffle: int = 0) -> None:
        super().__init__(seed=shuffle)
        self.settings = simulation.settings
        self.region = simulation.region
        self.p = SimpleNamespace(**simulation.settings.parameters.as_dict())
        self.key = simulation.key
        self.month = simulation.state.month
        self.complexes = len(self.region.complexes.keys)
        self.series: list[dict[str, NDArray[np.float64]]] = []
        self._set_constants(simulation)
        adopt(self, simulation)
        self.spillovers = self.settings.forms.names()["spillovers"]
        self.nearness = self._nearness() if self.month == 0 else simulation.field_nearness
        self.first_offers = (
            self._offers([0.0] * len(self.sector_stock))
            if self.month == 0
            else simulation.anchors.offered.T.tolist()
        )

    def _set_constants(self, simulation: Simulation) -> None:
        p = self.p
        self.persistence = 0.5 ** (1.0 / p.shock_half_life)
        self.shock_unit = shock_unit(self.persistence, p.shock_arrival, p.substitution)
        self.keep_stock = 1.0 - monthly(p.rd_depreciation)
        self.keep_gain = 1.0 - monthly(p.innovation_depreciation)
        flow = self.settings.forms.names()["sharing"] == "flow"
        fading = p.familiarity_decay if flow else monthly(p.meeting_depreciation)
        self.keep_meeting = 1.0 - fading
        self.depreciation = monthly(p.capital_depreciation)
        self.value_added_ratio = self.region.sectors.value_added_ratio.tolist()
        anchors = simulation.anchors
        self.sector_stock = anchors.sector_stock.tolist()
        self.sector_intensity = anchors.sector_intensity.tolist()
        self.sector_log_a = anchors.sector_log_a.tolist()
        self.sector_log_intensity = list(
            zip(anchors.log_intensity.tolist(), anchors.intensity_spread.tolist(), strict=True)
        )
        self.largest_stock = float(anchors.largest_stock)
        self.research_starts = simulation.state.research_starts.tolist()
        self.usual_profit = anchors.usual_profit.tolist()
        self.reference_exchange_rate = math.fsum(self.settings.macro.exchange_rate[:12]) / 12.0
        self.proximity = 0.5 ** (self.region.complexes.distance / p.half_distance)
        self.weights = p.outside_weight * self.proximity
        np.fill_diagonal(self.weights, p.complex_weight)
        self.anchors = simulation.scratch.anchors.tolist()
        self.prototypes = simulation.prototypes
        founders = simulation.settings.population.firms.complex
        every = simulation.state.firms.complex[: simulation.state.firms.count]
        self.sites_at, self.all_sites_at = (
            [np.flatnonzero(place == c).tolist() for c in range(self.complexes)]
            for place in (founders, every)
        )
        self.foundings_at = [
            founding_shares(self.settings.population.firms.employees[sites], p)
            for sites in self.sites_at
        ]

    def tie(self, pair: Pair) -> None:
        """Enter a pair that met for the first time."""
        self.pairs[pair] = None
        pair.first.ties[pair.second] = pair
        pair.second.ties[pair.first] = pair

    def draw(
        self, entity: int, process: Process, partner: int = 0, month: int | None = None
    ) -> tuple[float, float, float, float]:
        """Four uniforms at an address of this month or the one given."""
        when = self.month if month is None else month
        return uniforms(self.key, entity, when, int(process), partner)  # type: ignore[no-any-return]

    def firms(self) -> list[Firm]:
        """Operating firms in the order of sites."""
        return [firm for firm in self.sites if firm is not None]

    def count(self, indicator: str, complex_: int, amount: float = 1.0) -> None:
        """Add to one of this month's indicators."""
        self.now[indicator][complex_] += amount

    def account(self, complex_: int, profit: float, revenue: float) -> None:
        """Note a firm's profit and sales for the entry decisions of others."""
        self.profits[complex_].append(profit)
        self.sales[complex_].append(revenue)

    def step(self) -> None:
        """One month."""
        macro, month = self.settings.macro, self.month
        self.years = (month + 0.5) / 12.0
        self.general_price = float(macro.price_index[month])
        self.wage_index = float(macro.wage_index[month])
        self.exchange_rate = float(macro.exchange_rate[month])
        relative = self.exchange_rate / self.reference_exchange_rate
        self.markets = [
            market_of(self, sector, relative) for sector in range(len(self.sector_stock))
        ]
        self.now = {name: np.zeros(self.complexes) for name in COUNTED}
        self.profits: list[list[float]] = [[] for _ in range(self.complexes)]
        self.sales: list[list[float]] = [[] for _ in range(self.complexes)]
        firms = self.agents_by_type[Firm]
        if month == month_number(*PROGRAMME_START):
            for group in self.groups:
                group.mark_cohort()
            # Sorting leaves firms of the same sales in the order of sites.
            by_sales = sorted(self.firms(), key=lambda firm: -firm.revenue)
            self.largest = by_sales[:LARGEST]
        meetings = self._meet()
        asking = asking_pairs(self, meetings)
        # Whether there is money on offer is decided before any of it is spent.
        offers = [self.groups[one.first.complex].has_offer(one) for one in asking]
        for meeting, offer in zip(asking, offers, strict=True):
            self.groups[meeting.first.complex].consider(meeting, offer)
        complete_projects(self)
        for kind in (University, Institute):
            if kind in self.agents_by_type:
                self.agents_by_type[kind].shuffle_do("invent")
        sign_licences(self)
        commercialise(self)
        self._find_research_starts()
        firms.shuffle_do("decide_research")
        firms.shuffle_do("do_research")
        self._before_spillovers()
        firms.shuffle_do("sense_spillovers")
        firms.shuffle_do("produce")
        self.asked = self._share_markets()
        firms.shuffle_do("sell")
        self._observe()
        firms.shuffle_do("adjust")
        self._renew()
        self._close_books()
        self.month += 1

    def _meet(self) -> list[Meeting]:
        firms = self.agents_by_type[Firm]
        active = self._receive_budget()
        self._count_occasions()
        firms.shuffle_do("decide_encounters")
        meetings = [
            Meeting(firm, met, brokered=False) for firm in self.firms() for met in firm.encounters
        ]
        if active:
            if self.month % 12 == 0:
                self.agents_by_type[PromotionGroup].do("report_benefit")
            firms.shuffle_do("decide_membership")
            firms.do("apply_membership")
            groups = self.agents_by_type[PromotionGroup]
            groups.do("gather_members")
            events: list[Any] = []
            for group in self.groups:
                events += group.hold_events()
            introduced = INTRODUCTIONS[self.settings.policy.id](self, events)
            for meeting in introduced:
                self.count("introductions", meeting.first.complex)
            meetings += introduced
            meetings += support_tasks(self)
        lessons = [lesson for meeting in meetings for lesson in self._hold(meeting)]
        for firm, lesson in lessons:
            firm.knowledge = stored(firm.knowledge + lesson)
        for pair in self.pairs:
            kept = (1.0 - self.p.familiarity_decay) * pair.familiarity
            pair.familiarity = single(min(1.0, max(0.0, kept + pair.gain)))
            pair.gain = 0.0
        return meetings

    def _count_occasions(self) -> None:
        """M1: firms meet in proportion to a power of their R&D staff, that is, of their R&D."""
        exponent = (
            self.p.occasion_exponent if self.settings.forms.names()["occasions"] == "staff" else 0.0
        )
        performers = [firm for firm in self.firms() if firm.research_intensity > 0.0]
        staff = [(firm.research_intensity * firm.revenue) ** exponent for firm in performers]
        for firm in self.firms():
            firm.occasions = 0.0
        for firm, weight in zip(performers, staff, strict=True):
            firm.occasions = self.p.background_rate * weight * len(staff) / sum(staff)

    def _receive_budget(self) -> bool:
        """A4: the complexes' shares in equal monthly parts, less what all levels keep."""
        start = month_number(*PROGRAMME_START)
        if self.month < start or not self.settings.funded:
            return False
        year = year_of(self.month)
        months = 9 if year == PROGRAMME_START[0] else 12
        if self.month > start and self.month % 12 == 0:
            self._evaluate()
        part = self.settings.budget_of(year) / months
        net = math.prod(1.0 - kept for kept in self.region.governance.overhead.tolist())
        for group in self.groups:
            amount = part * self.shares[group.complex]
            group.balance += amount * net
            if self.month % 12 == 0:
                group.income = group.research_paid = 0.0
            group.income += amount * net
            self.count("spent_overhead", group.complex, amount * (1.0 - net))
        if self.month == start:
            self.agents_by_type[PromotionGroup].do("start")
        return True

    def _evaluate(self) -> None:
        """Section 8: the ministry's committee, third from below, divides the year's money."""
        chain = self.region.governance
        lag, noise = int(chain.lag[-3]), float(chain.noise[-3])
        evaluated = [group.evaluated(lag) for group in self.groups]
        joined = any(
            number > 0.0 for group in self.groups for number, _, _ in list(group.books)[-12 - lag :]
        )
        members = math.fsum(number for number, _ in evaluated)
        if joined:
            usual = math.fsum(number * score for number, score in evaluated) / members
            weights = []
            for c, (number, score) in enumerate(evaluated):
                merit = noise * normal(self.draw(c, Process.EVALUATION)[0])
                merit += score / usual - 1.0 if usual > 0.0 else 0.0
                weights.append(
                    number * (1.0 + self.p.evaluation_weight * min(1.0, max(-1.0, merit)))
                )
            self.shares = [weight / sum(weights) for weight in weights]
        unspent = math.fsum(group.balance for group in self.groups)
        for group, share in zip(self.groups, self.shares, strict=True):
            group.balance = unspent * share

    def _hold(self, meeting: Meeting) -> list[tuple[Firm, NDArray[np.float64]]]:
        """T1, T3, K2: what a meeting does; returns what is learned, to be added later."""
        p, a, b = self.p, meeting.first, meeting.second
        pair = a.ties.get(b)
        if pair is None:
            swap = isinstance(b, Firm) and b.site < a.site
            pair = Pair(b, a) if swap else Pair(a, b)
            self.tie(pair)
        meeting.pair = pair
        # News since the last meeting; a second one of the month finds what the first one left.
        told_before = (1.0 - pair.news) * (1.0 - p.news_refresh) ** (self.month - pair.last_met)
        news = 1.0 - told_before
        pair.gain += p.familiarity_meeting
        pair.meetings += 1
        pair.last_met = self.month
        alike = cosine(a.knowledge, b.knowledge)
        pair.similarity = single(alike)
        lessons = [(a, learned(a.knowledge, b.knowledge, p.learning_meeting * a.absorption))]
        days = p.attendance_days if meeting.brokered else 0.0
        a.lost_days += days
        if not isinstance(b, Firm):
            return lessons
        b.lost_days += days
        lessons.append((b, learned(b.knowledge, a.knowledge, p.learning_meeting * b.absorption)))
        self._tell(pair, alike, news)
        return lessons

    def _tell(self, pair: Pair, alike: float, news: float) -> None:
        """T3: the firm that is behind hears from the one ahead."""
        p, forms = self.p, self.settings.forms.names()
        a, b = pair.first, pair.second
        if forms["sharing"] == "strangers":
            told = p.information_probability / pair.meetings
        else:
            least = 0.0 if forms["sharing"] == "trust" else p.sharing_strangers
            told = (least + (p.sharing_trusted - least) * pair.familiarity) * news
            pair.news = single(news - told)
        if a.sector == b.sector and forms["rivalry"] == "technology":
            told *= 1.0 - alike**2
        elif (a.sector, a.niche) == (b.sector, b.niche):
            told *= 1.0 - p.rival_secrecy
        lead = {
            firm: firm.log_productivity
            - firm.shock
            - self.sector_log_a[firm.sector]
            - self.markets[firm.sector].progress
            for firm in (a, b)
        }
        behind, ahead = sorted((a, b), key=lambda firm: lead[firm])
        gap = min(1.0, lead[ahead] - lead[behind])
        gain = p.information_gain * behind.absorption * alike * gap * told
        gain *= max(0.0, 1.0 - behind.gain_meeting / p.information_ceiling)
        behind.gain_meeting += gain * line_share(behind.revenue, p.product_line_revenue)

    def _find_research_starts(self) -> None:
        """F3: how often firms must start R&D for those who do it to stay as many, by complex."""
        if not math.isnan(self.research_starts[0]):
            return
        for c in range(self.complexes):
            here = [firm for firm in self.firms() if firm.complex == c]
            stops = [firm.stopping_hazard() for firm in here if firm.research_intensity > 0.0]
            weights = [firm.starting_weight() for firm in here if firm.research_intensity <= 0.0]
            self.research_starts[c] = sum(stops) / sum(weights) if weights else 0.0

    def _nearness(self) -> NDArray[np.float64]:
        """F4: how often two fields occur together, as the cosine of their rows over firms."""
        by_field = np.array([firm.direction for firm in self.firms()]).T
        return np.array([[cosine(one, other) for other in by_field] for one in by_field])

    def find_most(self) -> None:
        """F4: no stock counts for more than a bound that grows as those of 2003 usually do."""
        grown = sorted(
            firm.research_stock / firm.research_reference
            for firm in self.firms()
            if firm.entered < 0 and firm.research_intensity > 0.0 and firm.research_reference > 0.0
        )
        middle = grown[(len(grown) - 1) // 2 : len(grown) // 2 + 1]
        self.most = self.largest_stock * (sum(middle) / len(middle) if middle else 1.0)

    def _before_spillovers(self) -> None:
        """Line up the R&D performers, so that every firm can look at all of them at once."""
        performers = [firm for firm in self.firms() if firm.research_stock > 0.0]
        self.directions = np.array([self.seen(firm) for firm in performers])
        self.find_most()
        self.stocks = np.array([self.counted(firm.research_stock) for firm in performers])
        self.places = np.array([firm.complex for firm in performers])
        self.products = np.array([(firm.sector, firm.niche) for firm in performers])
        self.position = {firm: n for n, firm in enumerate(performers)}

    def counted(self, stock: float) -> float:
        """F4: what an R&D stock counts for in the spillovers of others."""
        return self.scaled(min(stock, self.most))

    def scaled(self, stock: float) -> float:
        """F4: a stock, or its root where stocks spill over by their roots."""
        return math.sqrt(stock) if self.spillovers == "root_pool" else stock

    def seen(self, firm: Firm) -> NDArray[np.float64]:
        """F4: with what the cosine of a firm with others is taken."""
        direction: NDArray[np.float64] = firm.direction
        return stored(self.nearness @ direction) if self.spillovers == "mahalanobis" else direction

    def spillover_pool(self, firm: Firm) -> float:
        """F4: S_i = Σ_j ω_ij R_j over all other firms.

        ω_ij is the cosine of 2003 or at entry, or with fields that occur together as near ones,
        times the weight of the place; familiarity lifts that weight towards the proximity of
        the places.
        """
        cosines = self.directions @ firm.direction
        weights = self.weights[firm.complex][self.places] * cosines
        if firm in self.position:
            weights[self.position[firm]] = 0.0
        return float(weights @ self.stocks) + self.tie_pool(firm)

    def rival_pool(self, firm: Firm) -> float:
        """F4: R&D stocks of all others that make what the firm makes."""
        same = (self.products == (firm.sector, firm.niche)).all(axis=1)
        if firm in self.position:
            same[self.position[firm]] = False
        return float(self.stocks[same].sum())

    def tie_pool(self, firm: Firm) -> float:
        """F4: what familiar firms add to the spillovers of their place."""
        pool = 0.0
        if self.settings.forms.names()["spillover_ties"] != "acquaintance":
            return pool
        for other, pair in firm.ties.items():
            if isinstance(other, Firm):
                where = (firm.complex, other.complex)
                lift = float(self.proximity[where] - self.weights[where])
                trust = pair.familiarity * float(pair.first.direction @ self.seen(pair.second))
                pool += lift * trust * self.counted(other.research_stock)
        return pool

    def _offers(self, rivals: list[float]) -> list[list[float]]:
        """D1: what all firms of a sector offer its home and its export market."""
        offers = [[0.0, 0.0] for _ in self.sector_stock]
        for firm in self.firms():
            quality = firm.log_productivity - rivals[firm.sector] - firm.demand_reference
            for market, amount in enumerate(firm.offer(quality)):
                offers[firm.sector][market] += amount
        return offers

    def _share_markets(self) -> list[list[float]]:
        """D1: spending of every market, less what firms of the region took since 2003 of theirs."""
        form = self.settings.forms.names()["displacement"]
        usual = (self.p.home_market_share, self.p.export_market_share)
        shares = {"none": (0.0, 0.0), "complete": (1.0, 1.0)}.get(form, usual)
        offers = self._offers([market.rivals for market in self.markets])
        return [
            [
                spent * (now / then) ** -share if now > 0.0 and then > 0.0 else spent
                for spent, share, now, then in zip(
                    (market.domestic, market.foreign), shares, offered, first, strict=True
                )
            ]
            for market, offered, first in zip(self.markets, offers, self.first_offers, strict=True)
        ]

    def _observe(self) -> None:
        """Sums over firms, before they adjust; tenants are those that operate or will."""
        land = self.settings.forms.names()["entry"] == "land"
        self.now["tenants"] = np.array(
            [
                sum(firm.complex == estate.complex for firm in self.firms())
                + (len(estate.openings) if land else 0)
                for estate in self.estates
            ],
            float,
        )
        members = [firm for firm in self.firms() if firm.member]
        for name, firms, value in (
            ("revenue", self.firms(), lambda firm: firm.revenue),
            ("exports", self.firms(), lambda firm: firm.exports),
            ("employees", self.firms(), lambda firm: firm.employees),
            ("firms", self.firms(), lambda firm: 1.0),
            ("members", members, lambda firm: 1.0),
            ("member_revenue", members, lambda firm: firm.revenue),
            ("cohort_revenue", [f for f in self.firms() if f.cohort], lambda firm: firm.revenue),
            (
                "value_added", self.firms(),
                lambda firm: self.markets[firm.sector].value_added_ratio * firm.revenue,
            ),
            (
                "real_value_added", self.firms(),
                lambda firm: firm.revenue * self.markets[firm.sector].value_added_ratio
                / self.markets[firm.sector].value_added_price,
            ),
            ("research_spending", self.firms(), lambda firm: firm.own_spending + firm.grant_flow),
            ("capital", self.firms(), lambda firm: firm.capital),
            ("labour_cost", self.firms(), lambda firm: firm.labour_cost()),
            ("capital_cost", self.firms(), lambda firm: firm.capital_cost()),
            (
                "meeting_cost", self.firms(),
                lambda firm: firm.wage * self.wage_index * firm.lost_days / WORKING_DAYS,
            ),
            (
                "exported_value_added", self.firms(),
                lambda firm: firm.exports * self.exchange_rate
                * self.markets[firm.sector].value_added_ratio,
            ),
            ("worked_labour", self.firms(), lambda firm: firm.worked_labour),
            ("volume", self.firms(), lambda firm: firm.utilisation * firm.capacity),
            ("capacity", self.firms(), lambda firm: firm.capacity),
        ):  # fmt: skip
            parts: list[list[float]] = [[] for _ in range(self.complexes)]
            for firm in firms:
                parts[firm.complex].append(value(firm))
            self.now[name] = np.array([math.fsum(part) for part in parts])
        self._observe_largest()

    def _observe_largest(self) -> None:
        """Sales of all but the largest firms."""
        parts: list[list[float]] = [[] for _ in range(self.complexes)]
        for firm in self.firms():
            if firm not in self.largest:
                parts[firm.complex].append(firm.revenue)
        self.now["smaller_revenue"] = np.array([math.fsum(part) for part in parts])

    def _renew(self) -> None:
        """E1, E2: exit and entry; a site left is free from next month."""
        self.profit_ratio = [
            math.fsum(profit) / math.fsum(sales) if sales else 0.0
            for profit, sales in zip(self.profits, self.sales, strict=True)
        ]
        self.agents_by_type[Firm].shuffle_do("decide_exit")
        leaving = [firm for firm in self.firms() if firm.closed]
        for firm in leaving:
            firm.leave()
            self.count("closures", firm.complex)
        closures = [sum(firm.complex == c for firm in leaving) for c in range(self.complexes)]
        for place, attributes in new_firms(self, closures):
            free = self.free_sites[place]
            if free:
                site = free.pop(0)
            else:
                site = len(self.sites)
                self.sites.append(None)
                self.all_sites_at[place].append(site)
            self.sites[site] = Firm(self, site=site, complex=place, **attributes)
            self.count("entrants", place)
        for firm in leaving:
            self.free_sites[firm.complex].append(firm.site)
        if self.month % 12 == 11:
            for pair in [
                one
                for one in self.pairs
                if one.familiarity < CONTACT_FAMILIARITY and one.projects <= 0 and one.gain <= 0.0
            ]:
                del self.pairs[pair], pair.first.ties[pair.second], pair.second.ties[pair.first]

    def _close_books(self) -> None:
        self.now["carry_over"] = np.array([group.balance for group in self.groups])
        support = self.now["spent_tasks"] + self.now["spent_research"]
        for group in self.groups:
            c = group.complex
            done = self.now["tasks"][c] + self.now["joint_successes"][c]
            group.books.append((float(self.now["members"][c]), float(support[c]), float(done)))
        self.series.append(self.now)


class GroupedModel(ObjectModel):
    """The same with spillovers by sums over complexes and sectors, as the engine has them.

    For measuring speed: the algorithm is then the same on both sides.
    """

    def _before_spillovers(self) -> None:
        self.find_most()
        known = np.zeros((self.complexes, len(self.region.fields)))
        self.rivals: dict[tuple[int, int], float] = {}
        for firm in self.firms():
            if firm.research_stock > 0.0:
                stock = self.counted(firm.research_stock)
                known[firm.complex] += stock * self.seen(firm)
                product = (firm.sector, firm.niche)
                self.rivals[product] = self.rivals.get(product, 0.0) + stock
        self.reach = self.weights @ known

    def rival_pool(self, firm: Firm) -> float:
        """F4 by sums over products."""
        everyone = self.rivals.get((firm.sector, firm.niche), 0.0)
        return max(everyone - self.counted(firm.research_stock), 0.0)

    def spillover_pool(self, firm: Firm) -> float:
        """F4 by group sums."""
        total = float(firm.direction @ self.reach[firm.complex])
        place = float(self.weights[firm.complex, firm.complex])
        own = place * self.counted(firm.research_stock)
        own *= float(firm.direction @ self.seen(firm))
        return total - own + self.tie_pool(firm)


LARGEST = 10
"""How many firms count as the largest."""

COUNTED = (
    "contacts", "formal_meetings", "introductions", "tasks_found", "tasks", "tasks_solved",
    "joint_projects", "joint_successes", "licences", "licence_successes", "own_innovations",
    "entrants", "closures", "spent_meetings", "spent_introductions", "spent_tasks",
    "spent_research", "spent_support", "spent_transfers", "spent_overhead",
)  # fmt: skip
