"""Simulate the usual question of the page and store its answer with the software.

Run it with ``python benchmarks/page_usual.py`` after a change of the model (a minute or two).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from innocluster.viz.page.address import WORLDS, View
from innocluster.viz.page.answers import Question, answer, simulate
from innocluster.viz.page.stored import STORED, store_usual


def main() -> None:
    """Simulate every world in turn, and write."""
    with tempfile.TemporaryDirectory() as folder:
        question = Question.of(View(), Path(folder))
        outcomes = [outcome for world in range(WORLDS) for outcome in simulate(question, world)]
        found = answer(question, WORLDS, outcomes)
    store_usual(found)
    print(f"{STORED.name}: {STORED.stat().st_size / 1e3:.0f} kB, digest {found.digest}")


if __name__ == "__main__":
    main()
