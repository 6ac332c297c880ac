"""Jobs from upload to download, by real workers."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from urllib.parse import unquote

import pytest

from allocopt.checker import check
from serve.running import ENDLESS, Client, Running, folder_zip, made_zip, until


def test_a_solve_gives_what_the_command_line_gives(mayor: Client, solved: str, town: Path, tmp_path: Path) -> None:
    told = mayor.get(f"/jobs/{solved}").json
    assert (told["state"], told["exit_code"], told["ended_by"], told["losses"]) == ("done", 0, None, 0)
    result = mayor.get(f"/jobs/{solved}/result").json
    assert result["status"] == "optimal" and result["gap"] <= 0.05 and result["violations"] == []
    files = mayor.get(f"/jobs/{solved}/files")
    zipfile.ZipFile(io.BytesIO(files.body)).extractall(tmp_path)
    assert json.loads((tmp_path / "result" / "plan.json").read_text("utf-8"))["objective"] == result["objective"]
    assert check(tmp_path / "result", city=town).ok


def test_what_can_be_made_of_a_plan_can_be_fetched(mayor: Client, solved: str) -> None:
    names = mayor.get(f"/jobs/{solved}").json["artefacts"]
    assert {"summary", "check"} <= set(names)
    for name in names:
        answer = mayor.get(f"/jobs/{solved}/artefacts/{name}")
        assert answer.status == 200 and answer.body, (name, answer.body)
    assert "示例镇" in mayor.get(f"/jobs/{solved}/artefacts/summary").body.decode()
    assert mayor.get(f"/jobs/{solved}/artefacts/check").json["ok"]


def test_a_part_of_a_file_can_be_fetched(mayor: Client, solved: str) -> None:
    for what in ("result", "artefacts/summary"):
        path = f"/jobs/{solved}/{what}"
        whole = mayor.get(path)
        assert whole.headers["accept-ranges"] == "bytes" and whole.headers["etag"]
        for part, expected in (("10-", whole.body[10:]), ("0-4", whole.body[:5]), ("-7", whole.body[-7:])):
            found = mayor.call("GET", path, headers={"Range": f"bytes={part}"})
            assert (found.status, found.body) == (206, expected)
        for part in (f"{len(whole.body)}-", "5-4", "-0"):
            found = mayor.call("GET", path, headers={"Range": f"bytes={part}"})
            assert found.status == 416 and found.faults[0]["file"] == "Range"
            assert found.headers["content-range"] == f"bytes */{len(whole.body)}"
        assert mayor.call("GET", path, headers={"Range": "lines=1-2"}).status == 422


def test_names_in_chinese_reach_the_file_that_is_saved(mayor: Client, solved: str) -> None:
    told = mayor.get(f"/jobs/{solved}/files").headers["content-disposition"]
    assert told.startswith('attachment; filename="__ ___.zip"; ')
    assert unquote(told.partition("filename*=UTF-8''")[2]) == "苏州 用直镇.zip"


def test_no_message_tells_where_the_server_keeps_things(mayor: Client, solved: str, server: Running) -> None:
    for what in ("", "/result", "/artefacts/summary", "/artefacts/check"):
        assert str(server.data).encode() not in mayor.get(f"/jobs/{solved}{what}").body


def test_faults_of_the_instance_are_told_at_once_and_it_is_not_kept(mayor: Client, town: Path) -> None:
    before = len(mayor.get("/instances").json)
    broken = {file.name: file.read_bytes() for file in town.iterdir()}
    broken["sites.csv"] = broken["sites.csv"].replace(b"people", b"poeple", 1)
    broken["city.yaml"] = b"name: x\nname: y\n"
    answer = mayor.upload(made_zip(broken))
    assert answer.status == 422
    assert "city.yaml" in {fault["file"] for fault in answer.faults}
    assert len(mayor.get("/instances").json) == before


def test_faults_that_only_the_run_finds_come_back_as_422(mayor: Client, uploaded: str) -> None:
    job = mayor.job("solve", uploaded, options={"set": ["budgets.nothing.amount_cny=x2"]})
    told = mayor.until(job)
    assert (told["state"], told["exit_code"]) == ("failed", 2)
    answer = mayor.get(f"/jobs/{job}/result")
    assert answer.status == 422
    assert "budgets.nothing.amount_cny" in json.dumps(answer.faults)
    assert told["faults"] == answer.faults
    assert mayor.get(f"/jobs/{job}/files").status == 409


@pytest.mark.parametrize(
    "options",
    [
        {"gap": "a little"},
        {"gap": -1},
        {"gap": True},
        {"objective": "fame"},
        {"regime": "chaos"},
        {"out": "/tmp/x"},
        {"threads": 64},
        {"set": "no list"},
        {"set": ["a\u0000b"]},
        {"scenario": "\ud800"},
        {"coalition": ["a,,b"]},
        {"time_limit": "1e999"},
    ],
)
def test_options_that_the_command_does_not_take_are_refused_at_once(
    mayor: Client, uploaded: str, options: dict[str, object]
) -> None:
    answer = mayor.call("POST", "/jobs", {"kind": "solve", "instance": uploaded, "options": options})
    assert answer.status == 422
    assert any(next(iter(options)) in fault["field"] for fault in answer.faults), answer.faults


def test_a_job_is_cancelled_and_keeps_what_was_found(mayor: Client, uploaded: str) -> None:
    job = mayor.job("budget", uploaded, options=ENDLESS)
    until(lambda: mayor.get(f"/jobs/{job}").json["progress"]["kept"])
    assert mayor.call("POST", f"/jobs/{job}/cancel").status == 202
    told = mayor.until(job)
    assert (told["state"], told["ended_by"]) == ("cancelled", "cancel") and told["progress"]["kept"], told
    assert mayor.call("POST", f"/jobs/{job}/cancel").status == 409
    assert mayor.call("DELETE", f"/jobs/{job}").status == 204
    assert mayor.get(f"/jobs/{job}").status == 404


def test_what_others_stand_on_is_not_deleted(mayor: Client, uploaded: str, solved: str) -> None:
    assert mayor.call("DELETE", f"/instances/{uploaded}").status == 409
    assert mayor.get(f"/instances/{uploaded}").status == 200


@pytest.mark.slow
def test_every_study_runs_and_one_about_a_plan_uses_it(mayor: Client, uploaded: str, solved: str) -> None:
    jobs = [
        mayor.job("budget", uploaded, options={"points": 2, "gap": 0.05}),
        mayor.job("fairness", uploaded, options={"points": 2, "gap": 0.05}),
        mayor.job("ladder", uploaded, options={"rungs": 2, "gap": 0.05}),
        mayor.job("information", uploaded, options={"gap": 0.05, "draws": 2}),
        mayor.job("collaboration", uploaded, options={"gap": 0.05, "near": 0.2}),
        mayor.job("replan", plan=solved, options={"changes": 1, "gap": 0.05}),
        mayor.job("stress", plan=solved, options={"kinds": "depots", "additions": 1, "gap": 0.05}),
    ]
    for job in jobs:
        told = mayor.until(job)
        assert told["state"] == "done", told
        assert mayor.get(f"/jobs/{job}/result").status == 200
        assert "result/study.json" in zipfile.ZipFile(io.BytesIO(mayor.get(f"/jobs/{job}/files").body)).namelist()
    assert mayor.call("DELETE", f"/jobs/{solved}").status == 409


def test_an_instance_in_a_folder_of_the_zip_is_taken_too(mayor: Client, town: Path) -> None:
    answer = mayor.upload(folder_zip(town, top="some town/"))
    assert answer.status == 201
    assert answer.json["files"] == len(list(town.iterdir()))
    assert mayor.call("DELETE", f"/instances/{answer.json['id']}").status == 204
    assert mayor.get(f"/instances/{answer.json['id']}").status == 404
