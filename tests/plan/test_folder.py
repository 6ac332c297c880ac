"""A plan's folder: written whole or not at all, read back exactly, damage noticed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from allocopt.faults import InputError
from allocopt.plan import PLAN_TABLES, Plan, check_target, read, write
from allocopt.plan.manifest import manifest_hash, plain
from plan.samples import plan


def only(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_reads_back_exactly(tmp_path: Path) -> None:
    written = write(plan(), tmp_path / "out" / "计划")
    back = read(tmp_path / "out" / "计划")
    assert back.manifest == written.manifest
    for name in PLAN_TABLES:
        pd.testing.assert_frame_equal(back.table(name), plan().table(name), check_exact=True)
    assert only(tmp_path / "out") == ["计划"]
    assert written.folder == tmp_path / "out" / "计划"


def test_the_files_are_plain(tmp_path: Path) -> None:
    write(plan(), tmp_path / "out")
    data = (tmp_path / "out" / "sites.csv").read_bytes()
    assert (
        data
        == (
            "\ufeffsite,hazard,period,shift,loss_before_cny,effort,loss_cny\n"
            "shop,fire,t,,2.0,,0.0\nshop,theft,t,,0.3333333333333333,0.5,0.0\n"
        ).encode()
    )
    visits = (tmp_path / "out" / "visits.csv").read_text("utf-8-sig").splitlines()
    assert visits[1] == "check,shop,2025,lead,p1,,2,1e-17,10.0,0.0"
    assert visits[3] == '深度检查,"医院, 西",2025,lead,p1,,2,0.30000000000000004,10.0,0.0'
    manifest = json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))
    assert manifest["manifest_sha256"] == manifest_hash(manifest)
    assert set(manifest["tables"]) == {table.file for table in PLAN_TABLES.values() if table.always}


def test_a_plan_already_there_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(plan(), out)
    (out / "notes.txt").write_text("mine")
    write(plan(loss=7.0), out)
    assert read(out).loss == 7.0
    assert "notes.txt" not in only(out)
    assert only(tmp_path) == ["out"]


def test_an_empty_folder_and_a_link_are_filled(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(plan(), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert read(tmp_path / "real").loss == 120.5


@pytest.mark.parametrize("other", ["file", "folder", "plan with a folder", "beneath a file", "long"])
def test_other_targets_are_refused_and_left_alone(tmp_path: Path, other: str) -> None:
    out = tmp_path / "out"
    if other in ("file", "beneath a file"):
        out.write_text("x")
    elif other == "folder":
        out.mkdir()
        (out / "x").write_text("x")
    elif other == "plan with a folder":
        write(plan(), out)
        (out / "x").mkdir()
    target = {"beneath a file": out / "plan", "long": tmp_path / ("x" * 300)}.get(other, out)
    before = sorted(str(path) for path in tmp_path.rglob("*"))
    for attempt in (lambda: check_target(target), lambda: write(plan(), target)):
        with pytest.raises(InputError):
            attempt()
    assert sorted(str(path) for path in tmp_path.rglob("*")) == before


def test_a_place_inside_a_plan_is_refused(tmp_path: Path) -> None:
    write(plan(), tmp_path / "out")
    for inner in ("sub", "sub/deeper", "visits.csv/x"):
        with pytest.raises(InputError, match=r"inside the plan|a file at"):
            write(plan(), tmp_path / "out" / inner)
    assert "sub" not in only(tmp_path / "out")


def test_a_file_in_place_of_the_folder_is_called_a_file(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(InputError, match="found a file; expected a folder"):
        check_target(tmp_path / "out")


def test_an_old_plan_goes_away_also_when_another_run_is_quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two looks at the place the other run has taken the new plan away, and then brings its own."""
    write(plan(), tmp_path / "out")
    exists, looks = Path.exists, []

    def gone_once(path: Path, **more: bool) -> bool:
        if path == tmp_path / "out" and exists(path) and any(tmp_path.glob(".out.*.old")) and not looks:
            looks.append(path)
            return False
        return exists(path, **more)

    monkeypatch.setattr(Path, "exists", gone_once)
    write(plan(loss=7.0), tmp_path / "out")
    assert looks and only(tmp_path) == ["out"]
    assert read(tmp_path / "out").loss == 7.0


def test_what_is_no_plan_is_told_in_one_way(tmp_path: Path) -> None:
    (tmp_path / "city").mkdir()
    with pytest.raises(InputError, match=r"found a folder without plan.json; expected the folder of a plan"):
        read(tmp_path / "city")
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(InputError, match="found a file; expected the folder of a plan"):
        read(tmp_path / "plan.json")


def test_nothing_is_written_for_no_plan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to write"):
        write(Plan({"status": "infeasible"}, {}), tmp_path / "out")
    assert only(tmp_path) == []


def test_a_full_disk_leaves_the_old_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(plan(), tmp_path / "out")
    full = Path.write_bytes

    def fails_late(path: Path, data: bytes) -> int:
        if path.name == "plan.json":
            raise OSError(28, "No space left on device")
        return full(path, data)

    monkeypatch.setattr(Path, "write_bytes", fails_late)
    for out in (tmp_path / "out", tmp_path / "new" / "deep" / "out"):
        with pytest.raises(InputError, match="No space left"):
            write(plan(loss=1.0), out)
    assert only(tmp_path) == ["out"]
    assert read(tmp_path / "out").loss == 120.5


