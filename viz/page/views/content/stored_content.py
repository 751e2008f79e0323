"""Stored results as the page shows them: comparisons, attributions and sweeps."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from innocluster.scenarios.attribution.attribution_tables import Attribution
from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.errors import InputError
from innocluster.scenarios.lessons.lesson import load_lesson
from innocluster.scenarios.store.verification import read_result
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ....words.channel_findings import (
    attributed_policies,
    attribution_headlines,
    channel_rows,
    may_not_attribute,
    shown_unit,
)
from ....words.choices import choices, turning_points
from ....words.decision import decisions
from ....words.forms import form_answers, leader_intervals
from ....words.quantities import plain
from ....words.texts import Texts
from .lesson_content import is_lesson, lesson_page
from .pictures import bars
from .tables import folded, paragraph, table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["attribution_page", "comparison_page", "read_attribution", "stored_page", "sweep_page"]

_GIVEN = ("scenario", "policy", "point", "replication", "status", "error")
_SHOWN = 200


def stored_page(folder: Path, texts: Texts) -> str:
    """What a finished result holds.

    Raises
    ------
    InputError
        For a folder without a result that the page can show, or a damaged one.
    """
    if (folder / "effects.parquet").is_file():
        return comparison_page(Comparison.load(folder), texts)
    if (folder / "channels.parquet").is_file():
        return attribution_page(read_attribution(folder), texts)
    if (folder / "runs.parquet").is_file():
        _, tables = read_result(folder, {"runs": "runs"})
        return sweep_page(tables["runs"], texts)
    if is_lesson(folder):
        return lesson_page(load_lesson(folder), texts)
    raise InputError(
        file=folder.name, key="folder", value="nothing that the page shows",
        allowed="a finished comparison, attribution, sweep or lesson",
    )  # fmt: skip


def read_attribution(folder: Path) -> Attribution:
    """A stored attribution, checked against its digests."""
    names = {"effects": "attributed_effects", "shares": "channels", "worlds": "channels_by_world"}
    meta, tables = read_result(folder, names)
    return Attribution(meta, **tables)


def comparison_page(comparison: Comparison, texts: Texts) -> str:
    """Intervals of the leader, decision table, what would change the answer, forms."""
    rows = decisions(comparison, texts)
    keys = ("label", "tier", "effect", "verdict", "matching_verdict", "first", "regret",
            "short_possible", "short_front", "net_cost", "ratio")  # fmt: skip
    head = [texts(f"page.decision.{key}") for key in keys]
    cells = [[str(getattr(row, key)) for key in keys] for row in rows]
    about = texts(
        "page.stored.comparison", scenario=comparison.meta["scenario"],
        worlds=comparison.meta["pairs"], seed=comparison.meta["seed"],
    )  # fmt: skip
    said = filter(None, (about, leader_intervals(comparison, texts)))
    decided = table(texts("page.stored.decisions"), head, cells, text=True)
    parts = [*map(paragraph, said), decided]
    for title, lines in (
        ("choices", choices(comparison, texts)),
        ("turning", turning_points(comparison, texts)),
        ("forms", form_answers(comparison, texts)),
    ):
        if lines:
            listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
            parts.append(f"<h3>{escape(texts(f'page.stored.{title}'))}</h3><ul>{listed}</ul>")
    return "".join(parts)


def attribution_page(result: Attribution, texts: Texts) -> str:
    """Shapley shares of every policy, with their intervals."""
    parts = [paragraph(line) for line in attribution_headlines(result, texts)]
    unit = shown_unit(result, texts)
    for policy, name in attributed_policies(result, texts).items():
        own = result.shares[
            (result.shares["policy"] == policy)
            & (result.shares["indicator"] == result.meta["indicator"])
        ].set_index("channel")
        rows = channel_rows(result, policy, texts)
        drawn = [
            (row.label, *(float(own.loc[key, c]) * unit.factor for c in ("mean", "low", "high")))
            for key, row in rows.items()
            if not row.nothing
        ]
        title = texts("page.why.shapley_of", policy=name)
        parts.append(f"<h3>{escape(title)}</h3>")
        parts.append(bars(title, texts("page.why.shapley_note"), drawn, unit.label))  # type: ignore[arg-type]
        head = [texts(f"page.channel.{key}") for key in
                ("channel", "mean", "low", "high", "percent", "alone", "last")]  # fmt: skip
        cells = [
            [r.label, r.mean, r.low, r.high, r.percent, r.alone, r.last] for r in rows.values()
        ]
        parts.append(folded(texts("page.table_of"), table(f"{title}, {unit.label}", head, cells)))
    listed = "".join(f"<li>{escape(line)}</li>" for line in may_not_attribute(result, texts))
    return "".join(parts) + f"<ul>{listed}</ul>"


def sweep_page(runs: pd.DataFrame, texts: Texts) -> str:
    """A sweep: what varied, how much finished, and means of outcomes by point and policy."""
    from pandas.api.types import is_numeric_dtype

    columns = [name for name in runs.columns if name not in _GIVEN]
    axes = [name for name in columns if _is_axis(name)]
    outcomes = [n for n in columns if n not in axes and is_numeric_dtype(runs[n])]
    done = runs[runs["status"] == "done"] if (runs["status"] == "done").any() else runs
    about = texts(
        "page.stored.sweep", runs=len(runs), failed=int((runs["error"].fillna("") != "").sum()),
        points=runs["point"].nunique(), worlds=runs["replication"].nunique(),
    )  # fmt: skip
    listed = "".join(f"<li>{escape(_axis(name, texts))}</li>" for name in axes)
    grouped = done.groupby(["point", "policy"], sort=True, observed=True)
    rows = []
    for (point, policy), part in grouped:
        cells = [str(part[name].iloc[0])[:12] for name in axes]
        rows.append([str(point), str(policy), *cells, *(plain(part[o].mean()) for o in outcomes)])
    head = [texts("page.stored.point"), texts("page.lever.policy"), *axes, *outcomes]
    return (
        paragraph(about) + f"<ul>{listed}</ul>"
        + table(texts("page.stored.means"), head, rows[:_SHOWN])
    )  # fmt: skip


def _is_axis(name: str) -> bool:
    """Whether a column is named by the entry that varies."""
    return name in ("macro", "governance", "screening", "seed") or name.startswith(
        ("parameters.", "forms.", "programme.")
    )


def _axis(name: str, texts: Texts) -> str:
    """What an axis varies, in words."""
    table_, _, key = name.partition(".")
    korean = texts.language == "ko"
    if table_ == "parameters" and key in PARAMETERS:
        p = PARAMETERS[key]
        return f"{name}: {p.label_ko if korean else p.label}"
    if table_ == "forms" and key in RULES:
        rule = RULES[key]
        return f"{name}: {rule.label_ko if korean else rule.label}"
    return name
