"""Programmes from outside as if they were installed: their sources on a path, beside what an installer would write."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path

from allocopt.instance.new import create

ROOT = Path(__file__).parents[1]
DRONES = ROOT / "examples" / "drones"


def install(package: Path, site: Path) -> Path:
    """Put a package's sources and the metadata of its `pyproject.toml` into a folder that can be put on the path."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    if (package / "src").is_dir():
        shutil.copytree(package / "src", site, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    heading = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (info / "METADATA").write_text(heading, encoding="utf-8")
    groups = project["entry-points"].items()
    points = [f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in named.items()) for group, named in groups]
    (info / "entry_points.txt").write_text("\n".join(points), encoding="utf-8")
    return site


def path_with(*sites: Path) -> dict[str, str]:
    """The environment of a process that finds these first, and this clone's own packages."""
    places = [*map(str, sites), str(ROOT / "src"), str(ROOT / "models"), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, places))}


def town_with_drones(folder: Path) -> Path:
    """The sample town with the tables of the example."""
    create(folder)
    for table in (DRONES / "tables").glob("*.csv"):
        shutil.copy(table, folder)
    return folder
