"""Tasks on the cores of one machine or on a Dask cluster: pure functions of what they are given, run elsewhere.

A worker that is lost takes no task with it: what it was at is done again by another.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, Protocol, TypeVar

from allocopt.faults import Fault, InputError
from allocopt.machine import cores

T = TypeVar("T")
R = TypeVar("R")

# How often a worker looks whether its parent is still there, and the parent whether to stop, in seconds.
GLANCE = 0.5
# Workers may be lost so many times on end, with no task ended in between.
MOST_LOSSES = 3
# A cluster that does not answer within so many seconds is not there.
PATIENCE_S = 20


class InterruptedStudyError(Exception):
    """Ctrl-C, or whoever asked for the work, says to stop."""


class LostWorkersError(RuntimeError):
    """Workers ended again and again before their tasks were done: killed, or out of memory."""


class Runner(Protocol):
    """Runs a function over tasks; the answers come in the order of the tasks. `ended` is told the place of a task and
    its answer as soon as it is there."""

    def __call__(
        self, function: Callable[[T], R], tasks: Sequence[T], ended: Callable[[int, R], None] = ...
    ) -> list[R]: ...


def _nothing(_: int, __: Any) -> None:
    """Nobody wants to know what ended."""


def chunks(items: Sequence[T], most: int, least: int = 4) -> list[Sequence[T]]:
    """The items in runs of at most so many, in at least so many runs where there are enough: the same on any machine,
    whatever the number of workers."""
    size = max(1, min(most, -(-len(items) // least)))
    return [items[i : i + size] for i in range(0, len(items), size)]


@contextmanager
def runner(
    workers: int | None = None, interrupted: Callable[[], bool] = lambda: False, *, dask: str | None = None
) -> Iterator[Runner]:
    """A runner with so many processes, else one a core; with one, tasks run in this process. With the address of a
    Dask scheduler, tasks run there.

    Raises InterruptedStudyError between tasks, InputError for a cluster that cannot be had, LostWorkersError.
    """
    if dask is not None:
        with _cluster(dask) as executor:
            yield _Elsewhere(lambda: executor, lambda _: None, interrupted)
        return
    workers = workers or cores()
    if workers == 1:
        yield _Here(interrupted)
        return
    pools: list[ProcessPoolExecutor] = []

    def fresh() -> ProcessPoolExecutor:
        context = get_context("spawn")
        pools.append(ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(os.getpid(),)))
        return pools[-1]

    try:
        yield _Elsewhere(fresh, _kill, interrupted)
        for pool in pools:
            pool.shutdown()
    except BaseException:
        for pool in pools:
            _kill(pool)
        raise


class _Here:
    def __init__(self, interrupted: Callable[[], bool]) -> None:
        self._interrupted = interrupted

    def __call__(
        self, function: Callable[[T], R], tasks: Sequence[T], ended: Callable[[int, R], None] = _nothing
    ) -> list[R]:
        out = []
        for place, task in enumerate(tasks):
            if self._interrupted():
                raise InterruptedStudyError
            out.append(function(task))
            ended(place, out[-1])
        return out


class _Elsewhere:
    """Tasks in an executor; `fresh` makes one, also in place of one that has lost its workers, which `drop` ends."""

    def __init__(
        self, fresh: Callable[[], Executor], drop: Callable[[Any], None], interrupted: Callable[[], bool]
    ) -> None:
        self._fresh, self._drop, self._interrupted = fresh, drop, interrupted
        self._executor: Executor | None = None

    def __call__(
        self, function: Callable[[T], R], tasks: Sequence[T], ended: Callable[[int, R], None] = _nothing
    ) -> list[R]:
        answers: dict[int, R] = {}
        losses = 0
        while len(answers) < len(tasks):
            before = len(answers)
            try:
                self._once(function, tasks, answers, ended)
            except BrokenProcessPool:
                self._drop(self._executor)
                self._executor = None
                losses = losses + 1 if len(answers) == before else 1
                if losses >= MOST_LOSSES:
                    raise LostWorkersError(f"workers were lost {losses} times with no task done in between") from None
        return [answers[place] for place in range(len(tasks))]

    def _once(
        self,
        function: Callable[[T], R],
        tasks: Sequence[T],
        answers: dict[int, R],
        ended: Callable[[int, R], None],
    ) -> None:
        """Run the tasks that have no answer yet. Raises BrokenProcessPool when workers are lost."""
        if self._executor is None:
            self._executor = self._fresh()
        places: dict[Future[R], int] = {}
        for place, task in enumerate(tasks):
            if place not in answers:
                places[self._executor.submit(function, task)] = place
        open_: set[Future[R]] = set(places)
        while open_:
            done, open_ = wait(open_, timeout=GLANCE, return_when=FIRST_COMPLETED)
            lost = [future for future in done if isinstance(future.exception(), BrokenProcessPool)]
            for future in sorted(done - set(lost), key=places.__getitem__):
                answers[places[future]] = future.result()
                ended(places[future], answers[places[future]])
            if lost:
                raise BrokenProcessPool
            if self._interrupted():
                raise InterruptedStudyError


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    """The workers of a Dask cluster. Dask itself does a lost worker's tasks again."""
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        found = Fault("--dask", 0, "", "no distributed", "the extra for clusters: pip install 'allocopt[dask]'")
        raise InputError([found]) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told here, in few words
    try:
        client = Client(address, timeout=PATIENCE_S)
    except (OSError, ValueError) as error:
        words = str(error).splitlines()[0] if str(error) else "no answer"
        raise InputError([Fault("--dask", 0, "", f"'{address}': {words}", "the address of a Dask scheduler")]) from None
    executor = client.get_executor(pure=False)
    try:
        yield executor
    except (KilledWorker, CancelledError) as error:
        raise LostWorkersError(f"the cluster lost workers again and again: {error}") from None
    finally:
        executor.shutdown(wait=False)
        client.close()


def _kill(pool: ProcessPoolExecutor) -> None:
    """End the workers at once: a solve does not listen."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()


def _start(parent: int) -> None:
    """In a worker: Ctrl-C is the parent's to hear, and a worker without its parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(GLANCE)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
