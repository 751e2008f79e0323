"""Forms of contested rules from other packages, by the entry-point group ``innocluster.forms``."""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from innocluster.sim.ground.forms import STEPS, Form, FormError, Forms, add_form

from .policies.plugins import complaint, digest_of_package, package_of

__all__ = ["GROUP", "form_keys", "load_forms"]

GROUP = "innocluster.forms"

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")


@cache
def load_forms() -> dict[tuple[str, str], str]:
    """Add what installed packages bring to the forms of rules, once a process.

    Returns
    -------
    (rule, form) -> name and version of the package, and digest of its sources

    Raises
    ------
    InputError
        For an entry point that cannot be imported or is no complete form, and for a rule
        that takes none; it names the package and the entry point.
    """
    found = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (package_of(p), p.name)):
        form = _form(point)
        try:
            add_form(form)
        except FormError as error:
            raise complaint(point, error.value, ", ".join(error.allowed)) from None
        origin = f"{package_of(point)} {digest_of_package(point.module)}"
        found[form.rule, form.key] = origin
    return found


def form_keys(forms: Forms) -> dict[str, str]:
    """Form of every rule by name, with its origin where another package added it."""
    added = load_forms()
    return {
        rule: f"{form} {added[rule, form]}" if (rule, form) in added else form
        for rule, form in forms.names().items()
    }


def _form(point: EntryPoint) -> Form:
    """Import and check the form of an entry point."""
    try:
        form: Any = point.load()
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise complaint(point, f"{point.value} ({reason})", "a form to import") from error
    if not isinstance(form, Form):
        raise complaint(point, point.value, "an innocluster.sim.Form")
    texts = (form.label, form.label_ko, form.evidence)
    faults = (
        ("rule", form.rule in STEPS, ", ".join(STEPS)),
        ("key", bool(_KEY.fullmatch(str(form.key))), "lower-case letters, digits and _"),
        ("weight", _is_weight(form.weight), "a number from 0"),
        ("label", all(isinstance(t, str) and t.strip() for t in texts), "texts"),
        ("step", callable(form.step), f"a function: {STEPS.get(form.rule, '')}"),
    )
    for name, right, allowed in faults:
        if not right:
            raise complaint(point, f"{name} = {getattr(form, name)!r}", allowed)
    return form


def _is_weight(weight: object) -> bool:
    return isinstance(weight, int | float) and math.isfinite(weight) and weight >= 0.0
