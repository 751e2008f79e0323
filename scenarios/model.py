"""The Mesa model as its users make one: from keywords, for batch runs and notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from innocluster.sim import model as engine
from innocluster.sim.ground.forms import RULES
from innocluster.sim.ground.parameters import PARAMETERS
from innocluster.sim.settings import Settings

from .errors import InputError, choices
from .runs.execution import build_settings
from .runs.inputs import scenario_of
from .schema import Programme, Scenario

__all__ = ["ClusterModel"]

_CALL = "ClusterModel"


class ClusterModel(engine.ClusterModel):
    """A scenario under a policy as a Mesa model; what it can do stands in its base class.

    Parameters
    ----------
    settings : what defines the run, instead of everything else
    scenario : a `Scenario`, a preset's name or a TOML file; the default preset if omitted
    rng : the seed under the name that Mesa's `batch_run` gives it
    entries : what differs from the scenario: its entries (``policy``, ``seed``, ``last``,
        ``governance``, …), those of its programme (``budget_scale``), and parameters
        and forms by their own names (``attempt_rate``, ``entry``)

    Raises
    ------
    InputError
        For an entry that does not exist or a value that is not allowed.

    Notes
    -----
    The run is the one of `innocluster.run` with the same scenario, and equal keywords make equal
    runs: vary ``seed`` in a batch instead of repeating it by `iterations`.

    Examples
    --------
    >>> ClusterModel(policy="P5", seed=3, last="2008-12", attempt_rate=2.5)  # doctest: +SKIP
    """

    # No parameter is called "seed": where there is one, batch_run of Mesa 3.4 and later
    # overwrites the seeds that the user asked for.
    def __init__(
        self,
        settings: Settings | None = None,
        *,
        scenario: Scenario | str | Path | None = None,
        rng: int | None = None,
        **entries: Any,
    ) -> None:
        if rng is not None:
            if "seed" in entries:
                raise InputError(file=_CALL, key="rng", value=rng, allowed="either seed or rng")
            entries["seed"] = rng
        if settings is None:
            settings = build_settings(_scenario(scenario, entries))
        elif not isinstance(settings, Settings) or scenario is not None or entries:
            value = settings if scenario is None and not entries else "with keywords"
            allowed = "a Settings and nothing else, or keywords such as policy and seed"
            raise InputError(file=_CALL, key="settings", value=value, allowed=allowed)
        super().__init__(settings)


def _scenario(base: Scenario | str | Path | None, entries: Mapping[str, Any]) -> Scenario:
    """A scenario with some entries, programme entries and parameters replaced."""
    base = scenario_of(base)
    changes: dict[str, Any] = {}
    tables: dict[str, dict[str, Any]] = {"programme": {}, "forms": {}, "parameters": {}}
    for name, given in entries.items():
        value = given.item() if isinstance(given, np.generic) else given
        if name in Scenario.model_fields:
            changes[name] = value
        elif name in Programme.model_fields:
            tables["programme"][name] = value
        elif name in RULES:
            tables["forms"][name] = value
        elif name in PARAMETERS:
            tables["parameters"][name] = value
        else:
            known = (*Scenario.model_fields, *Programme.model_fields, *RULES, *PARAMETERS)
            raise InputError(file=_CALL, key=name, value=value, allowed=choices(name, known))
    before = base.model_dump(exclude_unset=True)
    for name, table in tables.items():
        given = changes.get(name, {})
        # What is no table is left to the check of the scenario.
        if isinstance(given, Mapping) and (given or table):
            changes[name] = {**before.get(name, {}), **given, **table}
    return base.replaced(file=_CALL, **changes)
