"""The calendar: months since 2003-01, and when the programme starts (A5)."""

from __future__ import annotations

__all__ = ["FIRST_YEAR", "PROGRAMME_START", "month_number", "year_of"]

FIRST_YEAR = 2003
PROGRAMME_START = (2005, 4)


def month_number(year: int, month: int) -> int:
    """Months since 2003-01."""
    return 12 * (year - FIRST_YEAR) + month - 1


def year_of(month: int) -> int:
    """Calendar year of a month since 2003-01."""
    return FIRST_YEAR + month // 12
