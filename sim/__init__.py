"""The month: what happens in it and in which order, the state of a run, and what it records.

`Simulation` runs the model; `ClusterModel` is the same run with Mesa's agents.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .coordination import CoordinationView as CoordinationView
    from .coordination import Introductions as Introductions
    from .coordination import Payments as Payments
    from .coordination import Policy as Policy
    from .macro import MacroSeries as MacroSeries
    from .macro import load_macro as load_macro
    from .model import ClusterModel as ClusterModel
    from .observation import INDICATORS as INDICATORS
    from .observation import Series as Series
    from .parameters import PARAMETERS as PARAMETERS
    from .parameters import Parameter as Parameter
    from .parameters import ParameterError as ParameterError
    from .parameters import ParameterSet as ParameterSet
    from .population import Population as Population
    from .population import Region as Region
    from .simulation import Settings as Settings
    from .simulation import Simulation as Simulation
    from .state import State as State

_HOMES = {
    "INDICATORS": "observation",
    "PARAMETERS": "parameters",
    "ClusterModel": "model",
    "CoordinationView": "coordination",
    "Introductions": "coordination",
    "MacroSeries": "macro",
    "Parameter": "parameters",
    "ParameterError": "parameters",
    "ParameterSet": "parameters",
    "Payments": "coordination",
    "Policy": "coordination",
    "Population": "population",
    "Region": "population",
    "Series": "observation",
    "Settings": "simulation",
    "Simulation": "simulation",
    "State": "state",
    "load_macro": "macro",
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
