"""Which figures a lesson has, in the order in which its page shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from innocluster.scenarios.lessons.lesson import Lesson

from ...words.texts import Texts
from ..panels import Drawing
from .boxes import box_figure, parallel_figure, peeling_figure
from .choosing import information_figure, lead_figure
from .fronts import lever_figure, pareto_figure
from .influence import curve_figure, surface_figure, tornado_figure
from .responses import response_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["lesson_drawings"]

Maker = Callable[[Lesson, Texts], "Figure | None"]

_MAKERS: dict[str, tuple[tuple[str, Maker], ...]] = {
    "sensitivity": (
        ("tornado", tornado_figure),
        ("response", curve_figure),
        ("heat", surface_figure),
    ),
    "discover": (
        ("box", box_figure),
        ("parallel", parallel_figure),
        ("peeling", peeling_figure),
    ),
    "curves": (("curves", response_figure),),
    "decide": (("lead", lead_figure), ("worth", information_figure)),
    "optimise": (("pareto", pareto_figure), ("levers", lever_figure)),
}


def lesson_drawings(lesson: Lesson, texts: Texts) -> list[Drawing]:
    """Every figure for which a lesson has something to show."""
    made = [(name, maker(lesson, texts)) for name, maker in _MAKERS[lesson.kind]]
    return [
        Drawing(name, texts(f"fig.{name}.name"), texts(f"fig.{name}.caption"), figure)
        for name, figure in made
        if figure is not None
    ]
