"""Comparing coordination policies on the same worlds.

`compare` runs pairs (the same world under every policy) until the headline
effect is known well enough, and tabulates effects, ranks, costs and targets.
Stopping depends on the first worlds in order, never on which finished first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from innocluster import __version__

from .arms import BASELINE, resolve_arm
from .errors import COMMAND_LINE, InputError
from .execution import Outcome, load_inputs
from .indicators import FIRST_YEAR
from .ledger import Ledger
from .provenance import claim_folder, write_manifest, write_table
from .schema import Scenario
from .tabulation import Comparison, tabulate
from .workers import Job, available_cores, execute_jobs
from .worlds import Precision, Worlds, headline_precision

__all__ = ["DEFAULT_POLICIES", "Comparison", "compare"]

DEFAULT_POLICIES = ("P0", "P2", "P5")
_LOOK = 10
_MOST_PAIRS = 100_000

Progress = Callable[[int, int, float], None]
"""Called with worlds done, worlds in this look and seconds left."""


def compare(
    policies: Iterable[str] = DEFAULT_POLICIES,
    scenario: Scenario | str | Path | None = None,
    pairs: int = 30,
    max_pairs: int | None = None,
    precision: float = 0.05,
    workers: int | None = None,
    folder: str | Path | None = None,
    progress: Progress | None = None,
    command: str = "",
) -> Comparison:
    """Compare policies on the same worlds, paired by common random numbers.

    Parameters
    ----------
    policies : ids or keys; "no programme" (P0), the baseline, is always added
    scenario : a `Scenario`, a preset's name or a TOML file; its own policy is not used
    pairs : worlds before the first look; fewer than 30 make rough intervals
    max_pairs : worlds at most, by default 60 or `pairs` if that is more
    precision : stop when the half-width of the headline effect is below this
        percentage of the baseline's outcome, or below 10 % of the effect
    workers : processes, by default one a core; results do not depend on it
    folder : where to keep the ledger of runs, tables and manifest; the same call
        on the same folder goes on where it stopped.  Nothing is kept if omitted.
    progress : called with worlds done, worlds wanted and seconds left
    command : the command that asked for it, for the record

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
    if not isinstance(scenario, Scenario):
        scenario = Scenario.default() if scenario is None else Scenario.from_file(scenario)
    chosen = _arm_ids(policies, scenario)
    cap = max(60, pairs) if max_pairs is None else max_pairs
    _check_numbers(pairs, cap, precision, workers)
    load_inputs(scenario)
    target = None if folder is None else Path(folder)
    if target is not None:
        claim_folder(target)
    with Ledger(target, scenario) as ledger:
        worlds, reached = _run_until_precise(
            scenario, ledger, chosen, pairs, cap, precision, workers or available_cores(), progress
        )
    meta = {
        "scenario": scenario.name,
        "version": __version__,
        "baseline": BASELINE,
        "pairs": worlds.complete,
        "failures": worlds.failures,
        "seed": scenario.seed,
        "precision_asked": precision,
        "precision_reached": reached.widths,
        "stopped_by": "precision" if reached.enough else "cap",
        "confidence": 0.95,
        "command": command or f"compare({', '.join(chosen)})",
        "region": scenario.region,
        "macro": scenario.macro,
        "exports": scenario.exports,
        "first": f"{FIRST_YEAR}-01",
        "last": scenario.last,
        "indicator": reached.indicator,
        "seconds": round(time.perf_counter() - start, 3),
    }
    result = tabulate(scenario, worlds, meta)
    if target is not None:
        for name, frame in result.frames().items():
            write_table(frame, target, name, meta)
        write_manifest(target, scenario, meta)
    return result


def _run_until_precise(
    scenario: Scenario,
    ledger: Ledger,
    policies: Sequence[str],
    pairs: int,
    cap: int,
    precision: float,
    workers: int,
    progress: Progress | None,
) -> tuple[Worlds, Precision]:
    """Run looks of worlds until the headline is precise enough or the cap is reached."""
    wanted = min(pairs, cap)
    while True:
        _complete(scenario, ledger, policies, wanted, workers, progress)
        worlds = _load(ledger, scenario, policies, wanted)
        reached = headline_precision(worlds, precision)
        if reached.enough or wanted >= cap:
            return worlds, reached
        wanted = min(wanted + _LOOK, cap)


def _complete(
    scenario: Scenario,
    ledger: Ledger,
    policies: Sequence[str],
    wanted: int,
    workers: int,
    progress: Progress | None,
) -> None:
    """Run what the ledger lacks of the first `wanted` worlds."""
    known = ledger.known(policies, range(wanted))
    jobs = [
        Job(replication, missing)
        for replication in range(wanted)
        if (missing := tuple(p for p in policies if (p, replication) not in known))
    ]
    start = time.perf_counter()
    for finished, outcomes in enumerate(execute_jobs(scenario, jobs, workers), start=1):
        for outcome in outcomes:
            ledger.record(outcome)
        if progress is not None:
            left = len(jobs) - finished
            seconds = (time.perf_counter() - start) / finished * left
            progress(wanted - left, wanted, seconds)


def _load(ledger: Ledger, scenario: Scenario, policies: Sequence[str], wanted: int) -> Worlds:
    """Stored outcomes of the first worlds, in order."""
    region, _ = load_inputs(scenario)
    outcomes: dict[str, list[Outcome]] = {
        policy: [ledger.load(policy, replication) for replication in range(wanted)]
        for policy in policies
    }
    return Worlds.from_outcomes(outcomes, region.complexes.keys, scenario.last_year)


def _arm_ids(policies: Iterable[str], scenario: Scenario) -> tuple[str, ...]:
    """Ids in the order given, without repeats, the baseline first."""
    given = (policies,) if isinstance(policies, str) else tuple(policies)
    arms = (resolve_arm(policy, scenario).id for policy in given)
    chosen = tuple(dict.fromkeys([BASELINE, *arms]))
    if len(chosen) < 2:
        raise InputError(
            file=COMMAND_LINE,
            key="policy",
            value=" ".join(given) or "none",
            allowed=f"at least one policy beside {BASELINE}",
        )
    return chosen


def _check_numbers(pairs: int, cap: int, precision: float, workers: int | None) -> None:
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
