"""Blocks of jobs on an engine: a bounded window of them, and what becomes of those that are lost.

Jobs that take long go one by one, short ones in blocks, so that a block takes about half a second.
Where a worker dies its block is halved until the job that kills it stands alone: that one
is given up after its second death, and all others are done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

from .engine import Engine

__all__ = ["Blocks"]

_Job = TypeVar("_Job")
_Result = TypeVar("_Result")

_TICK = 0.25
_SECONDS_A_BLOCK = 0.5
_MOST_JOBS = 50
_ATTEMPTS = 2


@dataclass
class _Block(Generic[_Job]):
    """Jobs that are handed over together, and how often that cost a worker its life."""

    jobs: Sequence[_Job]
    deaths: int = 0


class Blocks(Generic[_Job, _Result]):
    """Hands jobs to an engine.

    Parameters
    ----------
    engine : executes blocks
    work : executes the jobs of a block; returns the result of each and the seconds of all
    give_up : result of a job that is given up after so many deaths
    """

    def __init__(
        self,
        engine: Engine,
        work: Callable[[Sequence[_Job]], tuple[list[_Result], float]],
        give_up: Callable[[_Job, int], _Result],
    ) -> None:
        self._engine = engine
        self._work = work
        self._give_up = give_up
        self._in_flight: dict[Future[tuple[list[_Result], float]], _Block[_Job]] = {}
        self._again: deque[_Block[_Job]] = deque()
        self._alone: Engine | None = None
        self._size = 1

    def run(self, jobs: Iterable[_Job]) -> Iterator[_Result | None]:
        """Results as they come, in no fixed order; ``None`` where a while passes without one."""
        waiting = iter(jobs)
        done = False
        try:
            while True:
                if self._again and self._engine.breaks:
                    yield from self._examine()
                    continue
                self._fill(waiting)
                if not self._in_flight and not self._again:
                    break
                yield from self._collect()
            done = True
        finally:
            if self._alone is not None:
                self._alone.stop()
                self._alone = None
            if not done:
                for future in self._in_flight:
                    future.cancel()
                self._in_flight.clear()
                self._engine.stop()

    def _fill(self, waiting: Iterator[_Job]) -> None:
        """Hand over blocks until the window is full."""
        window = self._engine.waiting * self._engine.workers
        while len(self._in_flight) < window:
            if self._again:
                block = self._again.popleft()
            else:
                block = _Block(list(islice(waiting, self._size)))
            if not block.jobs:
                return
            try:
                self._in_flight[self._engine.submit(self._work, block.jobs)] = block
            except self._engine.lost:
                # It broke before it had this block.
                if self._in_flight:
                    self._again.appendleft(block)
                    return
                self._engine.stop()
                self._in_flight[self._engine.submit(self._work, block.jobs)] = block

    def _collect(self) -> Iterator[_Result | None]:
        """What has finished by now, or after a while."""
        finished, _ = wait(self._in_flight, timeout=_TICK, return_when=FIRST_COMPLETED)
        if not finished:
            yield None
            return
        broken = False
        for future in finished:
            block = self._in_flight.pop(future)
            try:
                results, seconds = future.result()
            except self._engine.lost:
                if self._engine.breaks:
                    self._again.append(block)
                    broken = True
                else:
                    yield from self._split(block)
                continue
            self._adapt(len(results), seconds)
            yield from results
        if broken:
            self._again.extend(self._in_flight.values())
            self._in_flight.clear()
            self._engine.stop()

    def _examine(self) -> Iterator[_Result | None]:
        """Execute a block that was lost with its engine on another one that has nothing else."""
        yield None
        block = self._again.popleft()
        if self._alone is None:
            self._alone = self._engine.alone()
        try:
            results, _ = self._alone.submit(self._work, block.jobs).result()
        except self._engine.lost:
            self._alone.stop()
            self._alone = None
            yield from self._split(block)
        else:
            yield from results

    def _split(self, block: _Block[_Job]) -> Iterator[_Result]:
        """Halve a block that cost a worker its life; a job that does so again is given up."""
        if len(block.jobs) > 1:
            half = len(block.jobs) // 2
            self._again.extendleft((_Block(block.jobs[half:]), _Block(block.jobs[:half])))
            return
        block.deaths += 1
        if block.deaths < _ATTEMPTS:
            self._again.append(block)
        else:
            yield self._give_up(block.jobs[0], block.deaths)

    def _adapt(self, jobs: int, seconds: float) -> None:
        """Take so many jobs a block that it takes about the time that it should."""
        each = max(seconds / max(1, jobs), 1e-6)
        self._size = min(_MOST_JOBS, max(1, int(_SECONDS_A_BLOCK / each)))
