"""The plans of a study, checked as those of a solve are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocopt.cli.verdicts import verdict_text

if TYPE_CHECKING:
    from allocopt.study.study import Study


def broken_plans(study: Study) -> list[str]:
    """What the checker says of those of the study's plans that break a rule."""
    from allocopt.checker import check

    if study.folder is None:
        return []
    verdicts = {name: check(study.folder / name) for name in study.plans}
    return [f"{name}: {verdict_text(verdict)}" for name, verdict in verdicts.items() if not verdict.ok]
