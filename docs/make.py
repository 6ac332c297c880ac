"""Writes the pages that are generated: `python docs/make.py`. Nothing on them is typed by hand.

`tables.md` comes from the schema of instances and the columns of plans, `mathematics.md` from the docstrings of the
formulations and the sentence that every set, variable, expression and constraint carries, `commands.md` from the
command line, `api.md` from the list of modules. The pages in `how-to/` hold the columns of their study between two
comments.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import groupby, pairwise
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Any

import click

import allocopt_models
from allocopt.cli.program import app
from allocopt.instance.json_schema import describe
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.plan import PLAN_TABLES, PlanTable
from allocopt.schema import TABLES, Settings
from allocopt.solving.run import build

DOCS = Path(__file__).parent
NOTE = "<!-- Written by `python docs/make.py`; do not change it by hand. -->"
CELLS = {"text": "text", "whole": "whole number", "number": "number"}
OBJECTIVES = ("loss", "spending", "worst_area", "cvar", "response_time")

# The formulations in the order in which one reads them, and the block of the model that each fills.
FORMULATIONS = {
    "city": "",
    "terms": "",
    "risk": "risk",
    "mechanisms": "mechanisms",
    "unlocking": "",
    "lending": "",
    "inspection": "inspection",
    "people": "pools",
    "patrol": "patrol",
    "response": "response",
    "presence": "presence",
    "unit_crews": "crews",
    "prevention": "prevention",
    "stock_keeping": "",
    "needs": "",
    "supply": "supply",
    "budgets": "money",
    "standards": "standards",
    "objectives": "aims",
    "beats": "beats",
    "changes": "",
    "stages": "",
    "settling": "",
    "supply_settling": "",
}
# Where the tables of each study are described.
STUDY_TABLES = {
    "budget": ("frontier.tables", "frontier.next_yuan.tables"),
    "ladder": ("rungs.tables",),
    "collaboration": ("coalitions.tables",),
    "information": ("foreknowledge.tables",),
    "fairness": ("worst_off.tables",),
    "stress": ("mishaps.tables",),
    "replan": ("replanning.tables",),
}
OPEN, CLOSE = "<!-- tables of the study -->\n", "<!-- end of the tables -->\n"
# What the sample town lacks for its model to have every component.
NEIGHBOURS = ["factory", "hospital", "market", "north_village", "old_street", "school", "south_village", "station"]
LACKING = {
    "neighbours.csv": "\n".join(["site,neighbour", *(f"{a},{b}" for a, b in pairwise(NEIGHBOURS)), ""]),
    "suppliers.csv": "id,body,depot,commodity,capacity,cost_cny,source\n"
    "maker,office,south_store,flood_kit,100,400,assumed: example\n",
}
BEATS = "\nbeats: {mode: car, posts: 2, balance: 1, contiguous: yes}\n"
LOCKED = tuple(f"{table}.*.mechanism=platform" for table in ("kinds", "units", "measures"))


def tables_page() -> str:
    """Every table of an instance with its columns, then every table of a plan."""
    guide = describe()
    lines = [
        "# The tables",
        NOTE,
        "An instance is a folder with `city.yaml` and tables in CSV, or in Parquet under the same name. Only "
        "`city.yaml` and `sites.csv` must be there (without rows where there are points). What the figures do "
        "is told in [What the tables mean](semantics.md).",
        "A column with a default may be left out, and so may one that is not needed. A blank cell means the default. "
        "A list is parted by `;`. Areas are paths parted by `/`, from the city down. A line that starts with `#` is a "
        "comment.",
        "## city.yaml",
        _sentence(Settings),
    ]
    for name, entries in guide.items():
        if name.startswith("city.yaml"):
            lines += [f"### {name.removeprefix('city.yaml ')}"] * (name != "city.yaml") + [_columns(entries)]
    for group, tables in groupby(TABLES.values(), key=lambda table: table.row.__module__):
        lines += [f"## {_first(import_module(group).__doc__)}"]
        for table in tables:
            needed = " This table must be there." if table.required else ""
            key = f"One row for each {', '.join(f'`{column}`' for column in table.key)}.{needed}"
            lines += [f"### {table.name}.csv", f"{_sentence(table.row)} {key}", _columns(guide[f"{table.name}.csv"])]
    return _page(lines + _plan_tables())


def _plan_tables() -> list[str]:
    lines = ["## The tables of a plan", "What each holds is told in [What the tables mean](semantics.md#6-the-plan)."]
    for title, decision in (("Decisions: what is done", True), ("Outcomes: what follows from it", False)):
        lines += [f"### {title}", _files(table for table in PLAN_TABLES.values() if table.decision is decision)]
    return lines


def _files(tables: Iterable[PlanTable]) -> str:
    rows = (
        (f"`{table.file}`", ", ".join(f"{name} ({CELLS[cell]})" for name, cell in table.columns.items()))
        for table in tables
    )
    return _table(("table", "columns"), rows)


def how_to_page(study: str) -> str:
    """The page of a study as it stands, with the columns of its tables in their place."""
    before, _, rest = (DOCS / "how-to" / f"{study}.md").read_text(encoding="utf-8").partition(OPEN)
    modules = [import_module(f"allocopt.study.{name}") for name in STUDY_TABLES[study]]
    tables = _files(table for module in modules for table in module.COLUMNS.values())
    return before + OPEN + f"\n{tables}\n\n" + CLOSE + rest.partition(CLOSE)[2]


def _columns(entries: Iterable[dict[str, str]]) -> str:
    rows = []
    for entry in entries:
        ids = f" ({entry['references']})" if entry["references"] else ""
        needed = "needed" if entry["required"] == "yes" else entry["default"]
        rows.append((f"`{entry['name']}`", entry["type"] + ids, needed, entry["description"]))
    return _table(("name", "holds", "default", "meaning"), rows)


def mathematics_page() -> str:
    """Every formulation: its docstring, and the components of the block that it fills."""
    found = {module.name for module in iter_modules(allocopt_models.__path__)}
    assert found == set(FORMULATIONS), f"FORMULATIONS lacks or has too much of {found ^ set(FORMULATIONS)}"
    model = _model_with_everything()
    lines = [
        "# The mathematics",
        NOTE,
        "One section a file of `models/allocopt_models`. Letters: s site, h hazard, t period, j shift, q kind of "
        "visit, u unit, c class of response, p post, m measure, z mechanism, w depot, k commodity, ω scenario, π its "
        "probability, ℓ the loss if nobody acts. The tables name what each block of the model is made of: names in "
        "capitals are sets, and a constraint is called what you would say if it were broken. How the figures of an "
        "instance become this data is told in [What the tables mean](semantics.md).",
    ]
    for name, block in FORMULATIONS.items():
        title, _, rest = inspect.cleandoc(import_module(f"allocopt_models.{name}").__doc__ or "").partition("\n")
        lines += [f"## {name}", title, *_paragraphs(rest)]
        if block:
            lines += [_table(("name", "what", "for each", "meaning"), _components(getattr(model, block)))]
    return _page(lines)


def commands_page() -> str:
    """Every command with what it does and its options, as `--help` tells them."""
    lines = ["# Commands", NOTE, "`--help` after any command tells the same."]
    for context in _contexts(app, click.Context(app, info_name="allocopt")):
        command = context.command
        usage = " ".join(command.get_usage(context).removeprefix("Usage: ").split())
        told = [param.get_help_record(context) for param in command.params if isinstance(param, click.Option)]
        options = [(f"`{name}`", " ".join(words.split())) for name, words in filter(None, told)]
        lines += [f"## {context.command_path}", f"```text\n{usage}\n```"]
        lines += [" ".join(part.split()) for part in inspect.cleandoc(command.help or "").split("\n\n")]
        lines += [command.epilog or "", _table(("option", "meaning"), options) if options else ""]
    return _page(lines)


def _contexts(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """A command and those below it, each as if it were called."""
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield from _contexts(part, click.Context(part, info_name=name, parent=context))


def api_page() -> str:
    """Where Sphinx writes the docstrings of what there is to call."""
    lines = [
        "# Python, name by name",
        NOTE,
        "The site fills this page from the docstrings. `help(allocopt.solve)` in Python tells the same. "
        "[Python](python.md) goes through it with examples.",
        "## Load, solve, check",
        _docstrings("allocopt"),
        "## Studies",
        _docstrings("allocopt.study"),
        "## Explanations",
        _docstrings("allocopt.explain"),
        "## Formulations",
        "What each block of a model is given, and the function that adds it. The equations are in "
        "[The mathematics](mathematics.md).",
    ]
    for name in FORMULATIONS:
        lines += [f"### {name}", _docstrings(f"allocopt_models.{name}")]
    return _page(lines)


def _docstrings(module: str) -> str:
    return f"```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```"


def _model_with_everything() -> Any:
    with TemporaryDirectory() as folder:
        town = Path(folder) / "town"
        create(town)
        for name, text in LACKING.items():
            (town / name).write_text(text, encoding="utf-8")
        with (town / "city.yaml").open("a", encoding="utf-8") as file:
            file.write(BEATS)
        return build(load(town, changes=LOCKED), objective=dict.fromkeys(OBJECTIVES, 1.0))


def _components(block: Any) -> Iterator[Sequence[str]]:
    for component in block.component_objects(descend_into=False):
        kind = component.ctype.__name__.lower().replace("var", "variable")
        indexed = kind != "set" and component.is_indexed()
        over = ", ".join(f"`{part.local_name}`" for part in component.index_set().subsets(True)) if indexed else ""
        yield f"`{component.local_name}`", kind, over, component.doc or ""


def _paragraphs(text: str) -> Iterator[str]:
    """The paragraphs of a docstring; one that is indented, or is no sentence, is a formula."""
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        if part.startswith(" ") or (part and part[-1] not in ".,:"):
            yield f"```text\n{inspect.cleandoc(part)}\n```"
        else:
            yield part


def _sentence(model: type) -> str:
    return " ".join((model.__doc__ or "").split())


def _first(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0].rstrip(".")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "tables.md": tables_page,
    "mathematics.md": mathematics_page,
    "commands.md": commands_page,
    "api.md": api_page,
    **{f"how-to/{study}.md": partial(how_to_page, study) for study in STUDY_TABLES},
}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write(), encoding="utf-8")
        print(DOCS / page, file=sys.stderr)
