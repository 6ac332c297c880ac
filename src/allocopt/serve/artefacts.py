"""What can be made of a plan or a study and taken away: one line each, run as a command when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from allocopt.serve.kinds import Find

PLAN, STUDY = "plan.json", "study.json"
_TEXT, _HTML, _JSON = "text/plain; charset=utf-8", "text/html; charset=utf-8", "application/json"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Artefact:
    """`command` with RESULT for the folder of the plan or study, CITY for that of its instance, FILE for the file to
    be written where it writes one; else it is what it prints. `of` are the manifests of what it can be made of."""

    command: tuple[str, ...]
    file: str
    media: str
    of: tuple[str, ...] = (PLAN,)

    def words(self, result: str, city: str) -> list[str]:
        places = {"RESULT": result, "CITY": city, "FILE": self.file}
        return [places.get(word, word) for word in self.command]

    @property
    def is_printed(self) -> bool:
        return "FILE" not in self.command


ARTEFACTS = {
    "summary": Artefact(("show", "RESULT"), "summary.txt", _TEXT),
    "check": Artefact(("check", "RESULT", "--city", "CITY", "--json"), "check.json", _JSON),
    "report": Artefact(("report", "RESULT", "--out", "FILE"), "report.html", _HTML, of=(PLAN, STUDY)),
    "xlsx": Artefact(("export", "RESULT", "--to", "xlsx", "--out", "FILE"), "plan.xlsx", _XLSX),
    "gpkg": Artefact(
        ("export", "RESULT", "--to", "gpkg", "--out", "FILE"), "plan.gpkg", "application/geopackage+sqlite3"
    ),
    "geojson": Artefact(
        ("export", "RESULT", "--to", "geojson", "--out", "FILE"), "plan.geojson", "application/geo+json"
    ),
}


def offered(result: Path, find: Find) -> list[str]:
    """What can be made of the plan or study in a folder with the commands that there are."""
    return [
        name
        for name, artefact in ARTEFACTS.items()
        if any((result / manifest).is_file() for manifest in artefact.of) and find(artefact.command[:1]) is not None
    ]
