"""The page measured in a real browser: start, preview, answers, many visitors, accessibility.

::

    INNOCLUSTER_CHROMIUM=... PYTHONPATH=tests/helpers python benchmarks/page_measured.py
    ... python benchmarks/page_measured.py axe /path/to/axe.min.js
    ... python benchmarks/page_measured.py pictures FOLDER

Without a task it prints times as a table.  ``axe`` looks for findings of axe-core (npm pack
axe-core) in every view and language.  ``pictures`` makes the screenshots of the documentation.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from browser import MISSING, Visitor, browsing, serving

from innocluster.viz.page.address import VIEWS

VISITORS = 20
MOVES = 40


def first_picture(browser: Any) -> float:
    """Seconds from the command to the sentence."""
    start = time.perf_counter()
    with serving() as (address, _):
        visitor = Visitor(browser, address)
        visitor.page.goto(address)
        visitor.page.wait_for_selector("#sentence", timeout=60_000)
        seconds = time.perf_counter() - start
        visitor.context.close()
    return seconds


def preview_times(page: Any) -> list[float]:
    """Milliseconds from a move of the budget to the painted preview."""
    script = """moves => new Promise(resolve => {
      const lever = document.querySelector('#lever-budget'), found = []
      const next = k => {
        if (k === moves) return resolve(found)
        const start = performance.now()
        lever.value = 0.1 * (k + 1)
        lever.dispatchEvent(new Event('input'))
        requestAnimationFrame(() => requestAnimationFrame(() => {
          found.push(performance.now() - start)
          next(k + 1)
        }))
      }
      next(0)
    })"""
    found: list[float] = page.evaluate(script, MOVES)
    return found


def answer_times(page: Any, address: str, query: str) -> tuple[float, float]:
    """Seconds to the first simulated worlds and to all of them."""
    start = time.perf_counter()
    page.goto(address + query)
    told = "/{} of 30 worlds|All 30 worlds/.test(document.body.innerText)"
    page.wait_for_function(told.format("(4|12)"), timeout=300_000)
    first = time.perf_counter() - start
    page.wait_for_function("/All 30 worlds/.test(document.body.innerText)", timeout=600_000)
    return first, time.perf_counter() - start


def measure() -> None:
    """Print the table."""
    with browsing() as browser:
        rows = [("command to first picture, s", [first_picture(browser) for _ in range(2)])]
        with serving() as (address, _):
            visitor = Visitor(browser, address)
            page = visitor.open()
            rows.append(("lever to painted preview, ms", preview_times(page)))
            query = f"?budget=1.5&seed={int(time.time())}"
            first, full = answer_times(page, address, query)
            rows += [("first simulated worlds, s", [first]), ("all 30 worlds, s", [full])]
            visitors = [Visitor(browser, address) for _ in range(VISITORS)]
            opened = []
            for n, one in enumerate(visitors):
                start = time.perf_counter()
                one.open(f"?budget={1 + n / 20:g}")
                opened.append(time.perf_counter() - start)
            rows.append((f"opening, {VISITORS} visitors, s", opened))
            moved = [t for one in visitors for t in preview_times(one.page)]
            rows.append((f"lever to preview, {VISITORS} visitors, ms", moved))
            state = visitors[-1].page.locator("[role=status]").first.inner_text()
            wrong = [text for one in (visitor, *visitors) for text in one.wrong]
    print("| what | median | 95 % | most |\n|---|---|---|---|")
    for name, values in rows:
        ordered = sorted(values)
        late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
        print(f"| {name} | {statistics.median(values):.2f} | {late:.2f} | {ordered[-1]:.2f} |")
    print(f"the last visitor is told: {state}")
    print(f"failed requests, outside requests and console errors: {wrong or 'none'}")


def axe(script: Path) -> None:
    """Print what axe-core finds."""
    with browsing() as browser, serving() as (address, _):
        for language in ("en", "ko"):
            for view in VIEWS:
                visitor = Visitor(browser, address)
                page = visitor.open(f"?lang={language}&view={view}")
                page.evaluate(script.read_text(encoding="utf-8"))
                found = page.evaluate("axe.run(document).then(r => r.violations)")
                print(f"{language} {view}: {len(found)} findings")
                for finding in found:
                    nodes = [node["html"][:120] for node in finding["nodes"]]
                    print("  ", finding["id"], finding["impact"], json.dumps(nodes[:3]))
                visitor.context.close()


def pictures(folder: Path) -> None:
    """Take the screenshots of the documentation."""
    folder.mkdir(parents=True, exist_ok=True)
    with browsing() as browser, serving() as (address, _):
        for name, query, width, height in (
            ("page", "", 1280, 1500), ("page-ko", "?lang=ko", 1280, 1500),
            ("page-map", "?view=map", 1280, 1100), ("page-phone", "?lang=ko", 390, 844),
        ):  # fmt: skip
            visitor = Visitor(browser, address, viewport={"width": width, "height": height})
            page = visitor.open(query)
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"{name}.png")
            visitor.context.close()
            print(folder / f"{name}.png")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", nargs="?", choices=("times", "axe", "pictures"), default="times")
    parser.add_argument("path", nargs="?", type=Path)
    given = parser.parse_args(arguments)
    if MISSING:
        parser.error(f"needs {', '.join(MISSING)}")
    if given.task == "times":
        measure()
    elif given.path is None:
        parser.error("needs a path")
    elif given.task == "axe":
        axe(given.path)
    else:
        pictures(given.path)


if __name__ == "__main__":
    main()
