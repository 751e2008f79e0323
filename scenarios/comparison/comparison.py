"""Comparing coordination policies on the same worlds.

`compare` runs pairs (the same world under every policy) until the headline
effect is known well enough, and tabulates effects, ranks, costs and targets.
Stopping depends on the first worlds in order, never on which finished first.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from innocluster.version import __version__

from ..arms import BASELINE, resolve_arm
from ..errors import COMMAND_LINE, InputError
from ..runs.execution import Outcome
from ..runs.indicators import FIRST_YEAR
from ..runs.inputs import Inputs, World, scenario_of
from ..runs.study import Study, open_study
from ..schema import Scenario
from ..statistics.drawn_under import BesidePosterior, draws_under, forms_drawn
from ..statistics.draws import POSTERIOR_WORLDS, TWIN_WORLDS, Draws
from ..statistics.other_forms import OneOtherForm, other_forms, worlds_for_forms
from ..store.folder import ResultFolder
from .decision_table import Choice, Criteria
from .form_tables import Designed
from .posterior_effect import worlds_for_posterior
from .tabulation import Comparison, tabulate
from .worlds import Precision, Worlds, headline_precision

__all__ = ["DEFAULT_POLICIES", "Comparison", "Criteria", "compare", "count_runs"]

DEFAULT_POLICIES = ("P0", "P2", "P5")
_CRITERIA = Criteria()
_LOOK = 10
_CAP = 100
_MOST_PAIRS = 100_000

Progress = Callable[[int, int, float], None]
"""Called with worlds done, worlds in this look and seconds left; the latter are not a number when
everything is checked and the work begins."""


@dataclass(frozen=True)
class _Design:
    """What is run: the arms of each world, and when to stop."""

    scenario: Scenario
    arms: tuple[str, ...]
    pairs: int
    cap: int
    precision: float
    forms_drawn: bool


def compare(
    policies: Iterable[str] = DEFAULT_POLICIES,
    scenario: Scenario | Inputs | str | Path | None = None,
    *,
    pairs: int = 30,
    max_pairs: int | None = None,
    precision: float = 0.05,
    workers: int | None = None,
    folder: str | Path | ResultFolder | None = None,
    progress: Progress | None = None,
    command: str = "",
    under: str = "point",
    draws: str | Path | None = None,
    criteria: Criteria = _CRITERIA,
) -> Comparison:
    """Compare policies on the same worlds, paired by common random numbers.

    Parameters
    ----------
    policies : ids or keys, or ``POLICY@SCENARIO`` for an arm with the rules of another
        scenario in the same worlds; "no programme" (P0), the baseline, is always added
    scenario : a `Scenario`, a preset's name or a TOML file; its own policy is not used.
        `Inputs` that have been read have their arms, too
    pairs : worlds before the first look; fewer than 30 make rough intervals
    max_pairs : worlds at most, by default 100 or `pairs` if that is more
    precision : stop when the half-width of the headline effect is below this
        percentage of the baseline's outcome, or below 10 % of the effect
    workers : processes, by default one a core; results do not depend on it
    folder : where to keep the ledger of runs, tables and manifest; the same call
        on the same folder goes on where it stopped, and waits while another one is
        at work there.  Nothing is kept if omitted.
    progress : called with worlds done, worlds wanted and seconds left
    command : the command that asked for it, for the record
    under : ``"point"``, all worlds have the scenario's parameters; ``"prior"``, every
        world draws what the scenario does not set; ``"posterior"``, from `draws`, by
        default those of parameters and forms that ship; ``"forms"``, as under the prior and
        a form of every contested rule by its weight.
        Unless forms are drawn, a third as many worlds more have one rule in another form, and
        as many more, 60 at most, try the leader at draws of the posterior that ships
    draws : CSV or Parquet file with a column per parameter, a row a world, and
        optionally ``weight``
    criteria : difference that does not matter when the best arm is looked for, and the
        fraction of the best arm's gain that is good enough

    Raises
    ------
    InputError
        For anything wrong with the arguments or the files that they name.

    Notes
    -----
    Looks follow every 10 worlds.  The rule looks at the width of the interval
    only, not at where it lies, so that looking often does not favour a finding.
    """
    start = time.perf_counter()
    criteria = replace(criteria, first_stage=pairs)
    inputs = _frozen(policies, scenario)
    drawn = draws_under(under, draws, inputs.scenario.seed)
    inputs.note_draws(draws)
    cap = _largest_number(pairs, max_pairs, drawn, draws)
    _check_numbers(pairs, cap, precision, workers, criteria)
    arms = tuple(dict.fromkeys(arm.id for arm in inputs.arms.values()))
    free = forms_drawn(under, draws)
    if not free:
        twins = OneOtherForm(drawn, other_forms(inputs.scenario.forms))
        drawn = BesidePosterior(twins, inputs.scenario.seed)
    command = command or f"compare({', '.join(arms)})"
    design = _Design(inputs.scenario, arms, pairs, cap, precision, free)
    with open_study(inputs, drawn, folder, workers, command) as study:
        worlds, reached, last = _run_until_precise(design, study, progress)
        judged, others = _judged_forms(design, worlds, study, progress)
        leader = Choice(worlds, criteria).leading
        beside = range(0) if free else _posterior_worlds(worlds, leader)
        pair = (BASELINE, leader)
        found = _worlds(beside, pair, design, study, progress) if beside else None
        meta = _described(design, worlds, reached, under, draws)
        meta["failures"] += judged.failures + (0 if found is None else found.failures)
        meta["command"] = command
        meta["seconds"] = round(time.perf_counter() - start, 3)
        result = tabulate(inputs.scenario, worlds, criteria, meta, judged, found)
        request = {
            "command": "compare", "policies": arms, "pairs": pairs, "max_pairs": cap,
            "precision": precision, "under": under, "criteria": asdict(criteria),
        }  # fmt: skip
        runs = [World(replication, arms) for replication in (*range(last), *others)]
        runs += [World(replication, pair) for replication in beside]
        study.store(result.frames(), result.meta, request, runs)
    return result


def _frozen(policies: Iterable[str], scenario: Scenario | Inputs | str | Path | None) -> Inputs:
    """Scenario and arms as their files are now, the baseline first."""
    given = (policies,) if isinstance(policies, str) else tuple(policies)
    if isinstance(scenario, Inputs):
        return scenario
    scenario = scenario_of(scenario)
    inputs = Inputs(scenario, (BASELINE, *given))
    if len({arm.id for arm in inputs.arms.values()}) < 2:
        raise InputError(
            file=COMMAND_LINE,
            key="policy",
            value=" ".join(given) or "none",
            allowed=f"at least one policy beside {BASELINE}",
        )
    return inputs


def count_runs(
    policies: Iterable[str],
    scenario: Scenario,
    pairs: int,
    max_pairs: int | None,
    *,
    beside: bool = True,
) -> tuple[int, int]:
    """Runs of a comparison at least and at most, whatever of them a folder holds already.

    Parameters
    ----------
    beside : whether forms are not drawn and so tried beside, as the posterior is
    """
    arms = len({arm.id for arm in _frozen(policies, scenario).arms.values()})
    most = max(pairs, _CAP if max_pairs is None else max_pairs)
    if not beside:
        return arms * pairs, arms * most
    forms = len(other_forms(scenario.forms))
    least, most = (
        arms * (worlds + worlds_for_forms(worlds, forms)) + 2 * worlds_for_posterior(worlds)
        for worlds in (pairs, most)
    )
    return least, most


def _run_until_precise(
    design: _Design, study: Study, progress: Progress | None
) -> tuple[Worlds, Precision, int]:
    """Run looks of worlds until the headline is precise enough or the cap is reached.

    Returns
    -------
    what the worlds are, how well the headline is known, and the number of worlds
    """
    region, _ = study.inputs.read()
    outcomes: dict[str, list[Outcome]] = {arm: [] for arm in design.arms}
    draws: list[dict[str, float]] = []
    seen, wanted = 0, min(design.pairs, design.cap)
    if progress is not None and study.lacks(World(world, design.arms) for world in range(wanted)):
        progress(0, wanted, math.nan)
    while True:
        _run(range(seen, wanted), study, progress, outcomes, draws)
        worlds = Worlds.from_outcomes(
            outcomes, region.complexes.keys, design.scenario.last_year, draws
        )
        reached = headline_precision(worlds, design.precision)
        if reached.enough or wanted >= design.cap:
            return worlds, reached, wanted
        seen, wanted = wanted, min(wanted + _LOOK, design.cap)


def _judged_forms(
    design: _Design, worlds: Worlds, study: Study, progress: Progress | None
) -> tuple[Designed, range]:
    """The worlds from which forms are judged; where none are drawn, some more with another form.

    Returns
    -------
    the worlds, and the numbers of those that were run for it
    """
    if design.forms_drawn:
        return Designed("drawn", worlds), range(0)
    count = worlds_for_forms(worlds.complete, len(other_forms(design.scenario.forms)))
    if count == 0:
        return Designed("none", None), range(0)
    twins = range(TWIN_WORLDS, TWIN_WORLDS + count)
    return Designed("one", _worlds(twins, design.arms, design, study, progress)), twins


def _posterior_worlds(worlds: Worlds, leader: str) -> range:
    """Numbers of the worlds that draw from the posterior; none where no policy leads."""
    count = 0 if leader == BASELINE else worlds_for_posterior(worlds.complete)
    return range(POSTERIOR_WORLDS, POSTERIOR_WORLDS + count)


def _worlds(
    numbers: range,
    arms: tuple[str, ...],
    design: _Design,
    study: Study,
    progress: Progress | None,
) -> Worlds:
    """Worlds beside those that are compared."""
    region, _ = study.inputs.read()
    outcomes: dict[str, list[Outcome]] = {arm: [] for arm in arms}
    draws: list[dict[str, float]] = []
    _run(numbers, study, progress, outcomes, draws)
    last = design.scenario.last_year
    return Worlds.from_outcomes(outcomes, region.complexes.keys, last, draws)


def _run(
    numbers: range,
    study: Study,
    progress: Progress | None,
    outcomes: dict[str, list[Outcome]],
    draws: list[dict[str, float]],
) -> None:
    """Run worlds as far as they are not stored, and add to `outcomes` and `draws`."""
    arms = tuple(outcomes)
    wanted = len(outcomes[arms[0]]) + len(numbers)
    for advance in study.complete(World(r, arms) for r in numbers):
        if progress is not None:
            progress(wanted - advance.jobs_left, wanted, advance.seconds)
    for arm, runs in outcomes.items():
        runs += [study.load(arm, replication) for replication in numbers]
    draws += [drawn for r in numbers if (drawn := study.drawn(r)) is not None]


def _described(
    design: _Design, worlds: Worlds, reached: Precision, under: str, draws: str | Path | None
) -> dict[str, Any]:
    """What was run and why it stopped, for reports and the manifest."""
    scenario = design.scenario
    return {
        "scenario": scenario.name,
        "version": __version__,
        "baseline": BASELINE,
        "policy": resolve_arm(scenario.policy, scenario).id,
        "pairs": worlds.complete,
        "failures": worlds.failures,
        "seed": scenario.seed,
        "under": under,
        "draws": None if draws is None else str(draws),
        "precision_asked": design.precision,
        "precision_reached": reached.widths,
        "stopped_by": "precision" if reached.enough else "cap",
        "confidence": 0.95,
        "region": scenario.region,
        "macro": scenario.macro,
        "exports": scenario.exports,
        "first": f"{FIRST_YEAR}-01",
        "last": scenario.last,
        "indicator": reached.indicator,
    }


def _largest_number(
    pairs: int, max_pairs: int | None, drawn: Draws | None, file: str | Path | None
) -> int:
    """Worlds at most: as asked, and no more than there are draws."""
    cap = max(_CAP, pairs) if max_pairs is None else max_pairs
    available = None if drawn is None else drawn.available
    if available is None:
        return cap
    if available < (pairs if max_pairs is None else cap):
        allowed = f"at least {pairs if max_pairs is None else cap}, one a world; or fewer worlds"
        raise InputError(file=file, key="rows", value=available, allowed=allowed)
    return min(cap, available)


def _check_numbers(
    pairs: int, cap: int, precision: float, workers: int | None, criteria: Criteria
) -> None:
    """Check the counts and the precision that were asked for."""
    if not 2 <= pairs <= _MOST_PAIRS:
        raise InputError(
            file=COMMAND_LINE, key="pairs", value=pairs, allowed=f"from 2 to {_MOST_PAIRS}"
        )
    if not pairs <= cap <= _MOST_PAIRS:
        allowed = f"from the number of pairs ({pairs}) to {_MOST_PAIRS}"
        raise InputError(file=COMMAND_LINE, key="max-pairs", value=cap, allowed=allowed)
    if not 0.0 <= precision <= 100.0:
        raise InputError(
            file=COMMAND_LINE, key="precision", value=precision, allowed="from 0 to 100 (%)"
        )
    if workers is not None and not 1 <= workers <= 1024:
        raise InputError(file=COMMAND_LINE, key="workers", value=workers, allowed="from 1 to 1024")
    if not 0.0 < criteria.indifference <= 100.0:
        raise InputError(
            file=COMMAND_LINE, key="indifference", value=criteria.indifference,
            allowed="above 0, to 100 (%)",
        )  # fmt: skip
    if not 0.0 < criteria.satisficing <= 1.0:
        raise InputError(
            file=COMMAND_LINE, key="satisficing", value=criteria.satisficing,
            allowed="above 0, to 1",
        )  # fmt: skip
