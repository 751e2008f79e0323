"""Network and structure of a run: a compact table and its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.scenarios.runs.execution import RunResult
from innocluster.scenarios.runs.indicators import PROGRAMME_YEAR
from innocluster.sim.measures.world_class import WORLD_CLASS

from ..words.quantities import level_unit, plain
from ..words.selection import ALL, complex_names, select
from ..words.texts import Texts
from .panels import new_figure, whole_years, wrap
from .style import GOAL, MUTED, label_line_ends, policy_styles

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PANELS", "draw_structure", "draw_world_class", "structure_rows", "structure_years"]

_TABLE = (
    "mean_degree",
    "clustering_ratio",
    "modularity",
    "path_length",
    "research_body_ties",
    "broker_dependence",
    "tie_survival",
    "persistence",
    "revenue_gini",
    "small_firm_share",
    "productivity_theil",
    "income_contribution",
    "world_class_index",
)
PANELS = (
    "mean_degree",
    "clustering_ratio",
    "path_length",
    "research_body_ties",
    "broker_dependence",
    "tie_survival",
)
_MIDDLE_YEAR = 2008
_COLOUR = policy_styles(("run",), "")["run"].colour


def structure_years(run: RunResult) -> list[int]:
    """Years that the table shows: before the programme, of the article's target, the last."""
    years = run.yearly["year"]
    last = int(years.max())
    return sorted({year for year in (PROGRAMME_YEAR - 1, _MIDDLE_YEAR, last) if year <= last})


def structure_rows(run: RunResult, texts: Texts) -> list[list[str]]:
    """Measure with its unit and the region's value in each of `structure_years`.

    Empty for a run without yearly measures.
    """
    rows = []
    for measure in _TABLE:
        known = select(run.yearly, indicator=measure, complex=ALL)
        if known.empty:
            continue
        unit = level_unit(known["unit"].iloc[0], texts)
        values = dict(zip(known["year"], known["value"] * unit.factor, strict=True))
        label = texts("fig.axis", measure=texts(f"indicator.{measure}"), unit=unit.label)
        cells = (values.get(year) for year in structure_years(run))
        rows.append([label, *("–" if cell is None else plain(cell) for cell in cells)])
    return rows


def draw_structure(run: RunResult, texts: Texts) -> Figure:
    """The network by year, one panel a measure."""
    figure = new_figure(7.2, texts("fig.run_structure.name"))
    for axes, measure in zip(figure.subplots(3, 2, sharex=True).flat, PANELS, strict=True):
        rows = select(run.yearly, indicator=measure, complex=ALL)
        unit = level_unit(rows["unit"].iloc[0], texts)
        axes.plot(rows["year"], rows["value"], color=_COLOUR, linewidth=2.0, marker=".")
        axes.axvline(PROGRAMME_YEAR - 1, color=MUTED, linewidth=0.8, linestyle="--")
        label = texts("fig.axis", measure=texts(f"indicator.{measure}"), unit=unit.label)
        axes.set_title(wrap(label, 28), fontsize=9.5)
        axes.set_ylim(bottom=0.0)
        axes.tick_params(labelbottom=True)
        whole_years(axes, 4)
    return figure


def draw_world_class(run: RunResult, texts: Texts) -> Figure:
    """World-class index of every complex by year, and the mark."""
    names = complex_names(run.meta, texts)
    rows = select(run.yearly, indicator="world_class_index")
    keys = [key for key in dict.fromkeys(rows["complex"]) if key != ALL]
    figure = new_figure(4.2, texts("fig.run_world_class.name"))
    axes = figure.subplots()
    ends = []
    for key, style in policy_styles(keys, "").items():
        own = select(rows, complex=key)
        if own.empty:
            continue
        axes.plot(
            own["year"], own["value"], color=style.colour, linestyle=style.dash, linewidth=2.0
        )
        last = own.iloc[-1]
        ends.append((float(last["year"]), float(last["value"]), names.get(key, key), style.colour))
    axes.axhline(WORLD_CLASS, color=GOAL, linewidth=0.9, linestyle=":")
    axes.text(
        float(rows["year"].min()), WORLD_CLASS + 0.01,
        texts("fig.run_world_class.mark", mark=plain(WORLD_CLASS, 2)), color=GOAL, fontsize=9,
    )  # fmt: skip
    axes.set_ylim(0.0, 1.0)
    unit = level_unit(rows["unit"].iloc[0], texts).label
    measure = texts("indicator.world_class_index")
    axes.set_ylabel(texts("fig.axis", measure=measure, unit=unit))
    whole_years(axes)
    label_line_ends(axes, ends)
    return figure
