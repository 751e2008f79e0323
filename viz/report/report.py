"""Reports: one self-contained page that opens without network or scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from innocluster.scenarios.comparison.comparison import Comparison
from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.indicators import Target
from innocluster.scenarios.store.files import read_manifest, write_aside
from innocluster.sim.ground.forms import RULES, Forms
from innocluster.sim.ground.parameters import PARAMETERS, Parameter
from innocluster.sim.measures.world_class import WORLD_CLASS

from ..figures.panels import targets_of
from ..figures.saving import save_figures
from ..figures.structure_figures import structure_rows, structure_years
from ..files import TEMPLATES
from ..results import Result
from ..words.backtest import (
    backtest_answers,
    backtest_in_short,
    backtest_misses,
    backtest_note,
    backtest_tables,
)
from ..words.choices import (
    choices,
    turning_caption,
    turning_points,
    turning_rows,
    why_ranked,
)
from ..words.decision import decisions, target_shares
from ..words.findings import (
    answers,
    may_conclude,
    may_not_conclude,
    policy_names,
    short_names,
    unsettled,
)
from ..words.forms import benefit_rows, form_answers, form_caption, form_rows
from ..words.growth_sources import composition_table, growth_answers, source_tables
from ..words.largest_firms import largest_answers, largest_caption, largest_rows
from ..words.messages import Messages
from ..words.quantities import (
    effect_unit,
    exact,
    indicator_label,
    level_unit,
    plain,
    spread,
    two_digits,
)
from ..words.run_indicators import INDICATOR_HEADINGS, indicator_rows
from ..words.selection import ALL, complex_names, crowded, headline_unit, records, select
from ..words.texts import Texts
from .embedding import data_address, hangul_face, unbroken
from .first_screen import first_screen
from .numbers import figure_csv
from .run_screen import run_screen

__all__ = ["finished_manifest", "write_page", "write_report", "write_run_report"]

_SETUP = (
    "scenario", "sweep_name", "design", "points", "runs",
    "policy", "region", "macro", "exports", "first", "last", "seed",
    "spin_up_years", "population_seed", "budget_scale", "budget", "start", "members_scale",
    "without", "governance", "screening", "under", "draws", "pairs", "posterior_effect",
    "worlds", "method", "orders", "residual", "failures", "stopped_by",
    "precision_asked", "precision_reached", "confidence", "indifference_percent", "satisficing",
    "first_stage", "seconds", "version", "fingerprint",
    "commit",
)  # fmt: skip
_HOW = (
    "world", "outcome", "interval", "tier", "rank", "regret", "worst", "good", "possible", "front",
    "cost", "gain",
)  # fmt: skip

_FACE = "/* letters */"
"""Stands where the letters of the page will, which are known once it is written."""

Rows = list[list[str]]


def write_report(comparison: Comparison, folder: Path, language: str) -> Path:
    """Write the report of a comparison and its figures.

    Parameters
    ----------
    comparison : a finished comparison
    folder : its result folder; scenario, parameters and versions are read from the
        manifest in it, and left out where there is none
    language : ``"en"`` or ``"ko"``

    Returns
    -------
    Path
        ``report.html`` in `folder`.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    texts = Texts(language)
    manifest = finished_manifest(folder)
    rows = decisions(comparison, texts)
    outcome_unit = headline_unit(comparison)
    content = {
        "title": texts("report.title", scenario=comparison.meta["scenario"]),
        **first_screen(comparison, texts),
        "answers": answers(comparison, texts),
        "choices": [*choices(comparison, texts), why_ranked(comparison, texts)],
        "warnings": unsettled(comparison, texts),
        "rows": rows,
        "placebo": next((row.name for row in rows if row.is_placebo), ""),
        "indicator": indicator_label(comparison.meta["indicator"], texts),
        "level_unit": level_unit(outcome_unit, texts).label,
        "effect_unit": effect_unit(outcome_unit, texts).label,
        "baseline": policy_names(comparison, texts)[comparison.meta["baseline"]],
        "with_oracle": any(row.oracle != "–" for row in rows),
        "shares": target_shares(comparison, texts),
        "turning": turning_points(comparison, texts),
        "turning_rows": turning_rows(comparison, texts),
        "turning_caption": turning_caption(comparison, texts),
        "form_answers": form_answers(comparison, texts),
        "form_rows": form_rows(comparison, texts),
        "form_caption": form_caption(comparison, texts),
        "leader": short_names(comparison)[comparison.meta["leader"]],
        "benefits": benefit_rows(comparison, texts),
        "largest_answers": largest_answers(comparison, texts),
        "largest_rows": largest_rows(comparison, texts),
        "largest_caption": largest_caption(comparison, texts),
        "may": may_conclude(comparison, texts),
        "may_not": may_not_conclude(comparison, texts),
        "how": [texts(f"report.how.{key}", **_criteria(comparison, texts)) for key in _HOW],
        "money": _money(comparison, texts),
        "money_unit": level_unit("KRW bn", texts).label,
        "effects": _all_effects(comparison, texts),
        "command": comparison.meta["command"],
        **_happened(comparison, texts),
    }
    return write_page("report.html", comparison, content, manifest, folder, texts, "comparison")


