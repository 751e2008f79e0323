"""What the worlds of a comparison draw: nothing, from the priors, from a posterior, forms too."""

from __future__ import annotations

from pathlib import Path

from ..errors import COMMAND_LINE, InputError
from .draws import SWEPT, Draws, joint_draws, prior_draws, read_draws, swept_draws, together
from .posterior import load_posterior

__all__ = ["UNDER", "draws_under", "forms_drawn"]

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
        return together(load_posterior().draws(seed), swept_draws(seed))
    if under == "forms":
        return joint_draws(seed)
    if under == "prior":
        return together(prior_draws(seed), swept_draws(seed))
    return swept_draws(seed) if SWEPT else None
