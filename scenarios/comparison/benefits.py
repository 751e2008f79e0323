"""What a won of a programme returns: gross, net and Hulten's benefit, and their ratios (B1, B2).

    NB = Σ_t (1+r)^(2005-t)·{(1-d)·[ΔV - s_w·Δ(labour) - Δ(capital)] - Δ(meetings) - (1+λ)·G}
    W  = Σ_t (1+r)^(2005-t)·Σ_i V_i·Δln A_i

Gross is ΔV alone, what reports of programmes print.  Net takes off what more output costs: work
and capital that would have been used elsewhere, sales that other home firms lose, days that
meetings take, and the tax.  Hulten's benefit is what the same work and capital yield more; it
needs neither σ nor displacement nor factor prices.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.forms import RULES, Forms
from innocluster.sim.ground.parameter_record import Parameters
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.market.sales import market_shares

from ..arms import BASELINE, resolve_arm
from ..policies import find_policy
from ..runs.indicators import FIRST_YEAR, MEASURES, PROGRAMME_YEAR
from ..runs.results import ALL
from ..schema import Scenario
from ..statistics.intervals import Ratio, fieller, simultaneous_intervals, verdicts, wilson
from .worlds import Worlds

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "BENEFITS",
    "BENEFIT_NOTES",
    "BENEFIT_WARNINGS",
    "Accounts",
    "Benefits",
    "accounts",
    "cost_reference",
    "money_of",
    "rest_displacement",
]

Floats = NDArray[np.float64]

BENEFITS = (
    "gross_benefit", "net_benefit", "net_benefit_low", "net_benefit_high", "hulten_benefit",
    "gross_ratio", "benefit_cost", "benefit_cost_low", "benefit_cost_high",
    "benefit_cost_budgeted", "participant_effect", "warnings", "benefit_note",
)  # fmt: skip
"""Columns of an arm: present values in KRW bn of 2005, ratios, % of participants' sales."""

BENEFIT_NOTES = {
    "none": "no programme, no cost",
    "reference": "cannot be stated: no programme in the same scenario is missing",
}
"""Why benefits and costs are not stated."""

BENEFIT_WARNINGS = {
    "ratio": "gross benefit above 15 won per won: more than sponsors of such programmes report",
    "participants": "effect on participants outside the published range of -1 to +10 %",
}
"""What makes a result hard to believe."""

HIGHEST_RATIO = 15.0
PARTICIPANTS_LOW, PARTICIPANTS_HIGH = -1.0, 10.0

_BILLION = 1e3
"""KRW bn in a trillion."""
_SPENDING = tuple(m.name for m in MEASURES if m.name.startswith("spent_"))
_RETURNED = "spent_transfers"


@dataclass(frozen=True)
class Accounts:
    """Present values of an arm against its reference by world, KRW bn of 2005, each (worlds,).

    Attributes
    ----------
    gross : ΔV
    benefit : net of factors, displacement and meetings, before the programme's cost
    hulten : Σ V·Δln A
    money : what the programme spends
    cost : the same with the cost of raising it, less what firms may keep as it is
    """

    gross: Floats
    benefit: Floats
    hulten: Floats
    money: Floats
    cost: Floats

    @property
    def net(self) -> Floats:
        """NB."""
        return self.benefit - self.cost


def accounts(scenario: Scenario, worlds: Worlds, policy: str, reference: str) -> Accounts:
    """Accounts of one arm.

    Parameters
    ----------
    scenario : of the arm, whose parameters and forms count
    reference : the arm without a programme
    """
    treated, base = (
        {name: table[:, PROGRAMME_YEAR - FIRST_YEAR :, 0] for name, table in own.items()}
        for own in (worlds.yearly[policy], worlds.yearly[reference])
    )
    change = {
        name: treated[name] - base[name]
        for name in ("value_added", "labour_cost", "capital_cost", "meeting_cost", *_SPENDING)
    }
    parameters = list(_parameters(scenario, worlds))
    rate, burden, shadow_wage = (
        np.array([[getattr(p, name)] for p in parameters])
        for name in ("discount_rate", "public_funds_cost", "shadow_wage")
    )
    forms = [Forms.drawn(drawn, scenario.forms) for drawn in _drawn(worlds)]
    displaced = _displaced(forms, parameters, base)
    surplus = change["value_added"] - shadow_wage * change["labour_cost"] - change["capital_cost"]
    spent = sum((change[name] for name in _SPENDING), np.zeros_like(surplus))

    def present(flow: Floats) -> Floats:
        total: Floats = (flow * (1.0 + rate) ** -np.arange(flow.shape[1])).sum(axis=1)
        return total

    return Accounts(
        gross=present(_BILLION * change["value_added"]),
        benefit=present(_BILLION * (1.0 - displaced) * surplus - change["meeting_cost"]),
        hulten=present(_BILLION * base["value_added"] * _learned(worlds, policy, reference)),
        money=present(spent),
        cost=present((1.0 + burden) * spent - change[_RETURNED]),
    )


