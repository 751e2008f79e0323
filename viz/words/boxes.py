"""A box of inputs as a sentence: where cases are, and how many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lessons.labels import input_label, value_label

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
    label = input_label(limit.name, texts)
    if limit.levels is not None:
        levels = [value_label(limit.name, level, texts) for level in limit.levels]
        return texts("sweep.box.one_of", input=label, levels=", ".join(levels))
    low, high = (
        "" if end is None else value_label(limit.name, end, texts)
        for end in (limit.low, limit.high)
    )
    if limit.low is None:
        return texts("sweep.box.below", input=label, high=high)
    if limit.high is None:
        return texts("sweep.box.above", input=label, low=low)
    return texts("sweep.box.between", input=label, low=low, high=high)
