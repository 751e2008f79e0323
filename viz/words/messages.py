"""What the command line says in Korean: help, errors, lists and sources, by their English.

`data/messages.csv` holds a kind, an English text and its Korean.  Texts that the
code puts together stand there with their gaps in braces, ``from {low} to {high}``;
what fills a gap is looked up in turn.  What the catalogue lacks stays English.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache

from innocluster.scenarios.errors import InputError, one_line

from ..files import DATA
from .texts import LANGUAGES

__all__ = ["KINDS", "Messages", "error_line", "language_wanted"]

KINDS = ("help", "usage", "line", "key", "value", "allowed", "file", "source", "title")
"""Help of the command line, its complaints on usage, its own lines, parts of an error, sources
and titles of scenarios."""

_GAP = re.compile(r"\{(\w+)\}")


@cache
def _read() -> dict[str, dict[str, str]]:
    """Catalogue as kind -> English -> Korean."""
    result: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    with (DATA / "messages.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            result[row["kind"]][row["en"]] = row["ko"]
    return result


@cache
def _patterns(kind: str) -> list[tuple[re.Pattern[str], str]]:
    """Texts with gaps, those with most words first, so that the most particular one is taken."""
    texts = [(english, korean) for english, korean in _read()[kind].items() if "{" in english]
    texts.sort(key=lambda pair: len(_GAP.sub("", pair[0])), reverse=True)
    return [(_pattern(english), korean) for english, korean in texts]


def _pattern(english: str) -> re.Pattern[str]:
    parts = _GAP.split(english)
    literal, gaps = map(re.escape, parts[::2]), parts[1::2]
    return re.compile(
        "".join(
            text + (f"(?P<{gap}>.+?)" if gap else "")
            for text, gap in zip(literal, [*gaps, ""], strict=True)
        )
    )


class Messages:
    """Messages of one language, which are written in English in the code.

    Parameters
    ----------
    language : ``"en"`` or ``"ko"``

    Examples
    --------
    >>> Messages("ko")("allowed", "a number from 0 to 10")
    '0 이상 10 이하의 수'
    >>> Messages("en")("allowed", "a number from 0 to 10")
    'a number from 0 to 10'
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language is {language!r}; allowed: {', '.join(LANGUAGES)}")
        self.language = language

    def __call__(self, kind: str, english: str, /, **values: object) -> str:
        """The message, with values put into its gaps if there are any.

        Parameters
        ----------
        kind : one of `KINDS`
        """
        if values:
            text = english if self.language == "en" else _read()[kind].get(english, english)
            return text.format(**values)
        return english if self.language == "en" else _translated(kind, english)


def _translated(kind: str, english: str) -> str:
    known = _read()[kind].get(english)
    if known is not None:
        return known
    for pattern, korean in _patterns(kind):
        found = pattern.fullmatch(english)
        if found:
            filled = {gap: _translated(kind, text) for gap, text in found.groupdict().items()}
            return korean.format(**filled)
    return english


def language_wanted(environment: Mapping[str, str], system: str | None = None) -> str:
    """The language of a user who has named none: Korean where the system speaks Korean.

    Parameters
    ----------
    environment : INNOCLUSTER_LANG goes before LC_ALL, LC_MESSAGES and LANG
    system : locale of the system, where the environment says nothing (Windows)
    """
    own = environment.get("INNOCLUSTER_LANG", "").lower()
    if own in LANGUAGES:
        return own
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    chosen = next((name for name in names if name), system or "")
    return "ko" if chosen.lower().startswith("ko") else "en"


def error_line(error: InputError, words: Messages) -> str:
    """One line with file, key, value and what is allowed."""
    if words.language == "en":
        return str(error)
    value = error.value if isinstance(error.value, str) else repr(error.value)
    parts = [words("file", error.file), words("key", error.key), words("value", value)]
    file, key, given = map(one_line, parts)
    allowed = " ".join(words("allowed", " ".join(error.allowed.split())).split())
    return words("line", "{file}: {key} = {value}: allowed: {allowed}",
                 file=file, key=key, value=given, allowed=allowed)  # fmt: skip
