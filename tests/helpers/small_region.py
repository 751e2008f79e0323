"""A region of about 560 firms, cut from the full one, on which the engine is tested quickly."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import cache

import numpy as np

from innocluster.scenarios.policies import POLICIES
from innocluster.scenarios.region.loading import load_region
from innocluster.scenarios.region.synthesis import synthesise
from innocluster.sim.beginning.macro import MacroSeries, load_macro
from innocluster.sim.beginning.population import ContactPlan, FirmSample, Population
from innocluster.sim.ground.parameters import ParameterSet
from innocluster.sim.settings import Settings
from innocluster.sim.simulation import Simulation

SHRINKAGE = 16


@cache
def full_population(seed: int = 1) -> Population:
    """The population that ships with the package."""
    return synthesise(load_region(), seed)


@cache
def small_population(shrinkage: int = SHRINKAGE) -> Population:
    """Every sixteenth firm of the full population, its totals and its budget in proportion."""
    full = full_population()
    rows = np.arange(0, full.firms.identifier.size, shrinkage)
    firms = FirmSample(**{f.name: getattr(full.firms, f.name)[rows] for f in fields(full.firms)})
    complexes = full.region.complexes
    smaller = {
        name: np.maximum(1, getattr(complexes, name) // shrinkage)
        for name in ("firms", "employees", "founding_members", "plots")
    }
    ground = full.region.land
    fewer = {
        name: getattr(ground, name) // shrinkage for name in ("released", "unsold", "contracted")
    }
    region = replace(
        full.region,
        land=replace(ground, applicants=ground.applicants / shrinkage, **fewer),
        complexes=replace(
            complexes,
            production=complexes.production / shrinkage,
            exports=complexes.exports / shrinkage,
            **smaller,
        ),
        budget={year: amount / shrinkage for year, amount in full.region.budget.items()},
        contacts={
            year: ContactPlan(plan.contacts / shrinkage, plan.formal_meetings / shrinkage)
            for year, plan in full.region.contacts.items()
        },
    )
    return Population(region, firms)


def simulation(
    policy: str = "P5",
    seed: int = 3,
    population: Population | None = None,
    unchecked: dict[str, float] | None = None,
    macro: MacroSeries | None = None,
    **settings: object,
) -> Simulation:
    """A run of the small region that has not begun."""
    return Simulation(
        Settings(
            population=population or small_population(),
            parameters=ParameterSet(unchecked=unchecked),
            macro=macro or load_macro("history"),
            policy=POLICIES[policy],
            seed=seed,
            **settings,
        )
    )


def same(first: dict[str, np.ndarray], second: dict[str, np.ndarray], months: int) -> bool:
    """Whether two recorded runs agree in every bit of their first months."""
    return all(np.array_equal(first[name][:months], second[name][:months]) for name in first)
