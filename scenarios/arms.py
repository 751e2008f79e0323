"""The arms of a comparison: a policy, in the scenario of all or in one of its own.

An arm is written ``POLICY`` or ``POLICY@SCENARIO``.  All arms live in the same
worlds: region, series, horizon and seeds are those of the comparison, and an
arm's scenario adds its parameters, governance, screening and money.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import COMMAND_LINE, InputError
from .policies import find_policy
from .schema import Scenario

__all__ = ["BASELINE", "Arm", "resolve_arm"]

BASELINE = "P0"

_WORLD = ("macro", "region", "exports", "last", "seed", "population_seed")


@dataclass(frozen=True)
class Arm:
    """One arm.

    Attributes
    ----------
    id : as results name it, ``"P5"`` or ``"P5@two-level"``
    policy : policy id
    scenario : what it runs under
    name, name_ko : display names
    """

    id: str
    policy: str
    scenario: Scenario
    name: str
    name_ko: str

    @property
    def baseline(self) -> str:
        """Id of the arm without a programme in the same scenario."""
        return BASELINE + self.id.removeprefix(self.policy)


def resolve_arm(text: str, scenario: Scenario) -> Arm:
    """The arm that `text` means in a comparison under `scenario`.

    Raises
    ------
    InputError
        For an unknown policy or scenario, or a scenario of another world.
    """
    policy_text, _, source = text.partition("@")
    try:
        policy = find_policy(policy_text)
    except InputError as error:
        raise InputError(
            file=COMMAND_LINE, key="policy", value=policy_text, allowed=error.allowed
        ) from None
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
            "programme": own.programme,
            "parameters": {**scenario.parameters, **own.parameters},
        }
    )
    # A file is named by its path, which the workers resolve once more.
    label = source if source == own.name else str(Path(source).resolve())
    shown = f"@ {own.name}"
    return Arm(
        f"{policy.id}@{label}",
        policy.id,
        mixed,
        f"{policy.name} {shown}",
        f"{policy.name_ko} {shown}",
    )
