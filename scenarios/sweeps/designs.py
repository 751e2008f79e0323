"""The design of a sweep: what is varied, by which method, and the table of points that follows.

A point is a setting of everything that is varied; a run is a point under a policy in a world.
Nothing is executed here.  A file says it so:

    name = "budget-and-gain"
    design = "sobol"
    points = 128
    replications = 2
    policies = ["P0", "P2", "P5"]
    outcomes = ["revenue_2008"]

    [base]
    scenario = "korean-pilot-2005"
    last = "2008-12"

    [[vary]]
    entry = "parameters.joint_gain"
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError

from innocluster.sim.ground.forms import RULES

from ..entries import ALLOWED_ENTRY, SCENARIO, varied
from ..errors import InputError, choices
from ..policies import find_policy
from ..runs.indicators import FIRST_YEAR, UNITS
from ..schema import Scenario, parse_file
from ..statistics.draws import read_draws, sobol_points
from .axes import SAMPLES, Axis
from .design_files import ALLOWED_BASE, base_of, design_file

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DESIGNS", "Sweep"]

DESIGNS = ("grid", "list", *SAMPLES, "draws")
"""Methods by which points are chosen."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_MOST_RUNS = 10_000_000
_COUNT = "an integer from 1 to 1000000"
_ALLOWED = {
    "name": "1 to 64 lower-case letters, digits and hyphens",
    "title": "a text",
    "design": ", ".join(DESIGNS),
    "points": _COUNT,
    "replications": _COUNT,
    "seed": f"an integer from 0 to {2**63 - 1}",
    "draws": "the path of a CSV or Parquet file with a column per parameter",
    "policies": "a list of policies, listed by 'innocluster policies'",
    "outcomes": "a list of indicators such as revenue_2008",
    "time_limit": "seconds a run may take, above 0",
    "base": ALLOWED_BASE,
    "vary": "tables [[vary]] with an entry and values, or low and high",
    "entry": ALLOWED_ENTRY,
    "values": "a list of numbers or of texts",
    "low": "a number",
    "high": "a number",
    "steps": "an integer from 2 to 1000",
    "spread": "even, prior",
}

Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Sweep(BaseModel):
    """A sweep, immutable and valid by construction.

    Attributes
    ----------
    name, title : identifier, and one line for people
    base : the scenario from which points differ
    vary : what is varied
    design : ``"grid"`` every combination of values; ``"list"`` first values together, second
        values together and so on; ``"sobol"`` and ``"latin"`` so many points that fill the space;
        ``"morris"`` so many trajectories that screen it; ``"draws"`` rows of a file of parameters,
        each with every combination of the values of `vary`
    points : points of a sample, trajectories of a screening, rows of a file of draws
    seed : of the design; seeds of the runs come from the base scenario
    draws : file of the draws of a posterior
    replications : worlds in which each point runs; under ``"morris"`` each point runs in that of
        its trajectory
    policies : ids; all run in the same worlds
    outcomes : indicators that are kept of a run
    time_limit : seconds after which a run counts as failed
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: str = ""
    base: Scenario = Scenario()
    vary: tuple[Axis, ...] = ()
    design: Literal["grid", "list", "sobol", "latin", "morris", "draws"] = "grid"
    points: Count | None = None
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    draws: str | None = None
    replications: Count = 1
    policies: Annotated[tuple[str, ...], Field(min_length=1)] = ("P0", "P5")
    outcomes: Annotated[tuple[str, ...], Field(min_length=1)] = ("revenue_2008",)
    time_limit: Annotated[float, Field(gt=0.0, allow_inf_nan=False)] | None = None
    _folder: Path = PrivateAttr(default_factory=Path)
    _own: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def from_file(cls, path: str | Path) -> Sweep:
        """Read a sweep from a TOML file, or a ready one by its name; paths start from its folder.

        Raises
        ------
        InputError
            For anything wrong with the file or its entries.
        """
        source = design_file(path)
        return cls.from_table(parse_file(source), str(path), source.parent)

    @classmethod
    def from_table(
        cls,
        table: Mapping[str, Any],
        file: str = "sweep",
        folder: Path | None = None,
        base: Scenario | None = None,
    ) -> Sweep:
        """Build a sweep from a nested mapping.

        Parameters
        ----------
        file : is named in errors
        folder : where relative paths start
        base : the base scenario, where the table only says what it sets of it
        """
        if base is None:
            base = base_of(table.get("base", {}), file, folder or Path())
        given = {**table, "base": base}
        for key in ("vary", "policies", "outcomes"):
            if isinstance(given.get(key), list):
                given[key] = tuple(given[key])
        try:
            sweep = cls.model_validate(given)
        except ValidationError as error:
            raise _translate(error, file) from None
        if sweep.draws is not None:
            path = ((folder or Path()) / sweep.draws).resolve()
            sweep = sweep.model_copy(update={"draws": str(path)})
        sweep._folder = folder or Path()
        sweep._own = dict(table.get("base", {}))
        return sweep._checked(file)

    def table(self) -> pd.DataFrame:
        """A point a row: ``point``, and a column for every entry that is varied.

        Under ``"morris"`` also ``trajectory``.
        """
        import pandas as pd

        columns = {axis.entry: axis for axis in self.vary}
        if self.design == "draws":
            table = self._drawn()
        elif self.design in ("grid", "list"):
            rows = list(self._combinations())
            table = pd.DataFrame({name: [row[i] for row in rows] for i, name in enumerate(columns)})
        else:
            unit, trajectory = self._sampled()
            table = pd.DataFrame(
                {name: axis.at(unit[:, i]) for i, (name, axis) in enumerate(columns.items())}
            )
            if trajectory is not None:
                table.insert(0, "trajectory", trajectory)
        table.insert(0, "point", np.arange(len(table)))
        return table

    def worlds(self, points: int | None = None) -> Iterator[tuple[int, int]]:
        """Every point with the numbers of its worlds, in order; all policies run in each.

        Parameters
        ----------
        points : number of points, where `table` has been made already
        """
        count = self.points_in_all if points is None else points
        # A trajectory stays in one world; further replications are other worlds.
        length = len(self.vary) + 1 if self.design == "morris" else 0
        for point in range(count):
            if not length:
                yield from ((point, world) for world in range(self.replications))
                continue
            trajectories = count // length
            first = point // length
            last = first + trajectories * self.replications
            yield from ((point, world) for world in range(first, last, trajectories))

    def runs(self) -> pd.DataFrame:
        """A run a row: ``point``, ``replication`` (the number of its world) and ``policy``."""
        import pandas as pd

        rows = [(*world, policy) for world in self.worlds() for policy in self.policies]
        return pd.DataFrame(rows, columns=["point", "replication", "policy"])

    def unit(self, table: pd.DataFrame) -> tuple[Floats, Integers]:
        """Coordinates of points in the unit cube, and the number of levels of each text."""
        coordinates = [axis.coordinates(table[axis.entry].tolist()) for axis in self.vary]
        levels = np.array([axis.kinds for axis in self.vary], dtype=np.int64)
        return np.column_stack(coordinates), levels

    @property
    def entries(self) -> tuple[str, ...]:
        """Names of all entries that differ between points, in the order of `table`."""
        drawn: tuple[str, ...] = ()
        if self.draws is not None:
            drawn = tuple(_entry_of(n) for n in read_draws(self.draws, self.seed).names)
        return (*drawn, *(axis.entry for axis in self.vary))

    @property
    def own_entries(self) -> dict[str, Any]:
        """What the file sets of the base scenario."""
        return self._own

    def varied_files(self, kinds: Sequence[str]) -> Iterator[tuple[Path, str]]:
        """Files and folders among the values of axes, with their names relative to the sweep."""
        for axis in self.vary:
            for value in axis.levels if axis.entry in kinds else ():
                path = Path(str(value))
                inside = not path.is_absolute() and ".." not in path.parts
                if inside and (self._folder / path).exists():
                    yield self._folder / path, str(value)

    def scenario(self, point: Mapping[str, Any]) -> Scenario:
        """Scenario of a row of `table`, or of some entries."""
        entries = {k: v for k, v in point.items() if _is_entry(k)}
        return self._varied(entries, self.name)

    def _varied(self, entries: Mapping[str, Any], file: str) -> Scenario:
        """The base with entries replaced; of another scenario too, under what [base] sets."""
        rest = dict(entries)
        base = self.base
        if SCENARIO in rest:
            own = {**self._own, SCENARIO: rest.pop(SCENARIO)}
            base = base_of(own, file, self._folder)
        return varied(base, rest, file, self._folder)

    def _combinations(self) -> Iterator[tuple[Any, ...]]:
        values = [axis.steps_of() for axis in self.vary]
        return zip(*values, strict=True) if self.design == "list" else product(*values)

    def _sampled(self) -> tuple[Floats, Integers | None]:
        """Points in the unit cube, and their trajectories where there are any."""
        from scipy.stats import qmc

        from .sensitivity import screening_points

        assert self.points is not None
        if self.design == "morris":
            return screening_points(len(self.vary), self.points, self.seed)
        if self.design == "sobol":
            points = sobol_points(self.points, len(self.vary), f"sweep:{self.seed}")
            return points[: self.points], None
        generator = np.random.default_rng(self.seed)
        return qmc.LatinHypercube(len(self.vary), rng=generator).random(self.points), None

    def _drawn(self) -> pd.DataFrame:
        """Draws of a file, each with every combination of what is varied."""
        import pandas as pd

        assert self.draws is not None
        draws = read_draws(self.draws, self.seed)
        count = self.points or draws.available or 0
        rows = []
        for r in range(count):
            drawn = {_entry_of(name): _drawn_value(name, v) for name, v in draws(r).items()}
            for combination in self._combinations():
                varied = zip((axis.entry for axis in self.vary), combination, strict=True)
                rows.append({"draw": r, **drawn, **dict(varied)})
        return pd.DataFrame(rows)

    def _checked(self, file: str) -> Sweep:
        """Check what needs other tables: policies, outcomes, entries and the design."""

        def wrong(key: str, value: object, allowed: str) -> InputError:
            return InputError(file=file, key=key, value=value, allowed=allowed)

        policies = tuple(find_policy(policy, file).id for policy in self.policies)
        entries = [axis.entry for axis in self.vary]
        for key, names in (("policies", policies), ("outcomes", self.outcomes), ("vary", entries)):
            if len(set(names)) < len(names):
                raise wrong(key, ", ".join(names), "each once")
        years = range(FIRST_YEAR, self.base.last_year + 1)
        for outcome in self.outcomes:
            series, _, year = outcome.rpartition("_")
            if series not in UNITS:
                raise wrong("outcomes", outcome, choices(series, tuple(UNITS)) + " and a year")
            if not year.isdigit() or int(year) not in years:
                raise wrong("outcomes", outcome, f"a year from {years[0]} to {years[-1]}")
        sampled = self.design in SAMPLES
        if (self.design == "draws") != (self.draws is not None):
            raise wrong("draws", self.draws or "none", "a file with design = draws, only there")
        if sampled != (self.points is not None) and self.design != "draws":
            allowed = "a number of points" if sampled else f"no number with design = {self.design}"
            raise wrong("points", self.points or "none", allowed)
        if not self.vary and self.design != "draws":
            raise wrong("vary", "none", _ALLOWED["vary"])
        if self.draws is not None:
            draws = read_draws(self.draws, self.seed)
            if self.points is None and draws.available is None:
                raise wrong("points", "none", "a number of rows, since the draws have weights")
            if draws.available is not None and (self.points or 1) > draws.available:
                raise wrong("points", self.points, f"at most {draws.available}, the rows of draws")
        self._check_axes(file, sampled)
        swept = self.model_copy(update={"policies": policies})
        if swept.count > _MOST_RUNS:
            raise wrong("runs", swept.count, f"at most {_MOST_RUNS}")
        return swept

    def _check_axes(self, file: str, sampled: bool) -> None:
        """Try every end and level of every axis in the base scenario, one by one."""
        lengths = set()
        for axis in self.vary:
            axis.check(file, self.design)
            if not sampled:
                lengths.add(len(axis.steps_of()))
            for value in axis.ends() if sampled else axis.steps_of():
                self._varied({axis.entry: value}, file)
        if self.design == "list" and len(lengths) > 1:
            lists = ", ".join(str(length) for length in sorted(lengths))
            raise InputError(
                file=file, key="vary", value=f"lists of {lists} values", allowed="equal lengths"
            )

    @property
    def points_in_all(self) -> int:
        """Number of points."""
        points = self.points or 1
        if self.design == "morris":
            points *= len(self.vary) + 1
        if self.design == "draws":
            assert self.draws is not None
            points = self.points or read_draws(self.draws, self.seed).available or 0
        if self.design == "list":
            points = len(self.vary[0].steps_of())
        if self.design in ("grid", "draws"):
            points *= math.prod(len(axis.steps_of()) for axis in self.vary)
        return points

    @property
    def count(self) -> int:
        """Number of runs."""
        return self.points_in_all * self.replications * len(self.policies)


def _entry_of(name: str) -> str:
    """Entry of what is drawn: a parameter or a rule."""
    return f"forms.{name}" if name in RULES else f"parameters.{name}"


def _drawn_value(name: str, value: float) -> float | str:
    """A parameter's number, or the form that a number stands for."""
    return tuple(RULES[name].forms)[int(value)] if name in RULES else value


def _is_entry(key: str) -> bool:
    return key not in ("point", "trajectory", "draw")


def _translate(error: ValidationError, file: str) -> InputError:
    """Turn pydantic's first complaint into one line."""
    found = error.errors(include_url=False, include_context=False)
    # A misspelt entry is missing as well.
    first = min(found, key=lambda each: each["type"] != "extra_forbidden")
    places = [str(part) for part in first["loc"]]
    key = ".".join(places)
    names = [part for part in places if not part.isdigit()]
    if first["type"] == "extra_forbidden":
        model: type[BaseModel] = Axis if names[0] == "vary" else Sweep
        allowed = choices(names[-1], tuple(model.model_fields))
    elif first["type"] == "missing":
        return InputError(file=file, key=key, value="missing", allowed=_ALLOWED[names[-1]])
    else:
        allowed = next(_ALLOWED[name] for name in reversed(names) if name in _ALLOWED)
    return InputError(file=file, key=key, value=first["input"], allowed=allowed)
