"""The worker processes of the page: one pool for all visitors, which take turns.

A visitor's question is cut into worlds, of which one waits beside those that the cores simulate, so
that nobody waits for the whole of another's question.  The same work asked for twice is done once.
No more than `MOST` questions are answered at a time; others wait outside and are told so.
The model is compiled beforehand, in a process of its own that ends with it.
"""

from __future__ import annotations

import atexit
import json
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from innocluster.agents.help import available_cores, ready_mark
from innocluster.scenarios.runs.execution import Outcome

from .answers import STEPS, Answer, Question, answer, lacking, simulate
from .starting import NO_COMPILER, POLICIES, compile_model, start_page_worker

__all__ = ["MOST", "Engine", "Unwanted"]

MOST = 24
"""Questions answered at a time: some eight minutes of two cores."""

_KEPT = 24
_PATIENCE = 0.1
_START = "import sys; sys.path[:] = {path}; from {module} import compile_model; compile_model()"

_Result = TypeVar("_Result")


class Unwanted(Exception):
    """Nobody waits for the answer any more."""


class Engine:
    """Workers that answer, and how they are doing.

    Attributes
    ----------
    ready : set when the model is compiled
    """

    def __init__(self) -> None:
        self.ready = threading.Event()
        self._pool: ProcessPoolExecutor | None = None
        self._lock = threading.Lock()
        self._shared: dict[tuple[Any, ...], Future[Any]] = {}
        self._answers: OrderedDict[tuple[str, int], Answer] = OrderedDict()
        self._asking: list[object] = []
        self._outside: list[str] = []
        self._began = 0.0

    @property
    def waiting(self) -> int:
        """Visitors whose questions are being answered."""
        return len(self._asking)

    def outside(self, question: Question) -> bool:
        """Whether a question waits until one of those that are being answered is done."""
        return question.key in self._outside

    @property
    def compiling(self) -> float:
        """Seconds since the compilation began, 0 where there is none."""
        return 0.0 if self.ready.is_set() or not self._began else time.monotonic() - self._began

    def start(self) -> None:
        """Compile the model where that has not been done, without waiting for it."""
        with self._lock:
            if self._began:
                return
            self._began = time.monotonic()
        if all(ready_mark(policy).exists() for policy in POLICIES):
            self.ready.set()
            # The workers load what they need while the page is read.
            for worker in range(available_cores()):
                self.call(("load", worker), compile_model)
            return
        threading.Thread(target=self._compile, daemon=True).start()

    def _compile(self) -> None:
        code = _START.format(path=json.dumps(sys.path), module=compile_model.__module__)
        environment = {k: v for k, v in os.environ.items() if k != NO_COMPILER}
        with subprocess.Popen(
            [sys.executable, "-c", code], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as process:  # fmt: skip
            atexit.register(process.kill)
            process.wait()
        # Where it failed, the first world compiles, and says what is wrong.
        self.ready.set()

    def known(self, question: Question) -> Answer | None:
        """The answer of most worlds that has been given to a question lately."""
        with self._lock:
            for worlds in reversed(STEPS):
                if (found := self._answers.get((question.key, worlds))) is not None:
                    return found
        return None

    def answers(self, question: Question, wanted: Callable[[], bool]) -> Iterator[Answer]:
        """Answers of more and more worlds.

        Raises
        ------
        Unwanted
            As soon as `wanted` says so.
        """
        ticket = self._enter(question, wanted)
        try:
            while not self.ready.wait(_PATIENCE):
                _check(wanted)
            missing = self._get((question.key, "lacking"), wanted, lacking, question, STEPS[-1])
            fresh: list[Outcome] = []
            for worlds, given in self._growing(question, missing, fresh, wanted):
                yield self._keep((question.key, worlds), given)
            key = (question.key, STEPS[-1])
            yield self._keep(key, self._get(key, wanted, answer, question, STEPS[-1], fresh))
        finally:
            self._asking.remove(ticket)

    def _enter(self, question: Question, wanted: Callable[[], bool]) -> object:
        """A ticket, as soon as there is room."""
        ticket, told = object(), False
        try:
            while True:
                with self._lock:
                    if len(self._asking) < MOST:
                        self._asking.append(ticket)
                        return ticket
                    if not told:
                        self._outside.append(question.key)
                        told = True
                time.sleep(_PATIENCE)
                _check(wanted)
        finally:
            if told:
                self._outside.remove(question.key)

    def call(self, key: tuple[Any, ...], work: Callable[..., _Result], *given: Any) -> Future[Any]:
        """Work in the pool; who asks for the same `key` meanwhile shares it."""
        with self._lock:
            running = self._shared.get(key)
            if running is not None and not running.done():
                return running
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    available_cores(), multiprocessing.get_context("spawn"),
                    initializer=start_page_worker,
                )  # fmt: skip
            future = self._pool.submit(work, *given)
            self._shared = {k: f for k, f in self._shared.items() if not f.done()}
            self._shared[key] = future
            return future

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _growing(
        self,
        question: Question,
        missing: dict[int, tuple[str, ...]],
        fresh: list[Outcome],
        wanted: Callable[[], bool],
    ) -> Iterator[tuple[int, Answer]]:
        """Simulate what is missing; answers of some worlds are made beside the worlds that follow.

        Parameters
        ----------
        missing : arms by world
        fresh : outcomes that are not stored yet, given back
        """
        left, open_worlds = sorted(missing, reverse=True), set(missing)
        steps = [worlds for worlds in STEPS[:-1] if missing]
        running: dict[Future[Any], int] = {}
        made: Future[Answer] | None = None
        while open_worlds or made is not None:
            if made is None and steps and open_worlds and min(open_worlds) >= steps[0]:
                own = [one for one in fresh if one.replication < steps[0]]
                fresh[:] = [one for one in fresh if one.replication >= steps[0]]
                made = self.call((question.key, steps[0]), answer, question, steps[0], own)
            while left and len(running) <= available_cores():
                world = left.pop()
                key = (question.key, "world", world)
                running[self.call(key, simulate, question, world, missing[world])] = world
            waited = {*running} if made is None else {*running, made}
            done, _ = wait(waited, timeout=_PATIENCE, return_when=FIRST_COMPLETED)
            _check(wanted)
            for future in done - {made}:
                open_worlds.remove(running.pop(future))
                fresh += self._result(future)
            if made in done:
                yield steps.pop(0), self._result(made)
                made = None

    def _get(
        self, key: tuple[Any, ...], wanted: Callable[[], bool], work: Callable[..., _Result],
        *given: Any,
    ) -> _Result:  # fmt: skip
        """Result of shared work, tried once more where a worker died."""
        for last in (False, True):
            future = self.call(key, work, *given)
            while not future.done():
                wait([future], timeout=_PATIENCE)
                _check(wanted)
            try:
                result: _Result = self._result(future)
                return result
            except BrokenProcessPool:
                if last:
                    raise
        raise AssertionError

    def _result(self, future: Future[Any]) -> Any:
        try:
            return future.result()
        except BrokenProcessPool:
            # A worker ran out of memory or was ended from outside: the next call starts others.
            with self._lock:
                self._pool = None
            raise

    def _keep(self, key: tuple[str, int], given: Answer) -> Answer:
        with self._lock:
            self._answers[key] = given
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        return given


def _check(wanted: Callable[[], bool]) -> None:
    if not wanted():
        raise Unwanted
