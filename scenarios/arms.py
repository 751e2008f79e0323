"""The arms of a comparison: a policy, in the scenario of all or in one of its own.

An arm is written ``POLICY``, ``POLICY@SCENARIO`` or ``POLICY@ENTRY=VALUE``, and
several of these with commas, as in ``P5@two-level,budget=2,start=2007-01``.  All arms
live in the same worlds: region, series, horizon and seeds are those of the comparison, and
an arm's own scenario adds its parameters, forms, governance, screening, money, start
and size.  Channels through which a programme acts may be closed
(`innocluster.scenarios.switches`): with and without the programme alike by ``without=joint+ties``,
under the policy alone where they are named behind the arm, as in ``P5|-joint|-ties``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from os.path import exists
from pathlib import Path

from innocluster.sim.ground.forms import RULES

from .errors import COMMAND_LINE, InputError
from .policies import find_policy
from .schema import Scenario, number_in
from .switches import CHANNELS, channels_of

__all__ = ["BASELINE", "Arm", "open_text", "resolve_arm"]

BASELINE = "P0"
# Stands in no path of a scenario file.
_CLOSED = "|-"

_WORLD = (
    "macro", "region", "exports", "last", "seed", "spin_up_years", "population_seed",
)  # fmt: skip


@dataclass(frozen=True)
class Arm:
    """One arm.

    Attributes
    ----------
    id : as results name it, ``"P5"``, ``"P5@two-level"`` or ``"P5|-ties"``
    policy : policy id
    scenario : what it runs under
    name, name_ko : display names
    closed : keys of the channels that are closed
    """

    id: str
    policy: str
    scenario: Scenario
    name: str
    name_ko: str
    closed: tuple[str, ...] = ()

    @property
    def baseline(self) -> str:
        """Id of the arm without a programme in the same scenario, every channel open."""
        return BASELINE + open_text(self.id).removeprefix(self.policy)

    @property
    def treatment(self) -> str:
        """Policy and closed channels: what is done, in whatever scenario."""
        return _CLOSED.join((self.policy, *self.closed))

    @property
    def opened(self) -> Arm:
        """The same arm with every channel open."""
        return replace(self, id=open_text(self.id), closed=())

    def closing(self, channels: Iterable[str]) -> Arm:
        """The same arm with channels closed; those in which it does not act anyway stay out.

        Arms that are the same run are therefore equal.
        """
        acting = channels_of(
            find_policy(self.policy), self.scenario.parameter_set(), self.scenario.form_set()
        )
        wanted = {*self.closed, *channels}
        closed = tuple(key for key in acting if key in wanted and key not in self.scenario.without)
        name = _CLOSED.join((open_text(self.id), *closed))
        return replace(self, id=name, closed=closed)


def open_text(text: str) -> str:
    """What names an arm without its closed channels."""
    return text.partition(_CLOSED)[0]


def resolve_arm(text: str, scenario: Scenario, known: Mapping[str, Arm] | None = None) -> Arm:
    """The arm that `text` means in a comparison under `scenario`.

    Parameters
    ----------
    known : arms with every channel open that have been resolved, by what names them

    Raises
    ------
    InputError
        For an unknown policy, scenario or channel, or a scenario of another world.
    """
    text, *closed = text.split(_CLOSED)
    arm = (known or {}).get(text) or _open_arm(text, scenario)
    unknown = [key for key in closed if key not in CHANNELS]
    if unknown:
        raise InputError(
            file=COMMAND_LINE, key="channel", value=unknown[0], allowed=", ".join(CHANNELS)
        )
    return replace(arm, id=_CLOSED.join((arm.id, *closed)), closed=tuple(closed))


def _open_arm(text: str, scenario: Scenario) -> Arm:
    """The arm of a text without closed channels."""
    policy_text, _, source = text.partition("@")
    policy = find_policy(policy_text, COMMAND_LINE)
    if not source:
        return Arm(policy.id, policy.id, scenario, policy.name, policy.name_ko)
    labels, shown, mixed = [], [], scenario
    for part in _parts(source):
        key, sign, value = part.partition("=")
        if sign and not exists(part):
            mixed = _with_entry(mixed, key.strip(), value.strip())
            labels.append(f"{key.strip()}={value.strip()}")
            shown.append(labels[-1])
            continue
        own = Scenario.from_file(part)
        mixed = _with_scenario(mixed, own, part)
        # A file is named by its path, which no other file has.
        labels.append(part if part == own.name else str(Path(part).resolve()))
        shown.append(own.name)
    behind = f"@ {', '.join(shown)}"
    return Arm(
        f"{policy.id}@{','.join(labels)}",
        policy.id,
        mixed,
        f"{policy.name} {behind}",
        f"{policy.name_ko} {behind}",
    )


def _parts(source: str) -> list[str]:
    """What stands behind the @, between commas; a file may have them in its name."""
    return [source] if exists(source) else source.split(",")


def _with_scenario(scenario: Scenario, own: Scenario, source: str) -> Scenario:
    """The scenario of all with what an arm's own may change."""
    usual = Scenario.default()
    for key in _WORLD:
        value, shared = getattr(own, key), getattr(scenario, key)
        if value not in (shared, getattr(usual, key)):
            allowed = f"{shared}, as in the scenario of the comparison"
            raise InputError(file=source, key=key, value=value, allowed=allowed)
    return scenario.model_copy(
        update={
            "name": own.name,
            "governance": own.governance,
            "screening": own.screening,
            "forms": {**scenario.forms, **own.forms},
            "without": own.without,
            "programme": own.programme,
            "parameters": {**scenario.parameters, **own.parameters},
        }
    )


def _with_entry(scenario: Scenario, key: str, value: str) -> Scenario:
    """The scenario of all with one entry changed, ``budget=2`` or a parameter."""
    money = {"budget": "budget_scale", "members": "members_scale", "start": "start"}
    if key in money:
        given = value if key == "start" else number_in(value, key)
        programme = scenario.programme.model_dump(exclude_unset=True) | {money[key]: given}
        return scenario.replaced(programme=programme)
    if key == "without":
        return scenario.replaced(without=value.split("+"))
    if key in RULES:
        return scenario.replaced(forms={**scenario.forms, key: value})
    if key in ("governance", "screening"):
        return scenario.replaced(**{key: value})
    if key in _WORLD:
        raise InputError(
            file=COMMAND_LINE, key=key, value=value,
            allowed="an entry that is not the same for all arms, such as budget or a parameter",
        )  # fmt: skip
    return scenario.replaced(parameters={**scenario.parameters, key: number_in(value, key)})
