"""The preview: what a polynomial learned from runs says of B against A while a lever moves.

It knows the programme of 2005 beside none, for the region, over the levers of the page; of any
other setting it says nothing, and why.  Its band is made to hold, at nine settings of ten, the mean
of the worlds that are simulated afterwards: it grows with what is not known of the polynomial and
with the luck of those worlds, and is as wide as means at settings that taught it nothing ask for.
``viz/data/preview.json`` is made by ``benchmarks/page_preview.py``; the same file and the same
arithmetic serve the browser (`preview.js`), from which the page answers at once.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from innocluster.calibration.inference.polynomials import columns_of
from innocluster.scenarios.arms import BASELINE
from innocluster.sim.ground.parameters import PARAMETERS

from ..files import DATA
from .address import View
from .levers import LEVERS, coordinates, months_of

__all__ = ["Preview", "load_preview", "places_of", "predicted", "reason_for_none"]

_POLICY = "P5"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Preview:
    """An effect of B against A, in the unit of results.

    Attributes
    ----------
    mean, low, high : expected mean of the simulated worlds and the bounds of its 90 % band
    """

    mean: float
    low: float
    high: float


@cache
def load_preview() -> dict[str, Any]:
    """The polynomials, as the browser gets them."""
    document: dict[str, Any] = json.loads((DATA / "preview.json").read_text(encoding="utf-8"))
    return document


def reason_for_none(view: View) -> str:
    """Key of the text that says why there is no preview; empty where there is one."""
    known = {lever.key for lever in LEVERS}
    if (view.against, view.policy) != (BASELINE, _POLICY):
        return "page.preview.no_policy"
    if view.forms:
        return "page.preview.no_form"
    if view.macro != View().macro or view.last != View().last:
        return "page.preview.no_world"
    if view.place != View().place:
        return "page.preview.no_place"
    if set(view.values) - known:
        return "page.preview.no_parameter"
    if not all(0.0 <= place <= 1.0 for place in places_of(view)):
        return "page.preview.no_range"
    return ""


def places_of(view: View) -> list[float]:
    """Place of every lever on its scale from 0 to 1."""
    own = {"budget": view.budget, "members": view.members, "start": float(months_of(view.start))}
    return [
        lever.place(
            own[lever.key]
            if lever.key in own
            else view.values.get(lever.key, PARAMETERS[lever.key].default)
        )
        for lever in LEVERS
    ]


def predicted(places: list[float], outcome: str, seed: int, worlds: int) -> Preview:
    """The effect on one outcome, such as ``revenue_2013``.

    Parameters
    ----------
    places : of the levers
    seed : root seed of the worlds that will be simulated; of others than those that taught the
        polynomial, the luck of the worlds comes on top
    worlds : how many there will be
    """
    document = load_preview()
    if places[0] == 0.0:
        return Preview(0.0, 0.0, 0.0)
    own = document["outcomes"][outcome]
    scaled = np.clip(2.0 * coordinates(np.array([places])) - 1.0, -1.0, 1.0)
    columns = columns_of(_terms(document["terms"]), scaled)[0]
    mean = float(columns @ np.array(own["weights"]))
    error = own["error"] * float(((columns @ _factor()) ** 2).sum())
    logs = float(columns_of(_terms(own["noise_terms"]), scaled)[0] @ np.array(own["noise_weights"]))
    noise = math.exp(min(max(logs, own["noise_limits"][0]), own["noise_limits"][1]))
    others = 0.0 if seed == document["seed"] else 1.0 / document["worlds"]
    half = own["width"] * math.sqrt(error + noise * (1.0 / worlds + others))
    return Preview(mean, mean - half, mean + half)


def _factor() -> Floats:
    """L with LL' what is not known of the weights, over the noise."""
    rows = load_preview()["factor"]
    result = np.zeros((len(rows), len(rows)))
    for k, row in enumerate(rows):
        result[k, : k + 1] = row
    return result


def _terms(terms: list[list[list[int]]]) -> list[tuple[tuple[int, int], ...]]:
    return [tuple((j, degree) for j, degree in term) for term in terms]
