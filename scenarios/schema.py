"""Scenario files: what a run is, in TOML, checked before anything is computed.

A scenario names a policy, a macro series, a region, a horizon, seeds, the
programme's budget and the parameters that differ from their defaults.  Every
mistake becomes an `InputError`: one line with file, key, value and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from os.path import exists
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from innocluster.sim.beginning.macro import MACRO_NAMES
from innocluster.sim.coordination.chain import CHAINS, SCREENINGS
from innocluster.sim.ground.calendar import PROGRAMME_START, month_number
from innocluster.sim.ground.forms import RULES, FormError, Forms
from innocluster.sim.ground.parameters import PARAMETERS, ParameterError, ParameterSet
from innocluster.sim.ground.text_files import EncodingError, decoded

from .errors import COMMAND_LINE, InputError, choices
from .files import PRESETS
from .form_plugins import load_forms
from .policies import find_policy
from .switches import CHANNELS

__all__ = [
    "DEFAULT_PRESET", "Programme", "Scenario", "number_in", "parse_file", "presets", "read_text",
]  # fmt: skip

DEFAULT_PRESET = "korean-pilot-2005"
PRESET_REGION = "seven-complexes"
PRESET_MACROS = MACRO_NAMES
_LARGEST_FILE = 1_000_000
_LARGEST_BUDGET = 100_000.0
_FIRST_MONTH, _LAST_MONTH = "2005-12", "2020-12"
_FIRST_START = f"{PROGRAMME_START[0]}-{PROGRAMME_START[1]:02d}"
_FIRST_YEAR, _LAST_YEAR = 2005, 2020
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

_ALLOWED = {
    "name": "1 to 64 lower-case letters, digits and hyphens",
    "title": "a text",
    "policy": "a policy id or key, listed by 'innocluster policies'",
    "macro": f"{', '.join(PRESET_MACROS)} or the path of a CSV file",
    "region": f"{PRESET_REGION} or the path of a folder",
    "exports": "corrected, as_printed",
    "governance": ", ".join(CHAINS),
    "screening": ", ".join(SCREENINGS),
    "last": f"a month from {_FIRST_MONTH} to {_LAST_MONTH}, as YYYY-MM",
    "seed": f"an integer from 0 to {2**63 - 1}",
    "spin_up_years": "an integer from 0 to 60",
    "population_seed": f"an integer from 0 to {2**63 - 1}",
    "without": f"channels to close, any of {', '.join(CHANNELS)}",
    "programme": "a table with any of budget_scale, budget, start, members_scale",
    "programme.budget_scale": "a number from 0 to 10",
    "programme.start": f"a month from {_FIRST_START} to {_LAST_MONTH}, as YYYY-MM",
    "programme.members_scale": "a number from 0.1 to 10",
    "programme.budget": (
        f"a table of years {_FIRST_YEAR} to {_LAST_YEAR} with KRW bn from 0 to {_LARGEST_BUDGET:g}"
    ),
    "forms": "a table of rules and forms, listed by 'innocluster forms'",
    "parameters": "a table of parameter names and numbers, listed by 'innocluster parameters'",
}


class Programme(BaseModel):
    """The coordination programme's money, start and size.

    Attributes
    ----------
    budget_scale : multiplier of the yearly budget, 0 to 10
    budget : calendar year -> KRW bn; ``None`` takes the region's budget
    start : first month of the programme, ``YYYY-MM``; spends its year's money in the months left
    members_scale : multiplier of the firms that are expected to join in the first year
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    budget_scale: Annotated[float, Field(ge=0.0, le=10.0, allow_inf_nan=False)] = 1.0
    budget: dict[int, float] | None = None
    start: str = _FIRST_START
    members_scale: Annotated[float, Field(ge=0.1, le=10.0, allow_inf_nan=False)] = 1.0

    @field_validator("start")
    @classmethod
    def _month(cls, value: str) -> str:
        if not _MONTH.fullmatch(value) or not _FIRST_START <= value <= _LAST_MONTH:
            raise ValueError
        return value

    @property
    def start_month(self) -> tuple[int, int]:
        """Year and month in which the programme starts."""
        return int(self.start[:4]), int(self.start[5:])

    @field_validator("budget", mode="before")
    @classmethod
    def _years(cls, table: object) -> object:
        """Turn TOML's text keys into years and check every amount."""
        if table is None:
            return None
        if not isinstance(table, Mapping):
            raise ValueError
        if not all(_is_budget(year, amount) for year, amount in table.items()):
            raise ValueError
        return {int(year): float(table[year]) for year in sorted(table)}


