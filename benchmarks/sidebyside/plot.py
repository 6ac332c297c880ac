"""The ratios as a picture: how much time and memory others take where allocopt takes 1."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sidebyside.cases.case import ALLOCOPT
from sidebyside.table import WHOLE, WORK, Row

PANELS = (
    ("time from start to end", WHOLE, "time_ratio"),
    ("time without starting Python", WORK, "time_ratio"),
    ("most memory", WHOLE, "memory_ratio"),
)
COLOURS = {"highspy": "#7f7f7f", "pyomo": "#d95f02", "spopt": "#1b7837"}


def draw(rows: Sequence[Row], file: Path) -> None:
    """Write the picture as SVG, the same bytes for the same rows."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "allocopt"
    from matplotlib import pyplot

    solved = {row.case for row in rows if row.runner == ALLOCOPT}
    cases = [case for case in dict.fromkeys(row.case for row in rows) if case in solved]
    figure, panels = pyplot.subplots(
        1, len(PANELS), sharey=True, figsize=(11, 1.4 + 0.32 * len(cases)), layout="constrained"
    )
    for panel, (title, step, name) in zip(panels, PANELS, strict=True):
        _panel(panel, cases, [row for row in rows if row.step == step], name)
        panel.set_title(f"{title} (allocopt = 1)", fontsize=9)
    panels[0].set_yticks(range(len(cases)), cases, fontsize=8)
    panels[0].invert_yaxis()
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(COLOURS), fontsize=8)
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def _panel(panel: Any, cases: Sequence[str], rows: Sequence[Row], name: str) -> None:
    panel.axvline(1.0, color="black", linewidth=1)
    for runner, colour in COLOURS.items():
        found = [
            (getattr(row, name), cases.index(row.case)) for row in rows if row.runner == runner and row.case in cases
        ]
        points = [(ratio, place) for ratio, place in found if ratio]
        panel.plot(*zip(*points, strict=True) if points else ([], []), "o", color=colour, label=runner, markersize=5)
    panel.set_xscale("log")
    panel.grid(axis="x", which="major", color="#dddddd", linewidth=0.6)
    panel.tick_params(labelsize=8)
