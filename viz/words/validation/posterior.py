"""What the fit told of parameters and forms, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from innocluster.calibration.validation.fit import UNKNOWN
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..quantities import exact, indicator_label, level_unit, listed, plain, precise
from ..selection import complex_names, records

if TYPE_CHECKING:
    from innocluster.calibration.validation.validation import Validation

    from ..texts import Texts

__all__ = ["fit_rows", "fit_sentence", "form_rows", "marginal_rows", "parameter_label", "told"]

_NAMED = 5

Rows = list[list[str]]


def told(validation: Validation, texts: Texts) -> tuple[list[str], list[str]]:
    """What the data could tell, and what not."""
    if validation.meta["under"] == "prior":
        return [texts("validation.not_fitted")], [texts("validation.all_unknown")]
    rows = _parameters(validation)
    known = [row for row in rows if row.contraction >= UNKNOWN]
    could = [texts("validation.told", known=len(known), all=len(rows))]
    if known:
        names = [parameter_label(row.name, texts) for row in known[:_NAMED]]
        could.append(texts("validation.told_most", parameters=listed(names, texts)))
    weights = [
        row for row in records(validation.marginals)
        if row.form and abs(row.posterior - row.prior) >= 0.1
    ]  # fmt: skip
    if weights:
        moved = [
            texts(
                "validation.form_moved", form=_form(row, texts),
                prior=precise(100.0 * row.prior, 0), posterior=precise(100.0 * row.posterior, 0),
            )
            for row in weights[:_NAMED]
        ]  # fmt: skip
        could.append(texts("validation.forms_moved", forms=listed(moved, texts)))
    could_not = [texts("validation.untold", unknown=len(rows) - len(known))]
    return could, [*could_not, texts("validation.untold_effects")]


def marginal_rows(validation: Validation, texts: Texts) -> Rows:
    """Every parameter: prior and posterior with their 90 % intervals, and the contraction."""
    return [
        [
            parameter_label(row.name, texts),
            f"{plain(row.prior)} [{plain(row.prior_low)}, {plain(row.prior_high)}]",
            f"{plain(row.posterior)} [{plain(row.low)}, {plain(row.high)}]",
            precise(row.contraction, 2),
            texts("validation.known" if row.contraction >= UNKNOWN else "validation.unknown"),
        ]
        for row in _parameters(validation)
    ]


def form_rows(validation: Validation, texts: Texts) -> Rows:
    """Every form of a contested rule: its weight before and after."""
    rows, last = [], ""
    for row in records(validation.marginals):
        if not row.form:
            continue
        rule = RULES[row.name]
        label = rule.label_ko if texts.language == "ko" else rule.label
        form = rule.forms[row.form]
        rows.append(
            [
                label if row.name != last else "",
                form.label_ko if texts.language == "ko" else form.label,
                precise(100.0 * row.prior, 0),
                precise(100.0 * row.posterior, 0),
            ]
        )
        last = row.name
    return rows


def fit_sentence(validation: Validation, texts: Texts) -> str:
    """How many of the fitted figures are met, and which are not."""
    rows = records(validation.fit)
    if not rows:
        return texts("validation.fit_none")
    names = complex_names(validation.meta, texts)
    missed = [row for row in rows if not row.meets]
    sentence = texts("validation.fit", met=len(rows) - len(missed), figures=len(rows))
    if missed:
        listing = [f"{indicator_label(r.indicator, texts)} ({names[r.complex]})" for r in missed]
        sentence += " " + texts("validation.fit_missed", figures=listed(listing, texts))
    return sentence


def fit_rows(validation: Validation, texts: Texts) -> Rows:
    """Every fitted figure of the table of targets beside what fresh runs give."""
    names = complex_names(validation.meta, texts)
    rows = []
    for row in records(validation.fit):
        unit = level_unit(row.unit, texts)
        observed, median, low, high = (
            value * unit.factor for value in (row.observed, row.median, row.low, row.high)
        )
        error = f" ± {exact(row.uncertainty * unit.factor)}" if row.uncertainty > 0.0 else ""
        rows.append(
            [
                f"{indicator_label(row.indicator, texts)}, {names[row.complex]}",
                f"{exact(observed)}{error} {unit.label}",
                f"{plain(median)} [{plain(low)}, {plain(high)}]",
                precise(row.distance, 1),
                texts("validation.met" if row.meets else "validation.missed"),
            ]
        )
    return rows


def parameter_label(name: str, texts: Texts) -> str:
    """A parameter as it is called."""
    parameter = PARAMETERS[name]
    return parameter.label_ko if texts.language == "ko" else parameter.label


def _parameters(validation: Validation) -> list[Any]:
    """Parameters, those of which the data told most first."""
    rows = [row for row in records(validation.marginals) if not row.form]
    return sorted(rows, key=lambda row: -row.contraction)


def _form(row: Any, texts: Texts) -> str:
    form = RULES[row.name].forms[row.form]
    return form.label_ko if texts.language == "ko" else form.label
