"""Firms, universities, institutes and promotion groups as ordinary Mesa agents.

A firm stands on a site; the sites, numbered by complex, give the canonical
order in which things that share a budget or a shelf are done.  All else is
decided from what was known at the beginning of a phase, so that the order in
which agents are activated does not matter.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from plain_equations import (
    absorptive_capacity,
    growth_dispersion,
    logistic,
    monthly,
    normal,
    poisson,
    stored,
)

from innocluster.sim.ground.random_numbers import Process

if TYPE_CHECKING:
    from mesa_objects import ObjectModel

__all__ = [
    "WORKING_DAYS",
    "Actor",
    "Body",
    "ClosedFirm",
    "Firm",
    "Institute",
    "Invention",
    "Licence",
    "Pair",
    "Project",
    "University",
]

BODY_SHARE = 0.2
LATEST_PAIRS = 64
TIE_FAMILIARITY = 0.1
WORKING_DAYS = 21.0
SHELF_SLOTS = 512
PATIENCE = 6


class Actor(mesa.Agent):
    """Somebody who has knowledge and meets others."""

    model: ObjectModel
    identifier: int
    complex: int
    knowledge: Any
    direction: Any
    projects: int
    closed = False

    def __init__(self, model: ObjectModel, **attributes: Any) -> None:
        super().__init__(model)
        self.__dict__.update(attributes)
        self.knowledge = np.asarray(self.knowledge, np.float64)
        # Where it stood when it came in; firms that are taken over know it already.
        if "direction" not in attributes:
            self.direction = stored(self.knowledge / np.linalg.norm(self.knowledge))
        self.direction = np.asarray(self.direction, np.float64)
        self.ties: dict[Actor, Pair] = {}

    def draw(
        self, process: Process, partner: int = 0, month: int | None = None
    ) -> tuple[float, float, float, float]:
        """Four uniforms of this actor and process, of this month or the one given."""
        return self.model.draw(self.identifier, process, partner, month)

    def partner_called_on(self, process: Process, caller: Firm, moment: int) -> Actor | None:
        """M1: a partner that does R&D, by chance in proportion to the square of familiarity."""
        chosen, shortest = None, math.inf
        for other, pair in list(reversed(self.ties.items()))[:LATEST_PAIRS]:
            does_research = not isinstance(other, Firm) or other.research_intensity > 0.0
            if other is caller or pair.familiarity < TIE_FAMILIARITY or not does_research:
                continue
            u = caller.draw(process, other.identifier, moment)[0]
            wait = -math.log(u) / pair.familiarity**2
            if wait < shortest:
                chosen, shortest = other, wait
        return chosen


class Pair:
    """Two actors that met."""

    def __init__(self, first: Actor, second: Actor, **attributes: Any) -> None:
        self.first, self.second = first, second
        self.familiarity = 0.0
        self.similarity = 0.0
        self.news = 1.0
        self.gain = 0.0
        self.meetings = 0
        self.last_met = -1
        self.asked = -1
        self.projects = 0
        self.__dict__.update(attributes)

    def partner_of(self, actor: Actor) -> Actor:
        """The other one."""
        return self.second if actor is self.first else self.first


class Project:
    """A joint R&D project under way."""

    def __init__(self, team: tuple[Actor, ...], **attributes: Any) -> None:
        self.team = team
        self.__dict__.update(attributes)


class Invention:
    """An invention on a shelf; `licensed` once it is taken."""

    def __init__(self, born: int, field: int, quality: float) -> None:
        self.born, self.field, self.quality = born, field, quality
        self.licensed = quality <= 0.0


class Licence:
    """A licence being commercialised."""

    def __init__(self, firm: Firm, body: Body, due: int, quality: float, succeeds: bool) -> None:
        self.firm, self.body = firm, body
        self.due, self.quality, self.succeeds = due, quality, succeeds


class Firm(Actor):
    """A tenant firm; its attributes have the names of the columns of the firm table."""

    site: int
    occasions = 0.0
    will_be_member = False
    own_spending = 0.0
    desired_capital = 0.0
    desired_labour = 0.0
    worked_labour = 0.0
    capacity = 0.0

    def room(self) -> int:
        """J2: joint projects that the firm can run at a time."""
        for limit, room in ((20.0, 1), (100.0, 2), (300.0, 3)):
            if self.employees < limit:
                return room
        return 5

    def decide_encounters(self) -> None:
        """M1: meet somebody new, a partner or a partner's partner, as often as occasions come."""
        self.lost_days = 0.0
        self.encounters = []
        rate = self.occasions
        number = math.floor(rate) + (self.draw(Process.BACKGROUND)[0] < rate - math.floor(rate))
        for n in range(number):
            met = self.encounter(self.model.month + 65_536 * n)
            if met is not None:
                self.encounters.append(met)

    def encounter(self, moment: int) -> Actor | None:
        """M1: whom an occasion leads to."""
        p = self.model.p
        _, v, w, x = self.draw(Process.BACKGROUND, month=moment)
        if w < p.anchor_share:
            site = self.model.anchors[self.complex]
            anchor = self.model.sites[site] if site >= 0 else None
            # The firm of 2003, not one that has moved in where it stood.
            stands = anchor is not None and anchor is not self and anchor.entered < 0
            if stands and anchor.research_intensity > 0.0:
                return anchor
        met = self.stranger(v, moment)
        if met is None or x >= p.background_repeat + p.background_closure:
            return met
        known = self.partner_called_on(Process.KNOWN_CONTACT, self, moment)
        if known is not None and x >= p.background_repeat:
            known = known.partner_called_on(Process.INTRODUCED_CONTACT, self, moment)
        return known or met

    def stranger(self, v: float, moment: int) -> Actor | None:
        """M1: a research body or an R&D firm of the complex, the likelier the more it meets."""
        if v < BODY_SHARE:
            bodies = self.model.bodies_at[self.complex]
            u = self.draw(Process.BACKGROUND_PEER, month=moment)[0]
            return bodies[int(u * len(bodies))] if bodies else None
        sites = [self.model.sites[site] for site in self.model.all_sites_at[self.complex]]
        rates = [0.0 if firm is None else firm.occasions for firm in sites]
        if sum(rates) <= self.occasions:
            return None
        for attempt in range(4):
            low, high = 0, len(sites)
            for level, u in enumerate(self.draw(Process.BACKGROUND_PEER, attempt, moment)):
                span: int = 32 ** (3 - level)
                parts = [(at, min(at + span, high)) for at in range(low, high, span)]
                weights = [sum(rates[one:end]) for one, end in parts]
                wanted = u * sum(weights)
                chosen = next(n for n in range(len(parts)) if sum(weights[: n + 1]) > wanted)
                low, high = parts[chosen]
            if sites[low] is not self:
                return sites[low]
        return None

    def decide_membership(self) -> None:
        """M0: join or leave the mini-cluster."""
        self.will_be_member = False
        if self.mini_cluster < 0:
            return
        p, group = self.model.p, self.model.groups[self.complex]
        u, v, _, _ = self.draw(Process.JOINING)
        net = p.joining_benefit * group.reported_benefit
        if self.member:
            self.will_be_member = v >= monthly(p.leaving_rate) / (1.0 + max(net, -0.5))
            return
        known = [
            other
            for other, pair in self.ties.items()
            if isinstance(other, Firm) and pair.familiarity > 0.0
        ]
        peers = sum(other.member for other in known) / len(known) if known else 0.0
        odds = group.joining_constant + self.joining_score() + p.joining_peers * peers + net
        self.will_be_member = u < logistic(odds)

    def joining_score(self) -> float:
        """M0: what size and R&D add to the log odds of joining, by employees and annual sales."""
        p = self.model.p
        score: float = p.joining_size * math.log(min(max(self.employees, 1.0), 300.0) / 20.0)
        if self.research_intensity > 0.0:
            score += p.joining_research
        score += p.joining_growth * min(
            max(math.log(self.revenue / self.smoothed_sales), -1.0), 1.0
        )
        excess = max(self.employees / 300.0, 12.0 * self.revenue / 150_000.0)
        return score + p.joining_large * math.log(max(excess, 1.0))

    def apply_membership(self) -> None:
        """Become what was decided."""
        self.member = self.will_be_member

    def decide_research(self) -> None:
        """F3: start R&D, or stop it."""
        p, model = self.model.p, self.model
        self.smoothed_sales += (self.revenue - self.smoothed_sales) / p.research_memory
        if model.settings.forms.names()["research"] == "frozen":
            return
        u, v, _, _ = self.draw(Process.RESEARCH)
        self.research_step = v
        if self.research_intensity > 0.0:
            if u < 1.0 - math.exp(-self.stopping_hazard() / 12.0):
                self.research_intensity, self.research_began = 0.0, model.month
                self.wage, self.research_pay = self.wage + self.research_pay, 0.0
            return
        hazard = p.start_lift * model.research_starts[self.complex] * self.starting_weight()
        if u < 1.0 - math.exp(-hazard / 12.0):
            self.research_began = model.month
            mean, spread = model.sector_log_intensity[self.sector]
            self.research_intensity = math.exp(mean + spread * normal(v))
            spent = self.research_intensity * self.smoothed_sales / model.wage_index
            pay = min(
                spent / self.employees, self.wage * (1.0 - p.least_labour_share / p.labour_share)
            )
            self.wage, self.research_pay = self.wage - pay, pay

    def stopping_hazard(self) -> float:
        """F3: yearly hazard of stopping R&D."""
        p = self.model.p
        if self.employees >= p.takeover_size or self.projects > 0:
            return 0.0
        years = (self.model.month - self.research_began) / 12.0
        hazard = p.stop_rate * (1.0 + years) ** -p.stop_duration
        hazard *= (self.employees / 20.0) ** -p.stop_size
        return float(hazard * (p.stop_debt if self.cash < 0.0 else 1.0))

    def starting_weight(self) -> float:
        """F3: hazard of starting R&D against a firm of twenty employees on its own."""
        p = self.model.p
        knows = any(
            pair.familiarity >= TIE_FAMILIARITY
            and (isinstance(other, Body) or other.research_spending > 0.0)
            for other, pair in self.ties.items()
        )
        return float(
            (self.employees / 20.0) ** p.start_size
            * (p.start_tie if knows else 1.0)
            * (p.start_member if self.member else 1.0)
            * (p.start_grant if self.grant_flow > 1e-6 else 1.0)
        )

    def budget_research(self) -> None:
        """F3: own R&D of the month, a part of the way to what the firm tends to."""
        p, form = self.model.p, self.model.settings.forms.names()["research"]
        if form == "frozen":
            self.research_spending = self.research_intensity * self.revenue
            return
        if self.research_intensity <= 0.0:
            self.research_spending = 0.0
            return
        wanted = math.log(self.research_intensity) + math.log(self.smoothed_sales)
        if form == "lasting":
            lost = 1.0 - p.lasting_elasticity
            wanted -= lost * math.log(self.smoothed_sales / self.demand_scale)
        recent = self.model.month - self.last_success < p.research_success_memory
        wanted += (p.research_success if recent else 0.0) - (
            p.research_debt if self.cash < 0.0 else 0.0
        )
        if self.research_spending <= 0.0:
            self.research_spending = math.exp(wanted)
            return
        yearly = 0.0 if form == "elastic" else p.research_persistence
        kept = yearly ** (1.0 / 12.0)
        step = p.research_noise * math.sqrt((1.0 - kept**2) / (1.0 - yearly**2))
        self.research_spending = math.exp(
            kept * math.log(self.research_spending)
            + (1.0 - kept) * wanted
            + step * normal(self.research_step)
        )

    def do_research(self) -> None:
        """F2 shock, F3 stock, F5 obsolescence, F6 own innovation, K3 absorptive capacity."""
        model = self.model
        p = model.p
        self.shock *= model.persistence
        u, v, _, _ = self.draw(Process.SHOCK)
        if u < p.shock_arrival:
            scale = model.shock_unit * growth_dispersion(
                self.employees, p.growth_dispersion, p.growth_dispersion_exponent
            )
            self.shock += scale * (math.log(2.0 * v) if v < 0.5 else -math.log(2.0 * (1.0 - v)))
        self.budget_research()
        self.own_spending = self.research_spending
        for channel in ("gain_own", "gain_transfer", "gain_joint"):
            setattr(self, channel, getattr(self, channel) * model.keep_gain)
        self.gain_meeting *= model.keep_meeting
        if self.research_intensity <= 0.0 and self.research_stock <= 0.0:
            return
        spending = self.own_spending + (1.0 + p.subsidy_additionality) * self.grant_flow
        self.research_stock = (
            model.keep_stock * self.research_stock + spending / model.general_price
        )
        intensity = spending / self.revenue
        self.research_lagged += (intensity - self.research_lagged) / p.planning_lag
        self.absorption = absorptive_capacity(
            self.research_stock, model.sector_stock[self.sector], self.research_lagged,
            p.absorption_threshold,
        )  # fmt: skip
        u, v, _, _ = self.draw(Process.OWN_INNOVATION)
        attempts = p.attempt_rate / 12.0 * p.commercial_success
        relative = self.research_lagged / model.sector_intensity[self.sector]
        chance = 1.0 - math.exp(-attempts * relative)
        # The size of an innovation is exponential with this mean.
        if u < chance:
            self.gain_own -= p.own_innovation_step * math.log(v)
            self.last_success = model.month
            model.count("own_innovations", self.complex)

    def sense_spillovers(self) -> None:
        """F4: ln(S/S0), less the share that rivals take."""
        pool = math.log(max(self.model.spillover_pool(self), 1e-9))
        rivals = self.model.rival_pool(self)
        rivals += self.model.scaled(self.model.sector_stock[self.sector])
        pool -= self.model.p.business_stealing * math.log(rivals)
        if math.isinf(self.spillover_reference):
            self.spillover_reference = pool
        self.spillover = pool - self.spillover_reference

    def produce(self) -> None:
        """F2: productivity of the month."""
        model = self.model
        p = model.p
        gains = self.gain_own + self.gain_transfer + self.gain_joint + self.gain_meeting
        self.log_productivity = (
            self.level
            + model.markets[self.sector].progress
            + self.shock
            + p.spillover_elasticity * self.spillover
            + gains
            - self.gain_reference
            + self.role
        )
        self.log_productivity += p.rd_elasticity * math.log(
            (self.research_stock + self.research_offset)
            / (self.research_reference + self.research_offset)
        )

    def offer(self, quality: float) -> tuple[float, float]:
        """D1: D0·b·(q/Q)^(σ-1) in the home and the export market at a given ln(q/Q)."""
        p = self.model.p
        abroad = logistic(self.export_logit)
        sales = self.demand_scale * math.exp((p.substitution - 1.0) * quality) * self.dearness()
        return (1.0 - abroad) * sales, abroad * sales

    def dearness(self) -> float:
        """D4: price of the brand stage against that at the reference."""
        premium = self.model.p.brand_premium
        return float((1.0 + premium * self.brand) / (1.0 + premium * self.brand_reference))

    def sell(self) -> None:
        """F1, D1-D4: demand, sales, exports and the factors it wants."""
        model = self.model
        p = model.p
        a, alpha = self.log_productivity, p.capital_elasticity
        ratio, market = model.value_added_ratio[self.sector], model.markets[self.sector]
        labour = max(self.employees - self.lost_days / WORKING_DAYS, 0.5 * self.employees)
        brand = self.dearness()
        domestic, foreign = model.asked[self.sector]
        self.worked_labour = labour
        self.capacity = math.exp(a) * self.capital**alpha * labour ** (1.0 - alpha)
        capacity = market.price * self.capacity / ratio * brand
        quality = self.relative_quality()
        share = logistic(
            self.export_logit
            + p.export_quality * quality
            + p.export_brand * (self.brand - self.brand_reference)
        )
        home, abroad = (1.0 - share) * domestic, share * foreign
        usual = logistic(self.export_logit)
        size = (1.0 - usual) * domestic + usual * foreign
        wanted = self.demand_scale * size * brand * math.exp((p.substitution - 1.0) * quality)
        self.revenue = min(wanted, capacity)
        self.utilisation = self.revenue / capacity
        self.exports = self.revenue * abroad / (home + abroad) / model.exchange_rate
        real = wanted / (market.price * brand)
        self.expected_demand += (real - self.expected_demand) / p.expectation_months
        worth = market.value_added_price / model.general_price
        self.desired_capital = p.capital_output_ratio * 12.0 * self.expected_demand * worth
        needed = self.expected_demand * ratio / p.target_utilisation
        self.desired_labour = (needed / (math.exp(a) * self.capital**alpha)) ** (
            1.0 / (1.0 - alpha)
        )

    def relative_quality(self) -> float:
        """D1: ln(q/Q) against its reference."""
        rivals = self.model.markets[self.sector].rivals
        return float(self.log_productivity - rivals - self.demand_reference)

    def labour_cost(self) -> float:
        """B1: wages, and R&D that the firm pays itself."""
        model = self.model
        wages = self.wage * model.wage_index * self.employees
        return wages + self.own_spending + model.p.subsidy_additionality * self.grant_flow

    def capital_cost(self) -> float:
        """B1: depreciation and interest at the price of capital."""
        model = self.model
        return (model.depreciation + model.p.interest_rate / 12.0) * (
            model.general_price * self.capital
        )

    def adjust(self) -> None:
        """I1, E1, D4: profit, cash, capital, employment, brand."""
        model = self.model
        p = model.p
        worn = model.depreciation
        added = (model.markets[self.sector].value_added_ratio - self.royalty) * self.revenue
        profit = added - self.labour_cost() - self.capital_cost()
        model.account(self.complex, profit, self.revenue)
        self.royalty *= model.keep_gain
        self.cash = min(self.cash + profit, 3.0 * p.first_cash * 12.0 * self.revenue)
        self.months_negative = self.months_negative + 1 if self.cash < 0.0 else 0
        wish = p.capital_adjustment * (self.desired_capital - self.capital) + worn * self.capital
        self.capital = (1.0 - worn) * self.capital + max(0.0, wish)
        self.employees = max(
            1.0, self.employees + p.labour_adjustment * (self.desired_labour - self.employees)
        )
        if self.brand >= 1.0 or self.absorption <= 0.0 or self.export_logit < -2.944:
            return
        link = 1.0 if self.link_until >= model.month else p.brand_background_link
        hazard = p.brand_hazard * self.absorption * link * logistic(self.relative_quality())
        if self.draw(Process.BRAND)[0] < 2.0 * hazard / 12.0:
            self.brand += 0.5

    def decide_exit(self) -> None:
        """E1: close after six months without liquidity, or by hazard."""
        p = self.model.p
        years = (self.age + self.model.month - max(self.entered, 0)) / 12.0
        newborn = (p.exit_rate - p.established_exit_rate) * math.exp(-years / p.exit_age)
        hazard = (p.established_exit_rate + newborn) * (
            max(self.employees, 1.0) / 20
        ) ** -p.exit_size
        if self.employees >= p.takeover_size:
            hazard = 0.0
        chance = 1.0 - math.exp(-hazard / 12.0)
        self.closed = self.months_negative >= PATIENCE or self.draw(Process.EXIT)[0] < chance

    def leave(self) -> None:
        """Give up site and relations."""
        for other, pair in self.ties.items():
            del other.ties[self]
            del self.model.pairs[pair]
        self.ties.clear()
        self.model.sites[self.site] = None
        self.remove()


