"""The arms of a comparison: a policy, in the scenario of all or in one of its own.

An arm is written ``POLICY`` or ``POLICY@SCENARIO``.  All arms live in the same
worlds: region, series, horizon and seeds are those of the comparison, and an
arm's scenario adds its parameters, forms, governance, screening and money.  Channels
through which a programme acts may be closed (`innocluster.scenarios.switches`);
each is named behind the arm, as in ``P5|-joint|-ties``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from .errors import COMMAND_LINE, InputError
from .policies import find_policy
from .schema import Scenario
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
        closed = tuple(key for key in acting if key in wanted)
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
    own = Scenario.from_file(source)
    usual = Scenario.default()
    for key in _WORLD:
        value, shared = getattr(own, key), getattr(scenario, key)
        if value not in (shared, getattr(usual, key)):
            allowed = f"{shared}, as in the scenario of the comparison"
            raise InputError(file=source, key=key, value=value, allowed=allowed)
    mixed = scenario.model_copy(
        update={
            "name": own.name,
            "governance": own.governance,
            "screening": own.screening,
            "forms": {**scenario.forms, **own.forms},
            "programme": own.programme,
            "parameters": {**scenario.parameters, **own.parameters},
        }
    )
    # A file is named by its path, which no other file has.
    label = source if source == own.name else str(Path(source).resolve())
    shown = f"@ {own.name}"
    return Arm(
        f"{policy.id}@{label}",
        policy.id,
        mixed,
        f"{policy.name} {shown}",
        f"{policy.name_ko} {shown}",
    )
