"""What is kept of one world: who was there, who dealt with whom and when, and how firms grew.

Everything is a plain array, so that a world is written to and read from one file without
running anything in it.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["FIRM", "INSTITUTE", "OPEN", "UNIVERSITY", "WHYS", "World"]

Codes = NDArray[np.int32]
Months = NDArray[np.int16]
Flags = NDArray[np.int8]
Singles = NDArray[np.float32]
Floats = NDArray[np.float64]

FIRM, UNIVERSITY, INSTITUTE = 0, 1, 2
"""Kinds of agents."""

OPEN = 9999
"""End of what has not ended when the run does."""

WHYS = ("", "no room", "screened out", "no money")
"""Why a project that a pair wanted got no start, or no grant."""


@dataclass(frozen=True)
class World:
    """One run, agent by agent.  Months count from 0, 2003-01; agents are numbered from 0.

    Universities and institutes come first, then firms in the order in which they appeared.

    Attributes
    ----------
    about : (1,) JSON: policy, seed, months, complexes, fields, terms, yearly, coordinators
    identifier, kind, complex, sector, mini_cluster : (N,) of every agent that was ever there;
        `identifier` of a firm is that of its random draws, of another its row
    entered, closed : (N,) first month, -1 for those of before 2003, and last one or `OPEN`
    ties : (n, 4) one agent, the other, first month, first month without; pairs that are familiar
        enough to be a tie of the yearly network measures, -1 where it began before 2003
    meetings : (n, 3) month and both agents; one row a pair and month
    met_by : (n,) 1 by themselves, 2 by the programme, 3 both
    projects : (n, 6) three agents (the third -1 where there is none), start (before 0 for those
        under way in January 2003), end, technology field
    project_terms : (n, 3) chance of success, value of the distance, grant in KRW million
    outcome : (n,) 0 under way, 1 failed, 2 succeeded, 3 broken off since a firm closed
    unaided : (n,) index in `WHYS`: why a project went ahead without the grant that it sought
    refused : (n, 4) month, both agents and index in `WHYS`, of projects that did not start
    licences : (n, 5) month (-1 for those of before 2003), firm, research body, month of the
        outcome, 1 where it succeeds
    licence_quality : (n,) quality of the invention
    innovations : (n, 2) month and firm of innovations of its own R&D
    steps : (n, 3) month, firm and brand stage reached in halves: 1 ODM, 2 own brand
    links : (n, 2) month and firm that got a design or marketing link
    memberships : (n, 3) firm, first month, first month without
    research : (n, 3) firm, first month with R&D of its own, first month without
    revenue : (months, N) KRW million a month, 0 where no firm stood
    yearly : (Y, K, N) of every December, in the order of ``about["yearly"]``
    terms : (Y, 14, N) terms of log value added of every December, NaN where no firm stood
    knowledge : (Y, N, D) of every December
    decisions : (1,) JSON: what coordinators knew and chose, in order
    accounts : (Y, 3, G) received, spent and unspent by coordinator, KRW million
    series, annual : (S, T, C) monthly series and (A, Y, 1 + C) yearly measures, names in `about`
    """

    about: NDArray[np.str_]
    identifier: NDArray[np.int64]
    kind: Flags
    complex: Months
    sector: Months
    mini_cluster: Months
    entered: Months
    closed: Months
    ties: Codes
    meetings: Codes
    met_by: Flags
    projects: Codes
    project_terms: Singles
    outcome: Flags
    unaided: Flags
    refused: Codes
    licences: Codes
    licence_quality: Singles
    innovations: Codes
    steps: Codes
    links: Codes
    memberships: Codes
    research: Codes
    revenue: Singles
    yearly: Singles
    terms: Singles
    knowledge: NDArray[np.float16]
    decisions: NDArray[np.str_]
    accounts: Floats
    series: Floats
    annual: Floats

    @property
    def facts(self) -> dict[str, Any]:
        """What `about` says."""
        facts: dict[str, Any] = json.loads(str(self.about[0]))
        return facts

    @property
    def months(self) -> int:
        """Months simulated."""
        return int(self.revenue.shape[0])

    def year(self, name: str) -> Singles:
        """A column of `yearly`, (Y, N)."""
        column: Singles = self.yearly[:, self.facts["yearly"].index(name)]
        return column

    def save(self, path: Path) -> None:
        """Write the world to one file, which appears whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            np.savez_compressed(file, **{f.name: getattr(self, f.name) for f in fields(self)})
        os.replace(file.name, path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a world; nothing in the file is run.

        Raises
        ------
        OSError, ValueError, KeyError
            For a file that is no world.
        """
        with np.load(path, allow_pickle=False) as stored:
            return cls(**{f.name: stored[f.name] for f in fields(cls)})
