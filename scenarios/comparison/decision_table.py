"""What a decision needs, an arm a row: effect, targets, regret, cost, and how well each is known.

An arm that knows more than anybody can (the oracle) is a yardstick and no choice:
regret is also stated against it, but it is nobody's best arm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from innocluster.sim.ground.parameters import PARAMETERS

from ..arms import BASELINE, resolve_arm
from ..policies import find_policy
from ..runs.indicators import indicator_list, load_targets
from ..statistics.flips import FINDINGS, judge, predict_ends
from ..statistics.intervals import (
    pairing_gain,
    rank_probabilities,
    simultaneous_intervals,
    tiers,
    wilson,
)
from ..statistics.ranking import (
    Elimination,
    dominance,
    eliminate,
    good_enough,
    regrets,
    worst_mean,
)
from .benefits import Benefits, money_of
from .worlds import PLACEBO, Worlds, effects, headline

if TYPE_CHECKING:
    import pandas as pd

    from ..schema import Scenario

__all__ = [
    "DECISION",
    "Choice",
    "Criteria",
    "decision_frame",
    "flip_frame",
    "policy_frame",
    "target_frame",
]

DECISION = (
    "choice", "tier", "unit", "median", "p10", "p90", "effect", "effect_low", "effect_high",
    "placebo", "placebo_low", "placebo_high", "best_probability",
    "regret", "regret_low", "regret_high",
    "oracle_regret", "oracle_regret_low", "oracle_regret_high", "worst_decile",
    "satisficing", "satisficing_low", "satisficing_high", "possibly_best", "dropped_after",
    "on_front", "dominated_by", "net_cost", "net_cost_low", "net_cost_high",
)  # fmt: skip
"""Columns of the decision table that come from comparing the arms with each other."""

_COST_MARGIN = 0.01

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Criteria:
    """What counts as the same and as good enough.

    Attributes
    ----------
    indifference : difference between arms that does not matter, % of the baseline's outcome
    satisficing : fraction of the best arm's gain that is good enough
    first_stage : worlds before elimination begins; `compare` takes its `pairs`
    """

    indifference: float = 0.05
    satisficing: float = 0.8
    first_stage: int = 30


class Choice:
    """Arms judged by the headline outcome of the region; the tables of a choice.

    Parameters
    ----------
    worlds : what was run
    criteria : what counts as the same and as good enough
    """

    def __init__(self, worlds: Worlds, criteria: Criteria) -> None:
        self.worlds = worlds
        self.criteria = criteria
        self.arms = worlds.policies
        self.indicator = headline(worlds)
        values = [worlds.values(arm, self.indicator)[:, 0] for arm in self.arms]
        self.outcomes: Floats = np.stack(values, axis=1)
        self.gains: Floats = self.outcomes - self.outcomes[:, :1]
        self.eligible = np.array([not _is_oracle(arm) for arm in self.arms])
        money = [
            np.stack(columns, axis=1)
            for columns in zip(*(money_of(worlds, arm) for arm in self.arms), strict=True)
        ]
        self.spent: Floats = money[0]
        self.net_cost: Floats = self.spent - money[1]
        self.budgeted: Floats = self.spent + money[2]

    @cached_property
    def indifference(self) -> float:
        """Difference that does not matter, in the unit of the headline outcome."""
        return self.criteria.indifference / 100.0 * abs(float(self.outcomes[:, 0].mean()))

    @cached_property
    def cost_margin(self) -> float:
        """Difference of cost that does not matter: one percent of the largest cost, KRW bn."""
        return _COST_MARGIN * float(self.spent.mean(axis=0).max())

    @cached_property
    def tiers(self) -> NDArray[np.int64]:
        """Tier of every choice, 1 the best; 0 for a yardstick."""
        result = np.zeros(len(self.arms), dtype=np.int64)
        result[self.eligible] = tiers(self.outcomes[:, self.eligible])
        return result

    @cached_property
    def leader(self) -> int:
        """Place of the arm with the largest mean, one of the first tier."""
        means = np.where(self.eligible, self.outcomes.mean(axis=0), -np.inf)
        return int(np.argmax(means))

    @property
    def leading(self) -> str:
        """Identifier of that arm."""
        return self.arms[self.leader]

    def rank_frame(self) -> pd.DataFrame:
        """Probability of each rank in the same world; `nan` for a yardstick."""
        import pandas as pd

        count = len(self.arms)
        probability = np.full((count, count), np.nan)
        places = np.flatnonzero(self.eligible)
        inside = rank_probabilities(self.outcomes[:, places])
        probability[places] = 0.0
        probability[np.ix_(places, np.arange(places.size))] = inside
        return pd.DataFrame(
            {
                "policy": np.repeat(self.arms, count),
                "rank": np.tile(np.arange(1, count + 1), count),
                "probability": probability.ravel(),
            }
        )

    def columns(self) -> dict[str, Any]:
        """Columns `DECISION`, an entry an arm."""
        count = self.worlds.complete
        low, median, high = np.quantile(self.outcomes, (0.1, 0.5, 0.9), axis=0)
        best = self.outcomes[:, self.eligible].max(axis=1)
        short = simultaneous_intervals(regrets(self.outcomes, best))
        first = self.rank_frame().query("rank == 1")["probability"].to_numpy()
        met = good_enough(np.where(self.eligible, self.gains, -np.inf), self.criteria.satisficing)
        met_low, met_high = np.transpose([wilson(int(n), count) for n in met.sum(axis=0)])
        elimination = self._elimination()
        rivals = self._dominated_by()
        cost = simultaneous_intervals(self.net_cost)
        values = (
            self.eligible,
            self.tiers,
            self.indicator.unit,
            median,
            low,
            high,
            *self._effects(BASELINE),
            *self._effects(PLACEBO),
            first,
            short.mean,
            short.low,
            short.high,
            *self._oracle_regret(),
            worst_mean(self.gains),
            *(np.where(self.eligible, v, np.nan) for v in (met.mean(axis=0), met_low, met_high)),
            elimination.possibly_best,
            elimination.dropped_after,
            [bool(own) and not names for own, names in zip(self.eligible, rivals, strict=True)],
            ["; ".join(names) for names in rivals],
            cost.mean,
            cost.low,
            cost.high,
        )
        return dict(zip(DECISION, values, strict=True))

    def described(self) -> dict[str, Any]:
        """The inputs of the choice, for the record."""
        return {
            "indifference_percent": self.criteria.indifference,
            "indifference": self.indifference,
            "satisficing": self.criteria.satisficing,
            "first_stage": min(self.criteria.first_stage, self.worlds.complete),
            "cost_margin": self.cost_margin,
            "leader": self.leading,
        }

    def _effects(self, reference: str) -> tuple[Floats, Floats, Floats]:
        """Mean, low and high against one reference, as in the table of effects."""
        found = effects(self.worlds, self.indicator, slice(0, 1))
        result = np.full((3, len(self.arms)), np.nan)
        for i, (arm, against) in enumerate(self.worlds.contrasts):
            if against == reference:
                result[:, self.arms.index(arm)] = found.at(i)
        return result[0], result[1], result[2]

    def _oracle_regret(self) -> tuple[Floats, Floats, Floats]:
        """Shortfall against the oracle in the same world, `nan` without one."""
        oracles = np.flatnonzero(~self.eligible)
        if not oracles.size:
            nothing = np.full(len(self.arms), np.nan)
            return nothing, nothing, nothing
        short = simultaneous_intervals(regrets(self.outcomes, self.outcomes[:, oracles[0]]))
        return short.mean, short.low, short.high

    def _elimination(self) -> Elimination:
        """Sequential elimination among the choices, with places of all arms."""
        inside = np.zeros(len(self.arms), dtype=bool)
        dropped = np.zeros(len(self.arms), dtype=np.int64)
        first = min(self.criteria.first_stage, self.worlds.complete)
        inside[self.eligible] = True
        if first >= 2 and self.indifference > 0.0:
            found = eliminate(self.outcomes[:, self.eligible], self.indifference, first)
            inside[self.eligible] = found.possibly_best
            dropped[self.eligible] = found.dropped_after
        return Elimination(inside, dropped)

    def _dominated_by(self) -> list[list[str]]:
        """For every arm the choices that dominate it."""
        places = np.flatnonzero(self.eligible)
        found = dominance(self.net_cost[:, places], self.gains[:, places], self.cost_margin)
        result: list[list[str]] = [[] for _ in self.arms]
        for i, j in np.argwhere(found):
            result[places[i]].append(self.arms[places[j]])
        return result


def decision_frame(choice: Choice, policies: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """The decision table, an arm a row: `DECISION`, then the arm's own numbers and targets."""
    import pandas as pd

    own = pd.DataFrame({"policy": choice.arms, **choice.columns()})
    for target, rows in targets.groupby("target", sort=False):
        shares = rows.set_index("policy")[["probability", "low", "high"]]
        shares.columns = [f"target_{target}", f"target_{target}_low", f"target_{target}_high"]
        own = own.join(shares, on="policy")
    return own.merge(policies, on="policy")


