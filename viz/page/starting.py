"""How the page's processes start: a server that compiles nothing, and workers that do.

The server never runs the model.  This module loads nothing of it, so that a worker can take
back what keeps the server from compiling before the first compiled function is met.
"""

from __future__ import annotations

import os

__all__ = ["NO_COMPILER", "POLICIES", "compile_model", "start_page_worker"]

NO_COMPILER = "NUMBA_DISABLE_JIT"
"""Set for the server, which starts the faster for it."""

POLICIES = ("P0", "P5")
"""Policies of the usual question."""


def compile_model() -> None:
    """Compile all that the usual question needs, or load it."""
    from innocluster.scenarios.runs.workers import warm
    from innocluster.scenarios.schema import Scenario

    warm(Scenario.default(), POLICIES)


def start_page_worker() -> None:
    """Compile here, unlike in the server; leave Ctrl-C to it and end with it."""
    os.environ.pop(NO_COMPILER, None)
    from innocluster.scenarios.engines.processes import start_worker

    start_worker()
