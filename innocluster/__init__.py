"""Agent-based simulation of industrial-complex innovation clusters.

>>> from innocluster import Scenario, compare, explore, run
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from innocluster.version import __version__

if TYPE_CHECKING:
    from innocluster.scenarios.attribution.attribution import explore as explore
    from innocluster.scenarios.comparison.comparison import compare as compare
    from innocluster.scenarios.model import ClusterModel as ClusterModel
    from innocluster.scenarios.runs.execution import build_settings as build_settings
    from innocluster.scenarios.runs.execution import run as run
    from innocluster.scenarios.schema import Scenario as Scenario
    from innocluster.sim.simulation import Simulation as Simulation

_HOMES = {
    "ClusterModel": "innocluster.scenarios.model",
    "Scenario": "innocluster.scenarios.schema",
    "Simulation": "innocluster.sim.simulation",
    "build_settings": "innocluster.scenarios.runs.execution",
    "compare": "innocluster.scenarios.comparison.comparison",
    "explore": "innocluster.scenarios.attribution.attribution",
    "run": "innocluster.scenarios.runs.execution",
}

__all__ = [
    "ClusterModel",
    "Scenario",
    "Simulation",
    "__version__",
    "build_settings",
    "compare",
    "explore",
    "run",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'innocluster' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
