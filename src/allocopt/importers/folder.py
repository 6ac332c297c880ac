"""A folder of tables as a city has it: CSV or Parquet, and perhaps its `city.yaml`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from allocopt.faults import Fault, InputError
from allocopt.importers.names import OF_TODAY
from allocopt.importers.source import Source
from allocopt.instance.texts import CITY, Files
from allocopt.instance.today import FOLDER
from allocopt.reading.escaping import unguarded
from allocopt.reading.paths import instance_file, list_tables
from allocopt.reading.plain_text import decode


class Folder:
    """The tables of a folder by the names of their files without ending; those in `current/` with that word before."""

    hidden: frozenset[str] = frozenset()

    def __init__(self, folder: Path) -> None:
        self.file = str(folder)
        self._folder = folder
        try:
            self._files = {Path(file).stem: file for file in list_tables(folder)}
            if (folder / FOLDER).is_dir():
                inner = list_tables(folder / FOLDER)
                self._files |= {f"{OF_TODAY}{Path(file).stem}": FOLDER + file for file in inner}
        except InputError as error:
            raise InputError(replace(fault, file=self.file) for fault in error.faults) from None
        self.names = tuple(self._files)

    def settings(self) -> list[str] | None:
        """The lines of `city.yaml`, if there is one."""
        if not (self._folder / CITY).exists():
            return None
        text = decode(instance_file(self._folder, CITY), str(self._folder / CITY), advice="a file saved as UTF-8")[0]
        return text.splitlines()

    def settings_fault(self, fault: Fault) -> Fault:
        return replace(fault, file=str(self._folder / CITY))

    def source(self, name: str, heading_row: int | None = None) -> Source:
        """The table of this name. Raises InputError with every fault of its file."""
        file = self._files[name]
        place = str(self._folder / file)
        if heading_row is not None:
            raise InputError([Fault(place, 0, "", "a row of headings in the mapping", "one for sheets alone")])
        files = Files(self._folder)
        table = files.table(file)
        if table is None:
            raise InputError(replace(fault, file=place) for fault in files.faults)
        rows = [{heading: unguarded(cell) for heading, cell in row.items()} for row in table.rows]
        return Source(place, name, table.heading, table.columns, rows, table.lines, row_word="line")