class Scenario(BaseModel):
    """One scenario, immutable and valid by construction.

    Attributes
    ----------
    name : identifier, also the name of result folders
    title : one line for people
    policy : id or key of the coordination policy of a single run
    macro : ``"history"``, ``"plan-2005"``, ``"frozen"`` or the path of a CSV file
    region : ``"seven-complexes"`` or the path of a folder of region data
    exports : ``"corrected"`` or ``"as_printed"``, the two readings of the article's export figures
    governance : levels of the chain of coordinators that are at work, one of `CHAINS`
    screening : who looks at a project before it gets a grant, one of `SCREENINGS`
    last : last simulated month, ``YYYY-MM``
    seed : root seed; replication r of it is the same world in `run` and in `compare`
    spin_up_years : years before 2003 in which the region settles; 0 starts with firms that know
        nobody and have nothing under way
    population_seed : seed of one synthetic population shared by all replications;
        by default every replication draws its own
    without : channels through which a programme acts that are closed from its start on, with
        and without the programme alike
    programme : the money, the start and the size
    forms : rule -> form, where it is not the rule's first one
    parameters : values that differ from their defaults
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = DEFAULT_PRESET
    title: str = ""
    policy: str = "thematic-mini-clusters"
    macro: str = "history"
    region: str = PRESET_REGION
    exports: Literal["corrected", "as_printed"] = "corrected"
    governance: Literal["four-level", "two-level", "local"] = "four-level"
    screening: Literal["single", "hierarchy", "polyarchy", "committee"] = "single"
    last: str = "2013-12"
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 2005
    spin_up_years: Annotated[int, Field(ge=0, le=60)] = 15
    population_seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    without: tuple[str, ...] = ()
    programme: Programme = Programme()
    forms: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, float] = Field(default_factory=dict)

    @field_validator("name")
    @classmethod
    def _plain_name(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError
        return value

    @field_validator("without", mode="before")
    @classmethod
    def _channels(cls, names: object) -> object:
        """Each closed channel once, in the order of all channels."""
        if not isinstance(names, list | tuple) or not all(name in CHANNELS for name in names):
            raise ValueError
        return tuple(key for key in CHANNELS if key in names)

    @field_validator("last")
    @classmethod
    def _month(cls, value: str) -> str:
        if not _MONTH.fullmatch(value) or not _FIRST_MONTH <= value <= _LAST_MONTH:
            raise ValueError
        return value

    @classmethod
    def default(cls) -> Scenario:
        """The Korean pilot programme of 2005."""
        return cls.from_file(DEFAULT_PRESET)

    @classmethod
    def from_file(cls, source: str | Path) -> Scenario:
        """Read a scenario from a preset's name or a TOML file.

        Parameters
        ----------
        source : name of a preset (`presets`) or path of a file; relative paths
            inside the file start from the file's folder

        Raises
        ------
        InputError
            For anything wrong with the file or its entries.
        """
        path = PRESETS / f"{source}.toml" if str(source) in presets() else Path(source)
        if path == Path(source) and not path.suffix and not exists(path):
            raise InputError(
                file=COMMAND_LINE,
                key="scenario",
                value=str(source),
                allowed=choices(str(source), presets()) + " or the path of a TOML file",
            )
        return cls.from_table(parse_file(path), file=str(source), folder=path.parent)

    @classmethod
    def from_table(
        cls, table: Mapping[str, Any], file: str = "scenario", folder: Path | None = None
    ) -> Scenario:
        """Build a scenario from a nested mapping; `file` is named in errors."""
        try:
            scenario = cls.model_validate(dict(table))
        except ValidationError as error:
            raise _translate(error, file, table) from None
        return scenario._checked(file, folder or Path())

    def replaced(self, file: str = COMMAND_LINE, **changes: Any) -> Scenario:
        """A copy with some entries replaced and everything checked again."""
        return Scenario.from_table({**self.model_dump(exclude_unset=True), **changes}, file)

    @property
    def last_month(self) -> tuple[int, int]:
        """Year and month of the last simulated month."""
        return int(self.last[:4]), int(self.last[5:])

    @property
    def last_year(self) -> int:
        """Last calendar year that is simulated in full."""
        year, month = self.last_month
        return year if month == 12 else year - 1

    @property
    def months(self) -> int:
        """Months that are simulated, from January 2003 on."""
        return month_number(*self.last_month) + 1

    def parameter_set(self) -> ParameterSet:
        """All parameters, defaults included."""
        return ParameterSet(self.parameters)

    def form_set(self) -> Forms:
        """The form of every rule, defaults included."""
        return Forms.of(self.forms)

    def budget(self, region_budget: Mapping[int, float]) -> dict[int, float]:
        """Programme budget by calendar year in KRW million, from the scenario or the region."""
        table = self.programme.budget
        base = dict(region_budget) if table is None else {y: 1e3 * v for y, v in table.items()}
        return {year: self.programme.budget_scale * amount for year, amount in base.items()}

    def _checked(self, file: str, folder: Path) -> Scenario:
        """Check what needs other tables: the policy, the parameters and the named paths."""
        key = find_policy(self.policy, file).key
        load_forms()
        if self.programme.start > self.last:
            raise InputError(
                file=file, key="programme.start", value=self.programme.start,
                allowed=f"a month up to {self.last}, the last one that is simulated",
            )  # fmt: skip
        try:
            Forms.of(self.forms)
        except FormError as error:
            given = error.value if error.key in RULES else error.key
            key, allowed = f"forms.{error.key}", choices(given, error.allowed)
            raise InputError(file=file, key=key, value=error.value, allowed=allowed) from None
        try:
            ParameterSet(self.parameters)
        except ParameterError as error:
            allowed = error.allowed
            if error.key not in PARAMETERS:
                allowed = choices(error.key, tuple(PARAMETERS))
            raise InputError(
                file=file, key=f"parameters.{error.key}", value=error.value, allowed=allowed
            ) from None
        paths = {}
        if self.macro not in PRESET_MACROS:
            paths["macro"] = str(_existing(file, "macro", self.macro, folder))
        if self.region != PRESET_REGION:
            paths["region"] = str(_existing(file, "region", self.region, folder))
        return self.model_copy(update={"policy": key, **paths})


def presets() -> tuple[str, ...]:
    """Names of the scenarios that come with the software."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))


