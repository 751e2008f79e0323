"""The interface's texts in English and Korean, from one catalogue.

`data/texts.csv` holds key, English, Korean and an optional note; nothing that a
user reads in a figure, table or report is written anywhere else.
"""

from __future__ import annotations

import csv
import re
from functools import cache

from ..files import DATA

__all__ = ["LANGUAGES", "Texts"]

LANGUAGES = ("en", "ko")
_WON = r"\d{1,3}(?:,\d{3})+|\d{5,}"
_LARGE_WON = re.compile(rf"(?<![\d.,])(?:({_WON}|[\d.,]+)( ~ [−-]?))?({_WON})억 원")


@cache
def _read() -> dict[str, dict[str, str]]:
    """Catalogue as language -> key -> text."""
    path = DATA / "texts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {language: {row["key"]: row[language] for row in rows} for language in LANGUAGES}


def _in_trillions(found: re.Match[str]) -> str:
    """``23,491억 원`` as Koreans read it, 2조 3,491억 원; both ends of a range."""
    low, between, high = found.groups()
    return f"{_won(low)}{between}{_won(high)} 원" if low else f"{_won(high)} 원"


def _won(amount: str) -> str:
    """Hundred millions of won in trillions and hundred millions, where they are that many."""
    if "." in amount:
        return f"{amount}억"
    trillions, rest = divmod(int(amount.replace(",", "")), 10_000)
    parts = [f"{trillions:,}조"] if trillions else []
    return " ".join([*parts, f"{rest:,}억"] if rest or not parts else parts)


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
        text = self._texts[key].format(**values)
        return _LARGE_WON.sub(_in_trillions, text) if self.language == "ko" else text

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
