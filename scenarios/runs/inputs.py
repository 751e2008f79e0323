"""What a command read when it began: nothing that is edited later reaches its runs.

The user's files are read once, in the parent.  Workers get what was parsed, keys the digests
of the bytes, and the result folder the bytes themselves, from which the same can be run again.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from innocluster.sim.beginning.macro import MacroError, MacroSeries, load_macro
from innocluster.sim.beginning.population import Region
from innocluster.sim.ground.calendar import month_number

from ..arms import Arm, open_text, resolve_arm
from ..entries import varied
from ..errors import InputError, choices
from ..region.loading import load_region
from ..schema import PRESET_MACROS, PRESET_REGION, Scenario
from ..store.files import storage_errors, write_aside

__all__ = ["INPUTS", "Inputs", "Points", "World", "as_inputs", "load_inputs", "scenario_of"]

INPUTS = "inputs"
"""Folder of a result that holds what it was made from."""

_log = logging.getLogger("innocluster")

_MACRO, _REGION, _DRAWS = "macro.csv", "region", "draws"
_SCENARIO, _ARMS = "scenario.json", "arms.json"


def scenario_of(given: Scenario | str | Path | None) -> Scenario:
    """The scenario that a caller means: itself, a preset's name, a file, or the default preset.

    Raises
    ------
    InputError
        For a name that is no preset's, or anything wrong with the file.
    """
    if isinstance(given, Scenario):
        return given
    return Scenario.default() if given is None else Scenario.from_file(given)


class Inputs:
    """A scenario with its arms and what its files said at one moment.

    Parameters
    ----------
    scenario : what all arms share
    arms : texts of arms, or arms, that are resolved now; others are when they are asked for

    Attributes
    ----------
    scenario : as given
    arms : the arms given, by id, each once
    files : name -> content of the user's files
    digests : digest of the user's ``"macro"`` and ``"region"``

    Raises
    ------
    InputError
        For a file that cannot be read or an arm that is unknown.
    """

    def __init__(
        self,
        scenario: Scenario,
        arms: Iterable[str | Arm] = (),
    ) -> None:
        self.scenario = scenario
        self.files = _user_files(scenario)
        self.digests = {
            key: digest
            for key, name in (("macro", _MACRO), ("region", f"{_REGION}/"))
            if (digest := _digest(self.files, name))
        }
        self.arms: dict[str, Arm] = {}
        self._open: dict[str, Arm] = {}
        for arm in arms:
            found = resolve_arm(arm, scenario) if isinstance(arm, str) else arm
            self.arms[found.id] = found
            text = arm if isinstance(arm, str) else arm.id
            self._open |= {name: found.opened for name in (found.opened.id, open_text(text))}
        self._parsed: tuple[Region, MacroSeries] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """For a worker: what was parsed, without the files."""
        self.read()
        return {**self.__dict__, "files": {}}

    def note_draws(self, file: str | Path | None) -> None:
        """Keep the file of a posterior for the record."""
        if file is not None:
            self.files[f"{_DRAWS}{Path(file).suffix.lower()}"] = _content(Path(file))

    def arm(self, text: str) -> Arm:
        """An arm with whatever channels are closed; its scenario is read at most once.

        Raises
        ------
        InputError
            As `resolve_arm`.
        """
        return resolve_arm(text, self.scenario, self._open)

    def read(self) -> tuple[Region, MacroSeries]:
        """Region and macro series, parsed once.

        Raises
        ------
        InputError
            For wrong files, and for one that was edited since its digest was taken.
        """
        if self._parsed is None:
            scenario = self.scenario
            months = month_number(*scenario.last_month) + 1
            region = _read_region(scenario.region, scenario.exports, self.digests.get("region"))
            macro = _read_macro(scenario.macro, months, self.digests.get("macro"))
            if scenario.macro not in PRESET_MACROS:
                _check_sectors(macro, region)
            self._check_unchanged()
            _tell_of_years_without_budget(scenario, region)
            self._parsed = region, macro
        return self._parsed

    def until(self, last: str) -> Inputs:
        """The same to an earlier month, from what has been parsed."""
        shorter = Inputs.__new__(Inputs)
        known = {
            text: replace(arm, scenario=arm.scenario.model_copy(update={"last": last}))
            for text, arm in self._open.items()
        }
        scenario = self.scenario.model_copy(update={"last": last})
        shorter.__dict__.update({**self.__getstate__(), "scenario": scenario, "_open": known})
        return shorter

    def at(self, entries: Mapping[str, Any]) -> Inputs:
        """The same with entries of the scenario and of all arms replaced; files stay as read.

        Raises
        ------
        InputError
            For values that do not go together.
        """
        changed = Inputs.__new__(Inputs)
        scenario = varied(self.scenario, entries, self.scenario.name)
        arms = {
            text: replace(arm, scenario=varied(arm.scenario, entries, arm.id))
            if arm.scenario is not self.scenario
            else replace(arm, scenario=scenario)
            for text, arm in self._open.items()
        }
        changed.__dict__.update({**self.__dict__, "scenario": scenario, "_open": arms})
        return changed

    def save(self, folder: Path) -> None:
        """Write all that the runs are made from to a folder of a result."""
        target = folder / INPUTS
        documents = {
            _SCENARIO: _described(self.scenario),
            _ARMS: {
                arm.id: {
                    "policy": arm.policy,
                    "name": arm.name,
                    "name_ko": arm.name_ko,
                    "closed": arm.closed,
                    "scenario": _described(arm.scenario),
                }
                for arm in self.arms.values()
            },
        }
        contents = {
            name: json.dumps(document, ensure_ascii=False, indent=1).encode()
            for name, document in documents.items()
        }
        for name, content in {**contents, **self.files}.items():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            write_aside(target / name, content)

    @classmethod
    def restore(cls, folder: Path) -> Inputs:
        """The inputs that `save` has written.

        Raises
        ------
        InputError
            Where they are not all there, or damaged.
        """
        source = folder / INPUTS
        scenario = _rebuilt(_document(source / _SCENARIO), source)
        arms = [
            Arm(
                key,
                arm["policy"],
                _rebuilt(arm["scenario"], source),
                arm["name"],
                arm["name_ko"],
                tuple(arm["closed"]),
            )
            for key, arm in _document(source / _ARMS).items()
        ]
        return cls(scenario, arms)

    @staticmethod
    def stored_draws(folder: Path) -> Path | None:
        """The file of draws among the inputs of a result."""
        return next((folder / INPUTS).glob(f"{_DRAWS}.*"), None)

    def _check_unchanged(self) -> None:
        """Refuse files that are no longer what the digests are of."""
        now = _user_files(self.scenario)
        for name, content in now.items():
            if self.files and self.files.get(name) != content:
                raise InputError(
                    file=name, key="content", value="edited while it was read",
                    allowed="files that stay as they are until the first world runs",
                )  # fmt: skip


class World(NamedTuple):
    """A world at a point, and the arms that it is run under.

    Attributes
    ----------
    replication : number of the world
    arms : ids
    point : number of the point of a sweep
    """

    replication: int
    arms: Sequence[str]
    point: int = 0


def _only_point(point: int) -> tuple[int, Mapping[str, Any]]:
    return 0, {}


@dataclass(frozen=True)
class Points:
    """The points of a sweep: a few inputs, and entries by which a point differs from one of them.

    Attributes
    ----------
    variants : inputs that have all arms
    place : number of a point -> number of its inputs, and the entries that differ; by default
        there is one point, the first inputs as they are
    """

    variants: tuple[Inputs, ...]
    place: Callable[[int], tuple[int, Mapping[str, Any]]] = _only_point


def as_inputs(given: Inputs | Scenario) -> Inputs:
    """Inputs as they are, or those of a scenario now."""
    return given if isinstance(given, Inputs) else Inputs(given)


def load_inputs(scenario: Scenario) -> tuple[Region, MacroSeries]:
    """Region and macro series of a scenario as its files are now.

    Raises
    ------
    InputError
        For wrong files.
    """
    return Inputs(scenario).read()


def _user_files(scenario: Scenario) -> dict[str, bytes]:
    """Content of the user's files by the name that they get in a result."""
    files: dict[str, bytes] = {}
    if scenario.macro not in PRESET_MACROS:
        files[_MACRO] = _content(Path(scenario.macro))
    if scenario.region != PRESET_REGION:
        for path in sorted(Path(scenario.region).glob("*.csv")):
            files[f"{_REGION}/{path.name}"] = _content(path)
    return files


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(file=path, key="file", value=reason, allowed="a readable file") from None