def policy_frame(scenario: Scenario, choice: Choice, benefits: Benefits) -> pd.DataFrame:
    """Names, runs, pairing gain, money, benefits and their ratio to costs of every arm."""
    import pandas as pd

    rows = []
    for i, (policy, own) in enumerate(zip(choice.arms, benefits.rows(), strict=True)):
        arm = resolve_arm(policy, scenario)
        gain = pairing_gain(choice.outcomes[:, 0], choice.outcomes[:, i])
        rows.append(
            {
                "policy": policy,
                "name": arm.name,
                "name_ko": arm.name_ko,
                "runs": choice.worlds.runs[policy],
                "pairing_gain": math.nan if policy == BASELINE else float(gain),
                "spent": float(choice.spent[:, i].mean()),
                "budgeted": float(choice.budgeted[:, i].mean()),
                **own,
            }
        )
    return pd.DataFrame(rows)


def target_frame(scenario: Scenario, worlds: Worlds) -> pd.DataFrame:
    """Probability of each goal of the article by arm, with Wilson's interval."""
    import pandas as pd

    indicators = {indicator.name: indicator for indicator in indicator_list(worlds.last_year)}
    rows = []
    for target in load_targets(scenario.region, scenario.exports):
        if target.kind != "goal" or target.indicator not in indicators:
            continue
        column = worlds.keys.index(target.complex)
        for policy in worlds.policies:
            values = worlds.values(policy, indicators[target.indicator])[:, column]
            met = int((values >= target.value).sum())
            low, high = wilson(met, values.size)
            rows.append(
                (policy, target.indicator, target.value, target.unit, met / values.size, low, high)
            )
    columns = ["policy", "target", "value", "unit", "probability", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


def flip_frame(choice: Choice) -> pd.DataFrame:
    """Leading arm against each other choice at both ends of every drawn parameter's range.

    What turns a ranking round comes first; without drawn parameters the table is empty.
    """
    import pandas as pd

    columns = [
        "leader", "rival", "parameter", "low", "high", "unit", "mean",
        "at_low", "at_low_low", "at_low_high", "at_high", "at_high_low", "at_high_high", "finding",
    ]  # fmt: skip
    names = [name for name in choice.worlds.drawn if name in PARAMETERS]
    rivals = [int(i) for i in np.flatnonzero(choice.eligible) if i != choice.leader]
    if not names:
        return pd.DataFrame(columns=columns)
    table = [PARAMETERS[name] for name in names]
    low, high = np.array([p.low for p in table]), np.array([p.high for p in table])
    differences = choice.outcomes[:, [choice.leader]] - choice.outcomes[:, rivals]
    draws = np.stack([choice.worlds.drawn[name] for name in names], axis=1)
    ends = predict_ends(differences, draws, low, high)
    mean = differences.mean(axis=0)
    count = len(names)
    values = [
        np.repeat(choice.arms[choice.leader], len(rivals) * count),
        np.repeat([choice.arms[i] for i in rivals], count),
        np.tile(names, len(rivals)),
        np.tile(low, len(rivals)),
        np.tile(high, len(rivals)),
        np.repeat(choice.indicator.unit, len(rivals) * count),
        np.repeat(mean, count),
        *(bound.ravel() for bound in ends.at_low),
        *(bound.ravel() for bound in ends.at_high),
        judge(mean, ends).ravel(),
    ]
    result = pd.DataFrame(dict(zip(columns, values, strict=True)))
    order = [FINDINGS.index(finding) for finding in result["finding"]]
    return result.iloc[np.argsort(order, kind="stable")].reset_index(drop=True)


def _is_oracle(arm: str) -> bool:
    """Whether an arm acts on what nobody can know."""
    return "oracle" in find_policy(arm.partition("@")[0]).sees
