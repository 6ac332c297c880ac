"""What a study keeps while it runs, so that it can be killed at any moment and go on.

Every task that ended is a file of its own in `kept/`, there whole or not at all, with the sha256 of what it holds.
`kept/run.json` says of which instance and options they are. One process at a time works in a folder: a lock of the
operating system, which no killed process can leave behind, sees to it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from allocopt.faults import Fault, InputError
from allocopt.plan import Plan, PlanTable
from allocopt.plan.frames import frame_of
from allocopt.plan.place import KEPT, RUN, check_place, put, reason_of, refusal
from allocopt.plan.write import plan_files
from allocopt.progress import Watcher
from allocopt.study.course import Course
from allocopt.study.study import MANIFEST, Study, study_files
from allocopt.study.workers import Runner

T = TypeVar("T")
R = TypeVar("R")
Rows = Iterable[Mapping[str, Any]]

LOCK = ".lock"
PLANS = "plans"


@dataclasses.dataclass(frozen=True)
class Ended:
    """What a task found: `record` is a dataclass of plain values, kept as JSON; a plan is kept as its folder."""

    record: Any
    plan: Plan | None = None


class Keeper:
    """The folder of a study that runs, and how far it is (`course`). Made by `keeping`."""

    def __init__(self, folder: Path, course: Course) -> None:
        self.folder, self.course = folder, course

    def plan_folder(self, name: str) -> Path:
        """Where the plan of a task is kept."""
        return self.folder / PLANS / name

    def read(self, name: str, kind: type[R]) -> R | None:
        """What is kept of a task; None where nothing is, or where it is damaged, which is told."""
        from pydantic import TypeAdapter, ValidationError

        file = self.folder / KEPT / f"{name}.json"
        try:
            if not file.exists():
                return None
            return TypeAdapter(kind).validate_python(_opened(file.read_bytes()))
        except (OSError, ValueError, ValidationError):
            self.course.say(f"{file} is damaged; it is made again")
            return None

    def keep(self, name: str, ended: Ended) -> None:
        """Keep what a task found. Raises InputError when it cannot be written; all that was kept before stays."""
        if ended.plan is not None:
            put(self.plan_folder(name), plan_files(ended.plan)[0])
        self._write(f"{name}.json", dataclasses.asdict(ended.record))

    def run(self, run: Runner, function: Callable[[T], Ended], tasks: Mapping[str, T], kind: type[R]) -> dict[str, R]:
        """The records of tasks by name: those that are kept, and the others as they end."""
        kept = {name: record for name in tasks if (record := self.read(name, kind)) is not None}
        found = {name: record for name, record in kept.items() if self._has_plan(name, record)}
        left = [name for name in tasks if name not in found]
        with self.course.round(function, len(tasks), len(found)) as one_ended:

            def ended(place: int, answer: Ended) -> None:
                self.keep(left[place], answer)
                one_ended()

            answers = run(function, [tasks[name] for name in left], ended)
        found |= {name: answer.record for name, answer in zip(left, answers, strict=True)}
        return {name: found[name] for name in tasks}

    def _has_plan(self, name: str, record: Any) -> bool:
        """Whether the plan that a record speaks of is there."""
        return not getattr(record, "has_plan", False) or (self.plan_folder(name) / "plan.json").is_file()

    def start(self, identity: Mapping[str, str], *, start_over: bool) -> None:
        """See that what is kept is of this very run. Raises InputError, naming each difference, where it is not."""
        kept = self.folder / KEPT
        file = kept / RUN
        if file.exists() and not start_over:
            try:
                before = _opened(file.read_bytes())
            except (OSError, ValueError):
                raise refusal(file, "a damaged file", "what is kept of a run, or --start-over") from None
            if faults := [
                Fault(str(self.folder), 0, key, found, told) for key, found, told in _apart(before, identity)
            ]:
                raise InputError(faults)
            return
        for old in (kept, self.folder / PLANS):
            _clear(old, but=LOCK)
        self._write(RUN, dict(identity))

    def _write(self, name: str, content: Any) -> None:
        try:
            place(self.folder / KEPT / name, _closed(content))
        except OSError as error:
            raise refusal(self.folder, reason_of(error), "a folder that can be written") from None


@contextmanager
def keeping(
    folder: Path,
    identity: Mapping[str, str],
    *,
    start_over: bool = False,
    progress: Watcher | None = None,
) -> Iterator[Keeper]:
    """Work in the folder of a study, alone.

    `identity` is all that its tasks depend on, as text by name; `progress` is told of them. Raises InputError when the
    folder holds other things, another instance's or other options' study (unless told to `start_over`), cannot be
    written, or when another process works in it.
    """
    from filelock import FileLock, Timeout

    check_place(folder, MANIFEST, what="study", with_folders=True)
    try:
        (folder / KEPT).mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / KEPT / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise refusal(folder, "a study that another process is working on", "a folder that nobody works on") from None
    except OSError as error:
        raise refusal(folder, reason_of(error), "a folder that can be written") from None
    try:
        keeper = Keeper(folder, Course(progress))
        keeper.start(identity, start_over=start_over)
        yield keeper
    finally:
        lock.release()


def place(file: Path, data: bytes) -> None:
    """Write a file, which is there whole or not at all. Raises OSError; then what was there before still is."""
    fresh = file.with_name(f".{file.name}.{uuid4().hex}.new")
    try:
        with fresh.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _closed(content: Any) -> bytes:
    """Content as JSON, with its sha256. Numbers read back as they were, those that are not finite too."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "content": text}).encode()


def _opened(data: bytes) -> Any:
    """Raises ValueError for what `_closed` did not write."""
    kept = json.loads(data)
    if not isinstance(kept, dict) or not isinstance(kept.get("content"), str):
        raise ValueError("no record")
    if hashlib.sha256(kept["content"].encode()).hexdigest() != kept.get("sha256"):
        raise ValueError("another sha256 than when it was written")
    return json.loads(kept["content"])


def _apart(before: Any, now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """(name, what was kept, what is asked) where the two differ."""
    before = before if isinstance(before, dict) else {}
    for key in sorted({*before, *now}):
        if before.get(key) != now.get(key):
            found = f"{_shown(now[key])} now" if key in now else "nothing now"
            then = _shown(before[key]) if key in before else "nothing"
            yield key, found, f"{then}, as when the study began; or another --out, or --start-over"


def _shown(value: Any) -> str:
    """A value, a long hash by its beginning."""
    text = str(value)
    return f"sha256 {text[:8]}…" if len(text) == 64 else text


def finish(
    keeper: Keeper, manifest: Mapping[str, Any], columns: Mapping[str, PlanTable], rows: Mapping[str, Rows]
) -> Study:
    """Write the tables of a study, given as rows by name, into its folder, the manifest last; return it as it stands
    there.

    Raises InputError when they cannot be written; what is kept stays.
    """
    tables = {name: frame_of(spec, list(rows[name])) for name, spec in columns.items()}
    study = Study(manifest, columns, tables)
    files, written = study_files(study)
    try:
        (keeper.folder / MANIFEST).unlink(missing_ok=True)
        for table in sorted(keeper.folder.glob("*.csv")):
            if table.name not in files:
                table.unlink()
        for name, data in files.items():
            place(keeper.folder / name, data)
    except OSError as error:
        raise refusal(keeper.folder, reason_of(error), "a folder that can be written") from None
    return dataclasses.replace(study, folder=keeper.folder, manifest=written)


def _clear(folder: Path, *, but: str) -> None:
    """Empty a folder of a run that is not gone on with."""
    for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
        if entry.name != but:
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
