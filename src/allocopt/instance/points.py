"""The points of an instance: looked at in columns, once, and left in their file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocopt.faults import Fault, InputError
from allocopt.instance.draft import Draft

if TYPE_CHECKING:
    from allocopt.points import Points


def read_points(draft: Draft) -> tuple[Points | None, list[Fault]]:
    """The points, or None, and what is wrong with their rows. Which columns they have follows from the metric."""
    table, settings = draft.texts.points, draft.settings
    if table is None or settings is None or settings.points is None:
        return None, []
    from allocopt.points import points_of

    try:
        return points_of(table, plane=settings.travel.metric == "plane"), []
    except InputError as error:
        return None, list(error.faults)
