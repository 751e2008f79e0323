"""The month: what happens in it and in which order, the state of a run, and what it records.

`Simulation` runs the model; `ClusterModel` is the same run with Mesa's agents.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .accounting.series import INDICATORS as INDICATORS
    from .accounting.series import Series as Series
    from .beginning.macro import MacroSeries as MacroSeries
    from .beginning.macro import load_macro as load_macro
    from .beginning.population import Population as Population
    from .beginning.population import Region as Region
    from .coordination.policy import CoordinationView as CoordinationView
    from .coordination.policy import Introductions as Introductions
    from .coordination.policy import Payments as Payments
    from .coordination.policy import Policy as Policy
    from .ground.parameters import PARAMETERS as PARAMETERS
    from .ground.parameters import Parameter as Parameter
    from .ground.parameters import ParameterError as ParameterError
    from .ground.parameters import ParameterSet as ParameterSet
    from .model import ClusterModel as ClusterModel
    from .settings import Settings as Settings
    from .simulation import Simulation as Simulation
    from .state import State as State

_HOMES = {
    "INDICATORS": "accounting.series",
    "PARAMETERS": "ground.parameters",
    "ClusterModel": "model",
    "CoordinationView": "coordination.policy",
    "Introductions": "coordination.policy",
    "MacroSeries": "beginning.macro",
    "Parameter": "ground.parameters",
    "ParameterError": "ground.parameters",
    "ParameterSet": "ground.parameters",
    "Payments": "coordination.policy",
    "Policy": "coordination.policy",
    "Population": "beginning.population",
    "Region": "beginning.population",
    "Series": "accounting.series",
    "Settings": "settings",
    "Simulation": "simulation",
    "State": "state",
    "load_macro": "beginning.macro",
}

__all__ = [
    "INDICATORS",
    "PARAMETERS",
    "ClusterModel",
    "CoordinationView",
    "Introductions",
    "MacroSeries",
    "Parameter",
    "ParameterError",
    "ParameterSet",
    "Payments",
    "Policy",
    "Population",
    "Region",
    "Series",
    "Settings",
    "Simulation",
    "State",
    "load_macro",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use: Mesa and the compiled phases are slow to load."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
