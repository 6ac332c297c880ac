"""The server against its own description: whatever is sent, it answers as it says, never with an error of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from allocopt.serve.kinds import FIXED, OPTIONS, WITHHELD, kinds
from allocopt.serve.server import Server
from allocopt.serve.worker import OUT
from serve.inside import find, inside, put_instance, put_job
from serve.running import Client

schemathesis.serializer.alias("application/zip", "application/octet-stream")

INSTANCE, QUEUED, DONE = "a" * 32, "b" * 32, "d" * 32
MANY = 200
ID = re.compile("[0-9a-f]{32}")
SEEN = ["2xx", "401", "404", "409", "429"]
UPLOAD, CREATE, READ = ("POST /instances", "POST /jobs", ["GET /jobs/{id}/result", "GET /jobs/{id}/artefacts/{name}"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Client]]:
    with inside(tmp_path_factory.mktemp("api"), in_all=10**6, per_token=10**6) as found:
        yield found


def settings(token: str | None, phase: str, examples: int) -> dict[str, Any]:
    """Every check, as strict as it is; what it cannot know is told here."""
    return {
        "auth": {"openapi": {"HTTPBearer": {"bearer": token}}},
        "continue-on-failure": True,
        "generation": {"deterministic": True, "max-examples": examples, "database": "none"},
        "phases": {"enabled": False, phase: {"enabled": True}},
        # Ids that there are; others are drawn as well. Where calls follow each other, ids come from answers.
        "dictionaries": {"ids": {"values": [INSTANCE, QUEUED, DONE]}},
        "parameters": {} if phase == "stateful" else {"path.id": {"dictionary": "ids", "probability": 0.7}},
        "operations": [
            # No schema tells what a zip must hold.
            {"include-name": UPLOAD, "checks": {"positive_data_acceptance": {"expected-statuses": [*SEEN, 422]}}},
            # Nor how an amount or a scenario is written: options have a language of their own, which their help tells.
            {
                "include-name": CREATE,
                "checks": {"positive_data_acceptance": {"expected-statuses": [*SEEN, 422]}},
                # Each option of each kind at each of its limits makes more than a thousand calls.
                "phases": {"coverage": {"enabled": examples >= MANY}},
            },
            # Nor how long a file is; and the phase `coverage` draws a Range without looking at its pattern.
            {
                "include-name": READ,
                "checks": {
                    "positive_data_acceptance": {
                        "expected-statuses": [*SEEN, 416, *([422] if phase == "coverage" else [])]
                    }
                },
            },
        ],
    }


def revive(here: Server) -> None:
    """What a call may have deleted or cancelled is there again."""
    if here.store.instance("mayor", INSTANCE) is None:
        put_instance(here, id_=INSTANCE)
    if (queued := here.store.job("mayor", QUEUED)) is None or queued.is_over:
        here.store.drop_job("mayor", QUEUED)
        put_job(here, INSTANCE, id_=QUEUED)
    if here.store.job("mayor", DONE) is None:
        put_job(here, INSTANCE, "done", id_=DONE)
    result = here.places.result(DONE)
    result.mkdir(parents=True, exist_ok=True)
    (result / "plan.json").write_bytes(b"{}")
    (here.places.job(DONE) / OUT).write_text('{"status": "optimal"}', encoding="utf-8")


def hook(here: Server) -> None:
    """Whatever is drawn, jobs are about something that is there, and stays there."""
    revive(here)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        for name, there in (("instance", INSTANCE), ("plan", DONE)):
            given = case.body.get(name) if isinstance(case.body, dict) else None
            if isinstance(given, str) and ID.fullmatch(given):
                case.body[name] = there

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        if case.method == "DELETE" or case.path.endswith("/cancel"):
            revive(here)


def faults(world: tuple[Server, Client], phase: str, examples: int) -> tuple[list[str], Counter[tuple[str, int]]]:
    """What the checks find in a phase, and how often each call was answered with which status."""
    here, client = world
    schema = schemathesis.openapi.from_url(
        f"http://127.0.0.1:{client.port}/openapi.json",
        config=SchemathesisConfig.from_dict(settings(client.token, phase, examples)),
        headers={"Authorization": f"Bearer {client.token}"},
    )
    found: list[str] = []
    answers: Counter[tuple[str, int]] = Counter()
    hook(here)
    try:
        for event in from_schema(schema).execute():
            if isinstance(event, events.NonFatalError | events.FatalError):
                found.append(repr(event))
            elif isinstance(event, events.ScenarioFinished):
                recorder = event.recorder
                for id_, checks in recorder.checks.items():
                    answer = recorder.interactions[id_].response
                    answers[recorder.cases[id_].value.operation.label, answer.status_code if answer else 0] += 1
                    wrong = [each.failure_info for each in checks if each.failure_info is not None]
                    found += [f"{each.failure}\n{each.code_sample}" for each in wrong]
    finally:
        schemathesis.hooks.unregister_all()
    return found, answers


@pytest.mark.parametrize(
    ("phase", "examples"),
    [
        ("coverage", 5),
        ("fuzzing", 10),
        ("stateful", 20),
        pytest.param("coverage", MANY, marks=pytest.mark.slow),
        pytest.param("fuzzing", MANY, marks=pytest.mark.slow),
        pytest.param("stateful", MANY, marks=pytest.mark.slow),
    ],
)
def test_whatever_is_sent_it_answers_as_it_says(world: tuple[Server, Client], phase: str, examples: int) -> None:
    found, answers = faults(world, phase, examples)
    assert not found, f"{len(found)}: " + "\n\n".join(found[:12])
    assert {200, 422} <= {status for _, status in answers}, answers


def test_every_option_of_a_job_is_either_taken_or_withheld() -> None:
    for kind in kinds(find).values():
        has = {opt for part in kind.command.params for opt in part.opts if opt.startswith("--")}
        assert has <= OPTIONS | WITHHELD | set(FIXED), f"{kind.name}: list the new options as taken or as withheld"
        assert {f"--{name.replace('_', '-')}" for name in kind.options.model_fields} == has & OPTIONS


def test_the_pages_fetch_nothing(world: tuple[Server, Client]) -> None:
    page = world[1].get("/docs")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    assert not re.findall(rb"<script|src=|href=|@import|url\(", page.body)
    for path in world[1].get("/openapi.json").json["paths"]:
        assert path.encode() in page.body
