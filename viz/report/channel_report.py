"""The report of an attribution: one self-contained page."""

from __future__ import annotations

from pathlib import Path

from innocluster.scenarios.attribution.attribution_tables import Attribution

from ..words.channel_findings import (
    attributed_policies,
    attribution_headlines,
    channel_label,
    channel_rows,
    effect_row,
    may_attribute,
    may_not_attribute,
    scales,
    shown_channels,
    shown_unit,
    warnings,
)
from ..words.quantities import indicator_label
from ..words.texts import Texts
from .report import Rows, finished_manifest, write_page

__all__ = ["write_attribution_report"]


def write_attribution_report(result: Attribution, folder: Path, language: str) -> Path:
    """Write the report of an attribution and its figures.

    Parameters
    ----------
    result : a finished attribution
    folder : its result folder; scenario, parameters and versions are read from the
        manifest in it, and left out where there is none
    language : ``"en"`` or ``"ko"``

    Returns
    -------
    Path
        ``channels.html`` in `folder`.

    Raises
    ------
    InputError
        Where the folder cannot be written.
    """
    texts = Texts(language)
    meta = result.meta
    confidence = f"{100 * meta['confidence']:g}"
    unit = shown_unit(result, texts).label
    indicator = indicator_label(meta["indicator"], texts)
    names = attributed_policies(result, texts)
    interval = "interval" if meta["under"] == "point" else "interval_drawn"
    how = ("switch", "none", "shapley", meta["method"], interval, "ends")
    values = {"confidence": confidence, "orders": meta["orders"]}
    content = {
        "title": texts("attribution.title", scenario=meta["scenario"]),
        "headlines": attribution_headlines(result, texts),
        "warnings": warnings(result, texts),
        "caption": texts("attribution.table", indicator=indicator, unit=unit),
        "columns": [texts(f"attribution.{column}") for column in ("channel", "part", "percent")]
        + [
            texts("table.effects.verdict"),
            texts("attribution.alone"),
            texts("attribution.last"),
            texts("attribution.together"),
        ],
        "tables": [(name, _table(result, policy, texts)) for policy, name in names.items()],
        "note": texts("attribution.note", confidence=confidence, worlds=meta["worlds"]),
        "may": may_attribute(result, texts),
        "may_not": may_not_attribute(result, texts),
        "how": [texts(f"attribution.how.{key}", **values) for key in how],
        "channels": [
            (channel_label(key, texts), texts(f"channel_text.{key}"))
            for key in shown_channels(result)
        ],
        "scales": scales(result, texts),
        "command": meta["command"],
    }
    manifest = finished_manifest(folder)
    return write_page("channels.html", result, content, manifest, folder, texts, "attribution")


def _table(result: Attribution, policy: str, texts: Texts) -> Rows:
    """Channel, part, % of the effect, verdict, alone, last, how it goes with the others."""
    rows = []
    for row in channel_rows(result, policy, texts).values():
        together = texts(f"attribution.{row.together}") if row.together != "cannot tell" else ""
        verdict = "attribution.zero" if row.nothing else f"verdict.{row.verdict.replace(' ', '_')}"
        rows.append(
            [row.label, f"{row.mean}\n[{row.low}, {row.high}]", row.percent, texts(verdict),
             row.alone, row.last, together]
        )  # fmt: skip
    whole = effect_row(result, policy, texts)
    verdict = texts(f"verdict.{whole.verdict.replace(' ', '_')}")
    interval = f"{whole.mean}\n[{whole.low}, {whole.high}]"
    return [*rows, [whole.label, interval, "", verdict, "", "", ""]]
