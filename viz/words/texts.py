"""The interface's texts in English and Korean, from one catalogue.

`data/texts.csv` holds key, English, Korean and an optional note; nothing that a
user reads in a figure, table or report is written anywhere else.
"""

from __future__ import annotations

import csv
from functools import cache

from ..files import DATA

__all__ = ["LANGUAGES", "Texts"]

LANGUAGES = ("en", "ko")


@cache
def _read() -> dict[str, dict[str, str]]:
    """Catalogue as language -> key -> text."""
    path = DATA / "texts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {language: {row["key"]: row[language] for row in rows} for language in LANGUAGES}


class Texts:
    """Texts of one language.

    Parameters
    ----------
    language : ``"en"`` or ``"ko"``

    Raises
    ------
    ValueError
        For another language.

    Examples
    --------
    >>> Texts("en")("unit.KRW tn")
    'KRW tn'
    """

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language is {language!r}; allowed: {', '.join(LANGUAGES)}")
        self.language = language
        self._texts = _read()[language]

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def __call__(self, key: str, **values: object) -> str:
        """Text of a key with its placeholders filled.

        Raises
        ------
        KeyError
            For a key that the catalogue lacks or a placeholder without a value.
        """
        return self._texts[key].format(**values)

    def raw(self, key: str) -> str:
        """Text of a key with its placeholders left open."""
        return self._texts[key]

    def translate(self, english: str) -> str:
        """Text of the entry whose English is `english`; unchanged where there is none.

        For the few sentences that results carry in English.
        """
        for key, text in _read()["en"].items():
            if text == english:
                return self._texts[key]
        return english
