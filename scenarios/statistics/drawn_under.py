"""What the worlds of a comparison draw: nothing, from the priors, from a posterior, forms too."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from ..errors import COMMAND_LINE, InputError
from .draws import (
    POSTERIOR_WORLDS,
    SWEPT,
    Draws,
    joint_draws,
    prior_draws,
    read_draws,
    swept_draws,
    together,
)
from .posterior import load_posterior

__all__ = ["UNDER", "BesidePosterior", "draws_under", "forms_drawn"]

UNDER = ("point", "prior", "posterior", "forms")
"""Where the parameters of the worlds come from; under `forms` from the priors, and every rule
whose form is open to question has one that is drawn, too.  Without a file the posterior is the
one that ships, of parameters and forms."""


def forms_drawn(under: str, file: str | Path | None) -> bool:
    """Whether every world draws the forms of contested rules."""
    return under == "forms" or (under == "posterior" and file is None)


def draws_under(under: str, file: str | Path | None, seed: int) -> Draws | None:
    """Draws of a comparison; ``None`` where every world has the scenario's parameters.

    Whatever they are drawn from, the swept parameters are drawn too.

    Parameters
    ----------
    under : one of `UNDER`
    file : the draws of a posterior, by default those that ship
    seed : root seed of the scenario

    Raises
    ------
    InputError
        For another choice, or a file where none is needed.
    """
    if under not in UNDER:
        raise InputError(file=COMMAND_LINE, key="under", value=under, allowed=", ".join(UNDER))
    if file is not None and under != "posterior":
        allowed = f"no file with --under {under}, only with --under posterior"
        raise InputError(file=COMMAND_LINE, key="draws", value=str(file), allowed=allowed)
    if file is not None:
        return together(read_draws(file, seed), swept_draws(seed))
    if under == "posterior":
        return _from_posterior(seed)
    if under == "forms":
        return joint_draws(seed)
    if under == "prior":
        return together(prior_draws(seed), swept_draws(seed))
    return swept_draws(seed) if SWEPT else None


class BesidePosterior(Draws):
    """Draws of a comparison, and of worlds beside it that draw from the shipped posterior.

    World `POSTERIOR_WORLDS` + r draws what world r draws under the posterior.

    Parameters
    ----------
    usual : draws of the comparison
    seed : root seed of the scenario
    """

    def __init__(self, usual: Draws, seed: int) -> None:
        self.names = usual.names
        self.available = usual.available
        self._usual = usual
        self._seed = seed

    @cached_property
    def _posterior(self) -> Draws:
        """Read once it is needed: most worlds need none of it."""
        return _from_posterior(self._seed)

    def __call__(self, replication: int) -> dict[str, float]:
        """Parameters of one world by name, and of those beside numbers of forms, too."""
        place = replication - POSTERIOR_WORLDS
        return self._usual(replication) if place < 0 else self._posterior(place)


def _from_posterior(seed: int) -> Draws:
    """Draws of the shipped posterior and of the swept parameters."""
    return together(load_posterior().draws(seed), swept_draws(seed))
