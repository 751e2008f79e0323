"""Attributing the effect of a policy to the channels through which it acts.

The channels are the players of a game whose value is the effect that is left when
only some channels are open: the outcome under the policy less the outcome without
programme, both with the others closed, in the same world.  Their Shapley values
add up to the effect.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from innocluster.version import __version__

from ..arms import BASELINE, Arm, resolve_arm
from ..errors import COMMAND_LINE, InputError
from ..policies import find_policy
from ..runs.indicators import FIRST_YEAR, Indicator
from ..runs.inputs import Inputs, World, scenario_of
from ..runs.study import Study, open_study
from ..schema import Scenario
from ..statistics.drawn_under import draws_under
from ..store.folder import ResultFolder
from ..switches import CHANNELS, channels_of
from .attribution_tables import (
    OUTCOMES,
    Attribution,
    Shares,
    outcomes_of,
    tabulate_attribution,
)
from .shapley import (
    Coalition,
    all_coalitions,
    antithetic_orders,
    coalitions_in,
    shapley_of_orders,
    shapley_values,
)

__all__ = ["count_runs", "explore"]

Floats = NDArray[np.float64]

_MOST_WORLDS = 100_000
_MOST_ORDERS = 1_000
_RUNS_A_JOB = 16

Progress = Callable[[int, int, float], None]
"""Called with runs done, runs wanted and seconds left; the latter are not a number when everything
is checked and the work begins."""


@dataclass(frozen=True)
class _Design:
    """Which runs are needed: coalitions of open channels, each with and without programme.

    Attributes
    ----------
    scenario : what all arms share
    arms : arms whose effect is attributed, by id
    baselines : for each of them the arm without programme in its scenario
    pairs : random orders and their reverses a world; 0 takes all coalitions
    """

    scenario: Scenario
    arms: Mapping[str, Arm]
    baselines: Mapping[str, Arm]
    pairs: int

    def players(self, arm: str) -> tuple[str, ...]:
        """Channels that can act under an arm."""
        own = self.arms[arm]
        acting = channels_of(
            find_policy(own.policy), own.scenario.parameter_set(), own.scenario.form_set()
        )
        return tuple(key for key in acting if key not in own.scenario.without)

    def orders(self, arm: str, replication: int) -> list[tuple[str, ...]]:
        """Orders in which the channels of an arm open in one world."""
        return antithetic_orders(
            self.players(arm), self.pairs, f"{self.scenario.seed}:{replication}"
        )

    def coalitions(self, arm: str, replication: int) -> set[Coalition]:
        """Coalitions whose value is asked for in one world."""
        players = self.players(arm)
        if not self.pairs:
            return all_coalitions(players)
        everyone = frozenset(players)
        ends = {frozenset(), everyone} | {frozenset({player}) for player in players}
        ends |= {everyone - {player} for player in players}
        return ends | coalitions_in(self.orders(arm, replication))

    def contrast(self, arm: str, coalition: Coalition) -> tuple[str, str]:
        """Ids of the two runs whose difference is the value of a coalition."""
        closed = set(CHANNELS) - coalition
        return self.arms[arm].closing(closed).id, self.baselines[arm].closing(closed).id

    def runs(self, replication: int) -> tuple[str, ...]:
        """Ids of all runs of one world, each once."""
        names = [
            name
            for arm in self.arms
            for coalition in sorted(self.coalitions(arm, replication), key=sorted)
            for name in self.contrast(arm, coalition)
        ]
        return tuple(dict.fromkeys(names))


def explore(
    policies: Iterable[str],
    scenario: Scenario | Inputs | str | Path | None = None,
    *,
    worlds: int = 16,
    orders: int = 1,
    exact: bool = False,
    outcome: str = "revenue",
    workers: int | None = None,
    folder: str | Path | ResultFolder | None = None,
    progress: Progress | None = None,
    command: str = "",
    under: str = "point",
    draws: str | Path | None = None,
) -> Attribution:
    """Attribute the effect of policies to the channels through which they act.

    Parameters
    ----------
    policies : ids or keys, in a scenario of their own as ``POLICY@SCENARIO``; "no
        programme" (P0) is what they are compared with
    scenario : a `Scenario`, a preset's name or a TOML file; its own policy is not used
    worlds : worlds, each with its own population and random draws
    orders : random orders a world, each with its reverse, in which channels open
    exact : open channels in all orders instead, by the 2^n coalitions of n channels
    outcome : ``"revenue"`` of the last full year (2013 at most), ``"value-added"`` of all
        years of the programme, or revenue of the ``"participants"``, the firms first in
        line to join; the tables hold all three, this is the one that is shown
    workers : processes, by default one a core; results do not depend on it
    folder : where to keep the ledger of runs, tables and manifest; the same call
        on the same folder goes on where it stopped.  Nothing is kept if omitted.
    progress : called with runs done, runs wanted and seconds left
    command : the command that asked for it, for the record
    under, draws : where the parameters of each world come from, as in `compare`

    Raises
    ------
    InputError
        For anything wrong with the arguments or the files that they name.
    RuntimeError
        Where no world finished every run.
    """
    start = time.perf_counter()
    inputs = _frozen(policies, scenario)
    scenario = inputs.scenario
    chosen = _programmes(inputs.arms.values(), policies)
    drawn = draws_under(under, draws, scenario.seed)
    inputs.note_draws(draws)
    _check(worlds, orders, outcome, workers)
    if drawn is not None and drawn.available is not None and drawn.available < worlds:
        allowed = f"at least {worlds}, one a world; or fewer worlds"
        raise InputError(file=draws, key="rows", value=drawn.available, allowed=allowed)
    baselines = {key: inputs.arm(arm.baseline) for key, arm in chosen.items()}
    outcomes = outcomes_of(scenario.last_year)
    design = _Design(scenario, chosen, baselines, 0 if exact else orders)
    command = command or f"explore({', '.join(chosen)})"
    planned = [World(replication, design.runs(replication)) for replication in range(worlds)]
    with open_study(inputs, drawn, folder, workers, command) as study:
        if progress is not None and study.lacks(planned):
            progress(0, 0, math.nan)
        for advance in study.complete(planned, _RUNS_A_JOB):
            if progress is not None:
                progress(advance.runs, advance.missing, advance.seconds)
        shares, failures = _load(design, study, worlds, outcomes.values())
        meta = {
            "scenario": scenario.name,
            "version": __version__,
            "baseline": BASELINE,
            "policies": list(chosen),
            "worlds": len(shares),
            "failures": failures,
            "seed": scenario.seed,
            "under": under,
            "draws": None if draws is None else str(draws),
            "drawn": study.drawn_names,
            "method": "exact" if exact else "orders",
            "orders": None if exact else 2 * orders,
            "confidence": 0.95,
            "command": command,
            "region": scenario.region,
            "macro": scenario.macro,
            "exports": scenario.exports,
            "first": f"{FIRST_YEAR}-01",
            "last": scenario.last,
            "indicator": outcomes[outcome].name,
            "parameters": scenario.parameter_set().changed(),
            "seconds": round(time.perf_counter() - start, 3),
        }
        result = tabulate_attribution(chosen, shares, outcomes.values(), meta)
        request = {
            "command": "explore", "policies": list(chosen), "worlds": worlds, "orders": orders,
            "exact": exact, "outcome": outcome, "under": under,
        }  # fmt: skip
        study.store(result.frames(), result.meta, request, planned)
    return result


def _frozen(policies: Iterable[str], scenario: Scenario | Inputs | str | Path | None) -> Inputs:
    """Scenario, arms and what they are compared with, as their files are now."""
    given = (policies,) if isinstance(policies, str) else tuple(policies)
    if isinstance(scenario, Inputs):
        return scenario
    scenario = scenario_of(scenario)
    arms = [resolve_arm(text, scenario) for text in given]
    untreated = [replace(arm.opened, id=arm.baseline, policy=BASELINE) for arm in arms]
    return Inputs(scenario, [*arms, *untreated])


def count_runs(
    policies: Iterable[str], scenario: Scenario, worlds: int, orders: int, exact: bool
) -> int:
    """Runs that `explore` takes, whatever of them a folder holds already."""
    _check(worlds, orders, OUTCOMES[0], None)
    inputs = _frozen(policies, scenario)
    chosen = _programmes(inputs.arms.values(), policies)
    baselines = {key: inputs.arm(arm.baseline) for key, arm in chosen.items()}
    design = _Design(scenario, chosen, baselines, 0 if exact else orders)
    return worlds * len(design.runs(0))


def _load(
    design: _Design, study: Study, worlds: int, outcomes: Iterable[Indicator]
) -> tuple[dict[int, dict[str, Shares]], int]:
    """Shares by arm in every world that finished, and the number of failed runs."""
    indicators = tuple(outcomes)
    finished: dict[int, dict[str, Shares]] = {}
    errors: list[str] = []
    for replication in range(worlds):
        values: dict[str, Floats] = {}
        runs = design.runs(replication)
        for name in runs:
            run = study.load(name, replication)
            if run.yearly is None:
                errors.append(run.error)
            else:
                values[name] = np.array([i.values(run.yearly)[0] for i in indicators])
        if len(values) == len(runs):
            finished[replication] = {
                arm: _shares(design, arm, replication, values) for arm in design.arms
            }
    if not finished:
        reason = errors[0].strip().splitlines()[-1]
        raise RuntimeError(f"no world finished every run: {reason}\n\n{errors[0]}")
    return finished, len(errors)


def _shares(design: _Design, arm: str, replication: int, values: Mapping[str, Floats]) -> Shares:
    """What the channels of an arm add in one world, given the outcomes of its runs."""

    def game(coalition: Coalition) -> Floats:
        treated, untreated = design.contrast(arm, coalition)
        return values[treated] - values[untreated]

    players = design.players(arm)
    everyone, nobody = frozenset(players), frozenset[str]()
    if design.pairs:
        share = shapley_of_orders(design.orders(arm, replication), game)
    else:
        share = shapley_values(players, game)
    return Shares(
        channels=players,
        share=np.array([share[player] for player in players]),
        alone=np.array([game(frozenset({p})) - game(nobody) for p in players]),
        last=np.array([game(everyone) - game(everyone - {p}) for p in players]),
        effect=game(everyone),
        unattributed=game(nobody),
        untreated=values[design.baselines[arm].id],
    )


def _programmes(arms: Iterable[Arm], policies: Iterable[str]) -> dict[str, Arm]:
    """Arms with a programme by id, in the order given, without repeats."""
    chosen = {arm.id: arm for arm in arms if find_policy(arm.policy).programme and not arm.closed}
    if not chosen:
        raise InputError(
            file=COMMAND_LINE,
            key="policy",
            value=" ".join((policies,) if isinstance(policies, str) else policies) or "none",
            allowed=f"at least one policy beside {BASELINE}",
        )
    return chosen


def _check(worlds: int, orders: int, outcome: str, workers: int | None) -> None:
    """Check what was asked for."""
    for key, value, least, most in (
        ("worlds", worlds, 2, _MOST_WORLDS),
        ("orders", orders, 1, _MOST_ORDERS),
        ("workers", 1 if workers is None else workers, 1, 1024),
    ):
        if not least <= value <= most:
            allowed = f"from {least} to {most}"
            raise InputError(file=COMMAND_LINE, key=key, value=value, allowed=allowed)
    if outcome not in OUTCOMES:
        allowed = ", ".join(OUTCOMES)
        raise InputError(file=COMMAND_LINE, key="outcome", value=outcome, allowed=allowed)
