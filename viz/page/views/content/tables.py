"""Tables of the views as text for the page: every cell is shown as it is, none runs as code."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["folded", "paragraph", "table"]


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], text: bool = False
) -> str:
    """A table whose first column names the rows; it scrolls by itself where it is too wide.

    Parameters
    ----------
    text : cells hold words, not numbers
    """
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    kind = "table text" if text else "table"
    return (
        f'<div class="{kind}" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def folded(summary: str, content: str) -> str:
    """Content that opens when its summary is chosen."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph, of a class of the page's style."""
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape(text)}</p>"
