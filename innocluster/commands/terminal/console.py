"""The console as it is: its encoding, its language, errors in one line."""

from __future__ import annotations

import codecs
import json
import locale
import logging
import os
import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

from innocluster.viz.words.messages import Messages, language_wanted
from innocluster.viz.words.texts import LANGUAGES

__all__ = [
    "DEFAULT_LANGUAGE",
    "encodable",
    "notice",
    "print_json",
    "speak_warnings",
    "spoken",
    "usage_line",
]

_PLAIN = str.maketrans(
    {
        "–": "-", "—": "-", "−": "-", "‑": "-", "‘": "'", "’": "'", "“": '"', "”": '"',
        "…": "...", "×": "x", "·": "-", "±": "+/-", "≥": ">=", "≤": "<=", "→": "->", "§": "section",
        "─": "-", "│": "|", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "\N{NO-BREAK SPACE}": " ",
    }
)  # fmt: skip
_HANDLER = "innocluster.plain"


def _plain(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks in plain characters, or as a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    # Accents fall away; of a letter that has no plain form one question mark is left.
    return "".join(map(_bare, lost.translate(_PLAIN))), error.end


def _bare(letter: str) -> str:
    parts = unicodedata.normalize("NFKD", letter)
    plain = "".join(part for part in parts if not unicodedata.combining(part))
    return plain if plain.isascii() else "?"


codecs.register_error(_HANDLER, _plain)


def encodable() -> None:
    """Let standard output and error take every character, whatever their encoding."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=_HANDLER)


def _speaks_korean(stream: Any) -> bool:
    try:
        "한".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _default_language() -> str:
    system = locale.getlocale()[0] if os.name == "nt" else None
    wanted = language_wanted(os.environ, system)
    return wanted if _speaks_korean(sys.stdout) else "en"


DEFAULT_LANGUAGE = _default_language()
"""Language of who names none: of the environment, if the console has its letters."""


def spoken(arguments: Sequence[str]) -> Messages:
    """Messages in the language that a command line asks for, before it has been read."""
    chosen = DEFAULT_LANGUAGE
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=False):
        given = following if argument == "--lang" else argument.removeprefix("--lang=")
        if argument.startswith("--lang") and given in LANGUAGES:
            chosen = given
    return Messages(chosen)


def notice(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr, flush=True)


class _Spoken(logging.Handler):
    """Warnings of the model as lines in the user's language."""

    def __init__(self, words: Messages) -> None:
        super().__init__(logging.WARNING)
        self._words = words

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        notice(self._words("line", record.getMessage()))


def speak_warnings(words: Messages) -> None:
    """Print warnings of the model as lines in the user's language from now on."""
    logger = logging.getLogger("innocluster")
    logger.handlers[:] = [_Spoken(words)]
    logger.propagate = False


def usage_line(message: str, words: Messages) -> str:
    """One line for what the command line's own reader refuses."""
    return f"{words('file', 'command line')}: {words('usage', ' '.join(message.split()))}"


def print_json(document: str) -> None:
    """Print a JSON document; escaped where the console does not write UTF-8."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    if not encoding.startswith("utf8"):
        document = "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in document)
    print(document)
