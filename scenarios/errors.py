"""The one error for everything that the user can get wrong: file, key, value, what is allowed."""

from __future__ import annotations

import difflib
from typing import Any

__all__ = ["COMMAND_LINE", "InputError", "choices", "one_line"]

COMMAND_LINE = "command line"
_LONGEST = 120


def one_line(value: object) -> str:
    """Text of a value on one printable line of bounded length."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


class InputError(ValueError):
    """A mistake in what the user gave; its text is a single line and needs no traceback.

    Parameters
    ----------
    file : where it was given: a path, or ``"command line"``
    key : name of the entry, column or option, with the line number where one is known
    value : what was given
    allowed : what would have been accepted, in words

    Examples
    --------
    >>> print(InputError(file="a.toml", key="seed", value=-1, allowed="an integer from 0"))
    a.toml: seed = -1: allowed: an integer from 0
    """

    def __init__(self, *, file: object, key: str, value: object, allowed: str) -> None:
        self.file = str(file)
        self.key = key
        self.value = value
        self.allowed = allowed
        super().__init__(
            f"{one_line(self.file)}: {one_line(key)} = {one_line(value)}:"
            f" allowed: {' '.join(allowed.split())}"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by keyword, so that the error survives the way back from a worker."""
        return (_rebuild, (self.file, self.key, self.value, self.allowed))


def _rebuild(file: str, key: str, value: object, allowed: str) -> InputError:
    return InputError(file=file, key=key, value=value, allowed=allowed)


def choices(given: str, names: tuple[str, ...]) -> str:
    """The nearest valid name, or all names when they are few."""
    nearest = difflib.get_close_matches(given, names, n=1, cutoff=0.5)
    if nearest:
        return (
            f"did you mean '{nearest[0]}'?"
            if len(names) > 12
            else (f"did you mean '{nearest[0]}'? one of {', '.join(names)}")
        )
    return f"one of {', '.join(names[:12])}{', …' if len(names) > 12 else ''}"
