"""The actors of the model: their tables of columns, their rules, and their Mesa agents.

The rules, the equations of the model, stand in the modules of this package.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .columns import Table as Table
    from .coordinators import CoordinatorTable as CoordinatorTable
    from .firms import FirmTable as FirmTable
    from .research_bodies import ResearchBodyTable as ResearchBodyTable
    from .shell import Coordinator as Coordinator
    from .shell import Firm as Firm
    from .shell import Institute as Institute
    from .shell import University as University

_HOMES = {
    "Coordinator": "shell",
    "CoordinatorTable": "coordinators",
    "Firm": "shell",
    "FirmTable": "firms",
    "Institute": "shell",
    "ResearchBodyTable": "research_bodies",
    "Table": "columns",
    "University": "shell",
}

__all__ = [
    "Coordinator",
    "CoordinatorTable",
    "Firm",
    "FirmTable",
    "Institute",
    "ResearchBodyTable",
    "Table",
    "University",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use: Mesa and the compiled rules are slow to load."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
