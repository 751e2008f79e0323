"""What is said of a lesson, whatever its kind."""

from __future__ import annotations

from innocluster.scenarios.lessons.lesson import Lesson

from ..texts import Texts
from .choosing import choice_view
from .conditions import conditions_view
from .fronts import front_view
from .influence import influence_view
from .responses import responses_view
from .view import View

__all__ = ["view_of"]

_VIEWS = {
    "sensitivity": influence_view,
    "discover": conditions_view,
    "curves": responses_view,
    "decide": choice_view,
    "optimise": front_view,
}


def view_of(lesson: Lesson, texts: Texts) -> View:
    """Everything that is said of a lesson."""
    return _VIEWS[lesson.kind](lesson, texts)
