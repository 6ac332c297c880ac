"""What a server knows, in SQLite: tokens by their hash, instances and jobs by their owner.

Each call opens the file anew, so that threads and processes share nothing. A write is on the disk when it returns.
What came first is told by SQLite's own row numbers: a clock may be set back.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS tokens (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, made REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS instances (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
    made REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL,
    instance TEXT NOT NULL REFERENCES instances (id), plan TEXT REFERENCES jobs (id),
    options TEXT NOT NULL, words TEXT NOT NULL, seconds REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued', cancel INTEGER NOT NULL DEFAULT 0, losses INTEGER NOT NULL DEFAULT 0,
    made REAL NOT NULL, started REAL, ended REAL, exit_code INTEGER, ended_by TEXT, bytes INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state);
CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner);
"""
_OPEN = "('queued', 'running')"


@dataclass(frozen=True)
class Instance:
    id: str
    owner: str
    name: str
    files: int
    bytes: int
    made: float


@dataclass(frozen=True)
class Job:
    """`words` is the command line that does it; `plan` the job whose plan it is about."""

    id: str
    owner: str
    name: str
    kind: str
    instance: str
    plan: str | None
    options: Mapping[str, Any]
    words: Sequence[str]
    seconds: float
    state: str = "queued"
    cancel: bool = False
    losses: int = 0
    made: float = 0.0
    started: float | None = None
    ended: float | None = None
    exit_code: int | None = None
    ended_by: str | None = None
    bytes: int = 0

    @property
    def is_over(self) -> bool:
        return self.state not in ("queued", "running")


def new_id() -> str:
    return secrets.token_hex(16)


