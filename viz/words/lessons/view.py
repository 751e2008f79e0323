"""What a page or the terminal shows of a lesson."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Shown", "View"]


@dataclass(frozen=True)
class Shown:
    """A table as people read it.

    Attributes
    ----------
    caption : what it holds
    columns : headings
    rows : cells as texts
    numbers : places of columns of numbers
    """

    caption: str
    columns: list[str]
    rows: list[list[str]]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class View:
    """Everything in words.

    Attributes
    ----------
    title : of the page
    headlines : the findings, the first one first
    warnings : what makes them doubtful
    tables : the numbers
    may, may_not : what may be concluded, and what not
    how : how it was found, and how tables and figures are read
    """

    title: str
    headlines: list[str]
    warnings: list[str] = field(default_factory=list)
    tables: list[Shown] = field(default_factory=list)
    may: list[str] = field(default_factory=list)
    may_not: list[str] = field(default_factory=list)
    how: list[str] = field(default_factory=list)
