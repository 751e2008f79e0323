"""What is run: regions, populations, policies, scenarios, and the comparison of policies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .attribution import explore as explore
    from .attribution_tables import Attribution as Attribution
    from .comparison import Comparison as Comparison
    from .comparison import compare as compare
    from .errors import InputError as InputError
    from .execution import RunResult as RunResult
    from .execution import run as run
    from .policies import POLICIES as POLICIES
    from .policies import find_policy as find_policy
    from .population import synthesise as synthesise
    from .region import load_region as load_region
    from .schema import Scenario as Scenario

_HOMES = {
    "POLICIES": "policies",
    "Attribution": "attribution_tables",
    "Comparison": "comparison",
    "InputError": "errors",
    "RunResult": "execution",
    "Scenario": "schema",
    "compare": "comparison",
    "explore": "attribution",
    "find_policy": "policies",
    "load_region": "region",
    "run": "execution",
    "synthesise": "population",
}

__all__ = [
    "POLICIES",
    "Attribution",
    "Comparison",
    "InputError",
    "RunResult",
    "Scenario",
    "compare",
    "explore",
    "find_policy",
    "load_region",
    "run",
    "synthesise",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use: what reads scenarios and tables is slow to load."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