def money_of(worlds: Worlds, policy: str) -> tuple[Floats, Floats, Floats]:
    """KRW bn that a programme spends, what of it returns and what is left in the end, (worlds,)."""
    table = worlds.yearly[policy]
    spent: Floats = sum(table[name][:, :, 0].sum(axis=1) for name in _SPENDING)
    return spent, table[_RETURNED][:, :, 0].sum(axis=1), table["carry_over"][:, -1, 0]


def rest_displacement(displacement: float, market_share: float) -> float:
    """B1: (d - s)/(1 - s), what home firms outside the region lose of what the region gains.

    Of a won that a firm sells more in a market with displacement d, the region's other firms lose
    s where the run itself lets them (D1); home firms at large cannot lose less than these do.
    """
    if market_share >= 1.0:
        return 0.0
    return max(0.0, (displacement - market_share) / (1.0 - market_share))


class Benefits:
    """Accounts of all arms and the tables made of them.

    Parameters
    ----------
    scenario : of the comparison
    worlds : what was run

    Attributes
    ----------
    references : arm -> the arm that it is counted against, and why there is none or ""
    accounts : arm -> its accounts
    """

    def __init__(self, scenario: Scenario, worlds: Worlds) -> None:
        self.worlds = worlds
        self.references = {
            policy: cost_reference(scenario, worlds, policy) for policy in worlds.policies
        }
        self.accounts = {
            policy: accounts(resolve_arm(policy, scenario).scenario, worlds, policy, reference)
            for policy, (reference, _) in self.references.items()
        }

    def rows(self) -> list[dict[str, Any]]:
        """Columns `BENEFITS` of every arm."""
        nets = simultaneous_intervals(np.stack([own.net for own in self.accounts.values()], axis=1))
        rows = []
        for i, (policy, (reference, note)) in enumerate(self.references.items()):
            if note:
                nothing = dict.fromkeys(BENEFITS, math.nan)
                rows.append({**nothing, "warnings": "", "benefit_note": note})
                continue
            own = self.accounts[policy]
            spent, _, left = money_of(self.worlds, policy)
            ratio, gross = _ratio(own.benefit, own.cost), _ratio(own.gross, own.money).mean
            of_budget = float(spent.mean() / (spent + left).mean()) if spent.any() else math.nan
            participants = _participants(self.worlds, policy, reference)
            values = (
                float(own.gross.mean()), nets.mean[i], nets.low[i], nets.high[i],
                float(own.hulten.mean()), gross, ratio.mean, ratio.low, ratio.high,
                ratio.mean * of_budget, participants, "; ".join(_warnings(gross, participants)), "",
            )  # fmt: skip
            rows.append(dict(zip(BENEFITS, values, strict=True)))
        return rows

    def spread(self) -> pd.DataFrame:
        """Benefit over cost in each world: over luck, and over all that the worlds draw.

        Gross is over the money spent; net, before the programme's cost, and Hulten's are over
        its cost.  Median, middle 80 % and the share of worlds in which a won brings less than a
        won, with Wilson's interval.
        """
        import pandas as pd

        rows = []
        for policy, (_, note) in self.references.items():
            own = self.accounts[policy]
            if note or not (own.money > 0.0).all():
                continue
            ratios = {
                "gross": own.gross / own.money, "net": own.benefit / own.cost,
                "hulten": own.hulten / own.cost,
            }  # fmt: skip
            for measure, ratio in ratios.items():
                low, median, high = np.quantile(ratio, (0.1, 0.5, 0.9))
                below = int((ratio < 1.0).sum())
                share = below / ratio.size
                chance = wilson(below, ratio.size)
                rows.append((policy, measure, median, low, high, share, *chance))
        columns = ["policy", "measure", "median", "p10", "p90", "below_one", "low", "high"]
        return pd.DataFrame(rows, columns=columns)

    def effects(self) -> pd.DataFrame:
        """The three benefits of the region as rows of the table of effects."""
        import pandas as pd

        stated = [policy for policy, (_, note) in self.references.items() if not note]
        rows = []
        for name in ("gross", "net", "hulten") if stated else ():
            values = np.stack([getattr(self.accounts[policy], name) for policy in stated], axis=1)
            found = simultaneous_intervals(values)
            judged = verdicts(found.low, found.high)
            for i, policy in enumerate(stated):
                rows.append(
                    {
                        "policy": policy,
                        "baseline": self.references[policy][0],
                        "indicator": f"{name}_benefit",
                        "complex": ALL,
                        "unit": "KRW bn",
                        "mean": found.mean[i],
                        "low": found.low[i],
                        "high": found.high[i],
                        **dict.fromkeys(("relative_mean", "relative_low", "relative_high"), np.nan),
                        "pairs": self.worlds.complete,
                        "pairing_gain": np.nan,
                        "verdict": judged[i],
                    }
                )
        return pd.DataFrame(rows)


