"""Policies from games on the network of R&D partners (P11, P12, P13).

Each complex is a network of its own: R&D performers, linked where they are in
contact or work on a joint project, rivals within their sector.  What a policy
computes in January, or when the programme starts, holds for the year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from innocluster.agents.research_game import key_rows, link_welfare, outputs
from innocluster.sim.coordination.policy import CoordinationView, Introductions, Payments, Policy

from .planning.candidates import OWN_COMPLEX, known_members
from .planning.equilibria import SpectralError
from .planning.introductions import at_events
from .planning.plan import fill_places, places_of_complexes, plan_introductions
from .planning.research_network import ResearchNetwork, link_gains, research_networks
from .planning.shortlists import candidates_of_members
from .planning.subsidies import ConcavityError, check_game, network_subsidies

__all__ = ["KeyPlayers", "LinkSubsidy", "TargetedSubsidy"]

Codes = NDArray[np.int32]
Flags = NDArray[np.int8]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Standing:
    """What a policy computed of firms in a month, by row and identifier; kept in its memory."""

    month: int
    rows: Codes
    identifier: Integers
    value: Floats
    output: Floats

    def now(self, view: CoordinationView) -> tuple[Floats, Floats]:
        """Value and output of every firm row, 0 for firms that were not there."""
        identifier = view.state.firms.identifier
        there = identifier[self.rows] == self.identifier
        value, output = np.zeros(identifier.size), np.zeros(identifier.size)
        value[self.rows[there]] = self.value[there]
        output[self.rows[there]] = self.output[there]
        return value, output


def _is_due(view: CoordinationView) -> bool:
    standing: _Standing | None = view.state.memory.get("standing")
    return standing is None or (view.month % 12 == 0 and standing.month < view.month)


def _figures(network: ResearchNetwork) -> dict[str, float]:
    return {
        "R&D performers": float(network.rows.size),
        "pairs of partners": float(network.links),
    }


def _remember(
    view: CoordinationView,
    networks: list[ResearchNetwork],
    value: list[Floats],
    output: list[Floats],
) -> None:
    view.state.memory["standing"] = _Standing(
        view.month,
        np.concatenate([network.rows for network in networks]),
        np.concatenate([network.identifier for network in networks]),
        np.concatenate(value),
        np.concatenate(output),
    )


class TargetedSubsidy(Policy):
    """P11: the R&D subsidy that is best for welfare given who works with whom.

    Each complex gets the part of the envelope that it gets under P10, and divides it by
    the rates of König, Liu and Zenou on its own network, negative rates taken as
    none: what differs from P10 is which firms of a complex are paid.  All firms have
    the same stand-alone return, so that rates depend on partners and rivals only.
    Where the planner's problem is not concave, or its optimum has firms that stop
    producing, no targeted rate is the best one, and the complex pays the uniform rate.
    """

    id = "P11"
    key = "targeted-subsidy"
    name = "Targeted R&D subsidy"
    name_ko = "표적 연구개발 보조금"
    summary = "R&D performers get rates that depend on their place in the network of partners."
    summary_ko = "협력망에서 차지하는 위치에 따라 연구개발 보조율을 달리한다."
    knows = "Who works with whom, every firm's sector and declared R&D; how strong spillovers are."
    knows_ko = "협력 관계, 업종, 신고된 연구개발비, 그리고 파급효과의 세기를 안다."
    source = "König, Liu and Zenou 2019, Review of Economics and Statistics 101(3)"
    joins = False
    events = False
    tasks = False
    grants = False

    def pay(self, view: CoordinationView) -> Payments:
        """Share the envelope by R&D spending times the rate of the year."""
        if _is_due(view):
            networks = research_networks(view)
            rates = [_rates(view, c, network) for c, network in enumerate(networks)]
            _remember(view, networks, rates, rates)
            view.state.memory["targeted"] = np.array([bool(rate.any()) for rate in rates])
        rate, _ = view.state.memory["standing"].now(view)
        firms, balance = view.state.firms, view.state.balance
        spending = firms.research_spending[: firms.count]
        rows = np.flatnonzero((firms.alive[: firms.count] == 1) & (spending > 0.0))
        place, declared = firms.complex[rows], spending[rows]
        due = np.where(view.state.memory["targeted"][place], rate[rows], 1.0) * declared
        total = np.bincount(place, weights=declared, minlength=balance.size)
        weight = np.bincount(place, weights=due, minlength=balance.size)
        # Where nobody who is still there has a rate, everybody has the same one.
        shares = np.where(
            weight[place] > 0.0, due / np.maximum(weight[place], 1e-300), declared / total[place]
        )
        part = total[place] / total.sum()
        return Payments(rows.astype(np.int32), float(balance.sum()) * part * shares, pooled=True)


def _rates(view: CoordinationView, complex_: int, network: ResearchNetwork) -> Floats:
    """Rates of a complex from 0, all 0 where they are to be uniform; entered in the record."""
    knew = _figures(network)
    rates = np.zeros(network.rows.size)
    chose = {"targeted rates, else uniform": 0.0}
    if network.rows.size == 0:
        view.note_plan(view.month - 1, knew, chose, complex_)
        return rates
    try:
        plan = network_subsidies(network.game)
    except ConcavityError as error:
        knew["smallest eigenvalue of H"] = error.smallest_eigenvalue
    except SpectralError as error:
        knew["largest complementarity with an equilibrium"] = error.limit
    else:
        knew["smallest eigenvalue of H"] = plan.smallest_eigenvalue
        knew["optimum is interior"] = float(plan.interior)
        positive = np.maximum(plan.targeted, 0.0)
        if plan.interior and positive.any():
            rates = positive
            chose = {
                "targeted rates, else uniform": 1.0,
                "highest over mean rate": float(rates.max() / rates.mean()),
                "welfare over that of the uniform optimum": float(
                    plan.welfare_targeted / plan.welfare_uniform
                ),
            }
    view.note_plan(view.month - 1, knew, chose, complex_)
    return rates


class KeyPlayers(Policy):
    """P12: members whose exit would cost the network most host the introductions.

    The key players of a complex are its R&D members of the highest intercentrality,
    a share of them.  In turn they host the events of their complex, where they meet
    those who would have met a neighbour in P5, and they come first for small tasks
    when money is short.  Differs from P5 in that and in nothing else.
    """

    id = "P12"
    key = "key-players"
    name = "Key players"
    name_ko = "핵심기업"
    summary = "Events are hosted by the members that the network of R&D partners needs most."
    summary_ko = "연구개발 협력망에 가장 중요한 회원이 모임을 주관하며 참석자와 만난다."
    knows = "Who works with whom among R&D performers; no distances."
    knows_ko = "연구개발 기업 사이의 협력 관계를 알고 거리는 모른다."
    source = "Ballester, Calvó-Armengol and Zenou 2006, Econometrica 74(5)"

    def introduce(self, view: CoordinationView) -> Introductions:
        """Let the hosts meet those who come, some of whom meet an expert as in P5."""
        _, start, hosts = self._hosts(view)
        proposers = at_events(view)
        complex_ = view.cluster_complex[proposers.cluster]
        number = np.diff(start)[complex_]
        turn = view.month + proposers.cluster.astype(np.int64) + proposers.slot
        host = np.full(proposers.row.size, -1, np.int32)
        hosted = (number > 0) & (proposers.expert < 0)
        host[hosted] = hosts[start[complex_[hosted]] + turn[hosted] % number[hosted]]
        meets = hosted & (host != proposers.row)
        return Introductions(proposers.row, np.where(meets, host, proposers.usual))

    def preferred(self, view: CoordinationView) -> Flags:
        """Key players come first."""
        place, _, _ = self._hosts(view)
        first: Flags = (place[view.members] > 0.0).astype(np.int8)
        return first

    def _hosts(self, view: CoordinationView) -> tuple[Floats, Integers, Codes]:
        """Standing of every firm, and the key players by complex and where each starts."""
        if _is_due(view):
            networks = research_networks(view, rho=0.0)
            cost = [_intercentrality(view, c, network) for c, network in enumerate(networks)]
            _remember(view, networks, cost, cost)
        cost, _ = view.state.memory["standing"].now(view)
        rows = view.members[cost[view.members] > 0.0]
        complex_ = view.state.firms.complex[rows]
        order = np.lexsort((rows, -cost[rows], complex_))
        start = np.searchsorted(complex_[order], np.arange(view.body_start.size)).astype(np.int64)
        return cost, start, rows[order]


def _intercentrality(view: CoordinationView, complex_: int, network: ResearchNetwork) -> Floats:
    """Rank of the key players of a complex among its members, from their number down to 1.

    0 for the others; entered in the record.
    """
    rank = np.zeros(network.rows.size)
    eligible = np.flatnonzero(view.state.firms.member[network.rows] == 1)
    wanted = int(np.ceil(view.parameters.key_player_share * eligible.size))
    chose = {"key players": 0.0}
    try:
        check_game(network.game)
    except SpectralError:
        wanted = 0
    if wanted > 0:
        output = outputs(network.game, 1.0)
        chosen = key_rows(network.game, output, eligible, wanted)
        rank[chosen] = np.arange(wanted, 0.0, -1.0)
        chose = {
            "key players": float(wanted),
            "highest over mean centrality": float(output[chosen[0]] / output.mean()),
        }
    view.note_plan(view.month - 1, _figures(network), chose, complex_)
    return rank


class LinkSubsidy(Policy):
    """P13: introductions between those whose link would add most to welfare.

    In the game of König, Liu and Zenou a link adds φ(v_i·q_j + v_j·q_i) to first
    order, q being output and v the value that welfare puts on it.  Each promotion group
    goes through candidates among its R&D members that are not in contact, and
    matches those of the highest value, nobody in more introductions than a plan may
    ask of it.  Experts are called in as in P5, and places that are left go as in P5.
    """

    id = "P13"
    key = "link-subsidy"
    name = "Link subsidy"
    name_ko = "연결 보조"
    summary = "Members meet where a new link of R&D partners would add most to welfare."
    summary_ko = "새로운 협력 관계가 후생을 가장 크게 높일 회원끼리 만나게 한다."
    knows = "Who works with whom among R&D performers and their sectors; no distances."
    knows_ko = "연구개발 기업 사이의 협력 관계와 업종을 알고 거리는 모른다."
    source = "first order of the welfare of König, Liu and Zenou 2019 in a link"
    sees = ("local",)

    def introduce(self, view: CoordinationView) -> Introductions:
        """Introduce the pairs of the highest marginal welfare in every complex."""
        roster = known_members(view, "local")
        assert roster is not None
        if _is_due(view):
            networks = research_networks(view)
            standings = [_worth(view, c, network) for c, network in enumerate(networks)]
            worth, made = zip(*standings, strict=True)
            _remember(view, networks, list(worth), list(made))
        value, output = view.state.memory["standing"].now(view)
        looks = np.full(roster.rows.size, int(view.parameters.candidate_pairs))
        first, second = candidates_of_members(
            view, OWN_COMPLEX, looks, np.zeros_like(looks), roster
        )
        pairs = view.state.pairs
        gain = view.parameters.network_complementarity * link_gains(
            roster.rows[first],
            roster.rows[second],
            value,
            output,
            view.parameters.contact_familiarity,
            pairs,
        )
        usual = at_events(view)
        called = usual.expert >= 0
        places = places_of_complexes(view) - np.bincount(
            view.cluster_complex[usual.cluster[called]], minlength=view.body_start.size - 1
        )
        plan = plan_introductions(view, roster, first, second, gain, 1, places)
        planned = Introductions(
            np.concatenate((usual.row[called], plan.first)),
            np.concatenate((usual.expert[called], plan.second)),
        )
        return fill_places(
            view, planned, Introductions(usual.row[~called], usual.neighbour[~called])
        )


def _worth(
    view: CoordinationView, complex_: int, network: ResearchNetwork
) -> tuple[Floats, Floats]:
    """Value v and output q in a complex, 0 without equilibrium; entered in the record."""
    value = output = np.zeros(network.rows.size)
    knew, chose = _figures(network), {"value of links is known": 0.0}
    try:
        check_game(network.game)
    except SpectralError as error:
        knew["largest complementarity with an equilibrium"] = error.limit
    else:
        output = outputs(network.game, 1.0)
        value = link_welfare(network.game, output)
        chose = {"value of links is known": 1.0, "highest output": float(output.max(initial=0.0))}
    view.note_plan(view.month - 1, knew, chose, complex_)
    return value, output
