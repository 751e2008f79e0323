"""Policies of other packages, found by the entry-point group ``innocluster.policies``."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from innocluster.sim.coordination.policy import Policy

from ..errors import InputError

__all__ = ["GROUP", "Plugin", "complaint", "digest_of_package", "load_plugins", "package_of"]

GROUP = "innocluster.policies"

_TEXTS = ("name", "name_ko", "summary", "summary_ko", "knows", "knows_ko", "source")
_FLAGS = (
    "programme", "joins", "events", "tasks", "grants", "screened", "pools", "tasks_by_need",
)  # fmt: skip
_LEVELS = ("local", "central", "oracle")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9*-]{0,15}")
_KEY = re.compile(r"[a-z][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Plugin:
    """A policy that an installed package adds.

    Attributes
    ----------
    policy : the policy
    package : name and version of the distribution
    digest : of the package's Python sources, so that runs of an edited policy are run anew
    """

    policy: Policy
    package: str
    digest: str


def load_plugins(builtin: Iterable[Policy]) -> list[Plugin]:
    """Import what installed packages add to the policies.

    Parameters
    ----------
    builtin : policies whose ids and keys are taken

    Raises
    ------
    InputError
        For an entry point that cannot be imported or is no complete policy, and for
        an id or key that another policy has; it names the package and the entry point.
    """
    taken = {name.lower(): "innocluster" for p in builtin for name in (p.id, p.key)}
    found = []
    for point in sorted(entry_points(group=GROUP), key=lambda p: (package_of(p), p.name)):
        policy, package = _policy(point), package_of(point)
        for name in (policy.id, policy.key):
            if name.lower() in taken:
                owner = taken[name.lower()]
                raise complaint(point, name, f"an id and a key that {owner} does not use")
        taken |= {policy.id.lower(): package, policy.key: package}
        found.append(Plugin(policy, package, digest_of_package(point.module)))
    return found


def package_of(point: EntryPoint) -> str:
    """Name and version of the distribution of an entry point."""
    return f"{point.dist.name} {point.dist.version}" if point.dist else "unknown package"


def complaint(point: EntryPoint, value: object, allowed: str) -> InputError:
    """The error about an entry point; it names the package and the entry point."""
    key = f"entry point {point.name} of {point.group}"
    return InputError(file=package_of(point), key=key, value=value, allowed=allowed)


def _policy(point: EntryPoint) -> Policy:
    """Import and check the policy of an entry point."""
    try:
        loaded: Any = point.load()
        policy = loaded() if isinstance(loaded, type) else loaded
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        allowed = "a policy class that can be imported and made without arguments"
        raise complaint(point, f"{point.value} ({reason})", allowed) from error
    if not isinstance(policy, Policy):
        raise complaint(point, point.value, "a subclass of innocluster.sim.Policy")
    fault = _fault(policy)
    if fault:
        name, allowed = fault
        value = getattr(policy, name, "missing")
        raise complaint(point, f"{type(policy).__name__}.{name} = {value!r}", allowed)
    return policy


def _fault(policy: Policy) -> tuple[str, str] | None:
    """First attribute of a policy that is missing or wrong, and what is allowed."""
    for name, form, words in (
        ("id", _ID, "a letter, then up to 15 letters, digits, * or -"),
        ("key", _KEY, "lower-case letters, digits and hyphens"),
    ):
        value = getattr(policy, name, None)
        if not isinstance(value, str) or not form.fullmatch(value):
            return name, words
    for name in _TEXTS:
        value = getattr(policy, name, None)
        if not isinstance(value, str) or not value.strip():
            return name, "a text"
    for name in _FLAGS:
        if not isinstance(getattr(policy, name), bool):
            return name, "True or False"
    asked = policy.adherence
    if asked is not None and not (isinstance(asked, int | float) and 0.0 <= asked <= 1.0):
        return "adherence", "None or a number from 0 to 1"
    if not isinstance(policy.sees, tuple) or not set(policy.sees) <= set(_LEVELS):
        return "sees", f"a tuple of {', '.join(_LEVELS)}"
    if policy.events and type(policy).introduce is Policy.introduce:
        return "introduce", "a method of its own, since the policy holds events"
    return None


def digest_of_package(module: str) -> str:
    """Digest of the sources of the top package of a module."""
    top = sys.modules[module.partition(".")[0]]
    files = [Path(top.__file__)] if top.__file__ else []
    for folder in getattr(top, "__path__", ()):
        files += sorted(Path(folder).rglob("*.py"))
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
