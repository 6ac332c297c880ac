"""Starts what waits, as long as there is room, and books what has ended.

All that it knows is in the store and in the folders of jobs: after a kill it goes on from there. A job counts as
running before its worker is started, so that no kill can leave a worker of which nobody knows; one whose folder nobody
holds and that has not ended was lost.
"""

from __future__ import annotations

import logging
import sqlite3
import subprocess
import threading
import time

from allocopt.serve.limits import Limits
from allocopt.serve.places import Places, size
from allocopt.serve.starting import Ended, ask, ended, held, last_words, start
from allocopt.serve.store import Job, Store
from allocopt.serve.worker import CANCEL, REQUEUE

_GLANCE, _GLANCE_AT_REST = 0.2, 2.0
_LEAVING_SECONDS = 10.0
# The command line did its work: done, cannot hold together, no plan within the time that was given.
_DONE = (0, 3, 4)
_STATES = {"cancel": "cancelled", "time": "stopped"}
_LEAST_DISK = 1_000_000
_log = logging.getLogger("allocopt.serve")


class Dispatcher:
    def __init__(self, places: Places, store: Store, limits: Limits) -> None:
        self._places, self._store, self._limits = places, store, limits
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._well = True
        self._leaving = threading.Event()
        self._news = threading.Event()
        self._thread = threading.Thread(target=self._work, name="dispatcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """There is something to do."""
        self._news.set()

    def is_well(self) -> bool:
        """Whether it is at work, and its last round came to its end."""
        return self._thread.is_alive() and self._well

    def stop(self) -> None:
        """Stop the workers; their jobs go back into the queue, for the next server."""
        self._leaving.set()
        self._news.set()
        self._thread.join()
        running = [job for job in self._store.running() if held(self._places.job(job.id))]
        for job in running:
            ask(self._places.job(job.id), REQUEUE)
        until = time.monotonic() + _LEAVING_SECONDS
        for job in running:
            while held(self._places.job(job.id)) and time.monotonic() < until:
                time.sleep(_GLANCE / 4)
            self._look(job, lost=False)

    def _work(self) -> None:
        while not self._leaving.is_set():
            busy = False
            try:
                busy = self.round()
                self._well = True
            except (OSError, sqlite3.Error):  # a full disk, say: /health tells, and it tries again
                _log.exception("the dispatcher failed")
                self._well = False
            self._news.wait(_GLANCE if busy else _GLANCE_AT_REST)
            self._news.clear()

    def round(self) -> bool:
        """One look at everything; whether anything runs."""
        for job in self._store.running():
            self._look(job)
        while len(self._store.running()) < self._limits.jobs and (next_ := self._store.waiting()) is not None:
            self._begin(next_)
        return bool(self._children or self._store.running())

    def _begin(self, job: Job) -> None:
        disk = max(_LEAST_DISK, self._limits.quota - self._store.used(job.owner))
        limits = {"seconds": job.seconds, "grace": self._limits.grace, "memory": self._limits.memory, "disk": disk}
        if not self._store.start(job.id):  # cancelled in between
            return
        try:
            self._children[job.id] = start(self._places.job(job.id), job.words, **limits)
            _log.info("job %s of %s (%s) has begun", job.id, job.owner, job.kind)
        except BlockingIOError:  # its last worker is still there: that one is watched
            return
        except OSError as error:
            _log.error("the worker of job %s cannot be started: %s", job.id, error)
            self._store.end(job.id, "failed", None, "server", 0)

    def _look(self, job: Job, *, lost: bool = True) -> None:
        """What has become of a job that counts as running."""
        folder = self._places.job(job.id)
        if held(folder):
            if job.cancel and lost:
                ask(folder, CANCEL)
            return
        if child := self._children.pop(job.id, None):
            child.wait()  # it has let go of its folder, so it is at its end
        if (how := ended(folder)) is not None:
            self._book(job, how)
        elif job.cancel:
            self._store.end(job.id, "cancelled", None, "cancel", size(folder))
        elif lost and job.losses + 1 >= self._limits.losses:
            _log.error("the worker of job %s was lost again, for good; last words: %r", job.id, last_words(folder))
            self._store.end(job.id, "failed", None, "lost", size(folder))
        else:
            if lost:
                _log.warning(
                    "the worker of job %s was lost, it is done again; last words: %r", job.id, last_words(folder)
                )
            self._store.again(job.id, lost=lost)

    def _book(self, job: Job, how: Ended) -> None:
        state = "done" if how.exit_code in _DONE else _STATES.get(how.ended_by or "", "failed")
        _log.info("job %s of %s is %s with exit code %d", job.id, job.owner, state, how.exit_code)
        self._store.end(job.id, state, how.exit_code, how.ended_by, size(self._places.job(job.id)))
