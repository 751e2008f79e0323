"""Text of files that users wrote with whatever they have: encoding, delimiter, numbers.

Only what can be read in one way is read.  What could be two things is refused, with a
word on how to save it.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterable

__all__ = ["DELIMITERS", "EncodingError", "decoded", "delimiter_of", "plain_number"]

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
"""Characters that may stand between cells."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Korean writing, and the signs beside it on a Korean keyboard: a text in a western encoding
# that is read as Korean gives rare Chinese characters or cannot be read at all.
_KOREAN = re.compile(r"[\x00-\x7f가-힣ㄱ-ㆎ·…‘’“”〈〉《》「」『』【】㎡℃±×÷≤≥→○●△▲□■※①-⑮]*")
_THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")
_WHOLE = re.compile(r"(-?\d+)\.0+")


class EncodingError(ValueError):
    """Bytes that are no text in an encoding that can be told for certain.

    Attributes
    ----------
    position : of the first byte that is not UTF-8
    byte : its value
    """

    def __init__(self, position: int, byte: int) -> None:
        super().__init__(f"byte {byte:#04x} at position {position}")
        self.position = position
        self.byte = byte


def decoded(content: bytes) -> str:
    """Text of a file in UTF-8, in UTF-16 or UTF-32 with its mark, or in Korean Windows (CP949).

    Raises
    ------
    EncodingError
        Where it is none of them for certain.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                place = min(len(mark) + error.start, len(content) - 1)
                raise EncodingError(place, content[place]) from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = EncodingError(error.start, content[error.start])
    try:
        korean = content.decode("cp949")
    except UnicodeDecodeError:
        raise reason from None
    if _KOREAN.fullmatch(korean) is None:
        raise reason
    return korean


def delimiter_of(header: str, columns: Iterable[str]) -> str:
    """What stands between the cells of a header line: comma, semicolon or tab.

    Parameters
    ----------
    columns : names that should be found; the delimiter that finds most of them is taken, a
        comma where none is better
    """
    wanted = set(columns)

    def found(delimiter: str) -> int:
        try:
            cells = next(csv.reader([header], delimiter=delimiter), [])
        except csv.Error:
            return 0
        return len(wanted & {cell.strip() for cell in cells})

    return max(DELIMITERS, key=found)


def plain_number(cell: str, delimiter: str) -> str:
    """A number without its thousands separators and without zeros behind a whole number.

    ``94,000`` is 94 thousand where commas stand between cells, since it then came in quotes;
    where semicolons do, it may be 94 with three decimals, and stays as it is to be refused.
    """
    found = _THOUSANDS.fullmatch(cell)
    if found and (delimiter != ";" or cell.count(",") > 1 or "." in cell):
        cell = cell.replace(",", "")
    whole = _WHOLE.fullmatch(cell)
    return whole[1] if whole else cell
