"""What the README says can be done, and what it names is there."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

import allocopt
from allocopt.cli.lazy import COMMANDS
from allocopt.cli.program import app
from allocopt.plan import PLAN_TABLES
from allocopt.schema import TABLES
from page import lines_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
INLINE = re.findall(r"(?<!`)`([^`\n]+)`(?!`)", README)


TEXTS = [README, CONTRIBUTING, *(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").rglob("*.md")))]
SHELL = [line for text in TEXTS for language in ("sh", "bash") for block in lines_of(language, text) for line in block]
CALLS = sorted({line for line in (*SHELL, *INLINE) if line.startswith("allocopt ")})


def test_the_first_block_holds_two_lines_that_stand_alone() -> None:
    solves, tests = lines_of("sh", README)[0]
    environment = "python3 -m venv .venv && .venv/bin/pip install --quiet -e "
    assert solves == f"{environment}. && .venv/bin/allocopt solve instances/luzhi"
    assert tests == f"{environment}'.[test]' && .venv/bin/python -m pytest -n auto"


def test_continuous_integration_runs_the_second_line() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    taken = next(line for line in script.read_text(encoding="utf-8").splitlines() if line.startswith("line=$("))
    run = subprocess.run(
        ["bash", "-c", f'{taken}; printf %s "$line"'], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout == lines_of("sh", README)[0][1]


@pytest.mark.parametrize("call", CALLS)
def test_every_call_is_understood(call: str) -> None:
    _, name, *arguments = shlex.split(call, comments=True)
    command = app.get_command(click.Context(app), name)
    assert command is not None, f"there is no command {name}"
    if any(not word.startswith("-") for word in arguments):
        command.make_context(name, arguments)
    else:  # only named, not called
        assert set(arguments) <= {"--help"} | {option for part in command.params for option in part.opts}


def test_every_command_and_exit_code_is_told() -> None:
    assert {call.split()[1] for call in CALLS} == set(COMMANDS)
    codes = re.findall(r"^\| (\d+) \|", README, re.MULTILINE)
    assert codes == ["0", "1", "2", "3", "4", "130"]


def test_every_table_is_told_and_no_other() -> None:
    assert re.findall(r"^\| \[`(\w+)`\]", README, re.MULTILINE) == list(TABLES)
    files = {name for name in INLINE if re.fullmatch(r"\w+\.csv", name)}
    assert files - {f"{name}.csv" for name in TABLES} <= {table.file for table in PLAN_TABLES.values()} <= files


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "results/README.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", text):
        target = (ROOT / page).parent / link if link else ROOT / page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), f"{link}#{anchor}"


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_files_and_folders_that_are_named_are_there(text: str) -> None:
    named = [line.split()[0] for block in lines_of("text", text) for line in block if "/" in line.split("  ")[0]]
    named += re.findall(r"`((?:src|models|tests|docs|instances|\.ci)/[\w./-]*)`", text)
    assert named
    for name in named:
        assert (ROOT / name).exists(), name


def test_every_dependency_is_told() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = re.findall(r"^\| \[([\w-]+)\]\(https:", README, re.MULTILINE)
    # What is compared with, run on many machines, gathered or tested with is told in words of its own.
    extras = project["optional-dependencies"].items()
    needs = [need for extra, libraries in extras if extra not in ("bench", "mpi", "all", "test") for need in libraries]
    needs = [*project["dependencies"], *needs]
    assert sorted(told) == sorted(re.split(r"[<>=~! ]", need)[0] for need in needs)


def test_all_holds_every_extra_but_that_for_many_machines_and_that_for_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    (held,) = extras["all"]
    assert set(re.findall(r"\w+", held.removeprefix("allocopt"))) == set(extras) - {"all", "mpi", "test"}


def test_the_python_example_uses_what_there_is() -> None:
    (lines,) = lines_of("python", README)
    used = set(re.findall(r"\ballocopt\.(\w+)", "\n".join(lines)))
    assert {"load", "solve", "check", "build"} <= used <= set(allocopt.__all__)
    compile("\n".join(lines), "README.md", "exec")


def test_the_story_still_tells_the_code() -> None:
    files = [file for folder in ("src", "models", "tests") for file in (ROOT / folder).rglob("*.py")]
    code = {line.strip(" ,") for file in files for line in file.read_text(encoding="utf-8").splitlines()}
    told = {line.strip(" ,") for block in lines_of("python", CONTRIBUTING) for line in block if line}
    assert told <= code
