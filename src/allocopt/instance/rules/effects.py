"""Effects: what each row speaks of, and shares that can be reckoned with."""

from __future__ import annotations

from collections.abc import Iterator

from allocopt.faults import Fault, did_you_mean
from allocopt.instance.draft import Draft
from allocopt.instance.rules.risks import certain_hazards
from allocopt.instance.rules.rule import Wrong, across, each
from allocopt.instance.texts import quoted
from allocopt.schema.patrol import ClassRow, UnitRow
from allocopt.schema.people import KindRow
from allocopt.schema.prevention import MeasureRow
from allocopt.schema.risk import EffectRow

MOST_SHARE = 0.9999


def _ids(draft: Draft) -> dict[str, set[str]]:
    return {
        "kind": {row.id for row in draft.rows(KindRow)},
        "class": {row.id for row in draft.rows(ClassRow)},
        "unit": {row.id for row in draft.rows(UnitRow)},
        "measure": {row.id for row in draft.rows(MeasureRow)},
    }


_FILES = {"kind": "kinds.csv", "class": "classes.csv", "unit": "units.csv", "measure": "measures.csv"}


@across(KindRow, ClassRow, UnitRow, MeasureRow)
def id_is_what_by_says(draft: Draft) -> Iterator[Fault]:
    """The id stands in the table that `by` names."""
    ids = _ids(draft)
    for line, row in draft.of(EffectRow):
        if row.id not in ids[row.by]:
            elsewhere = next((f" (it is in {_FILES[by]})" for by, known in ids.items() if row.id in known), "")
            close = elsewhere or did_you_mean(row.id, ids[row.by])
            yield draft.fault(EffectRow, line, "id", f"an id of {_FILES[row.by]}{close}")


@each(EffectRow)
def hazard_or_commodity(row: EffectRow, draft: Draft) -> Iterator[Wrong]:
    """An effect averts a loss or, if it is a measure's, lowers a need; the other filters go with one of these."""
    if row.hazard is None and row.commodity is None:
        expected = "a hazard, or a commodity for a measure" if row.by == "measure" else "a hazard"
        yield "hazard", expected
    if row.commodity is not None and row.hazard is not None:
        yield "commodity", "a blank, since the row names a hazard"
    elif row.commodity is not None and row.by != "measure":
        yield "commodity", "a blank: only a measure lowers needs"
    if row.scenario is not None and row.commodity is None:
        yield "scenario", "a blank: only effects on needs may hold in one scenario alone"
    if row.mechanism is not None and row.by != "kind":
        yield "mechanism", "a blank: only kinds of visit may have a better share through a mechanism"


@across(EffectRow)
def mechanism_betters_a_share(draft: Draft) -> Iterator[Fault]:
    """A kind has one share through a mechanism for a hazard, not below the one it has without."""
    base = {(row.id, row.hazard): row for row in _of_kinds(draft) if row.mechanism is None}
    first: dict[tuple[str, str | None], int] = {}
    for line, row in draft.of(EffectRow):
        if row.by != "kind" or row.mechanism is None:
            continue
        key = (row.id, row.hazard)
        if key in first:
            expected = f"one mechanism for {row.id} and {row.hazard}; line {first[key]} has one"
            yield draft.fault(EffectRow, line, "mechanism", expected)
        first.setdefault(key, line)
        if key in base and row.share < base[key].share:
            expected = f"at least {base[key].share:g}, the share without the mechanism"
            yield draft.fault(EffectRow, line, "share", expected)


def _of_kinds(draft: Draft) -> list[EffectRow]:
    return [row for row in draft.rows(EffectRow) if row.by == "kind"]


@across(ClassRow)
def share_leaves_something(draft: Draft) -> Iterator[Fault]:
    """No dose averts (nearly) all, but for a class that is never busy and averts all exactly."""
    busy = {row.id: row.busy for row in draft.rows(ClassRow)}
    for line, row in draft.of(EffectRow):
        idle = 1.0 - busy.get(row.id, 0.0) if row.by == "class" else 1.0
        exact = row.by == "class" and row.share == 1.0 and idle == 1.0
        if row.share * idle > MOST_SHARE and not exact:
            or_one = " (or share 1 and busy 0)" if row.by == "class" else ""
            what = "share · (1 − busy)" if row.by == "class" else "a share"
            yield draft.fault(EffectRow, line, "share", f"{what} of at most {MOST_SHARE}{or_one}")


@across(EffectRow, ClassRow)
def certain_stands_alone(draft: Draft) -> Iterator[Fault]:
    """Where one unit averts all of a hazard, nothing else may act on it: there would be nothing left to avert."""
    certain = certain_hazards(draft)
    for line, row in draft.of(EffectRow):
        alone = certain.get(row.hazard or "")
        if alone is not None and row.share > 0 and (row.by, row.id) != ("class", alone):
            expected = f"another hazard: class {alone} averts all of {row.hazard}, so nothing else may act on it"
            yield draft.fault(EffectRow, line, "hazard", expected, quoted(row.hazard))


RULES = (
    id_is_what_by_says,
    hazard_or_commodity,
    mechanism_betters_a_share,
    share_leaves_something,
    certain_stands_alone,
)
