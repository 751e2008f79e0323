"""The result of a comparison: its tables, its JSON document, and how they are made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arms import BASELINE
from ..runs.backtest import backtest_frame
from ..runs.indicators import indicator_list, load_targets
from ..runs.results import ALL, finite
from ..store.verification import read_result
from .benefits import BENEFITS, Benefits
from .decision_table import (
    DECISION,
    Choice,
    Criteria,
    decision_frame,
    flip_frame,
    policy_frame,
    target_frame,
)
from .effect_tables import effect_frame, outcome_frame, world_frame, yearly_frame
from .form_tables import NO_FORMS, Designed, drawn_frame, form_frame
from .largest_firms import largest_frame
from .posterior_effect import posterior_frame, posterior_summary
from .worlds import PLACEBO, Worlds

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from ..schema import Scenario

__all__ = ["Comparison", "tabulate"]


@dataclass(frozen=True)
class Comparison:
    """Policies compared on the same worlds; every table is tidy.

    Attributes
    ----------
    meta : what was asked, what was reached and how
    policies : policy, name, name_ko, runs, pairing_gain, spent (KRW bn),
        budgeted (spent and what is left of the budget),
        benefits (gross, net and Hulten's, present values in KRW bn of 2005), benefit_cost with
        bounds (net of factors, displacement and meetings over the cost to the public, per won
        spent, and benefit_cost_budgeted), gross_ratio (value added over money),
        participant_effect (%), warnings and benefit_note
    effects : paired effects by policy, baseline, indicator and complex
    outcomes : median and 10-90 % prediction interval
    yearly : outcomes and effects against no programme by year
    ranks : probability of each rank in the same world
    tiers : policies that cannot be told apart share a tier; 0 for a yardstick, which is no choice
    targets : probability of each goal with Wilson interval
    decisions : what a decision needs, an arm a row: tier, median outcome and prediction
        interval, effect and effect against the placebo with simultaneous intervals,
        probability of being best, regret against the best arm and the oracle, mean
        effect in the worst tenth of the worlds, share of worlds in which it is good
        enough, whether it may be the best, whether it is dominated, net cost (KRW bn),
        and what `policies` and `targets` hold of it
    backtest : beside what happened, was aimed at and could be forecast without a model, with
        mean and 90 % interval over the worlds of every arm
    largest : headline effects with and without the ten largest firms
    flips : leading arm against each rival at both ends of every drawn parameter's range
    forms : share of the worlds in which each choice leads, and in which it is above no
        programme, over all forms of contested rules and under each
    benefits : benefit over cost in each world, by policy and measure of benefit
    posterior_effects : effect of the leader at draws of the shipped posterior, a draw a row;
        empty where forms are drawn in every world, where no policy leads, and with few worlds
    draws : parameters and forms drawn for each world
    worlds : every indicator of the region in every world under every arm, a run a row
    """

    meta: dict[str, Any]
    policies: pd.DataFrame
    effects: pd.DataFrame
    outcomes: pd.DataFrame
    yearly: pd.DataFrame
    ranks: pd.DataFrame
    tiers: pd.DataFrame
    targets: pd.DataFrame
    decisions: pd.DataFrame
    backtest: pd.DataFrame
    largest: pd.DataFrame
    flips: pd.DataFrame
    forms: pd.DataFrame
    benefits: pd.DataFrame
    posterior_effects: pd.DataFrame
    draws: pd.DataFrame
    worlds: pd.DataFrame

    @classmethod
    def load(cls, folder: str | Path) -> Comparison:
        """A stored comparison, checked against its digests; nothing is run.

        Raises
        ------
        InputError
            For a folder without a finished comparison, and for a table that has changed.
        """
        names = {f.name: f.name for f in fields(cls) if f.name != "meta"}
        meta, frames = read_result(Path(folder), names)
        return cls(meta, **frames)

    def __repr__(self) -> str:
        names = ", ".join(self.policies["policy"])
        return f"Comparison({self.meta['scenario']}: {names}; {self.meta['pairs']} worlds)"

    def to_frame(self) -> pd.DataFrame:
        """Median outcomes: policy, year, complex, indicator, value, unit; `meta` in ``attrs``."""
        columns = ["policy", "year", "complex", "indicator", "median", "unit"]
        frame = self.yearly[columns].rename(columns={"median": "value"})
        frame.attrs.update(self.meta)
        return frame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Every table by name."""
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name != "meta"}

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
            "forms": _rows_json(self.forms),
            "benefits": _rows_json(self.benefits),
            "posterior_effects": _rows_json(self.posterior_effects),
            "largest": _rows_json(self.largest),
            "flips": _rows_json(self.flips[self.flips["finding"] != ""]),
        }
        return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)

    def _policy_json(self, row: Any) -> dict[str, Any]:
        own = self.effects[self.effects["policy"] == row.policy]
        own = own[own["complex"] == ALL]
        ranks = self.ranks[self.ranks["policy"] == row.policy].sort_values("rank")
        goals = self.targets[self.targets["policy"] == row.policy]
        decision = self.decisions[self.decisions["policy"] == row.policy]
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
            "budgeted": finite(row.budgeted),
            "benefits": _benefits_json(row),
            "decision": _rows_json(decision[list(DECISION)])[0],
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


