"""Fonts of figures: DejaVu Sans, and a Hangul fallback that comes with the software.

The fallback is a subset of NanumGothic under the SIL Open Font License, renamed
as the licence demands; the licence stands beside the font.
"""

from __future__ import annotations

from functools import cache

from ..files import DATA

__all__ = ["HANGUL", "WEB_FAMILIES", "families"]

HANGUL = "InnoclusterHangul"
"""Name of the font that is shipped."""

WEB_FAMILIES = (
    "'DejaVu Sans', 'Noto Sans KR', 'Noto Sans CJK KR', 'Malgun Gothic', "
    f"'Apple SD Gothic Neo', 'NanumGothic', '{HANGUL}', sans-serif"
)
"""Families for text that a browser sets with the fonts of its reader."""

_LATIN = "DejaVu Sans"


def families(language: str) -> list[str]:
    """Font families for Matplotlib; the Hangul font is registered on first need."""
    if language != "ko":
        return [_LATIN]
    _register_hangul()
    return [_LATIN, HANGUL]


@cache
def _register_hangul() -> None:
    from matplotlib import font_manager

    font_manager.fontManager.addfont(DATA / f"{HANGUL}.ttf")
