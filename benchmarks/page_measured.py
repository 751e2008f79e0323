"""The page measured in a real browser: start, preview, answers, play, many visitors, every view.

::

    INNOCLUSTER_CHROMIUM=... PYTHONPATH=tests/helpers python benchmarks/page_measured.py
    ... python benchmarks/page_measured.py play --minutes 10
    ... python benchmarks/page_measured.py views FOLDER --axe /path/to/axe.min.js
    ... python benchmarks/page_measured.py pictures docs

Without a task it prints times as a table.  ``play`` lets the network play at full speed and says
how often it was drawn and what memory it took.  ``views`` opens every view in both languages, wide,
on a telephone and at 200 %, takes a screenshot of each and says what sticks out, what cannot be
reached by keyboard, what is too small to hit and, with axe-core (npm pack axe-core), what that
finds.  ``pictures`` makes the screenshots of the documentation.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from browser import MISSING, Visitor, browsing, serving

from innocluster.viz.page.address import VIEWS

VISITORS = 20
MOVES = 40
STARTS = 3

WIDTHS = {"wide": (1280, 1), "phone": (360, 2), "zoom": (640, 2)}
"""Layouts: width in CSS pixels, and device pixels to each; 640 is 1280 at 200 %."""

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

SETTLED = """() => !/Waiting for the model|Simulating one world|being compiled|모형을 기다리고|모의 세계 하나를 계산하고|컴파일하고/
  .test(document.body.innerText)"""  # noqa: E501

STICKING_OUT = """() => {
  const wide = document.documentElement.clientWidth
  const found = [...document.querySelectorAll('.page *')].filter(e => {
    const box = e.getBoundingClientRect()
    return !e.closest('.table, .scroll, .file, svg, select') && box.width && box.right > wide + 1
  })
  if (document.documentElement.scrollWidth > wide) found.push(document.documentElement)
  return found.map(e => e.outerHTML.slice(0, 110))
}"""

REACHABLE = """() => [...document.querySelectorAll('a[href],button,input,select,summary,canvas')]
  .filter(e => e.checkVisibility() && !e.disabled && e.type !== 'hidden' && e.tabIndex >= 0)
  .filter(e => e.type !== 'radio' || e.checked).length"""

TOO_SMALL = """() => [...document.querySelectorAll('button,select,summary,.page input')]
  .filter(e => {
    const box = (e.closest('label') || e.closest('.v-input') || e).getBoundingClientRect()
    return e.offsetParent && box.width && (box.width < 24 || box.height < 24)
  }).map(e => e.outerHTML.slice(0, 90))"""


def first_picture(browser: Any, cold: bool) -> float:
    """Seconds from the command to the sentence; cold: with nothing compiled."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        start = time.perf_counter()
        with serving(**({"INNOCLUSTER_CACHE": empty} if cold else {})) as (address, _):
            visitor = Visitor(browser, address)
            visitor.page.goto(address)
            visitor.page.wait_for_selector("#sentence")
            visitor.page.wait_for_selector("svg[role=img]")
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
    # Looked at ten times a second: at every drawing it would take the model a tenth of a core.
    page.wait_for_function(told.format("(4|12)"), timeout=300_000, polling=100)
    first = time.perf_counter() - start
    done = "/All 30 worlds/.test(document.body.innerText)"
    page.wait_for_function(done, timeout=600_000, polling=100)
    return first, time.perf_counter() - start


def measure() -> None:
    """Print the table."""
    with browsing() as browser:
        rows = [
            (f"command to first picture, {name}, s",
             [first_picture(browser, cold) for _ in range(STARTS)])
            for name, cold in (("warm", False), ("nothing compiled", True))
        ]  # fmt: skip
        with serving() as (address, _):
            visitor = Visitor(browser, address)
            page = visitor.open()
            rows.append(("lever to painted preview, ms", preview_times(page)))
            seed = f"seed={int(time.time())}"
            for name, query in (
                ("worlds never met", f"?{seed}"),
                ("a lever of the programme", f"?budget=1.5&{seed}"),
                ("a lever of a parameter", f"?set.joint_gain=0.08&{seed}"),
            ):  # fmt: skip
                first, full = answer_times(page, address, query)
                rows += [
                    (f"{name}: first worlds, s", [first]), (f"{name}: all 30 worlds, s", [full]),
                ]  # fmt: skip
            visitors = [Visitor(browser, address) for _ in range(VISITORS)]
            opened = []
            for n, one in enumerate(visitors):
                start = time.perf_counter()
                one.open(f"?budget={1 + n / 20:g}&{seed}")
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