def number_in(text: str, key: str) -> float:
    """Number that was typed for an entry.

    Raises
    ------
    InputError
        For anything else.
    """
    try:
        return float(text)
    except ValueError:
        raise InputError(file=COMMAND_LINE, key=key, value=text, allowed="a number") from None


def read_text(path: Path, key: str = "file") -> str:
    """Text of a file of at most 1 MB, whose encoding can be told.

    Raises
    ------
    InputError
        For a missing, special, too large, unreadable or wrongly encoded file.
    """
    expected = "a readable UTF-8 text file of at most 1 MB"
    try:
        if not path.exists():
            raise InputError(file=path, key=key, value="no such file", allowed=expected)
        if not path.is_file():
            kind = "a folder" if path.is_dir() else "not a regular file"
            raise InputError(file=path, key=key, value=kind, allowed=expected)
        if path.stat().st_size > _LARGEST_FILE:
            size = f"{path.stat().st_size} bytes"
            raise InputError(file=path, key=key, value=size, allowed=expected)
        return decoded(path.read_bytes())
    except EncodingError as error:
        raise InputError(file=path, key=key, value=str(error), allowed=expected) from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError(file=path, key=key, value=reason, allowed=expected) from None


def parse_file(path: Path) -> dict[str, Any]:
    """Parse a TOML file."""
    text = read_text(path, "scenario")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        end = f"at line {text.count(chr(10)) + 1}, the end"
        reason = str(error).replace("at end of document", end)
        reason = "nested too deeply" if isinstance(error, RecursionError) else reason
        raise InputError(file=path, key="TOML", value=reason, allowed="valid TOML") from None


def _existing(file: str, key: str, value: str, folder: Path) -> Path:
    """Absolute path of something that must exist: a file for `macro`, a folder for `region`."""
    path = folder / value
    try:
        found = path.is_file() if key == "macro" else path.is_dir()
    except (OSError, ValueError):
        found = False
    if not found:
        raise InputError(file=file, key=key, value=value, allowed=_ALLOWED[key])
    return path.resolve()


def _translate(error: ValidationError, file: str, table: Mapping[str, Any]) -> InputError:
    """Turn pydantic's first complaint into one line."""
    first = error.errors(include_url=False, include_context=False)[0]
    location = [str(part) for part in first["loc"]]
    key, value = ".".join(location), first["input"]
    if first["type"] == "extra_forbidden":
        model = Programme if location[0] == "programme" else Scenario
        allowed = choices(location[-1], tuple(model.model_fields))
        return InputError(file=file, key=key, value=value, allowed=allowed)
    if location[0] == "parameters" and len(location) > 1:
        name = location[1]
        known = PARAMETERS.get(name)
        allowed = known.allowed if known else choices(name, tuple(PARAMETERS))
        return InputError(file=file, key=f"parameters.{name}", value=value, allowed=allowed)
    if location[0] == "forms" and len(location) > 1:
        rule = location[1]
        names = tuple(RULES[rule].forms) if rule in RULES else tuple(RULES)
        allowed = choices(str(value) if rule in RULES else rule, names)
        return InputError(file=file, key=key, value=value, allowed=allowed)
    while key not in _ALLOWED and "." in key:
        key = key.rpartition(".")[0]
    if key == "programme.budget" and isinstance(value, Mapping):
        value = _offending_year(value)
    if key == "without" and isinstance(value, list | tuple):
        value = next((name for name in value if name not in CHANNELS), value)
        nearest = choices(str(value), tuple(CHANNELS))
        return InputError(file=file, key=key, value=value, allowed=nearest)
    return InputError(file=file, key=key, value=value, allowed=_ALLOWED[key])


def _is_budget(year: object, amount: object) -> bool:
    """Whether an entry of a budget table is a year of the programme with an amount in KRW bn."""
    if not re.fullmatch(r"\d{4}", str(year)) or not _FIRST_YEAR <= int(str(year)) <= _LAST_YEAR:
        return False
    number = isinstance(amount, int | float) and not isinstance(amount, bool)
    return number and 0 <= amount <= _LARGEST_BUDGET  # type: ignore[operator]


def _offending_year(budget: Mapping[Any, Any]) -> str:
    """The first wrong entry of a budget table."""
    return next(f"{y} = {a!r}" for y, a in budget.items() if not _is_budget(y, a))
