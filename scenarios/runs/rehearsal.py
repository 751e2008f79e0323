"""What the helper of a first start does: see `innocluster.agents.help`.

A tiny world runs uncompiled through months of every kind and notes which compiled functions
are called, and with what types.  So nothing has to be listed anywhere by hand.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numba.core.registry import CPUDispatcher

from innocluster.agents import compilation
from innocluster.agents.help import ready_mark

__all__ = ["Rehearsal", "main", "rehearse"]

_SHRINKAGE = 64
_BEFORE = (0, 1, 11)
_AFTER = (27, 28, 29, 30, 35, 36, 47)
"""Months that call different functions: the first ones, half-years and Decembers."""


class Rehearsal:
    """Functions declared while it lasts run uncompiled; it notes how they are called.

    Attributes
    ----------
    calls : functions with the types of their arguments, in the order of their first call
    declared : functions with the only signature that they have
    """

    def __init__(self) -> None:
        self.calls: dict[tuple[Any, tuple[Any, ...]], None] = {}
        self.declared: list[tuple[Any, str]] = []
        self._inside = False

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what the functions declared meanwhile are called with."""
        rehearsal, declare = self, compilation.declare

        class Noting(CPUDispatcher):
            def __call__(self, *arguments: Any) -> Any:
                return rehearsal._call(self, arguments)

        def put_off(dispatcher: Any, signature: str | None) -> None:
            dispatcher.__class__ = Noting
            if signature is not None:
                self.declared.append((dispatcher, signature))

        compilation.declare = put_off
        try:
            yield
        finally:
            compilation.declare = declare

    def _call(self, dispatcher: Any, arguments: tuple[Any, ...]) -> Any:
        if self._inside:
            return dispatcher.py_func(*arguments)
        types = tuple(dispatcher.typeof_pyval(argument) for argument in arguments)
        self.calls[dispatcher, types] = None
        self._inside = True
        try:
            return dispatcher.py_func(*arguments)
        finally:
            self._inside = False

    def compile_from_the_end(self) -> None:
        """Compile what was called, what was called first last, or find it in the cache."""
        for dispatcher, signature in self.declared:
            compilation.declare(dispatcher, signature)
        for dispatcher, types in reversed(self.calls):
            if dispatcher._can_compile:
                dispatcher.compile(types)


def rehearse(policies: Iterable[str]) -> None:
    """Run a tiny world under each policy through months of every kind."""
    from innocluster.sim.beginning.macro import load_macro
    from innocluster.sim.ground.parameters import ParameterSet
    from innocluster.sim.settings import Settings
    from innocluster.sim.simulation import Simulation

    from ..arms import BASELINE
    from ..policies import find_policy
    from ..region.loading import load_region
    from ..region.synthesis import synthesise

    region = load_region()
    complexes = region.complexes
    fewer = {
        name: np.maximum(1, getattr(complexes, name) // _SHRINKAGE)
        for name in ("firms", "employees", "founding_members", "plots")
    }
    less = {name: getattr(complexes, name) / _SHRINKAGE for name in ("production", "exports")}
    ground = {
        name: getattr(region.land, name) // _SHRINKAGE
        for name in ("released", "unsold", "contracted")
    }
    tiny = replace(
        region,
        complexes=replace(complexes, **fewer, **less),
        land=replace(region.land, **ground),
    )
    settings = Settings(
        synthesise(tiny, 1), ParameterSet(), load_macro("history"), find_policy(BASELINE),
        seed=1, match_2003=False,
    )  # fmt: skip
    start = Simulation(settings)
    _visit(start, _BEFORE)
    for policy in policies:
        _visit(start.with_policy(find_policy(policy)), _AFTER)


def _visit(simulation: Any, months: Iterable[int]) -> None:
    for month in months:
        simulation.state.month = month
        # Uncompiled, a division by nothing is an error; what was noted before counts.
        with contextlib.suppress(ArithmeticError):
            simulation.step()


def main(policies: list[str]) -> None:
    """Help a first start under some policies; end with the process that asked for it."""
    threading.Thread(target=_end_with_input, daemon=True).start()
    rehearsal = Rehearsal()
    with rehearsal.noting():
        rehearse(policies)
    rehearsal.compile_from_the_end()
    for policy in policies:
        ready_mark(policy).touch()


def _end_with_input() -> None:
    # Past the buffer of `sys.stdin`, which Python cannot close while a thread waits on it.
    while os.read(0, 1):
        pass
    os._exit(1)
