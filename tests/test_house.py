"""The house rules: style, types, and who may import whom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# import-linter cannot be run with -m.
IMPORTS = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

RULES = {
    "ruff check": ["-m", "ruff", "check", "."],
    "ruff format": ["-m", "ruff", "format", "--check", "--diff", "."],
    "mypy": ["-m", "mypy", "--python-version", PYTHON],
    "lint-imports": ["-c", IMPORTS, "--no-cache", "--no-logo"],
}


@pytest.mark.parametrize("rule", RULES)
def test_the_house_rule_is_kept(rule: str) -> None:
    run = subprocess.run(
        [sys.executable, *RULES[rule]],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=600,
    )
    assert run.returncode == 0, f"{rule}:\n{run.stdout}"