def test_an_interruption_in_the_middle_of_the_swap_leaves_the_old_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(plan(), tmp_path / "out")
    rename = Path.rename

    def interrupted(path: Path, target: Path) -> Path:
        if path.name.endswith(".new"):
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(plan(loss=1.0), tmp_path / "out")
    assert only(tmp_path) == ["out"]
    assert read(tmp_path / "out").loss == 120.5


WRITER = """
import sys
from collections.abc import Iterator
from pathlib import Path
sys.path[:0] = {path!r}
from allocopt.plan import write
from plan.samples import plan
sample = plan(loss={loss})
print("ready", flush=True)
for _ in range({times}):
    write(sample, Path({out!r}))
"""


def writer(out: Path, times: int, loss: float = 1.0) -> subprocess.Popen[bytes]:
    """A process that has said it is ready and writes the plan over and over."""
    script = WRITER.format(path=sys.path, out=str(out), times=times, loss=loss)
    run = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert run.stdout is not None
    run.stdout.readline()
    return run


def test_runs_at_once_do_not_harm_each_other(tmp_path: Path) -> None:
    runs = [writer(tmp_path / "out", 100, loss) for loss in (1.0, 2.0)]
    assert [run.wait() for run in runs] == [0, 0]
    assert read(tmp_path / "out").loss in (1.0, 2.0)
    assert only(tmp_path) == ["out"]


def test_a_folder_that_another_run_has_just_moved_away_may_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(plan(), tmp_path / "out")
    look_into = Path.iterdir

    def moved_away_at_the_look(path: Path) -> Iterator[Path]:
        path.rename(tmp_path / "aside")
        return look_into(path)

    monkeypatch.setattr(Path, "iterdir", moved_away_at_the_look)
    check_target(tmp_path / "out")


def test_a_killed_run_leaves_no_torn_plan(tmp_path: Path) -> None:
    for kill in range(4):
        folder = tmp_path / str(kill)
        run = writer(folder / "out", 10_000)
        time.sleep(0.1 + 0.013 * kill)
        run.kill()
        run.communicate()
        if (folder / "out").exists():
            assert read(folder / "out").loss == 1.0


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    write(plan(), tmp_path / "out")
    draw = np.random.default_rng(5)
    files = [tmp_path / "out" / name for name in ("plan.json", "visits.csv", "sites.csv")]
    for _ in range(60):
        file = files[draw.integers(len(files))]
        data = bytearray(file.read_bytes())
        data[draw.integers(len(data))] ^= 1 << int(draw.integers(8))
        whole = file.read_bytes()
        file.write_bytes(bytes(data))
        with pytest.raises(InputError):
            read(tmp_path / "out")
        file.write_bytes(whole)
    read(tmp_path / "out")


def test_a_plan_changed_by_hand_is_read_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(plan(), out)
    table = out / "visits.csv"
    table.write_bytes(table.read_bytes().replace(b"\n", b"\r\n").replace(b"p1,,2,", b"p1,,3,"))
    with pytest.raises(InputError, match=r"visits\.csv: found another sha256"):
        read(out)
    assert read(out, edited=True).table("visits")["visits"].tolist() == [3, 2, 3]


def test_all_faults_of_a_damaged_folder_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(plan(), out)
    (out / "posts.csv").unlink()
    (out / "depots.csv").write_text("depot,opened\nd,1\n")
    (out / "beats.csv").write_text("site,post,minutes,people\ns,p,soon,1\ns,p\n")
    with pytest.raises(InputError) as error:
        read(out)
    text = str(error.value)
    assert "posts.csv: found no such file" in text
    assert "depots.csv:1 cost_cny: found no such column" in text
    assert "beats.csv:3: found 2 cells" in text


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", '{"status": NaN}', "[" * 100_000, "\ud800"])
def test_what_is_no_manifest(tmp_path: Path, text: str) -> None:
    write(plan(), tmp_path / "out")
    (tmp_path / "out" / "plan.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    for edited in (False, True):
        with pytest.raises(InputError, match=r"plan\.json"):
            read(tmp_path / "out", edited=edited)


def test_no_folder(tmp_path: Path) -> None:
    for folder in (tmp_path / "none", tmp_path / ("x" * 300)):
        with pytest.raises(InputError, match="the folder of a plan"):
            read(folder)


def test_a_study_is_no_plan(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text("{}")
    with pytest.raises(InputError, match="found a study; expected one of the plans in its folder plans"):
        read(tmp_path)


def test_plain_values() -> None:
    value = {"a": (np.float64(0.5), np.int64(3), float("nan"), Path("x/y")), 3: {"b", "a"}, "s": "\udcff"}
    assert plain(value) == {"a": [0.5, 3, None, "x/y"], "3": ["a", "b"], "s": "\\udcff"}


def test_a_moved_plan_is_still_a_plan(tmp_path: Path) -> None:
    write(plan(), tmp_path / "out")
    shutil.move(tmp_path / "out", tmp_path / "elsewhere")
    moved = read(tmp_path / "elsewhere")
    assert (moved.name, moved.status, moved.objective, moved.gap_avoided) == ("水乡", "optimal", 120.5, None)
    assert "水乡" in str(moved)
    assert "<th" in moved._repr_html_()
