"""What makes a page whole by itself: files in it, letters that systems lack, unbroken numbers."""

from __future__ import annotations

import base64
import io
import re

from ..figures.fonts import HANGUL
from ..files import DATA

__all__ = ["data_address", "hangul_face", "unbroken"]

_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
# Licence and names stay in the font, as its licence wants it.
_NAMES = (0, 1, 2, 13, 14)
_TAG = re.compile(r"(<(?:style|pre|title)\b.*?</(?:style|pre|title)>|<[^>]*>)", re.DOTALL)
_BRACKET = re.compile(r"\[[−\d][^\[\]\n]{0,40}\]")
_PERCENT = re.compile(r"(?<=\d) %")


def data_address(content: bytes, kind: str) -> str:
    """Address of a file inside the page.

    Parameters
    ----------
    kind : its media type, such as ``text/csv``
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def hangul_face(page: str) -> str:
    """Style sheet rule with the Hangul letters of a page; nothing where it has none."""
    letters = {ord(letter) for letter in _HANGUL.findall(page)}
    if not letters:
        return ""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features, options.hinting, options.name_IDs = [], False, [*_NAMES]
    content = io.BytesIO()
    with TTFont(DATA / f"{HANGUL}.ttf", lazy=True, recalcTimestamp=False) as font:
        chosen = Subsetter(options)
        chosen.populate(unicodes=letters)
        chosen.subset(font)
        # WOFF 2 would need one package more, for a tenth of a page's size.
        font.flavor = "woff"
        font.save(content)
    address = data_address(content.getvalue(), "font/woff")
    return (
        f"@font-face {{ font-family: '{HANGUL}'; src: url({address}) format('woff'); "
        "unicode-range: U+1100-11FF, U+3130-318F, U+AC00-D7AF; }"
    )


def unbroken(page: str) -> str:
    """A page in whose words no interval in brackets and no percentage breaks over two lines."""
    pieces = _TAG.split(page)
    pieces[::2] = [
        _PERCENT.sub("\N{NO-BREAK SPACE}%", _BRACKET.sub(r'<span class="whole">\g<0></span>', text))
        if text.strip() and not _in_picture(before)
        else text
        for text, before in zip(pieces[::2], ["", *pieces[1::2]], strict=True)
    ]
    return "".join(pieces)


def _in_picture(tag: str) -> bool:
    """Whether a tag begins words of an SVG picture, which knows no such marks."""
    return tag.startswith(("<text", "<tspan", "<desc"))
