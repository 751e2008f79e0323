"""Looks over what the page shows as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class Balanced(HTMLParser):
    """Complains where a tag is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Enter a tag."""
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave a tag."""
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Pass a tag without content."""


def check(html: str) -> None:
    """Every tag is closed, and no number is none."""
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    assert "nan" not in re.sub(r"<[^>]*>", " ", html).lower().split()
