"""Where the data files of the model are."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DATA"]

DATA = Path(__file__).resolve().parents[1] / "data"
"""Parameters, macro series and what measures compare with."""
