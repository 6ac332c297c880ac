"""The calls about jobs."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import FileResponse, StreamingResponse

from allocopt.faults import Fault
from allocopt.serve import store
from allocopt.serve.artefacts import ARTEFACTS, PLAN, Artefact, offered
from allocopt.serve.calls_instances import Limit, Offset
from allocopt.serve.errors import Responses, of
from allocopt.serve.kinds import Kind
from allocopt.serve.models import Job, State, asked, moments
from allocopt.serve.places import MADE, RESULT, city_of, result_of, size
from allocopt.serve.progress import last_lines, progress
from allocopt.serve.refusals import RefusedError, as_json, missing, refused
from allocopt.serve.server import Here, Owner, Server
from allocopt.serve.starting import answer
from allocopt.serve.streams import Range, attachment, download, files, zipped
from allocopt.serve.worker import OUT

# Left out, but never null: a query has no null.
OneState = State | SkipJsonSchema[None]
_WITH_ANSWER = (0, 3, 4, 130)
_WRONG = 2
# Its result has them all.
MOST_FAULTS = 100
_FILE: Responses = {200: {"content": {"application/octet-stream": {}}, "description": "a file"}}
_PART: Responses = {206: {"description": "the part that was asked for"}}
_ZIP: Responses = {200: {"content": {"application/zip": {}}, "description": "the folder as a zip"}}
_OBJECT: Responses = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "the object"}
}


def router(kinds: Mapping[str, Kind], most_seconds: float) -> APIRouter:
    """The calls, for these kinds of jobs."""
    calls = APIRouter(prefix="/jobs", tags=["jobs"])

    def create(body: Any, here: Here, owner: Owner) -> Job:
        """Start a solve, or a study, of an instance or of the plan of another job."""
        return _create(body, here, owner)

    create.__annotations__["body"] = asked(kinds, most_seconds)
    calls.post("", status_code=202, responses=of(400, 404, 409, 413, 422, 429, 507))(create)
    calls.get("")(jobs)
    calls.get("/{id}", responses=of(404))(job)
    calls.delete("/{id}", status_code=204, responses=of(404, 409))(drop)
    calls.post("/{id}/cancel", status_code=202, responses=of(404, 409))(cancel)
    told = _OBJECT | _PART | of(404, 409, 416, 422)
    calls.get("/{id}/result", response_class=FileResponse, responses=told)(result)
    calls.get("/{id}/files", response_class=StreamingResponse, responses=_ZIP | of(404, 409))(folder)
    made = _FILE | _PART | of(404, 409, 416, 422, 429, 507)
    calls.get("/{id}/artefacts/{name}", response_class=FileResponse, responses=made)(artefact)
    return calls


def jobs(here: Here, owner: Owner, state: OneState = None, limit: Limit = 50, offset: Offset = 0) -> list[Job]:
    """Your jobs, the latest first, without the faults of those that failed."""
    return [_told(here, row, []) for row in here.store.jobs(owner, limit, offset, state)]


def job(id: str, here: Here, owner: Owner) -> Job:
    """One of your jobs: its state, how far it is, and why it failed."""
    row = _found(here, owner, id)
    return _told(here, row, _faults(here, row) if row.state == "failed" else [])


def cancel(id: str, here: Here, owner: Owner) -> Job:
    """Stop a job. What was found is kept, as after Ctrl-C on the command line."""
    row = _found(here, owner, id)
    if not here.store.cancel(owner, id):
        raise refused(409, "job", f"a job that is {row.state}", "one that waits or runs")
    here.dispatcher.wake()
    return _told(here, _found(here, owner, id), [])


def drop(id: str, here: Here, owner: Owner) -> None:
    """Delete a job that is over, with all that it found."""
    row = _found(here, owner, id)
    try:
        gone = here.store.drop_job(owner, id)
    except sqlite3.IntegrityError:
        raise refused(409, "job", "other jobs about its plan", "a job without those: delete them first") from None
    if not gone:
        raise refused(409, "job", f"a job that is {row.state}", "one that is over: cancel it first")
    shutil.rmtree(here.places.job(id), ignore_errors=True)


def result(id: str, here: Here, owner: Owner, part: Range = None) -> FileResponse:
    """What the command line prints with --json; where it says that the input is wrong, 422 with its faults."""
    row = _over(here, owner, id)
    file = here.places.job(id) / OUT
    if row.exit_code not in _WITH_ANSWER or not file.is_file() or not file.stat().st_size:
        raise RefusedError(422 if row.exit_code == _WRONG else 409, _faults(here, row))
    return download(file, "application/json", part)


def folder(id: str, here: Here, owner: Owner) -> StreamingResponse:
    """The folder of the plan or the study, as a zip."""
    row = _over(here, owner, id)
    place = here.places.result(id)
    found = files(place, without="kept")
    if not found:
        raise refused(409, "job", "nothing that was written", "a job that found something")
    headers = {"content-disposition": attachment(f"{row.name}.zip")}
    return StreamingResponse(zipped(place, found, RESULT), media_type="application/zip", headers=headers)


def artefact(id: str, name: str, here: Here, owner: Owner, part: Range = None) -> FileResponse:
    """What is made of the plan or the study: one of the job's `artefacts`."""
    row = _over(here, owner, id)
    if name not in offered(here.places.result(id), here.find):
        raise missing("artefact", name)
    made = ARTEFACTS[name]
    file = here.places.job(id) / MADE / made.file
    if not file.is_file():
        with here.errands.turn():
            _make(here, row, made, file)
    return download(file, made.media, part, f"{row.name}-{made.file}")


