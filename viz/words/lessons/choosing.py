"""Which policy to choose, what would turn the choice and what knowledge is worth, in words."""

from __future__ import annotations

from typing import Any

from innocluster.scenarios.lessons.choosing import ALL_INPUTS
from innocluster.scenarios.lessons.lesson import Lesson

from ..quantities import effect_unit
from ..selection import records
from ..texts import Texts
from .labels import (
    amount,
    input_label,
    interval,
    outcome_phrase,
    percent,
    policies_line,
    policy_label,
    ready_reading,
    value_label,
)
from .view import Shown, View

__all__ = ["choice_view", "known_label"]


def known_label(name: str, texts: Texts) -> str:
    """What would be known."""
    return texts("lesson.decide.all") if name == ALL_INPUTS else input_label(name, texts)


def choice_view(lesson: Lesson, texts: Texts) -> View:
    """Findings and tables of ``innocluster decide``."""
    meta, unit = lesson.meta, effect_unit(lesson.meta["unit"], texts)
    rows = records(lesson.tables["choice"])
    best = rows[0]
    second = rows[1]
    together = [policy_label(row.policy, texts) for row in rows[1:] if row.tier == best.tier]
    indicator = outcome_phrase(meta["indicator"], meta, texts)
    headlines = [
        texts(
            "lesson.decide.choose", policy=policy_label(best.policy, texts), indicator=indicator,
            worlds=meta["worlds"], best=percent(best.best), second=second.policy,
            lead=amount(-second.behind, unit),
            low=amount(-second.behind_high, unit), high=amount(-second.behind_low, unit),
            regret=amount(meta["regret_at_most"], unit, 2),
        )
    ]  # fmt: skip
    if together:
        headlines.append(texts("lesson.decide.tier", others=", ".join(together)))
    headlines += [_turn_sentence(lesson, texts), _worth_sentence(lesson, texts)]
    warnings = []
    if meta["failures"]:
        warnings.append(texts("lesson.failures", failures=meta["failures"], runs=meta["runs"]))
    if meta["leader"] != best.policy:
        warnings.append(texts("lesson.decide.leader", leader=meta["leader"], policy=best.policy))
    return View(
        title=texts("lesson.decide.title", sweep=meta["sweep_name"]),
        headlines=headlines,
        warnings=warnings,
        tables=[t for t in _tables(lesson, texts) if t.rows],
        may=[texts("lesson.decide.may")],
        may_not=[texts("lesson.decide.may_not"), texts("lesson.may_not.range")],
        how=ready_reading(meta, texts)
        + [texts(f"lesson.decide.how.{key}") for key in ("choice", "information", "turn", "proof")]
        + [policies_line(meta["policies"], texts)],
    )


def _turn_sentence(lesson: Lesson, texts: Texts) -> str:
    """What would turn the choice, and whether real runs say so."""
    meta, unit = lesson.meta, effect_unit(lesson.meta["unit"], texts)
    proofs, turns = records(lesson.tables["proofs"]), records(lesson.tables["turns"])
    if not turns:
        return texts("lesson.decide.no_turn", leader=policy_label(meta["leader"], texts))
    proven = next((row for row in proofs if row.proven and row.input), None)
    shown = proven or next((row for row in proofs if row.input), None)
    if shown is None:
        first = turns[0]
        return texts(
            "lesson.decide.expected", rival=policy_label(first.rival, texts),
            leader=meta["leader"], input=input_label(first.input, texts),
            value=value_label(first.input, first.turn_value, texts),
            base=value_label(first.input, first.base_value, texts),
        )  # fmt: skip
    return texts(
        "lesson.decide.proven" if proven else "lesson.decide.unproven",
        rival=policy_label(shown.rival, texts), leader=meta["leader"],
        input=input_label(shown.input, texts), value=value_label(shown.input, shown.value, texts),
        base=value_label(shown.input, shown.base, texts), change=percent(shown.change),
        lead=amount(-shown.lead, unit), low=amount(-shown.high, unit),
        high=amount(-shown.low, unit), worlds=shown.worlds,
    )  # fmt: skip


def _worth_sentence(lesson: Lesson, texts: Texts) -> str:
    """What it would be worth to know most."""
    unit = effect_unit(lesson.meta["unit"], texts)
    rows = [row for row in records(lesson.tables["information"]) if row.known != ALL_INPUTS]
    top = rows[0]
    if not top.value > 0.0:
        return texts("lesson.decide.worthless")
    return texts(
        "lesson.decide.worth", input=input_label(top.known, texts), value=amount(top.value, unit),
        low=amount(top.low, unit), high=amount(top.high, unit), switches=percent(top.switches),
    )  # fmt: skip


def _tables(lesson: Lesson, texts: Texts) -> list[Shown]:
    meta, unit = lesson.meta, effect_unit(lesson.meta["unit"], texts)
    indicator = outcome_phrase(meta["indicator"], meta, texts)

    def made(name: str, columns: tuple[str, ...], rows: list[list[str]]) -> Shown:
        caption = texts(f"lesson.decide.table.{name}", indicator=indicator, unit=unit.label)
        heads = [texts(f"lesson.decide.column.{column}") for column in columns]
        return Shown(caption, heads, rows, tuple(range(1, len(columns))))

    choice = [
        [
            policy_label(row.policy, texts),
            interval(row.behind, row.behind_low, row.behind_high, unit.factor),
            amount(row.regret, unit, 2),
            percent(row.best),
        ]
        for row in records(lesson.tables["choice"])
    ]
    worth = [
        [
            known_label(row.known, texts),
            interval(row.value, row.low, row.high, unit.factor),
            percent(row.switches),
        ]
        for row in records(lesson.tables["information"])
    ]
    return [
        made("choice", ("policy", "behind", "regret", "best"), choice),
        made("information", ("known", "value", "switches"), worth),
        made("turns", ("turn", "base", "turns_at", "overtakes"), _turn_rows(lesson, texts)),
        made("proofs", ("proof", "lead", "pairs", "proven"), _proof_rows(lesson, texts)),
    ]


def _turn_rows(lesson: Lesson, texts: Texts) -> list[list[str]]:
    return [
        [
            input_label(row.input, texts),
            value_label(row.input, row.base_value, texts),
            value_label(row.input, row.turn_value, texts),
            row.rival,
        ]
        for row in records(lesson.tables["turns"])
    ]


def _proof_rows(lesson: Lesson, texts: Texts) -> list[list[str]]:
    unit = effect_unit(lesson.meta["unit"], texts)
    rows: list[list[str]] = []
    proof: Any
    for proof in records(lesson.tables["proofs"]):
        where = texts("lesson.decide.at_base")
        if proof.input:
            value = value_label(proof.input, proof.value, texts)
            where = f"{input_label(proof.input, texts)}: {value}"
        rows.append(
            [
                f"{lesson.meta['leader']} − {proof.rival}, {where}",
                interval(proof.lead, proof.low, proof.high, unit.factor),
                str(proof.worlds),
                texts("word.yes" if proof.proven else "word.no"),
            ]
        )
    return rows
