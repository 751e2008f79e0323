"""A box of inputs as a sentence: where cases are, and how many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS

if TYPE_CHECKING:
    from innocluster.scenarios.sweeps.boxes import Box, Limit

    from .texts import Texts

__all__ = ["box_sentence"]


def box_sentence(box: Box | None, texts: Texts) -> str:
    """Where a box is and what it holds, or that there is none."""
    if box is None:
        return texts("sweep.box.none")
    return texts(
        "sweep.box.holds",
        limits=texts.raw("sweep.box.and").join(_limit(limit, texts) for limit in box.limits),
        density=f"{100 * box.density:.0f}",
        share=f"{100 * box.share:.0f}",
        coverage=f"{100 * box.coverage:.0f}",
    )


def _limit(limit: Limit, texts: Texts) -> str:
    korean = texts.language == "ko"
    table, _, key = limit.name.rpartition(".")
    if table == "parameters":
        label = PARAMETERS[key].label_ko if korean else PARAMETERS[key].label
    elif table == "forms":
        label = RULES[key].label_ko if korean else RULES[key].label
    else:
        known = f"sweep.entry.{key}"
        label = texts(known) if known in texts else limit.name
    if limit.levels is not None:
        levels = limit.levels
        if table == "forms":
            forms = [RULES[key].forms[level] for level in levels]
            levels = tuple(form.label_ko if korean else form.label for form in forms)
        return texts("sweep.box.one_of", input=label, levels=", ".join(levels))
    if limit.low is None:
        return texts("sweep.box.below", input=label, high=f"{limit.high:.3g}")
    if limit.high is None:
        return texts("sweep.box.above", input=label, low=f"{limit.low:.3g}")
    ends = {"low": f"{limit.low:.3g}", "high": f"{limit.high:.3g}"}
    return texts("sweep.box.between", input=label, **ends)
