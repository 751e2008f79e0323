"""The usual question's answer as it came with the software: shown at once, and said to be stored.

``viz/data/usual_answer.json`` is made by ``benchmarks/page_usual.py`` from the same runs that the
page would make.  It is trimmed to what the first screen shows, and gives way to the simulated
answer as soon as that is there.
"""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path

from innocluster.scenarios.comparison.tabulation import Comparison

from ..files import DATA
from .address import MEASURES
from .answers import Answer

__all__ = ["STORED", "store_usual", "usual_answer"]

STORED = DATA / "usual_answer.json"
_DIGITS = 9


def store_usual(answer: Answer, file: Path = STORED) -> None:
    """Write what the first screen shows of the answer to the usual question."""
    tables = {
        "yearly": answer.yearly[answer.yearly["indicator"].isin([*MEASURES, "firms"])],
        "policies": answer.comparison.policies,
        "backtest": answer.comparison.backtest,
    }
    document = {
        "made": date.today().isoformat(),
        "digest": answer.digest,
        "sides": [answer.a, answer.b],
        "meta": answer.comparison.meta,
        "tables": {
            name: json.loads(frame.to_json(orient="split", index=False, double_precision=_DIGITS))
            for name, frame in tables.items()
        },
    }
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=float)
    file.write_text(text + "\n", encoding="utf-8")


@cache
def usual_answer(file: Path = STORED) -> Answer:
    """The stored answer; tables that the first screen does not need are empty."""
    import pandas as pd

    document = json.loads(file.read_text(encoding="utf-8"))
    tables = {
        name: pd.DataFrame(table["data"], columns=table["columns"])
        for name, table in document["tables"].items()
    }
    numeric = ["observed", "uncertainty", "goal", "spent"]
    for table in tables.values():
        for column in table.columns.intersection(numeric):
            table[column] = table[column].astype(float)
    names = [f.name for f in fields(Comparison) if f.name != "meta"]
    frames = {name: tables.get(name, pd.DataFrame()) for name in names}
    comparison = Comparison(document["meta"], **frames)
    a, b = document["sides"]
    return Answer(comparison, tables["yearly"], a, b, document["digest"], document["made"])
