"""From the outcomes of paired worlds to the tables of a comparison.

Each outcome is one family of simultaneous intervals: over all contrasts for the
region, and over all contrasts and complexes for the complexes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .arms import BASELINE, resolve_arm
from .indicators import (
    FIRST_YEAR,
    MEASURES,
    PROGRAMME_YEAR,
    UNITS,
    Indicator,
    indicator_list,
    load_targets,
)
from .results import ALL, finite
from .statistics import (
    Ratio,
    fieller,
    pairing_gain,
    rank_probabilities,
    simultaneous_intervals,
    tiers,
    verdict,
    wilson,
)
from .worlds import PLACEBO, Worlds, effects, headline

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from .schema import Scenario

__all__ = ["Comparison", "tabulate"]

_SPENDING = tuple(m.name for m in MEASURES if m.name.startswith("spent_"))


@dataclass(frozen=True)
class Comparison:
    """Policies compared on the same worlds; every table is tidy.

    Attributes
    ----------
    meta : what was asked, what was reached and how
    policies : policy, name, name_ko, runs, pairing_gain, spent (KRW bn),
        cost_per_won with bounds (won spent per won of added value added,
        all years together) and cost_note
    effects : paired effects by policy, baseline, indicator and complex
    outcomes : median and 10-90 % prediction interval
    yearly : outcomes and effects against no programme by year
    ranks : probability of each rank in the same world
    tiers : policies that cannot be told apart share a tier
    targets : probability of each goal with Wilson interval
    """

    meta: dict[str, Any]
    policies: pd.DataFrame
    effects: pd.DataFrame
    outcomes: pd.DataFrame
    yearly: pd.DataFrame
    ranks: pd.DataFrame
    tiers: pd.DataFrame
    targets: pd.DataFrame

    def __repr__(self) -> str:
        names = ", ".join(self.policies["policy"])
        return f"Comparison({self.meta['scenario']}: {names}; {self.meta['pairs']} worlds)"

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        names = ("policies", "effects", "outcomes", "yearly", "ranks", "tiers", "targets")
        return {name: getattr(self, name) for name in names}

    def plot(self) -> Figure:
        """Headline effects against no programme with their intervals."""
        from matplotlib.figure import Figure

        rows = self.effects[
            (self.effects["indicator"] == self.meta["indicator"])
            & (self.effects["complex"] == ALL)
            & (self.effects["baseline"] == BASELINE)
        ]
        names = self.policies.set_index("policy")["name"]
        figure = Figure(figsize=(7, 1 + 0.6 * len(rows)), layout="constrained")
        axes = figure.subplots()
        half = np.stack([rows["mean"] - rows["low"], rows["high"] - rows["mean"]])
        places = np.arange(len(rows))
        axes.errorbar(rows["mean"], places, xerr=half, fmt="o", color="#0072B2", capsize=4)
        axes.axvline(0.0, color="black", linewidth=0.8)
        axes.set_yticks(places, [names[policy] for policy in rows["policy"]])
        axes.set_xlabel(f"effect on {self.meta['indicator']}, {rows['unit'].iloc[0]}")
        axes.margins(y=0.3)
        return figure

    def to_json(self) -> str:
        """One JSON document with stable keys; what is undefined is null."""
        document = {
            **{k: finite(v) if isinstance(v, float) else v for k, v in self.meta.items()},
            "precision_reached": {p: finite(v) for p, v in self.meta["precision_reached"].items()},
            "policies": [self._policy_json(row) for row in self.policies.itertuples()],
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)

    def _policy_json(self, row: Any) -> dict[str, Any]:
        own = self.effects[self.effects["policy"] == row.policy]
        own = own[own["complex"] == ALL]
        ranks = self.ranks[self.ranks["policy"] == row.policy].sort_values("rank")
        goals = self.targets[self.targets["policy"] == row.policy]
        cost = {
            "mean": finite(row.cost_per_won),
            "low": finite(row.cost_per_won_low),
            "high": finite(row.cost_per_won_high),
        }
        return {
            "id": row.policy,
            "name": row.name,
            "runs": int(row.runs),
            "pairing_gain": finite(row.pairing_gain),
            "spent": finite(row.spent),
            "effects": _effects_json(own[own["baseline"] == BASELINE]),
            "effects_against_placebo": _effects_json(own[own["baseline"] == PLACEBO]),
            "rank_probability": [finite(p) for p in ranks["probability"]],
            "tier": int(self.tiers.set_index("policy").loc[row.policy, "tier"]),
            "cost_per_won": None if row.cost_note else cost,
            "cost_note": row.cost_note,
            "targets": {
                g.target: {
                    "value": g.value,
                    "unit": g.unit,
                    "probability": finite(g.probability),
                    "low": finite(g.low),
                    "high": finite(g.high),
                }
                for g in goals.itertuples()
            },
        }


def tabulate(scenario: Scenario, worlds: Worlds, meta: dict[str, Any]) -> Comparison:
    """All tables of a comparison."""
    import pandas as pd

    indicators = indicator_list(worlds.last_year)
    leading = headline(worlds)
    outcomes = np.stack([worlds.values(p, leading)[:, 0] for p in worlds.policies], axis=1)
    probabilities = rank_probabilities(outcomes)
    ranks = [
        (policy, rank + 1, probabilities[i, rank])
        for i, policy in enumerate(worlds.policies)
        for rank in range(len(worlds.policies))
    ]
    return Comparison(
        meta,
        pd.DataFrame(_policy_rows(scenario, worlds, leading)),
        pd.DataFrame(row for i in indicators for row in _effect_rows(worlds, i)),
        pd.DataFrame(row for i in indicators for row in _outcome_rows(worlds, i)),
        pd.DataFrame(
            row for name, unit in UNITS.items() for row in _yearly_rows(worlds, name, unit)
        ),
        pd.DataFrame(ranks, columns=["policy", "rank", "probability"]),
        pd.DataFrame({"policy": worlds.policies, "tier": tiers(outcomes)}),
        _target_frame(scenario, worlds),
    )


def _effect_rows(worlds: Worlds, indicator: Indicator) -> Iterator[dict[str, Any]]:
    if indicator.first < PROGRAMME_YEAR:
        return
    whole = effects(worlds, indicator, slice(0, 1))
    parts = effects(worlds, indicator, slice(1, None))
    complexes = len(worlds.keys) - 1
    for c, (policy, reference) in enumerate(worlds.contrasts):
        treated, untreated = worlds.values(policy, indicator), worlds.values(reference, indicator)
        for k, key in enumerate(worlds.keys):
            intervals, at = (whole, c) if k == 0 else (parts, c * complexes + k - 1)
            mean, low, high = intervals.at(at)
            outcome = float(untreated[:, k].mean())
            percent = 100.0 / outcome if outcome != 0.0 else math.nan
            yield {
                "policy": policy,
                "baseline": reference,
                "indicator": indicator.name,
                "complex": key,
                "unit": indicator.unit,
                "mean": mean,
                "low": low,
                "high": high,
                "relative_mean": mean * percent,
                "relative_low": low * percent,
                "relative_high": high * percent,
                "pairs": worlds.complete,
                "pairing_gain": pairing_gain(untreated[:, k], treated[:, k]),
                "verdict": verdict(low, high),
            }


def _outcome_rows(worlds: Worlds, indicator: Indicator) -> Iterator[dict[str, Any]]:
    for policy in worlds.policies:
        low, median, high = np.quantile(worlds.values(policy, indicator), (0.1, 0.5, 0.9), axis=0)
        for k, key in enumerate(worlds.keys):
            yield {
                "policy": policy,
                "indicator": indicator.name,
                "complex": key,
                "unit": indicator.unit,
                "median": float(median[k]),
                "p10": float(low[k]),
                "p90": float(high[k]),
            }


def _yearly_rows(worlds: Worlds, measure: str, unit: str) -> Iterator[dict[str, Any]]:
    """Outcomes and effects by year; the intervals hold together over the years as well."""
    before = PROGRAMME_YEAR - FIRST_YEAR
    untreated = worlds.yearly[BASELINE][measure]
    shape = (len(worlds.policies) - 1, untreated.shape[1], len(worlds.keys))
    bounds = np.zeros((3, *shape))
    for columns in (slice(0, 1), slice(1, None)):
        differences = np.concatenate(
            [
                (worlds.yearly[p][measure] - untreated)[:, before:, columns].reshape(
                    worlds.complete, -1
                )
                for p in worlds.policies[1:]
            ],
            axis=1,
        )
        intervals = simultaneous_intervals(differences)
        block = bounds[:, :, before:, columns]
        block[...] = np.stack([intervals.mean, intervals.low, intervals.high]).reshape(block.shape)
    for i, policy in enumerate(worlds.policies):
        low, median, high = np.quantile(worlds.yearly[policy][measure], (0.1, 0.5, 0.9), axis=0)
        for year in range(untreated.shape[1]):
            for k, key in enumerate(worlds.keys):
                effect = bounds[:, i - 1, year, k] if i else np.zeros(3)
                yield {
                    "policy": policy,
                    "year": FIRST_YEAR + year,
                    "indicator": measure,
                    "complex": key,
                    "unit": unit,
                    "median": float(median[year, k]),
                    "p10": float(low[year, k]),
                    "p90": float(high[year, k]),
                    "effect_mean": float(effect[0]),
                    "effect_low": float(effect[1]),
                    "effect_high": float(effect[2]),
                }


def _policy_rows(
    scenario: Scenario, worlds: Worlds, leading: Indicator
) -> Iterator[dict[str, Any]]:
    untreated = worlds.values(BASELINE, leading)[:, 0]
    for policy in worlds.policies:
        table, base = worlds.yearly[policy], worlds.yearly[BASELINE]
        spent = sum(table[name][:, :, 0].sum(axis=1) for name in _SPENDING)
        added = (table["value_added"] - base["value_added"])[:, :, 0].sum(axis=1) * 1e3
        ratio = fieller(np.asarray(spent), added)
        own = resolve_arm(policy, scenario)
        gain = pairing_gain(untreated, worlds.values(policy, leading)[:, 0])
        note = _cost_note(policy, ratio)
        yield {
            "policy": policy,
            "name": own.name,
            "name_ko": own.name_ko,
            "runs": worlds.runs[policy],
            "pairing_gain": math.nan if policy == BASELINE else gain,
            "spent": float(np.mean(spent)),
            "cost_per_won": math.nan if note else ratio.mean,
            "cost_per_won_low": math.nan if note else ratio.low,
            "cost_per_won_high": math.nan if note else ratio.high,
            "cost_note": note,
        }


def _cost_note(policy: str, ratio: Ratio) -> str:
    """Why a cost per added won cannot be stated, empty where it can."""
    if policy == BASELINE:
        return "no programme, no cost"
    if not ratio.stated:
        return "cannot be stated: the interval of the effect on value added covers zero"
    return "cannot be stated: value added falls" if ratio.mean < 0.0 else ""


def _target_frame(scenario: Scenario, worlds: Worlds) -> pd.DataFrame:
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


def _effects_json(rows: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {
        str(row.indicator): {
            "mean": finite(row.mean),
            "low": finite(row.low),
            "high": finite(row.high),
            "unit": row.unit,
            "verdict": row.verdict,
        }
        for row in rows.itertuples()
    }
