"""A real browser and a running page, where this machine has both."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
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
WHY = (
    f"needs {', '.join(MISSING)}; with INNOCLUSTER_CHROMIUM set to a Chromium, start.py test "
    "installs the rest"
)
"""What is told where pages cannot be opened."""

PATIENCE = 300.0
"""Seconds that anything may take: other tests and the compiler may have the machine meanwhile."""


@contextmanager
def serving(port: int = 0, **environment: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The page on a free port: its address and its process, which ends with all that it started."""
    command = [sys.executable, "-m", "innocluster", "serve", "--port", str(port), "--no-open"]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
            env={**os.environ, **environment},
        ) as process,  # fmt: skip
    ):
        try:
            assert process.stdout is not None
            words = process.stdout.readline().split()
            until = time.monotonic() + PATIENCE
            while not (words and _answers(words[3])):
                if process.poll() is not None or time.monotonic() > until:
                    said.seek(0)
                    raise RuntimeError(f"the page did not start: {said.read()}")
                time.sleep(0.05)
            yield words[3], process
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _answers(address: str) -> bool:
    with suppress(OSError):
        urllib.request.urlopen(address, timeout=10).close()
        return True
    return False


class Visitor:
    """One visitor with a browser of its own, and everything that went wrong there."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000.0 * PATIENCE)
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
        """Open the page, up to the levers; what it shows in their place fails at once."""
        self.page.goto(self.address + query)
        self.page.wait_for_selector(".levers [data-found], .levers .lever, :text('Traceback')")
        shown = self.page.inner_text("body")
        assert "Traceback" not in shown, shown
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
