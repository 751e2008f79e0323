"""Where regions, presets and tables of scenarios are."""

from __future__ import annotations

from pathlib import Path

__all__ = ["DATA", "PRESETS", "PRESET_FOLDER"]

_HERE = Path(__file__).resolve().parent
DATA = _HERE / "data"
"""Channels, switches and targets."""

PRESETS = _HERE / "presets"
"""Scenarios that come with the software."""

PRESET_FOLDER = _HERE / "regions" / "seven-complexes"
"""The region that comes with the software."""
