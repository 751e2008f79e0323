"""What is run: regions, populations, policies, scenarios, and the comparison of policies."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .attribution.attribution import explore as explore
    from .attribution.attribution_tables import Attribution as Attribution
    from .comparison.comparison import Comparison as Comparison
    from .comparison.comparison import compare as compare
    from .errors import InputError as InputError
    from .policies import POLICIES as POLICIES
    from .policies import find_policy as find_policy
    from .region.loading import load_region as load_region
    from .region.synthesis import synthesise as synthesise
    from .runs.execution import RunResult as RunResult
    from .runs.execution import run as run
    from .schema import Scenario as Scenario

_HOMES = {
    "POLICIES": "policies",
    "Attribution": "attribution.attribution_tables",
    "Comparison": "comparison.comparison",
    "InputError": "errors",
    "RunResult": "runs.execution",
    "Scenario": "schema",
    "compare": "comparison.comparison",
    "explore": "attribution.attribution",
    "find_policy": "policies",
    "load_region": "region.loading",
    "run": "runs.execution",
    "synthesise": "region.synthesis",
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