class Store:
    def __init__(self, file: Path) -> None:
        self._file = file
        with self._open() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_TABLES)
        # While one that has read is open, SQLite's files beside the store stay: a full disk has no room to make them.
        self._kept = sqlite3.connect(file, check_same_thread=False)
        self._kept.execute("SELECT count(*) FROM tokens").fetchone()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection whose statements are one transaction."""
        with closing(sqlite3.connect(self._file, timeout=30.0, isolation_level=None)) as db:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys=ON")
            db.execute("PRAGMA synchronous=FULL")
            yield db

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def tokens(self) -> list[tuple[str, str]]:
        """(name, hash) of each."""
        with self._open() as db:
            return [(row["name"], row["sha256"]) for row in db.execute("SELECT name, sha256 FROM tokens")]

    def put_token(self, name: str, sha256: str, *, replace: bool = False) -> bool:
        """Whether it was taken: a name that there is already keeps its token unless told to `replace` it."""
        with self._writing() as db:
            if db.execute("SELECT 1 FROM tokens WHERE name = ?", (name,)).fetchone() and not replace:
                return False
            db.execute("INSERT OR REPLACE INTO tokens VALUES (?, ?, ?)", (name, sha256, time.time()))
            return True

    def drop_token(self, name: str) -> bool:
        with self._writing() as db:
            return db.execute("DELETE FROM tokens WHERE name = ?", (name,)).rowcount > 0

    def put_instance(self, instance: Instance) -> None:
        with self._writing() as db:
            db.execute("INSERT INTO instances VALUES (?, ?, ?, ?, ?, ?)", tuple(instance.__dict__.values()))

    def instance(self, owner: str, id_: str) -> Instance | None:
        with self._open() as db:
            row = db.execute("SELECT * FROM instances WHERE id = ? AND owner = ?", (id_, owner)).fetchone()
            return None if row is None else Instance(**row)

    def instances(self, owner: str, limit: int, offset: int) -> list[Instance]:
        """The latest first."""
        query = "SELECT * FROM instances WHERE owner = ? ORDER BY rowid DESC LIMIT ? OFFSET ?"
        with self._open() as db:
            return [Instance(**row) for row in db.execute(query, (owner, limit, offset))]

    def drop_instance(self, owner: str, id_: str) -> bool:
        """Raises sqlite3.IntegrityError while a job is about it."""
        with self._writing() as db:
            return db.execute("DELETE FROM instances WHERE id = ? AND owner = ?", (id_, owner)).rowcount > 0

    def put_job(self, job: Job, per_token: int, in_all: int) -> bool:
        """Whether there was room for it in the queue."""
        with self._writing() as db:
            mine = db.execute(
                f"SELECT count(*) FROM jobs WHERE state IN {_OPEN} AND owner = ?", (job.owner,)
            ).fetchone()
            all_ = db.execute(f"SELECT count(*) FROM jobs WHERE state IN {_OPEN}").fetchone()
            if mine[0] >= per_token or all_[0] >= in_all:
                return False
            given = (job.id, job.owner, job.name, job.kind, job.instance, job.plan)
            db.execute(
                "INSERT INTO jobs (id, owner, name, kind, instance, plan, options, words, seconds, made) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*given, json.dumps(job.options), json.dumps(job.words), job.seconds, job.made),
            )
            return True

    def job(self, owner: str, id_: str) -> Job | None:
        with self._open() as db:
            row = db.execute("SELECT * FROM jobs WHERE id = ? AND owner = ?", (id_, owner)).fetchone()
            return None if row is None else _job(row)

    def jobs(self, owner: str, limit: int, offset: int, state: str | None = None) -> list[Job]:
        """The latest first."""
        query = "SELECT * FROM jobs WHERE owner = ? AND state = coalesce(?, state) ORDER BY rowid DESC LIMIT ? OFFSET ?"
        with self._open() as db:
            return [_job(row) for row in db.execute(query, (owner, state, limit, offset))]

    def cancel(self, owner: str, id_: str) -> bool:
        """Whether there was anything to stop. What only waits is over at once; the dispatcher stops what runs."""
        with self._writing() as db:
            return (
                db.execute(
                    "UPDATE jobs SET cancel = 1, ended = CASE state WHEN 'queued' THEN ? END, "
                    "ended_by = CASE state WHEN 'queued' THEN 'cancel' END, "
                    "state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END "
                    f"WHERE id = ? AND owner = ? AND state IN {_OPEN}",
                    (time.time(), id_, owner),
                ).rowcount
                > 0
            )

    def drop_job(self, owner: str, id_: str) -> bool:
        """Whether it was over and is gone. Raises sqlite3.IntegrityError while another job is about its plan."""
        query = f"DELETE FROM jobs WHERE id = ? AND owner = ? AND state NOT IN {_OPEN}"
        with self._writing() as db:
            return db.execute(query, (id_, owner)).rowcount > 0

    def used(self, owner: str) -> int:
        """Bytes that a token's instances and jobs take."""
        query = """SELECT (SELECT total(bytes) FROM instances WHERE owner = :o)
            + (SELECT total(bytes) FROM jobs WHERE owner = :o)"""
        with self._open() as db:
            return int(db.execute(query, {"o": owner}).fetchone()[0])

    def running(self) -> list[Job]:
        with self._open() as db:
            return [_job(row) for row in db.execute("SELECT * FROM jobs WHERE state = 'running' ORDER BY rowid")]

    def waiting(self) -> Job | None:
        """The next to be started: of the token with the fewest that run, the one that waits longest."""
        query = """SELECT * FROM jobs WHERE state = 'queued' ORDER BY
            (SELECT count(*) FROM jobs AS other WHERE other.owner = jobs.owner AND other.state = 'running'), rowid"""
        with self._open() as db:
            row = db.execute(query).fetchone()
            return None if row is None else _job(row)

    def start(self, id_: str) -> bool:
        """Whether it was still waiting, and now counts as running."""
        with self._writing() as db:
            query = "UPDATE jobs SET state = 'running', started = ? WHERE id = ? AND state = 'queued'"
            return db.execute(query, (time.time(), id_)).rowcount > 0

    def end(self, id_: str, state: str, exit_code: int | None, ended_by: str | None, bytes_: int) -> None:
        with self._writing() as db:
            db.execute(
                "UPDATE jobs SET state = ?, exit_code = ?, ended_by = ?, bytes = ?, ended = ? WHERE id = ?",
                (state, exit_code, ended_by, bytes_, time.time(), id_),
            )

    def again(self, id_: str, *, lost: bool) -> None:
        """Back into the queue, at its old place."""
        with self._writing() as db:
            db.execute("UPDATE jobs SET state = 'queued', losses = losses + ? WHERE id = ?", (int(lost), id_))

    def grown(self, id_: str, bytes_: int) -> None:
        with self._writing() as db:
            db.execute("UPDATE jobs SET bytes = ? WHERE id = ?", (bytes_, id_))

    def known(self) -> tuple[list[str], list[str]]:
        """The ids of all instances and of all jobs."""
        with self._open() as db:
            return [row[0] for row in db.execute("SELECT id FROM instances")], [
                row[0] for row in db.execute("SELECT id FROM jobs")
            ]


def _job(row: sqlite3.Row) -> Job:
    values = dict(row)
    values |= {"options": json.loads(row["options"]), "words": json.loads(row["words"]), "cancel": bool(row["cancel"])}
    return Job(**values)
