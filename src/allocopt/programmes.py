"""Programmes that join from outside: packages with an entry point in the group `allocopt.models`.

    [project.entry-points."allocopt.models"]
    drones = "allocopt_drones:PROGRAMME"

They hand in what the built-in programmes have: row models for the tables of an instance, lines of columns for those of
a plan, a function that arranges data, one that adds a block to the model, and one a table that tells what is done.
Nothing is looked for until an instance has a table that no built-in programme knows, or somebody asks what there is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from allocopt.faults import Fault
from allocopt.schema import TABLES, Table
from allocopt.schema.types import Placed

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "allocopt.models"


@dataclass(frozen=True)
class Drawn:
    """How maps show a table of the plan: at the places in one column, or as lines between those in two; `amount` is
    the column that is added up there. A column `post` holds ids of the table `posts`, of the city's tables that have
    places or of the programme's own."""

    places: tuple[str, ...]
    amount: str


@dataclass(frozen=True)
class Programme:
    """A programme. Functions are imported with their package, so they should import heavy libraries themselves.

    `decisions` has, by table of the plan, its columns in the notation of `plan.columns`; those of text tell its rows
    apart. `arrange(city, acting, calendar)` makes the data; `add(block, data, works=…)` adds the variables and rows and
    returns a `Contribution`; `tell[table](block, data)` yields the rows of a table of the plan from a solved block.
    `rules()` has what must hold between rows of the instance. `lends`: whether links may name the programme. `drawn`
    has the tables of the plan that maps show; `words`, by language, what the programme, its tables and their columns
    are called there.
    """

    name: str
    title: str
    tables: tuple[Table, ...]
    decisions: Mapping[str, str]
    arrange: Callable[[Any, Any, Any], Any]
    add: Callable[..., Any]
    tell: Mapping[str, Callable[[Any, Any], Iterable[Mapping[str, Any]]]]
    rules: Callable[[], Sequence[Any]] = tuple
    lends: bool = False
    drawn: Mapping[str, Drawn] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    package: str = ""
    version: str = ""


@dataclass(frozen=True)
class Installed:
    """The programmes that are installed, by name, and a fault for each that cannot be used."""

    programmes: tuple[Programme, ...] = ()
    faults: tuple[Fault, ...] = field(default=())

    def of(self, tables: Collection[str]) -> Installed:
        """Those that one of these tables belongs to; faults only where a table belongs to none."""
        there = tuple(own for own in self.programmes if any(table.name in tables for table in own.tables))
        known = {table.name for own in there for table in own.tables}
        return Installed(there, () if known.issuperset(tables) else self.faults)


def installed() -> Installed:
    """Look for programmes, and import them."""
    from importlib.metadata import entry_points

    programmes: list[Programme] = []
    faults: list[Fault] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        programme = _loaded(point)
        if isinstance(programme, Programme) and not (clash := _clash(programme, programmes)):
            programmes.append(programme)
        else:
            trouble = clash if isinstance(programme, Programme) else programme
            faults.append(Fault(f"programme {point.name}", 0, "", trouble, "a programme that can be used"))
    return Installed(tuple(programmes), tuple(faults))


def _loaded(point: EntryPoint) -> Programme | str:
    """The programme behind an entry point, or why there is none."""
    package, version = (point.dist.name, point.dist.version) if point.dist else (point.module, "")
    try:
        programme = point.load()
    except Exception as error:  # whatever another's package raises is told, not raised
        return f"{package} {version}, which cannot be imported ({type(error).__name__}: {error})"
    if not isinstance(programme, Programme):
        return f"{package} {version}, where {point.value} is no Programme"
    if programme.name != point.name:
        return f"{package} {version}, where {point.value} is called {programme.name}"
    if wrong := _undrawable(programme):
        return f"{package} {version}, which draws {wrong}"
    return replace(programme, package=package, version=version)


def _undrawable(programme: Programme) -> str:
    """A table that cannot be drawn as the programme says; nothing where all can."""
    for name, drawn in programme.drawn.items():
        columns = [word.lstrip("*=") for word in programme.decisions.get(name, "").split()]
        if not {*drawn.places, drawn.amount} <= {*columns} or len(drawn.places) not in (1, 2):
            return f"{name} by columns that it has not, or at neither one place nor two"
    return ""


def _clash(programme: Programme, others: Sequence[Programme]) -> str:
    """What is already another's; nothing where all is its own."""
    taken = {*TABLES, *(table.name for other in others for table in other.tables)}
    tables = sorted(table.name for table in programme.tables if table.name in taken)
    return f"{programme.package} {programme.version}, whose table {tables[0]} another has" if tables else ""


def tables_of(programmes: Iterable[Programme]) -> dict[str, Table]:
    """The tables that an instance with these programmes may have."""
    return TABLES | {table.name: table for own in programmes for table in own.tables}


def tables_with_places(programmes: Iterable[Programme]) -> list[Table]:
    """Their tables of things that stand somewhere."""
    own = (table for programme in programmes for table in programme.tables)
    return [table for table in own if issubclass(table.row, Placed) and "id" in table.columns]
