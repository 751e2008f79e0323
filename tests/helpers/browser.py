"""A real browser and a running page, where this machine has both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

CHROMIUM = os.environ.get("INNOCLUSTER_CHROMIUM") or next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
        if (found := shutil.which(name))
    ),
    "",
)
"""Program of the browser: named by INNOCLUSTER_CHROMIUM, or the first one on the path."""

NEEDED = ("playwright", "solara", "solara_assets", "ipyvuetify")
MISSING = [name for name in NEEDED if find_spec(name) is None] + ([] if CHROMIUM else ["chromium"])


@contextmanager
def serving(port: int = 0) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The page on a free port: its address and its process."""
    command = [sys.executable, "-m", "innocluster", "serve", "--port", str(port), "--no-open"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[3]
        try:
            until = time.monotonic() + 60.0
            while time.monotonic() < until:
                with suppress(OSError):
                    urllib.request.urlopen(address, timeout=10).close()
                    break
                time.sleep(0.05)
            yield address, process
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(2.0)
            process.kill()


class Visitor:
    """One visitor with a browser of its own, and everything that went wrong there."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        page, own = self.page, (address, "data:", "blob:", address.replace("http", "ws"))
        page.on("response", lambda r: self._note(r.status >= 400, f"{r.status} {r.url}"))
        page.on("requestfailed", lambda r: self._note(True, f"failed {r.url}"))
        page.on("console", lambda m: self._note(m.type == "error", f"console {m.text}"))
        page.on("pageerror", lambda e: self._note(True, f"error {e}"))
        page.on("request", lambda r: self._note(not r.url.startswith(own), f"outside {r.url}"))
        self.address = address

    def _note(self, wrong: bool, text: str) -> None:
        if wrong:
            self.wrong.append(text)

    def open(self, query: str = "") -> Any:
        """Open the page, up to the levers."""
        self.page.goto(self.address + query)
        self.page.wait_for_selector(".levers [data-found], .levers .lever", timeout=60_000)
        return self.page


@contextmanager
def browsing() -> Iterator[Any]:
    """A running browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        browser = player.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        try:
            yield browser
        finally:
            browser.close()
