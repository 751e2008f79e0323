"""The page in a real browser, where there is one; longer measurements: benchmarks/page_measured.py.

Set INNOCLUSTER_CHROMIUM to a Chromium and run `python3 start.py test`.
"""

from __future__ import annotations

import json
import os
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import MISSING, WHY, Visitor, browsing, serving

from innocluster.viz.page.address import View
from innocluster.viz.page.preview import places_of, predicted
from innocluster.viz.page.stored import usual_answer

pytestmark = pytest.mark.skipif(bool(MISSING), reason=WHY)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as (found, _):
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as found:
        yield found


@pytest.fixture
def visitor(browser: Any, address: str) -> Iterator[Visitor]:
    found = Visitor(browser, address, permissions=["clipboard-read", "clipboard-write"])
    yield found
    found.context.close()
    assert found.wrong == []


def preview(page: Any) -> dict[str, float]:
    """What the browser's preview found, in the unit of results."""
    found: dict[str, float] = json.loads(page.locator(".levers").first.get_attribute("data-found"))
    return found


def test_the_first_picture_is_there_at_once_and_says_that_it_is_stored(visitor: Visitor) -> None:
    page = visitor.open()
    assert page.locator("svg[role=img]").count() >= 2
    assert page.evaluate("document.documentElement.lang") == "en"
    state = page.locator("[role=status]").first.inner_text()
    assert usual_answer().stored in state or "All 30 worlds" in state
    korean = visitor.open("?lang=ko")
    assert korean.evaluate("document.documentElement.lang") == "ko"
    assert "주제별 미니클러스터" in korean.locator("#sentence").inner_text()


_HALF_IMPORTED = """
import sys
import time
from importlib.machinery import PathFinder
from pathlib import Path


class Slow:
    def find_spec(self, name, path=None, target=None):
        if name != "pandas.core":
            return None
        spec = PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module

        def wait(module):
            while not Path(__file__).with_name("go on").exists():
                time.sleep(0.1)
            execute(module)

        spec.loader.exec_module = wait
        return spec


sys.meta_path.insert(0, Slow())
"""


def test_no_page_is_drawn_while_pandas_is_half_imported(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_HALF_IMPORTED)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    # Time enough for a page to go wrong.
    threading.Timer(8.0, (tmp_path / "go on").touch).start()
    with serving(PYTHONPATH=path) as (address, _):
        visitor = Visitor(browser, address)
        visitor.open()
        assert visitor.wrong == []
        visitor.context.close()


def test_a_lever_previews_at_once_and_becomes_the_address(visitor: Visitor) -> None:
    page = visitor.open()
    expected = predicted(places_of(View()), "revenue_2013", 2005, 30)
    assert preview(page)["mean"] == pytest.approx(expected.mean, rel=1e-9)
    assert preview(page)["low"] == pytest.approx(expected.low, rel=1e-9)
    lever = page.locator("#lever-budget")
    # While it moves, nothing is asked of the server.
    lever.evaluate("e => { e.value = 2; e.dispatchEvent(new Event('input')) }")
    moved = predicted(places_of(View(budget=2.0)), "revenue_2013", 2005, 30)
    assert preview(page)["mean"] == pytest.approx(moved.mean, rel=1e-9)
    assert "budget" not in page.url
    lever.press("ArrowRight")
    page.wait_for_url("**budget=2.05*")
    page.wait_for_selector("li:has-text('2.05')")
    page.go_back()
    page.wait_for_function("document.querySelector('#lever-budget').value === '1'")


def test_the_simulated_answer_takes_the_place_of_what_waits(visitor: Visitor) -> None:
    page = visitor.open("?last=2005-12&place=ulsan")
    assert (
        "No preview for another economy or horizon" in page.locator(".preview").first.inner_text()
    )
    told = "/(4|12) of 30 worlds|All 30 worlds/.test(document.body.innerText)"
    page.wait_for_function(told)
    assert "Ulsan" in page.locator("#sentence").inner_text()


def test_two_visitors_do_not_meet(browser: Any, address: str, visitor: Visitor) -> None:
    page = visitor.open("?budget=2&last=2005-12")
    other = Visitor(browser, address)
    other.open("?budget=0.5&lang=ko&last=2005-12")
    other.page.locator("#choice-measure").select_option("exports")
    other.page.wait_for_url("**measure=exports*")
    assert page.locator("#lever-budget").input_value() == "2"
    assert "exports" not in page.url
    assert page.locator("#choice-measure").input_value() == "revenue"
    assert other.wrong == []
    other.context.close()


def test_two_actions_lead_to_a_korean_sentence_with_its_link(visitor: Visitor) -> None:
    page = visitor.open("?measure=exports")
    page.get_by_role("button", name="한국어").click()
    page.get_by_role("button", name="문장과 링크 복사").click()
    page.wait_for_selector("text=복사했다.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#sentence").inner_text() + "\n" + page.url
    # Size with interval, comparison, cost and caveat.
    for part in ("2013년 수출", "백만 달러(", " ~ ", "‘사업 없음’에 비해", "지출은", "불확실성"):
        assert part in copied


def test_the_frozen_page_opens_without_a_server(
    browser: Any, visitor: Visitor, tmp_path: Path
) -> None:
    page = visitor.open()
    with page.expect_download() as started:
        page.locator("text=This page as a file").click()
    file = tmp_path / "result.html"
    started.value.save_as(file)
    assert file.stat().st_size < 2_000_000
    frozen = Visitor(browser, file.as_uri())
    frozen.page.goto(file.as_uri())
    assert frozen.page.locator("#sentence").inner_text() == page.locator("#sentence").inner_text()
    assert preview(frozen.page)["mean"] == pytest.approx(preview(page)["mean"], rel=1e-6)
    frozen.page.locator("#lever-budget").evaluate(
        "e => { e.value = 3; e.dispatchEvent(new Event('input')) }"
    )
    moved = predicted(places_of(View(budget=3.0)), "revenue_2013", 2005, 30)
    assert preview(frozen.page)["high"] == pytest.approx(moved.high, rel=1e-9)
    assert frozen.wrong == []
    frozen.context.close()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_telephone_shows_all_of_it(browser: Any, address: str, language: str) -> None:
    visitor = Visitor(browser, address, viewport={"width": 360, "height": 740})
    page = visitor.open(f"?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    wide = page.evaluate(
        "[...document.querySelectorAll('.page *')].filter(e => !e.closest('.table, svg, select')"
        " && e.getBoundingClientRect().right > 361).map(e => e.outerHTML.slice(0, 80))"
    )
    assert wide == []
    assert visitor.wrong == []
    visitor.context.close()


@pytest.mark.parametrize(
    "path",
    [
        "static/public/../../../../etc/passwd",
        "_solara/cdn/../../../../../etc/passwd",
        "static/assets/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "..%2f..%2f..%2fetc%2fpasswd",
        "?policy=P5@/etc/passwd",
        "?macro=/etc/passwd",
    ],
)
def test_no_file_is_reached_through_an_address(address: str, path: str) -> None:
    try:
        with urllib.request.urlopen(address + path, timeout=20) as answer:
            text = answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        text = error.read().decode(errors="replace")
    assert not re.search(r"root:[^:]*:0:0", text)