def _criteria(comparison: Comparison, texts: Texts) -> dict[str, str]:
    """What counts as the same and as good enough, as it is written."""
    meta, unit = comparison.meta, effect_unit(headline_unit(comparison), texts)
    return {
        "confidence": f"{100 * meta['confidence']:g}",
        "zone": unit.amount.format(value=plain(meta["indifference"] * unit.factor, 2)),
        "percent": f"{meta['indifference_percent']:g}",
        "fraction": f"{100 * meta['satisficing']:g}",
        "worlds": f"{meta['first_stage']}",
    }


def write_run_report(run: RunResult, folder: Path, language: str) -> Path:
    """Write the report of a single run: indicators beside targets, figures and set-up.

    Parameters, return value and errors as in `write_report`.
    """
    texts = Texts(language)
    rows = indicator_rows(run, texts)
    content = {
        "title": texts("report.run_title", scenario=run.meta["scenario"]),
        **run_screen(run, texts),
        "misses": backtest_misses(run, texts)[:1] or backtest_in_short(run, texts),
        "growth_answers": growth_answers(run, texts),
        "compared": [row for row in rows if any(row[2:])],
        "alone": [row[:2] for row in rows if not any(row[2:])],
        "indicator_headings": [texts(f"table.run.{key}") for key in INDICATOR_HEADINGS],
        "growth_tables": [*source_tables(run, texts), composition_table(run, texts)],
        **_happened(run, texts),
        "structure": structure_rows(run, texts),
        "structure_years": [str(year) for year in structure_years(run)],
        "structure_note": texts("table.structure.note", mark=plain(WORLD_CLASS, 2)),
        "command": f"innocluster run {run.meta['scenario']} --policy {run.meta['policy']} "
        f"--seed {run.meta['seed']}",
    }
    manifest = finished_manifest(folder)
    return write_page("run-report.html", run, content, manifest, folder, texts, "run")


def _happened(result: RunResult | Comparison, texts: Texts) -> dict[str, Any]:
    """What the section on what happened shows."""
    return {
        "happened_answers": [*backtest_answers(result, texts), *backtest_misses(result, texts)],
        "happened_tables": backtest_tables(result, texts),
        "happened_note": backtest_note(texts),
    }