def play(minutes: float) -> None:
    """Print drawings a second for members and for all firms, then memory while it goes on."""
    with browsing() as browser, serving() as (address, server):
        visitor = Visitor(browser, address, viewport={"width": 1280, "height": 900})
        page = visitor.open("?view=network")
        page.wait_for_selector(".network canvas")
        network = page.locator(".network")
        network.locator(".bar select").first.select_option("60")

        def drawn() -> int:
            return int(network.get_attribute("data-drawn"))

        def run() -> float:
            """Play all months; drawings a second."""
            network.locator("button").first.click()
            page.wait_for_function("document.querySelector('.network').dataset.month === '0'")
            before, start = drawn(), time.perf_counter()
            network.locator("button.play").click()
            page.wait_for_function("document.querySelector('.network').dataset.month === '131'")
            return (drawn() - before) / (time.perf_counter() - start)

        for name in ("members and their partners", "all firms"):
            told = network.locator(".now").inner_text()
            print(f"{name}: {run():.1f} and {run():.1f} drawings a second ({told})", flush=True)
            network.get_by_role("checkbox").nth(3).check()
        client = visitor.context.new_cdp_session(page)
        until, times = time.monotonic() + 60.0 * minutes, 0
        while time.monotonic() < until:
            if times % 20 == 0:
                client.send("HeapProfiler.collectGarbage")
                heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
                held = _memory(server.pid)
                print(f"{times} times: {heap:.1f} MB in the page, {held:.0f} MB in the server")
            run()
            times += 1
        print(f"{times} times through all months; wrong: {visitor.wrong or 'nothing'}")


def _memory(process: int) -> float:
    """Resident memory in MB."""
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return float(text.partition("VmRSS:")[2].split()[0]) / 1e3


def views(folder: Path, axe: Path | None) -> None:
    """Take a screenshot of every view in every layout and print what is wrong with it."""
    folder.mkdir(parents=True, exist_ok=True)
    places = {"place": "&place=ulsan", "life": "&agent=firm-120"}
    with browsing() as browser, serving() as (address, _):
        for language in ("en", "ko"):
            for view in VIEWS:
                for layout, (width, density) in WIDTHS.items():
                    visitor = Visitor(
                        browser, address, viewport={"width": width, "height": 900},
                        device_scale_factor=density, has_touch=layout == "phone",
                    )  # fmt: skip
                    page = visitor.open(f"?lang={language}&view={view}{places.get(view, '')}")
                    page.wait_for_function(SETTLED)
                    page.wait_for_timeout(500)
                    page.screenshot(path=folder / f"{view}-{language}-{layout}.png", full_page=True)
                    found = [f"sticks out: {text}" for text in page.evaluate(STICKING_OUT)]
                    found += [f"too small: {text}" for text in page.evaluate(TOO_SMALL)]
                    if layout == "wide":
                        found += _out_of_reach(page)
                    if axe is not None and layout != "zoom":
                        found += _axe(page, axe)
                    found += visitor.wrong
                    print(f"{view} {language} {layout}: {len(found)} findings", flush=True)
                    for text in found[:12]:
                        print("  ", text)
                    visitor.context.close()


def _out_of_reach(page: Any) -> list[str]:
    """Whether Tab comes to fewer things than can be used."""
    wanted, seen = page.evaluate(REACHABLE), 0
    page.evaluate("document.activeElement.blur()")
    for _ in range(wanted + 20):
        page.keyboard.press("Tab")
        seen += page.evaluate(
            "() => { const e = document.activeElement, first = !e.dataset.seen;"
            " e.dataset.seen = 1; return first && e.tagName !== 'BODY' ? 1 : 0 }"
        )
    return [f"Tab comes to {seen} things of {wanted}"] if seen < wanted else []


def _axe(page: Any, script: Path) -> list[str]:
    """What axe-core finds, a line each."""
    page.evaluate(script.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": TAGS}}
    found = page.evaluate("o => axe.run(document, o).then(r => r.violations)", options)
    return [
        f"axe {one['id']} ({one['impact']}): {node['html'][:110]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def pictures(folder: Path) -> None:
    """Take the screenshots of the documentation."""
    folder.mkdir(parents=True, exist_ok=True)
    with browsing() as browser, serving() as (address, _):
        for name, query, width, height in (
            ("page", "", 1280, 1150), ("page-ko", "?lang=ko", 1280, 1150),
            ("page-phone", "?lang=ko", 390, 844),
        ):  # fmt: skip
            visitor = Visitor(browser, address, viewport={"width": width, "height": height})
            page = visitor.open(query)
            page.wait_for_function(SETTLED)
            page.wait_for_timeout(700)
            page.screenshot(path=folder / f"{name}.png")
            visitor.context.close()
            print(folder / f"{name}.png")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    tasks = ("times", "play", "views", "pictures")
    parser.add_argument("task", nargs="?", choices=tasks, default="times")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--axe", type=Path, help="axe.min.js")
    parser.add_argument("--minutes", type=float, default=10.0)
    given = parser.parse_args(arguments)
    if MISSING:
        parser.error(f"needs {', '.join(MISSING)}")
    if given.task == "times":
        measure()
    elif given.task == "play":
        play(given.minutes)
    elif given.folder is None:
        parser.error("needs a folder")
    elif given.task == "views":
        views(given.folder, given.axe)
    else:
        pictures(given.folder)


if __name__ == "__main__":
    main()
