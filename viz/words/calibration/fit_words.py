"""Sentences about a fit: identifiability first, then what was met, then how far to believe it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

from ..quantities import indicator_label
from ..selection import complex_names
from ..texts import Texts

if TYPE_CHECKING:
    from innocluster.calibration.fit.calibrate import Calibration

__all__ = ["figure_label", "fit_sentences", "is_foretold", "name_label", "warnings_of"]

_NAMED = 6
_R_HAT, _INDEPENDENT, _SHAPE = 1.01, 400.0, 0.7
_OFF = 0.3


def name_label(name: str, texts: Texts) -> str:
    """What a parameter or rule is, in the language of the reader."""
    known = RULES[name] if name in RULES else PARAMETERS[name]
    return known.label_ko if texts.language == "ko" else known.label


def figure_label(name: str, texts: Texts, places: Mapping[str, str]) -> str:
    """A target or summary in words, with its place where it is not the region.

    Parameters
    ----------
    places : display names of the complexes by key
    """
    figure, _, place = name.partition(":")
    stem, _, year = figure.rpartition("_")
    if f"fit.figure.{figure}" in texts:
        label = texts(f"fit.figure.{figure}")
    elif year.isdigit() and f"fit.figure.{stem}" in texts:
        label = texts("indicator.of_year", measure=texts(f"fit.figure.{stem}"), year=year)
    elif f"indicator.{stem}" in texts or f"indicator.{figure}" in texts:
        label = indicator_label(figure, texts)
    else:
        label = figure
    return (
        label
        if place in ("", "all")
        else texts("fit.at_place", figure=label, place=places.get(place, place))
    )


def fit_sentences(result: Calibration, texts: Texts) -> list[str]:
    """What there is to say, the most important first."""
    parameters, forms = result.tables["fit_parameters"], result.tables["fit_forms"]
    numbers = _numbers(result)
    fitted = parameters[parameters["treatment"] == "fitted"]
    rules = forms[forms["treatment"] == "fitted"]["rule"].unique()
    left = parameters[parameters["treatment"] == "propagated"]
    said = [
        texts(
            "fit.what", targets=len(result.tables["fit_targets"]), runs=f"{numbers['runs']:,.0f}",
            fitted=len(fitted) + len(rules),
            propagated=len(left) + len(set(forms["rule"])) - len(rules),
        )
    ]  # fmt: skip
    weak = fitted[~fitted["identified"]]
    if len(weak):
        said.append(texts("fit.weak", count=len(weak), names=_listed(weak["parameter"], texts)))
    places = complex_names(result.meta, texts)
    candidates = result.tables["fit_candidates"]
    if len(candidates):
        best = candidates.iloc[0]
        said.append(
            texts(
                "fit.candidate", figure=figure_label(best["summary"], texts, places),
                parameter=name_label(best["parameter"], texts),
                before=f"{best['before']:.2f}", after=f"{best['after']:.2f}",
            )
        )  # fmt: skip
    met = _of_targets(result, texts, places)
    return [*said, *met, *_conclusion(result, texts)]


def is_foretold(result: Calibration) -> bool:
    """Whether nothing was run at the draws: after a refit the emulator says what would come."""
    return "refit_of" in result.meta


def _of_targets(result: Calibration, texts: Texts, places: Mapping[str, str]) -> list[str]:
    targets = result.tables["fit_targets"]
    met = targets[targets["verdict"] == "fits"]
    told = "fit.met_foretold" if is_foretold(result) else "fit.met"
    said = [texts(told, met=len(met), targets=len(targets))]
    for verdict in ("misses", "unreachable"):
        found = targets[targets["verdict"] == verdict]
        if len(found):
            names = "; ".join(figure_label(name, texts, places) for name in found["target"])
            said.append(texts(f"fit.{verdict}", names=names))
    return said


def _conclusion(result: Calibration, texts: Texts) -> list[str]:
    """How much of what is not known of the effect the data moved."""
    meta = result.meta
    if "left" not in meta:
        return []
    told = "fit.left" if meta["left"] is not None else "fit.left_open"
    shares = {key: f"{100 * meta[name]:.0f}" for key, name in
              (("share", "left"), ("low", "left_low"), ("high", "left_high"))
              if meta[name] is not None}  # fmt: skip
    effects = result.tables["fit_conclusion"]
    policy = effects["policy"].iloc[0]
    own = effects[effects["source"] == "posterior"]["effect"]
    median, low, high = own.quantile([0.5, 0.05, 0.95])
    return [
        texts(told, policy=policy, **shares),
        texts(
            "fit.effect", policy=policy, median=f"{median:.2f}", lower=f"{low:.2f}",
            upper=f"{high:.2f}",
        ),
    ]  # fmt: skip


def warnings_of(result: Calibration, texts: Texts) -> list[str]:
    """Why not to believe the fit, where there is a reason."""
    numbers = _numbers(result)
    said = []
    mixed = numbers["r_hat"] <= _R_HAT and min(numbers["bulk"], numbers["tail"]) >= _INDEPENDENT
    if not mixed and not numbers["k_hat"] <= _SHAPE:
        said.append(
            texts("fit.not_mixed", r_hat=f"{numbers['r_hat']:.3f}", bulk=f"{numbers['bulk']:.0f}")
        )
    if numbers["overconfident"]:
        said.append(texts("fit.overconfident", tempering=f"{numbers['tempering']:.2f}"))
    if abs(numbers["residual"] - 1.0) > _OFF:
        said.append(texts("fit.residual", residual=f"{numbers['residual']:.2f}"))
    return said


def _numbers(result: Calibration) -> dict[str, Any]:
    frame = result.tables["fit_diagnostics"]
    return dict(zip(frame["diagnostic"], frame["value"], strict=True))


def _listed(names: Iterable[str], texts: Texts) -> str:
    """The first few in words, and how many more."""
    found = list(names)
    said = ", ".join(name_label(name, texts) for name in found[:_NAMED])
    return said if len(found) <= _NAMED else f"{said}, …"
