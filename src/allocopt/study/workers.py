"""Tasks on the cores of one machine: pure functions of what they are given, run in processes of their own."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")

# How often a worker looks whether its parent is still there, and the parent whether to stop, in seconds.
GLANCE = 0.5


class InterruptedStudyError(Exception):
    """Ctrl-C, or whoever asked for the work, says to stop."""


class Runner(Protocol):
    """Runs a function over tasks; the answers come in the order of the tasks."""

    def __call__(self, function: Callable[[T], R], tasks: Sequence[T]) -> list[R]: ...


def chunks(items: Sequence[T], most: int, least: int = 4) -> list[Sequence[T]]:
    """The items in runs of at most so many, in at least so many runs where there are enough: the same on any machine,
    whatever the number of workers."""
    size = max(1, min(most, -(-len(items) // least)))
    return [items[i : i + size] for i in range(0, len(items), size)]


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def runner(workers: int, interrupted: Callable[[], bool] = lambda: False) -> Iterator[Runner]:
    """A runner with so many processes; with one, tasks run in this one. Raises InterruptedStudyError between tasks."""
    if workers <= 1:
        yield _Here(interrupted)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_start, initargs=(os.getpid(),))
    try:
        yield _Pool(pool, interrupted)
        pool.shutdown()
    except BaseException:
        _kill(pool)
        raise


class _Here:
    def __init__(self, interrupted: Callable[[], bool]) -> None:
        self._interrupted = interrupted

    def __call__(self, function: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        out = []
        for task in tasks:
            if self._interrupted():
                raise InterruptedStudyError
            out.append(function(task))
        return out


class _Pool:
    def __init__(self, pool: ProcessPoolExecutor, interrupted: Callable[[], bool]) -> None:
        self._pool, self._interrupted = pool, interrupted

    def __call__(self, function: Callable[[T], R], tasks: Sequence[T]) -> list[R]:
        futures = [self._pool.submit(function, task) for task in tasks]
        open_: set[Future[R]] = set(futures)
        while open_:
            done, open_ = wait(open_, timeout=GLANCE, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()
            if self._interrupted():
                raise InterruptedStudyError
        return [future.result() for future in futures]


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
