"""What figures of lessons share: rows of inputs, axes of an input, coordinates of its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...words.lessons.labels import input_label, value_label
from ...words.texts import Texts
from ..panels import wrap
from ..style import INK

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["label_input_axis", "name_rows", "places_of"]

Floats = NDArray[np.float64]


def name_rows(axes: Axes, names: Sequence[str], width: int = 34) -> None:
    """Name the rows of a chart from above downwards, with a line at zero."""
    axes.set_yticks(range(len(names)), [wrap(name, width) for name in names])
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.axvline(0.0, color=INK, linewidth=1.0)


def places_of(column: pd.Series[Any]) -> tuple[Floats, list[str]]:
    """Numbers as they are; texts as places in the order of their names, which come with them."""
    from pandas.api.types import is_numeric_dtype

    if is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64), []
    levels = sorted(set(column.astype(str)))
    places = {level: float(i) for i, level in enumerate(levels)}
    return np.array([places[level] for level in column.astype(str)]), levels


def label_input_axis(
    axes: Axes,
    entry: str,
    levels: Sequence[str],
    texts: Texts,
    vertical: bool = False,
    width: int = 34,
) -> None:
    """Name an axis after its input, and its ticks after levels where it has any."""
    axis = axes.yaxis if vertical else axes.xaxis
    (axes.set_ylabel if vertical else axes.set_xlabel)(wrap(input_label(entry, texts), width))
    if levels:
        names = [wrap(value_label(entry, level, texts), 16) for level in levels]
        axis.set_ticks(range(len(levels)), names, fontsize=8.5)
        margin = (-0.5, len(levels) - 0.5)
        (axes.set_ylim if vertical else axes.set_xlim)(*margin)
