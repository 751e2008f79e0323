"""The calendar: months since 2003-01, and when the programme starts (A5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FIRST_YEAR",
    "PROGRAMME_START",
    "month_number",
    "month_starts",
    "month_text",
    "year_of",
]

FIRST_YEAR = 2003
PROGRAMME_START = (2005, 4)


def month_number(year: int, month: int) -> int:
    """Months since 2003-01."""
    return 12 * (year - FIRST_YEAR) + month - 1


def year_of(month: int) -> int:
    """Calendar year of a month since 2003-01."""
    return FIRST_YEAR + month // 12


def month_text(month: int) -> str:
    """A month since 2003-01 as YYYY-MM."""
    return f"{year_of(month)}-{month % 12 + 1:02d}"


def month_starts(months: Sequence[int]) -> pd.DatetimeIndex:
    """First days of months since 2003-01."""
    import pandas as pd

    periods = max(months, default=-1) + 1
    days = pd.date_range(f"{FIRST_YEAR}-01-01", periods=periods, freq="MS", name="month")
    return days[list(months)]
