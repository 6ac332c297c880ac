"""Help, wrong calls and broken streams: plain words, the right exit code, never a traceback."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from allocopt.cli import options
from allocopt.cli.lazy import COMMANDS
from cli.command import COMMAND, allocopt, environment

HEAVY = ("pyomo", "pandas", "numpy", "highspy", "scipy", "pydantic", "yaml", "rich")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from allocopt.cli import run\n"
        "assert run(['--help']) == 0\n"
        f"print('HEAVY', [name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment(), check=True
    )
    assert found.stdout.splitlines()[-1] == "HEAVY []"


def test_help_names_every_command() -> None:
    found = allocopt("--help")
    assert found.returncode == 0
    for name in COMMANDS:
        assert f"\n  {name} " in found.stdout
    assert "..." not in found.stdout.split("Commands:")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    found = allocopt(name, "--help")
    assert found.returncode == 0
    assert found.stdout.startswith("Usage: allocopt")


def test_version() -> None:
    assert allocopt("--version").stdout.startswith("allocopt, version ")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("frobnicate",),
        ("--frobnicate",),
        ("solve",),
        ("solve", "city", "--frobnicate"),
        ("solve", "city", "--regime", "feudal"),
        ("solve", "city", "--gap", "nan"),
        ("solve", "city", "--gap=-1"),
        ("solve", "city", "--time-limit", "0"),
        ("solve", "city", "--time-limit", "inf"),
        ("solve", "city", "--threads", "0"),
        ("solve", "city", "--objective", "happiness"),
        ("solve", "city", "--objective", "loss=1,spending"),
        ("compare", "one"),
        ("doctor", "--problems", "0"),
    ],
)
def test_a_wrong_call_is_told_in_one_way(arguments: tuple[str, ...], tmp_path: Path) -> None:
    found = allocopt(*arguments, cwd=tmp_path)
    assert found.returncode == 2
    assert found.stdout == ""
    assert "Usage: allocopt" in found.stderr
    assert "Traceback" not in found.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "file", "says"),
    [
        (("solve", "city", "--gap=-1"), "--gap", "below 0"),
        (("solve", "city", "--gap", "1%"), "--gap", "One per cent is 0.01"),
        (("solve", "city", "--threads", "1.5"), "--threads", "'1.5' is not a whole number of at least 1"),
        (("solve", "city", "--objective", "los"), "--objective", "Did you mean 'loss'?"),
        (("solve", "city", "--objective", "loss=1,loss=2"), "--objective", "'loss' stands there twice"),
        (("solve", "city", "--objective", "loss=0"), "--objective", "no weight is above 0"),
        (("solve", "city", "--coalition", "fire,"), "--coalition", "the id of a body is missing"),
        (("solve", "city", "--out", ""), "--out", "the name of a folder is missing"),
        (("solve", ""), "CITY", "the name of a folder is missing"),
        (("validate", " "), "CITY", "the name of a folder is missing"),
        (("show", ""), "PLAN", "the name of a folder is missing"),
        (("solve", "city", "--frobnicate"), "--frobnicate", "No such option"),
        (("solve",), "CITY", "Missing argument"),
        (("compare", "one"), "the call", "Two plans"),
    ],
)
def test_a_wrong_call_is_one_object_with_json(arguments: tuple[str, ...], file: str, says: str, tmp_path: Path) -> None:
    found = allocopt(*arguments, "--json", cwd=tmp_path)
    assert found.returncode == 2
    fault = json.loads(found.stdout)["faults"][0]
    assert fault["file"] == file
    assert says in fault["found"] and says in " ".join(found.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_too_long_is_a_fault(tmp_path: Path) -> None:
    for command in ("validate", "solve", "show", "check"):
        found = allocopt(command, "x" * 5000, cwd=tmp_path)
        assert found.returncode == 2, command
        assert "fault" in found.stderr


def test_more_faults_than_anybody_reads(tmp_path: Path) -> None:
    assert allocopt("new", tmp_path / "town").returncode == 0
    with (tmp_path / "town" / "bodies.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"b{i}\n" for i in range(300))
    found = allocopt("validate", tmp_path / "town", "--json")
    faults = json.loads(found.stdout)["faults"]
    assert len(faults) >= 300
    assert len(found.stderr.splitlines()) == 202
    assert f"{len(faults) - 200} more" in found.stderr


def test_ctrl_c_while_the_program_is_being_loaded() -> None:
    script = (
        "import builtins, sys\n"
        "from allocopt.cli import main\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *a, **k):\n"
        "    if name == 'click': raise KeyboardInterrupt\n"
        "    return load(name, *a, **k)\n"
        "builtins.__import__ = interrupted\n"
        "main(['--help'])\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment())
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "")


def test_an_error_of_ours_is_one_object_with_json() -> None:
    script = (
        "import allocopt.plan\n"
        "def broken(*a, **k): raise KeyError('oh')\n"
        "allocopt.plan.read = broken\n"
        "from allocopt.cli import main\n"
        "main(['show', 'x', '--json'])\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment())
    assert found.returncode == 1
    assert json.loads(found.stdout) == {"error": "KeyError: 'oh'"}
    Path(found.stderr.rstrip(".\n").split("with the file ")[1]).unlink()


def test_a_command_that_is_nearly_right() -> None:
    assert "Did you mean 'solve'?" in allocopt("slove").stderr


def test_objectives_are_those_of_the_schema() -> None:
    from typing import get_args

    from allocopt.schema.settings import Objective

    assert get_args(Objective) == options.OBJECTIVES


def test_weights_of_objectives() -> None:
    import click

    context, parameter = click.Context(click.Command("x")), click.Option(["--objective"])
    read = options._objective
    assert read(context, parameter, "loss=1, spending=0.2") == {"loss": 1.0, "spending": 0.2}
    assert read(context, parameter, "cvar") == "cvar"
    assert read(context, parameter, None) is None


def test_an_error_of_ours_is_one_sentence_and_a_file() -> None:
    script = (
        "import sys, allocopt.plan\n"
        "def broken(*a, **k): raise KeyError('oh')\n"
        "allocopt.plan.read = broken\n"
        "from allocopt.cli import main\n"
        "main(['show', 'x'])\n"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", env=environment())
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert len(found.stderr.splitlines()) == 1
    kept = Path(found.stderr.rstrip(".\n").split("with the file ")[1])
    assert "KeyError: 'oh'" in kept.read_text("utf-8")
    kept.unlink()


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    run = subprocess.Popen(
        [*COMMAND, "validate", tmp_path / "none", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert run.stdout is not None and run.stderr is not None
    run.stdout.close()
    assert b"Traceback" not in run.stderr.read()
    assert run.wait() == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_is_told() -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run([*COMMAND, "schema"], stdout=full, stderr=subprocess.PIPE, env=environment())
    assert found.returncode == 1
    assert b"standard output cannot be written" in found.stderr
    assert b"Traceback" not in found.stderr


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams(closed: str, tmp_path: Path) -> None:
    line = " ".join([*COMMAND, "show", str(tmp_path / "none"), closed])
    assert subprocess.run(["sh", "-c", line], env=environment(), capture_output=True).returncode == 2


def test_terminals_that_know_no_chinese(tmp_path: Path) -> None:
    found = allocopt("show", tmp_path / "没有", PYTHONIOENCODING="cp1252")
    assert found.returncode == 2
    assert "没有" in found.stderr


def test_ctrl_c_ends_with_130() -> None:
    script = (
        "import signal, time, allocopt.plan\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whoever runs this may ignore it
        "def slow(*a, **k): print('ready', flush=True); time.sleep(60)\n"
        "allocopt.plan.read = slow\n"
        "from allocopt.cli import main\n"
        "main(['show', 'x'])\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert run.stdout is not None
    run.stdout.readline()
    time.sleep(0.2)
    run.send_signal(signal.SIGINT)
    _, error = run.communicate(timeout=20)
    assert run.returncode == 130
    assert b"Traceback" not in error


def test_faults_are_told_as_json_too(tmp_path: Path) -> None:
    for command in (("validate",), ("check",), ("show",), ("solve",)):
        found = allocopt(*command, tmp_path / "none", "--json", cwd=tmp_path)
        assert found.returncode == 2, command
        faults = json.loads(found.stdout)["faults"]
        assert set(faults[0]) == {"file", "line", "field", "found", "expected"}
        assert "fault" in found.stderr
    assert list(tmp_path.iterdir()) == []
