"""The plans of a study, checked as those of a solve are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def broken_plans(folders: Iterable[Path]) -> list[str]:
    """What the checker says of those of the plans in these folders that break a rule."""
    from allocopt.checker import check
    from allocopt.cli.verdicts import verdict_text

    verdicts = {folder.name: check(folder) for folder in folders}
    return [f"{name}: {verdict_text(verdict)}" for name, verdict in verdicts.items() if not verdict.ok]