class ClosedFirm:
    """What remains of a firm that had closed when the model was taken over: its projects end."""

    closed = True

    def __init__(self) -> None:
        self.projects = 0
        self.ties: dict[Actor, Pair] = {}


class Body(Actor):
    """A university or institute; attributes as the columns of its table, and a shelf."""

    def __init__(self, model: ObjectModel, shelf: list[Invention], **attributes: Any) -> None:
        super().__init__(model, **attributes)
        self.shelf = shelf

    def room(self) -> int:
        """Joint projects that it can run at a time."""
        return int(self.project_capacity)

    def invent(self) -> None:
        """U1, U4: put inventions on the shelf; drift to applied work or back."""
        p, month = self.model.p, self.model.month
        if month % 12 == 0:
            self.licences_year = 0.0
        mean = p.invention_rate / 12.0 * self.researchers * (1.0 - 0.5 * self.applied_share)
        steps = np.cumsum(self.knowledge)
        for n in range(poisson(mean, self.draw(Process.INVENTION)[0])):
            v, w, _, _ = self.draw(Process.INVENTION, n + 1)
            field = min(int(np.searchsorted(steps, v * steps[-1])), steps.size - 1)
            invention = Invention(month, field, math.exp(p.invention_spread * normal(w)))
            if self.inventions < SHELF_SLOTS:
                self.shelf.append(invention)
            else:
                self.shelf[self.inventions % SHELF_SLOTS] = invention
            self.inventions += 1
        contracts = self.projects / max(1, self.project_capacity)
        pull = contracts * (1.0 - self.applied_share)
        back = self.applied_share - self.applied_reference
        self.applied_share = min(1.0, self.applied_share + monthly(p.applied_drift) * (pull - back))


class University(Body):
    """A university; its people found firms."""

    def founds_firm(self) -> bool:
        """U4: whether a spin-off leaves this month."""
        return self.draw(Process.SPIN_OFF)[0] < self.model.p.spin_off_rate / 12.0


class Institute(Body):
    """A government-funded institute."""

    def founds_firm(self) -> bool:
        """Institutes found no firms."""
        return False
