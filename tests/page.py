"""A page of documentation, run as one reads it: its command lines, its Python, and the output that it shows.

A block `sh` holds command lines; one that is to fail ends with `# exit code 3`. A block `output` after it is what the
last of them prints, where `...` stands for what is left out or is never twice the same. A block `python` goes on with
the names of those before it.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
from contextlib import chdir
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import click

from allocopt.cli.program import app
from cli.command import called

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT_CODE = re.compile(r"# exit code (\d+)$")
# As wide as a page of the site.
_COLUMNS = "90"
_ALIKE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    language: str
    text: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(*found) for found in _BLOCK.findall(text)]


def texts_of(language: str, text: str) -> list[str]:
    """What stands in every fenced block of a language."""
    return [block.text for block in blocks(text) if block.language == language]


def lines_of(language: str, text: str) -> list[list[str]]:
    """The same, line by line."""
    return [found.splitlines() for found in texts_of(language, text)]


def run_page(page: Path, folder: Path) -> dict[str, Any]:
    """Run a page in a folder; the names that its Python leaves."""
    names: dict[str, Any] = {"__name__": "page"}
    with chdir(folder), patch.dict(os.environ, COLUMNS=_COLUMNS):
        printed = ""
        for number, block in enumerate(blocks(page.read_text(encoding="utf-8"))):
            place = f"{page.name}, block {number}"
            if block.language == "sh":
                printed = [_run_line(line, place) for line in block.text.splitlines()][-1]
            elif block.language == "output":
                _compare(block.text, printed, place)
            elif block.language == "python":
                exec(compile(block.text, place, "exec"), names)
    return names


def _run_line(line: str, place: str) -> str:
    """What a command line prints: its results, or its messages where there are none."""
    failing = _EXIT_CODE.search(line)
    words = shlex.split(line, comments=True)
    if words[0] == "allocopt":
        done = called(*words[1:], *_alone(words[1:]))
    else:
        done = subprocess.run(["bash", "-euc", line], capture_output=True, encoding="utf-8")
    expected = int(failing[1]) if failing else 0
    assert done.returncode == expected, f"{place}: {line}\n{done.stdout}{done.stderr}"
    return done.stdout or done.stderr


def _alone(words: list[str]) -> list[str]:
    """Options by which a command runs in this process and on one core: quick to start, and the same on any machine."""
    command: click.Command | None = app
    for word in words:
        if isinstance(command, click.Group):
            command = command.get_command(click.Context(command), word)
    taken = {option for param in command.params for option in param.opts} if command else set()
    return [word for option in ("--workers", "--threads") if option in taken for word in (option, "1")]


def _compare(shown: str, printed: str, place: str) -> None:
    checker = doctest.OutputChecker()
    if not checker.check_output(shown, printed, _ALIKE):
        difference = checker.output_difference(doctest.Example("", shown), printed, doctest.ELLIPSIS)
        raise AssertionError(f"{place} shows another output:\n{difference}")