def tabulate(
    scenario: Scenario,
    worlds: Worlds,
    criteria: Criteria,
    meta: Mapping[str, Any],
    designed: Designed = NO_FORMS,
    drawn: Worlds | None = None,
) -> Comparison:
    """All tables of a comparison; `meta` gains what the choice rests on.

    Parameters
    ----------
    designed : worlds from which forms are judged
    drawn : worlds that draw from the shipped posterior, under the baseline and the leader
    """
    import pandas as pd

    indicators = indicator_list(worlds.last_year)
    choice = Choice(worlds, criteria)
    benefits = Benefits(scenario, worlds)
    policies = policy_frame(scenario, choice, benefits)
    targets = target_frame(scenario, worlds)
    found = [effect_frame(worlds, indicators), benefits.effects()]
    posterior = posterior_frame(drawn)
    return Comparison(
        meta={
            **meta,
            **choice.described(),
            "form_design": designed.kind,
            "form_worlds": designed.complete,
            "posterior_effect": posterior_summary(posterior),
        },
        policies=policies,
        effects=pd.concat([part for part in found if len(part)], ignore_index=True),
        outcomes=outcome_frame(worlds, indicators),
        yearly=yearly_frame(worlds),
        ranks=choice.rank_frame(),
        tiers=pd.DataFrame({"policy": worlds.policies, "tier": choice.tiers}),
        targets=targets,
        decisions=decision_frame(choice, policies, targets),
        backtest=backtest_frame(
            worlds.yearly,
            worlds.keys,
            worlds.last_year,
            load_targets(scenario.region, scenario.exports),
        ),
        largest=largest_frame(worlds),
        flips=flip_frame(choice),
        forms=form_frame(designed, choice),
        benefits=benefits.spread(),
        posterior_effects=posterior,
        draws=drawn_frame(worlds),
        worlds=world_frame(worlds, indicators),
    )


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


def _benefits_json(row: Any) -> dict[str, Any]:
    """Benefits, ratios and warnings of an arm; without a programme only why there are none."""
    stated = {} if row.benefit_note else {
        name: finite(getattr(row, name))
        for name in BENEFITS
        if name not in ("warnings", "benefit_note")
    }  # fmt: skip
    warnings = [warning for warning in row.warnings.split("; ") if warning]
    return {**stated, "warnings": warnings, "note": row.benefit_note}


def _rows_json(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as objects; what is undefined is null."""
    return [
        {str(k): finite(v) if isinstance(v, float) else v for k, v in row.items()}
        for row in rows.to_dict("records")
    ]
