"""Provenance of a result as RO-Crate 1.3 (https://w3id.org/ro/crate/1.3): one JSON-LD file.

It says in the words of schema.org which software made the files, from what, and when, so
that archives and other software understand a folder without knowing this one.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .contents import columns_in, purpose_of

__all__ = ["CRATE", "crate_document"]

CRATE = "ro-crate-metadata.json"
_SPECIFICATION = "https://w3id.org/ro/crate/1.3"
_TYPES = {".parquet": "application/vnd.apache.parquet", ".csv": "text/csv", ".md": "text/markdown"}
_LICENCE = "https://spdx.org/licenses/CC0-1.0"

Entity = dict[str, Any]


def crate_document(folder: Path, manifest: Mapping[str, Any], title: str, finished: str) -> bytes:
    """The metadata file of a result.

    Parameters
    ----------
    folder : where the files are
    manifest : what is known of them
    title : one line on the result
    finished : time at which it was finished, ISO 8601
    """
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name != CRATE
    )
    inputs = [name for name in names if name.startswith("inputs/")]
    outputs = [name for name in names if name not in inputs]
    software, run = "#innocluster", "#run"
    graph: list[Entity] = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _SPECIFICATION},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": title,
            "description": _description(manifest),
            "datePublished": finished,
            "license": {"@id": _LICENCE},
            "hasPart": [{"@id": name} for name in names],
            "mentions": {"@id": run},
        },
        {
            "@id": _LICENCE,
            "@type": "CreativeWork",
            "name": "CC0 1.0 Universal",
            "description": "Simulated numbers; nobody's property.",
        },
        {
            "@id": software,
            "@type": "SoftwareApplication",
            "name": "innocluster",
            "version": str(manifest.get("version", "")),
            "softwareVersion": str(manifest.get("fingerprint", "")),
        },
        {
            "@id": run,
            "@type": "CreateAction",
            "name": str(_result(manifest).get("command", "simulation")),
            "instrument": {"@id": software},
            "object": [{"@id": name} for name in inputs],
            "result": [{"@id": name} for name in outputs],
            "endTime": finished,
        },
    ]
    for name in names:
        graph += _file(folder, name)
    document = {"@context": f"{_SPECIFICATION}/context", "@graph": graph}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _file(folder: Path, name: str) -> list[Entity]:
    """A file, and the columns of a table."""
    path = folder / name
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    entity: Entity = {
        "@id": name,
        "@type": "File",
        "name": name,
        "encodingFormat": kind,
        "contentSize": str(path.stat().st_size),
    }
    purpose = purpose_of(name)
    if purpose:
        entity["description"] = purpose
    if path.suffix != ".csv" or "/" in name:
        return [entity]
    columns = [
        {
            "@id": f"#{path.stem}-{column.name}",
            "@type": "PropertyValue",
            "name": column.name,
            **({"description": column.meaning} if column.meaning else {}),
            **({"unitText": column.unit} if column.unit else {}),
        }
        for column in columns_in(path)
    ]
    entity["variableMeasured"] = [{"@id": column["@id"]} for column in columns]
    return [entity, *columns]


def _result(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    result = manifest.get("result")
    return result if isinstance(result, Mapping) else {}


def _description(manifest: Mapping[str, Any]) -> str:
    """What was run, in a sentence."""
    result = _result(manifest)
    parts = [
        f"{key} {result[key]}"
        for key in ("scenario", "policy", "policies", "seed", "first", "last", "pairs", "worlds")
        if key in result
    ]
    return "Simulated by innocluster: " + (", ".join(parts) or "a published model") + "."
