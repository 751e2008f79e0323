"""What a result folder holds: every file, and every column of every table with its unit.

Meanings of columns stand in `data/columns.csv`; a table's own line goes before that of all (*).
Their Korean, and that of the purposes of files, stands in `data/contents_ko.csv` by the English.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..files import DATA
from .files import LEDGER

__all__ = [
    "README", "Column", "columns_in", "describe_columns", "in_korean", "purpose_of", "readme",
]  # fmt: skip

README = "README.md"

_TABLES = {
    "indicators": "indicators of a run beside the figures that they are held against",
    "series": "every month",
    "yearly": "every year",
    "accounts": "where growth came from",
    "backtest": "the model beside what happened, what was aimed at and naive forecasts",
    "moments": "what surveys report of firms",
    "policies": "what every arm is and costs",
    "effects": "effects on the same worlds with simultaneous intervals",
    "outcomes": "what may come out under every arm",
    "ranks": "how often every arm comes first, second, …",
    "tiers": "arms that cannot be told apart",
    "targets": "how often the goals are reached",
    "benefits": "what a won of every programme returns in each world",
    "forms": "who leads under which form of a contested rule",
    "posterior_effects": "effect of the leader at draws of the shipped posterior, a draw a row",
    "largest": "the main effect with and without the largest firms",
    "decisions": "what a decision needs, an arm a row",
    "flips": "parameters that could turn the ranking",
    "draws": "parameters drawn for each world",
    "worlds": "every indicator of the region in every world under every arm, a run a row",
    "runs": "every run of a sweep under what it was run",
    "points": "what is varied in a sweep, a point a row",
    "attributed_effects": "effects that are attributed",
    "channels": "what every channel adds",
    "channels_by_world": "what every channel adds in every world",
    "fit_parameters": "parameters before and after the fit",
    "fit_forms": "forms of contested rules before and after the fit",
    "fit_targets": "every fitted target beside fresh runs at draws of the posterior",
    "fit_draws": "draws of all parameters and forms, a draw a row",
    "fit_waves": "waves of runs, and the share of the prior that each left",
    "fit_screening": "which parameter moves which target",
    "fit_diagnostics": "numbers that tell whether the fit may be believed",
    "fit_directions": "combinations of parameters, the best known first",
    "fit_correlations": "parameters that the targets know together only",
    "fit_candidates": "what further targets would teach",
    "fit_doubled": "the fit with every discrepancy doubled",
    "fit_conclusion": "effect of the policy at draws of the priors and of the posterior",
    "forecasts": "every held-out figure, forecast from every earlier one, and the score",
    "energy": "energy score of all figures that are forecast from one year",
    "skill": "the model's skill against forecasts without a model",
    "coverage": "how often intervals hold what was published",
    "losses": "series by how well the model does beside the best forecast without one",
    "fit": "figures that were fitted beside what the posterior gives",
    "marginals": "parameters and forms before and after the fit",
    "fan": "quantiles of revenue and exports by year",
    "evaluations": "published evaluations beside the same studies in the model",
    "directions": "signs that published models found beside those that this one finds",
    "influences": "how much every input of a sweep moves what was asked",
    "curves": "what was asked along the strongest inputs",
    "surface": "what was asked over the two strongest inputs together",
    "limits": "limits of the boxes that hold most cases",
    "boxes": "what these boxes hold",
    "trajectory": "the peeling that led to the box",
    "again": "how often limits come back in bootstrap samples of the runs",
    "responses": "an outcome along an input of a sweep, policy by policy",
    "choice": "policies of a sweep against the recommended one",
    "information": "what it is worth to know an input before choosing",
    "turns": "where one input alone is expected to turn the choice",
    "proofs": "what real runs say of these turns",
    "front": "ways to split a budget that no other one beats in everything, run again",
    "design": "every point that was run for the search",
    "cases": "every run or pair of the sweep, and whether it is a case",
}
_FILES = {
    "manifest.json": "what was run, with which version, and the digest of every file",
    "ro-crate-metadata.json": "the same for machines, as an RO-Crate",
    LEDGER: "every finished run: the same command goes on from here",
    "report.html": "the report",
    "run-report.html": "the report",
    "channels.html": "the report",
    "calibration.html": "the report",
    "sealed.json": "posterior and predictions as they were before a held-out figure was read",
    "replication.json": "the published model's results",
    "posterior.parquet": "the draws, as other commands take them",
    "posterior.toml": "what the draws rest on",
    "fit.npz": "the fit itself, from which other targets can be fitted without a run",
    "calibration.nc": "the fit as ArviZ opens it",
    README: "this list",
}
_FOLDERS = {
    "inputs": "what the runs were made from: scenario, arms, and the user's files as they were",
    "figures": "a figure of the report",
}


@dataclass(frozen=True)
class Column:
    """A column of a table; unit and meaning are empty where it is a parameter or an indicator."""

    name: str
    unit: str
    meaning: str


def describe_columns(table: str, names: Sequence[str]) -> list[Column]:
    """Unit and meaning of the columns of a table."""
    known = _known()
    found = [known.get((table, name)) or known.get(("*", name), ("", "")) for name in names]
    return [Column(name, *entry) for name, entry in zip(names, found, strict=True)]


@cache
def _known() -> dict[tuple[str, str], tuple[str, str]]:
    with (DATA / "columns.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["table"], row["column"]): (row["unit"], row["meaning"])
            for row in csv.DictReader(file)
        }


@cache
def _korean() -> dict[str, str]:
    with (DATA / "contents_ko.csv").open(encoding="utf-8", newline="") as file:
        return {row["en"]: row["ko"] for row in csv.DictReader(file)}


def in_korean(text: str) -> str:
    """The Korean of a purpose or a meaning; unchanged where it is not known."""
    return _korean().get(text, text)


def purpose_of(name: str) -> str:
    """What a file of a result is, by its name in the folder; empty where that is unknown."""
    path = Path(name)
    if len(path.parts) > 1:
        return _FOLDERS.get(path.parts[0], "")
    return _FILES.get(name) or _TABLES.get(path.stem, "")


def columns_in(path: Path) -> list[Column]:
    """The columns of a CSV file of a result."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return describe_columns(path.stem, next(csv.reader(file), []))


