"""Writes the pages that are generated: `python docs/make.py`. Nothing on them is typed by hand.

`tables.md` comes from the schema of instances and the columns of plans, `mathematics.md` from the docstrings of the
formulations and the sentence that every set, variable, expression and constraint carries.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import groupby, pairwise
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Any

import allocopt_models
from allocopt.instance.json_schema import describe
from allocopt.instance.load import load
from allocopt.instance.new import create
from allocopt.plan import PLAN_TABLES
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
        "is told in [semantics.md](semantics.md).",
        "A column with a default may be left out, and so may one that is not needed. A blank cell means the default. "
        "A list is parted by `;`. Areas are paths parted by `/`, from the city down. A line that starts with `#` is a "
        "comment.",
        "# city.yaml",
        _sentence(Settings),
    ]
    for name, entries in guide.items():
        if name.startswith("city.yaml"):
            lines += [f"## {name.removeprefix('city.yaml ')}"] * (name != "city.yaml") + [_columns(entries)]
    for group, tables in groupby(TABLES.values(), key=lambda table: table.row.__module__):
        lines += [f"# {_first(import_module(group).__doc__)}"]
        for table in tables:
            needed = " This table must be there." if table.required else ""
            key = f"One row for each {', '.join(f'`{column}`' for column in table.key)}.{needed}"
            lines += [f"## {table.name}.csv", f"{_sentence(table.row)} {key}", _columns(guide[f"{table.name}.csv"])]
    return _page(lines + _plan_tables())


def _plan_tables() -> list[str]:
    lines = ["# The tables of a plan", "What each holds is told in [semantics.md](semantics.md#6-the-plan)."]
    for title, decision in (("Decisions: what is done", True), ("Outcomes: what follows from it", False)):
        rows = [
            (f"`{table.file}`", ", ".join(f"{name} ({CELLS[cell]})" for name, cell in table.columns.items()))
            for table in PLAN_TABLES.values()
            if table.decision is decision
        ]
        lines += [f"## {title}", _table(("table", "columns"), rows)]
    return lines


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
        "instance become this data is told in [semantics.md](semantics.md).",
    ]
    for name, block in FORMULATIONS.items():
        title, _, rest = inspect.cleandoc(import_module(f"allocopt_models.{name}").__doc__ or "").partition("\n")
        lines += [f"## {name}", title, *_paragraphs(rest)]
        if block:
            lines += [_table(("name", "what", "for each", "meaning"), _components(getattr(model, block)))]
    return _page(lines)


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


PAGES = {"tables.md": tables_page, "mathematics.md": mathematics_page}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write(), encoding="utf-8")
        print(DOCS / page, file=sys.stderr)