def _digest(files: Mapping[str, bytes], start: str) -> str:
    """Digest of the files whose name begins so, empty where there are none."""
    digest = hashlib.sha256()
    chosen = {name: content for name, content in files.items() if name.startswith(start)}
    for name, content in chosen.items():
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest() if chosen else ""


def _described(scenario: Scenario) -> dict[str, Any]:
    """A scenario whose files are those beside it."""
    document = scenario.model_dump(mode="json")
    document["macro"] = scenario.macro if scenario.macro in PRESET_MACROS else _MACRO
    document["region"] = scenario.region if scenario.region == PRESET_REGION else _REGION
    return document


def _rebuilt(document: Mapping[str, Any], folder: Path) -> Scenario:
    return Scenario.from_table(document, file=str(folder / _SCENARIO), folder=folder)


def _document(path: Path) -> dict[str, Any]:
    with storage_errors(path):
        text = path.read_bytes()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InputError(file=path, key="JSON", value="damaged", allowed="a stored result")
    return document


def _check_sectors(macro: MacroSeries, region: Region) -> None:
    """Refuse series of a sector that the region does not have: a slip in its name."""
    known = [*region.sectors.keys]
    known += [key for markets in region.sectors.export_markets for key in markets]
    for series, by_sector in macro.sectors.items():
        for key in by_sector:
            if key not in known:
                allowed = choices(key, tuple(dict.fromkeys(known)))
                raise InputError(
                    file=macro.name, key=f"column {series}:{key}", value=key, allowed=allowed
                )


@lru_cache(maxsize=4)
def _read_region(region: str, exports: str, digest: str | None) -> Region:
    """A region; the digest of the user's files tells one from what it was before an edit."""
    folder = None if region == PRESET_REGION else Path(region)
    return load_region(folder, "as_printed" if exports == "as_printed" else "corrected")


def _tell_of_years_without_budget(scenario: Scenario, region: Region) -> None:
    """Say which years of the programme a region's table lacks: nothing is spent in them."""
    if scenario.programme.budget is not None:
        return
    years = range(int(scenario.programme.start[:4]), int(scenario.last[:4]) + 1)
    lacking = ", ".join(str(year) for year in years if year not in region.budget)
    if lacking:
        text = "%s/budget.csv has no line for %s: nothing is spent then"
        _log.warning(text, scenario.region, lacking)


@lru_cache(maxsize=4)
def _read_macro(macro: str, months: int, digest: str | None) -> MacroSeries:
    """Macro series; the digest of the user's file tells one from what it was before an edit."""
    try:
        return load_macro(macro, months)
    except MacroError as error:
        raise InputError(
            file=error.file, key=error.key, value=error.value, allowed=error.allowed
        ) from None