def readme(folder: Path, title: str) -> str:
    """The list of contents of a folder for people, in Markdown."""
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
    lines = [f"# {title}", "", "| File · 파일 | What it is | 내용 |", "|---|---|---|"]
    # The ledger is not swapped in: it grows where it is.
    ledger = {LEDGER} if (folder.parent / LEDGER).exists() else set()
    listed = sorted({*names, *ledger} - {README})
    for name in listed:
        purpose = purpose_of(name)
        lines.append(f"| `{name}` | {purpose} | {in_korean(purpose)} |")
    for name in names:
        if name.endswith(".csv") and "/" not in name:
            lines += ["", f"## {name}", "", f"{purpose_of(name)}; also as `.parquet`.", ""]
            lines += ["| Column · 열 | Unit · 단위 | Meaning | 뜻 |", "|---|---|---|---|"]
            columns = columns_in(folder / name)
            known = [column for column in columns if column.meaning]
            lines += [
                f"| {c.name} | {c.unit} | {c.meaning} | {in_korean(c.meaning)} |" for c in known
            ]
            others = [column.name for column in columns if not column.meaning]
            if others:
                shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
                meaning = _others(name)
                lines += [f"| {shown} | its own | {meaning} | {in_korean(meaning)} |"]
    return "\n".join(lines) + "\n"


def _others(name: str) -> str:
    known = {
        "draws.csv": "value of the parameter in the world",
        "fit_draws.csv": "value of the parameter in the world",
        "points.csv": "value of the entry of the scenario at the point",
        "runs.csv": "value of the entry at the point, or the outcome, of a complex behind @",
    }
    return known.get(name, "the indicator of that name, in the unit that `outcomes` gives")