def write_page(
    name: str,
    result: Result,
    content: Mapping[str, Any],
    manifest: Mapping[str, Any],
    folder: Path,
    texts: Texts,
    template: str,
) -> Path:
    """Write a page and its figures: a template filled with what all reports share and `content`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    figures = [
        {
            "name": one.name,
            "caption": one.caption,
            "svg": Markup(one.svg),
            "numbers": data_address(figure_csv(result, one.name), "text/csv"),
            "picture": data_address(one.paths[0].read_bytes(), "image/png"),
        }
        for one in save_figures(result, folder, texts.language)
    ]
    page = environment.get_template(f"{template}.html").render(
        t=texts,
        language=texts.language,
        figures=figures,
        setup=_setup(result.meta, manifest, texts),
        parameters=_changed_parameters(manifest, texts),
        parameters_known=bool(manifest),
        targets=_target_rows(targets_of(result.meta), complex_names(result.meta, texts), texts),
        version=result.meta["version"],
        face=_FACE,
        **content,
    )
    page = unbroken(page).replace(_FACE, hangul_face(page), 1)
    path = folder / name
    write_aside(path, page.encode())
    return path


def finished_manifest(folder: Path) -> dict[str, Any]:
    """The manifest beside the report, empty where there is none."""
    document = read_manifest(folder)
    return document if document.get("status") == "finished" else {}


def _setup(meta: Mapping[str, Any], manifest: Mapping[str, Any], texts: Texts) -> Rows:
    """Label and value of everything that fixes the result."""
    scenario = manifest.get("scenario", {})
    known = {**manifest, **scenario, **scenario.get("programme", {}), **meta}
    known["scenario"] = meta["scenario"]
    if "baseline" in meta:
        # A comparison has its own list of policies; the scenario's single one is not used.
        known.pop("policy", None)
    rows = []
    for key in _SETUP:
        value = known.get(key)
        if key == "population_seed" and key in scenario and value is None:
            value = texts("report.drawn")
        if value is not None and value != []:
            rows.append([texts(f"meta.{key}"), _written(key, value, texts)])
    return rows + _forms(scenario, texts)


def _forms(scenario: Mapping[str, Any], texts: Texts) -> Rows:
    """Every rule whose form is open to question, and its form."""
    korean = texts.language == "ko"
    rows = []
    for key, chosen in Forms.of(scenario.get("forms", {})).names().items():
        rule, form = RULES[key], RULES[key].forms[chosen]
        rows.append(
            [rule.label_ko, form.label_ko] if korean else [rule.label, f"{form.label} ({chosen})"]
        )
    return rows


def _written(key: str, value: Any, texts: Texts) -> str:
    if key == "stopped_by":
        return texts(f"stopped.{value}")
    if key == "method":
        return texts(f"method.{value}")
    if key == "under":
        return texts(f"meta.under.{value}")
    if key == "posterior_effect":
        return texts("meta.posterior_draws", draws=value["draws"], digest=value["digest"][:8])
    if key == "precision_reached":
        return ", ".join(f"{policy}: {plain(width, 2)}" for policy, width in value.items())
    if key == "budget":
        return ", ".join(f"{year}: {amount:g}" for year, amount in value.items())
    if key == "without":
        return ", ".join(texts(f"channel.{channel}") for channel in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _changed_parameters(manifest: Mapping[str, Any], texts: Texts) -> Rows:
    """Name, value, default, unit and source of what differs from its default."""
    values = manifest.get("scenario", {}).get("parameters", {})
    said, rows = Messages(texts.language), []
    for name, value in values.items():
        parameter = PARAMETERS.get(name)
        if parameter is not None and value != parameter.default:
            label = parameter.label_ko if texts.language == "ko" else parameter.label
            unit = "" if parameter.unit == "1" else parameter.unit
            rows.append(
                [
                    f"{label} ({name})",
                    _beside_prior(value, parameter, texts),
                    f"{parameter.default:g}",
                    unit,
                    said("source", parameter.source),
                ]
            )
    return rows


def _beside_prior(value: float, parameter: Parameter, texts: Texts) -> str:
    """A value, marked where it lies outside what is plausible."""
    if parameter.low <= value <= parameter.high:
        return f"{value:g}"
    return texts(
        "report.outside", value=f"{value:g}", low=f"{parameter.low:g}", high=f"{parameter.high:g}"
    )


def _target_rows(targets: Iterable[Target], names: Mapping[str, str], texts: Texts) -> Rows:
    """Indicator, place, figure, kind, role and source of every target."""
    said, rows = Messages(texts.language), []
    for target in targets:
        unit = level_unit(target.unit, texts)
        value = exact(target.value * unit.factor)
        if target.uncertainty == target.uncertainty:
            value += f" ± {exact(target.uncertainty * unit.factor)}"
        rows.append(
            [
                indicator_label(target.indicator, texts),
                names.get(target.complex, target.complex),
                unit.amount.format(value=value),
                texts(f"word.target_{target.kind}"),
                texts(f"role.{target.role}"),
                said("source", target.source),
            ]
        )
    return rows


def _money(comparison: Comparison, texts: Texts) -> Rows:
    """Programme money by policy and purpose; the first row holds the column names."""
    rows = select(comparison.yearly, complex=ALL)
    rows = rows[rows["indicator"].str.startswith("spent_")]
    if rows.empty or not (rows["median"] > 0.0).any():
        return []
    sums = rows.pivot_table(
        index="policy", columns="indicator", values="median", aggfunc="sum", sort=False
    )
    names = policy_names(comparison, texts)
    factor = level_unit("KRW bn", texts).factor
    purposes = [texts(f"indicator.{name}") for name in sums.columns]
    result = [[texts("word.policy"), *purposes, texts("report.money.total")]]
    for policy, row in sums.iterrows():
        amounts = [*row, row.sum()]
        if not amounts[-1] > 0.0:
            continue
        result.append([names[str(policy)], *(plain(amount * factor) for amount in amounts)])
    return result


def _all_effects(comparison: Comparison, texts: Texts) -> Rows:
    """Every effect on the region: policy, reference, indicator, effect, %, verdict."""
    names = policy_names(comparison, texts)
    rows = []
    effects = select(comparison.effects, complex=ALL)
    if crowded(comparison):
        # One line a measure: thousands of lines help nobody, and the tables have them.
        last = comparison.meta["indicator"].rpartition("_")[2]
        effects = effects[effects["indicator"].str.endswith(f"_{last}")]
    for row in records(effects):
        unit = effect_unit(row.unit, texts)
        mean, low, high = spread(*(v * unit.factor for v in (row.mean, row.low, row.high)))
        percent, _, _ = two_digits(row.relative_mean, row.relative_low, row.relative_high)
        rows.append(
            [
                indicator_label(row.indicator, texts),
                names[row.policy],
                names[row.baseline],
                f"{mean} [{low}, {high}] {unit.label}",
                percent,
                texts(f"verdict.{row.verdict.replace(' ', '_')}"),
            ]
        )
    return rows
