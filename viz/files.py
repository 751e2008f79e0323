"""Where texts, fonts and page templates are."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DATA", "TEMPLATES"]

_HERE = Path(__file__).resolve().parent
DATA = _HERE / "data"
"""Texts in both languages and the Hangul font."""

TEMPLATES = _HERE / "templates"
"""Pages of reports."""
