"""Names of complexes as a region gives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from innocluster.scenarios.region.loading import load_region

from .texts import Texts

__all__ = ["complex_names"]

_PRESET_REGION = "seven-complexes"


def complex_names(meta: Mapping[str, Any], texts: Texts) -> dict[str, str]:
    """Complex key -> display name, from the region's data."""
    folder = None if meta["region"] == _PRESET_REGION else Path(meta["region"])
    complexes = load_region(folder).complexes
    names = complexes.names_ko if texts.language == "ko" else complexes.names
    return {"all": texts("word.all"), **dict(zip(complexes.keys, names, strict=True))}
