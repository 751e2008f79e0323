"""What a question is answered with: B set beside A in up to 30 worlds, made in worker processes.

The functions below run in workers (`engine`); the page only keeps what has arrived.  Runs are
stored, so that a question that was asked before is answered at once, and an answer that was
broken off goes on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from innocluster.agents.compilation import CACHE
from innocluster.scenarios.arms import BASELINE
from innocluster.scenarios.comparison.comparison import Criteria
from innocluster.scenarios.comparison.effect_tables import yearly_frame
from innocluster.scenarios.comparison.tabulation import Comparison, tabulate
from innocluster.scenarios.comparison.worlds import Worlds
from innocluster.scenarios.runs.execution import Outcome, execute_pair
from innocluster.scenarios.runs.indicators import FIRST_YEAR
from innocluster.scenarios.runs.inputs import Inputs, World
from innocluster.scenarios.runs.provenance import model_fingerprint
from innocluster.scenarios.runs.study import Study, open_study, short_digest
from innocluster.version import __version__

from .address import WORLDS, View

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FOLDER", "STEPS", "Answer", "Question", "answer", "lacking", "numbers", "simulate"]

FOLDER = CACHE / "page"
"""Where the runs of the page are kept."""

STEPS = (4, 12, WORLDS)
"""Worlds after which an answer is shown."""


@dataclass(frozen=True)
class Answer:
    """B set beside A.

    Attributes
    ----------
    comparison : of A, B and no programme, as the command line makes it
    yearly : outcomes of A and B by year and place as in `Comparison.yearly`; effects of B are
        against A
    a, b : ids of the arms
    digest : SHA-256 of `numbers`, which is that of the ``yearly.csv`` of the command line
    stored : day on which it was made, where it came with the software
    """

    comparison: Comparison
    yearly: pd.DataFrame
    a: str
    b: str
    digest: str
    stored: str = ""

    @property
    def worlds(self) -> int:
        """Worlds that it rests on."""
        return int(self.comparison.meta["pairs"])


@dataclass(frozen=True)
class Question:
    """What a view asks of the model, and nothing of how it is shown.

    Attributes
    ----------
    view : the view with its language, place and the like at their defaults
    folder : where its runs are kept
    """

    view: View
    folder: Path

    @classmethod
    def of(cls, view: View, folder: Path = FOLDER) -> Question:
        """The question of a view."""
        usual = View()
        asked = view.changed(
            lang=usual.lang, view=usual.view, measure=usual.measure, place=usual.place, agent=""
        )
        name = short_digest(view.scenario(), *view.arms(), model_fingerprint())
        return cls(asked, folder / name)

    @property
    def key(self) -> str:
        """What tells it from other questions."""
        return self.folder.name

    def inputs(self) -> Inputs:
        """Scenario and arms, no programme first."""
        return Inputs(self.view.scenario(), dict.fromkeys((BASELINE, *self.view.arms())))


def lacking(question: Question, worlds: int) -> dict[int, tuple[str, ...]]:
    """Arms that are not there yet, by the world in which they are lacking."""
    inputs = question.inputs()
    with open_study(inputs, None, question.folder, 1, "page") as study:
        _take_without(question, study, worlds)
        found = {
            world: tuple(arm for arm in inputs.arms if study.lacks([World(world, (arm,))]))
            for world in range(worlds)
        }
    return {world: arms for world, arms in found.items() if arms}


def _take_without(question: Question, study: Study, worlds: int) -> None:
    """Take runs without a programme from the same question about the usual programme.

    Nothing in them depends on the money, start and size of a programme.
    """
    usual = View()
    view = question.view.changed(budget=usual.budget, start=usual.start, members=usual.members)
    other = Question.of(view, question.folder.parent)
    if other.key == question.key or not other.folder.is_dir():
        return
    with open_study(other.inputs(), None, other.folder, 1, "page") as source:
        found = [
            source.load(BASELINE, world)
            for world in range(worlds)
            if study.lacks([World(world, (BASELINE,))])
            and not source.lacks([World(world, (BASELINE,))])
        ]
    study.ledger.record(*found)


def simulate(question: Question, world: int, arms: Sequence[str] = ()) -> list[Outcome]:
    """One world under some arms, by default under every one."""
    inputs = question.inputs()
    return execute_pair(inputs, arms or tuple(inputs.arms), world)


def answer(question: Question, worlds: int, outcomes: Sequence[Outcome] = ()) -> Answer:
    """The answer so far, from stored worlds and `outcomes`, which are stored too."""
    inputs = question.inputs()
    with open_study(inputs, None, question.folder, 1, "page") as study:
        study.ledger.record(*outcomes)
        both = _sides(question, study, worlds)
        arms = tuple(inputs.arms)
        found = _worlds(study, arms, worlds)
        scenario = inputs.scenario
        meta = {
            "scenario": scenario.name, "version": __version__, "baseline": BASELINE,
            "policy": both.policies[1],
            "pairs": found.complete, "failures": found.failures, "seed": scenario.seed,
            "under": "point", "confidence": 0.95, "region": scenario.region,
            "macro": scenario.macro, "exports": scenario.exports, "first": f"{FIRST_YEAR}-01",
            "last": scenario.last, "indicator": f"revenue_{min(scenario.last_year, 2013)}",
        }  # fmt: skip
        comparison = tabulate(scenario, found, Criteria(), meta)
    digest = hashlib.sha256(numbers(comparison)).hexdigest()
    a, b = both.policies
    return Answer(comparison, yearly_frame(both), a, b, digest)


def numbers(comparison: Comparison) -> bytes:
    """The file ``yearly.csv`` that the command line writes of the same worlds, byte by byte."""
    return comparison.yearly.to_csv(index=False).encode("utf-8-sig")


def _sides(question: Question, study: Study, worlds: int) -> Worlds:
    """A and B in the worlds, A first."""
    return _worlds(study, question.view.arms(), worlds)


def _worlds(study: Study, arms: Sequence[str], worlds: int) -> Worlds:
    region, _ = study.inputs.read()
    outcomes = {arm: [study.load(arm, world) for world in range(worlds)] for arm in arms}
    return Worlds.from_outcomes(
        outcomes, region.complexes.keys, study.inputs.scenario.last_year, ()
    )