def cost_reference(scenario: Scenario, worlds: Worlds, policy: str) -> tuple[str, str]:
    """The arm that an arm is counted against, and why its benefit cannot be stated or "".

    Money can only be credited with what it adds in its own scenario; one that
    differs in governance or budget alone is the same without a programme.
    """
    arm = resolve_arm(policy, scenario)
    if not find_policy(arm.policy).programme:
        return BASELINE, BENEFIT_NOTES["none"]
    if arm.baseline in worlds.policies:
        return arm.baseline, ""
    same = arm.scenario.parameters == scenario.parameters and arm.scenario.forms == scenario.forms
    return BASELINE, "" if same else BENEFIT_NOTES["reference"]


def _parameters(scenario: Scenario, worlds: Worlds) -> Any:
    """Parameters of every world, as its run had them."""
    for drawn in _drawn(worlds):
        own = {name: value for name, value in drawn.items() if name not in RULES}
        yield ParameterSet({**own, **scenario.parameters}).record()


def _drawn(worlds: Worlds) -> Iterator[dict[str, float]]:
    """Parameters and forms drawn for every world."""
    for world in range(worlds.complete):
        yield {name: float(values[world]) for name, values in worlds.drawn.items()}


def _displaced(forms: list[Forms], parameters: list[Parameters], base: dict[str, Floats]) -> Floats:
    """Displacement among home firms outside the region, by world and year."""
    rest = np.array(
        [
            [
                rest_displacement(displacement, share)
                for displacement, share in zip(
                    (p.home_displacement, p.export_displacement),
                    market_shares(own.displacement, p).tolist(),
                    strict=True,
                )
            ]
            for own, p in zip(forms, parameters, strict=True)
        ]
    )
    added = base["value_added"]
    exported = np.divide(
        base["exported_value_added"], added, out=np.zeros_like(added), where=added != 0.0
    )
    result: Floats = (1.0 - exported) * rest[:, :1] + exported * rest[:, 1:]
    return result


def _learned(worlds: Worlds, policy: str, reference: str) -> Floats:
    """Log productivity that the region's firms have learned more, mean of a year, by world."""
    name = "learned_productivity"
    more = (worlds.yearly[policy][name] - worlds.yearly[reference][name])[:, :, 0] / 100.0
    first = PROGRAMME_YEAR - FIRST_YEAR
    mean: Floats = 0.5 * (more[:, first:] + more[:, first - 1 : -1])
    return mean


def _ratio(benefit: Floats, cost: Floats) -> Ratio:
    """Ratio of means with Fieller's interval, which one world does not have."""
    found = fieller(benefit, cost)
    if found.stated or not cost.any():
        return found
    return Ratio(float(benefit.mean() / cost.mean()), math.nan, math.nan)


def _participants(worlds: Worlds, policy: str, reference: str) -> float:
    """Effect on the sales of those first in line to take part, last year, %."""
    treated, base = (
        float(worlds.yearly[arm]["cohort_revenue"][:, -1, 0].mean()) for arm in (policy, reference)
    )
    return 100.0 * (treated / base - 1.0) if base > 0.0 else math.nan


def _warnings(gross_ratio: float, participants: float) -> list[str]:
    found = []
    if gross_ratio > HIGHEST_RATIO:
        found.append(BENEFIT_WARNINGS["ratio"])
    if participants < PARTICIPANTS_LOW or participants > PARTICIPANTS_HIGH:
        found.append(BENEFIT_WARNINGS["participants"])
    return found