def _create(body: Any, here: Server, owner: str) -> Job:
    kind = here.kinds[body.kind]
    about = _planned(here, owner, body.plan) if kind.about == "plan" else None
    instance = body.instance if about is None else about.instance
    found = here.store.instance(owner, instance)
    if found is None:
        raise missing("instance", instance)
    if here.store.used(owner) >= here.limits.quota:
        raise refused(409, "the quota", "no room left", "room: delete jobs or instances first")
    subject = [city_of(instance)] if about is None else [result_of(about.id), f"--city={city_of(instance)}"]
    options = body.options.model_dump(exclude_unset=True)
    row = store.Job(
        id=store.new_id(),
        owner=owner,
        name=body.name or f"{found.name}-{kind.name}",
        kind=kind.name,
        instance=instance,
        plan=None if about is None else about.id,
        options=options,
        words=kind.call(subject, RESULT, options),
        seconds=body.seconds or here.limits.seconds,
        made=time.time(),
    )
    _put(here, row)
    here.dispatcher.wake()
    return _told(here, row, [])


def _put(here: Server, row: store.Job) -> None:
    try:
        room = here.store.put_job(row, here.limits.per_token, here.limits.in_all)
    except sqlite3.IntegrityError:
        raise refused(
            409, "job", "what it is about was deleted just now", "an instance or a plan that is there"
        ) from None
    if not room:
        most = f"at most {here.limits.per_token} that wait or run a token, {here.limits.in_all} in all"
        raise refused(429, "the queue", "too many jobs", most)


def _planned(here: Server, owner: str, id_: str) -> store.Job:
    """The job whose plan another job is about."""
    row = _over(here, owner, id_)
    if row.kind != "solve" or not (here.places.result(id_) / PLAN).is_file():
        raise refused(409, "the request", f"a {row.kind} without a plan", "a solve that found a plan", field="plan")
    return row


def _found(here: Server, owner: str, id_: str) -> store.Job:
    row = here.store.job(owner, id_)
    if row is None:
        raise missing("job", id_)
    return row


def _over(here: Server, owner: str, id_: str) -> store.Job:
    row = _found(here, owner, id_)
    if not row.is_over:
        raise refused(409, "job", f"a job that is {row.state}", "one that is over")
    return row


def _told(here: Server, row: store.Job, faults: Sequence[Fault]) -> Job:
    place = here.places.job(row.id)
    return Job.model_validate(
        {
            **{key: getattr(row, key) for key in ("id", "kind", "name", "instance", "plan", "options", "state")},
            **{key: getattr(row, key) for key in ("cancel", "losses", "exit_code", "ended_by")},
            **moments(row),
            "progress": vars(progress(place)),
            "artefacts": offered(here.places.result(row.id), here.find) if row.is_over else [],
            **as_json(faults[:MOST_FAULTS]),
        }
    )


def _faults(here: Server, row: store.Job) -> list[Fault]:
    """Why a job has no answer."""
    place = here.places.job(row.id)
    told = (answer(place) or {}).get("faults") if row.exit_code == _WRONG else None
    if told:
        return [Fault(**fault) for fault in told]
    ended = row.ended_by or f"exit code {row.exit_code}"
    words = " ".join(word for word in (f"it ended by {ended}", last_lines(place)) if word)
    return [Fault("the job", 0, "", words, "a run within the server's limits")]


def _make(here: Server, row: store.Job, made: Artefact, file: Path) -> None:
    """Run its command; the file is there whole or not at all. Raises RefusedError when there is none."""
    with here.errands.run(made.words(result_of(row.id), city_of(row.instance))) as (place, ended):
        written = place / (OUT if made.is_printed else made.file)
        if ended is None or ended.exit_code == _WRONG or not written.is_file() or not written.stat().st_size:
            told = (answer(place) or {}).get("faults", [])
            faults = [Fault(**fault) for fault in told] or [
                Fault(made.file, 0, "", last_lines(place), "a plan as it was")
            ]
            raise RefusedError(422, faults)
        try:
            file.parent.mkdir(exist_ok=True, mode=0o700)
        except FileNotFoundError:  # deleted in between
            raise missing("job", row.id) from None
        written.replace(file)
    here.store.grown(row.id, size(here.places.job(row.id)))
