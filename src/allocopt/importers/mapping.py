"""The mapping file: what the tables and columns of a city's own files are called, and how their cells are read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from allocopt.faults import Fault, InputError, did_you_mean
from allocopt.importers.numbers import bytes_of
from allocopt.instance import words
from allocopt.reading.yaml_strict import MOST_BYTES, YamlDocument, read_yaml
from allocopt.schema.columns import columns

Scalar = str | int | float | bool
_SCALARS = ("str", "int", "float", "bool")
Keys = tuple[str | int, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ColumnOf(_Part):
    """Where the cells of a column come from."""

    heading: str | None = Field(None, alias="from", description="the heading of the city's column")
    factor: float | None = Field(None, description="what its numbers are multiplied by")
    values: dict[str, Scalar] = Field({}, description="what its words mean; others are faults")
    constant: Scalar | None = Field(None, description="the same cell in every row")
    text: str | None = Field(None, description="a text in which {heading} stands for the cell of that column")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.heading, self.constant, self.text)) != 1:
            raise ValueError("one of from, constant and text")
        if self.heading is None and (self.factor is not None or self.values):
            raise ValueError("factor and values beside from alone")
        if self.factor is not None and self.values:
            raise ValueError("factor or values, not both")
        return self


class Block(_Part):
    """Rows of one of our tables that come from one table of the city's."""

    table: str | None = Field(None, alias="from", description="the city's sheet, file or layer; else of the same name")
    heading_row: int | None = Field(None, ge=1, description="the row of a sheet with the headings; else the first")
    where: dict[str, list[Scalar]] = Field({}, description="only rows in which that column has one of these words")
    filled: str | None = Field(None, description="only rows in which that column is not blank")
    columns: dict[str, ColumnOf] = Field({}, description="our columns, and where each comes from")


class Mapping(_Part):
    """The whole file."""

    city: dict[str, Any] | None = Field(None, description="what stands in city.yaml")
    tables: dict[str, list[Block]] = Field({}, description="our tables, and where their rows come from")


@dataclass(frozen=True)
class MappingFile:
    """A mapping, and where its keys stand."""

    file: str
    mapping: Mapping
    document: YamlDocument

    def fault(self, keys: Keys, found: str, expected: str) -> Fault:
        """A fault at a key; the number of a block is left out where a table has only one, without a list."""
        return Fault(self.file, self.document.line(_written(self.document, keys)), _dotted(keys), found, expected)

    def with_tables(self, named: Iterable[tuple[str, str]]) -> MappingFile:
        """The same with the city's table for some of ours, where the file does not name it."""
        tables = dict(self.mapping.tables)
        for target, name in named:
            blocks = tables.get(target, [Block()])
            tables[target] = [block if block.table else block.model_copy(update={"table": name}) for block in blocks]
        return replace(self, mapping=self.mapping.model_copy(update={"tables": tables}))


NO_MAPPING = MappingFile("the call", Mapping(), YamlDocument({}, "UTF-8", {}))


def read_mapping(file: Path) -> MappingFile:
    """The mapping in this file. Raises InputError with every fault of it."""
    document = read_yaml(bytes_of(file, MOST_BYTES), str(file))
    try:
        return MappingFile(str(file), Mapping.model_validate(_spelled_out(document.value)), document)
    except ValidationError as error:
        raise InputError(_faults(error, str(file), document)) from None


def _spelled_out(value: Any) -> Any:
    """One block for a list of one, and a heading alone for `from`."""
    if not isinstance(value, dict) or not isinstance(value.get("tables"), dict):
        return {} if value is None else value
    tables = {
        name: [_block(block) for block in (blocks if isinstance(blocks, list) else [blocks])]
        for name, blocks in value["tables"].items()
    }
    return value | {"tables": tables}


def _block(block: Any) -> Any:
    if block is None:
        return {}
    if not isinstance(block, dict) or not isinstance(block.get("columns"), dict):
        return block
    named = {name: {"from": cell} if isinstance(cell, str) else cell for name, cell in block["columns"].items()}
    return block | {"columns": named}


def _faults(error: ValidationError, file: str, document: YamlDocument) -> list[Fault]:
    faults = []
    for detail in error.errors(include_url=False):
        keys: Keys = tuple(key for key in detail["loc"] if key not in _SCALARS)
        model = _model_at(keys)
        line, name = document.line(_written(document, keys)), _dotted(keys)
        if detail["type"] == "extra_forbidden":
            known = [field.alias or key for key, field in model.model_fields.items()]
            expected = f"one of {', '.join(known)}{did_you_mean(str(keys[-1]), known)}"
            faults.append(Fault(file, line, name, "an unknown key", expected))
        elif detail["loc"][-1] in _SCALARS:
            faults.append(Fault(file, line, name, words.found(detail), "a text, a number, or true or false"))
        else:
            column = columns(model).get(str(keys[-1])) if keys else None
            faults.append(Fault(file, line, name, words.found(detail), words.expected(detail, column)))
    return faults


def _model_at(keys: Keys) -> type[BaseModel]:
    """The part of the file in which the last of these keys stands."""
    if "columns" in keys[:-1]:
        return ColumnOf
    return Block if len(keys) > 3 else Mapping


def _written(document: YamlDocument, keys: Keys) -> Keys:
    """The keys as they stand in the file."""
    value = document.value
    written: list[str | int] = []
    for key in keys:
        if isinstance(key, int) and isinstance(value, dict):
            continue
        written.append(key)
        value = _inner(value, key)
    return tuple(written)


def _inner(value: Any, key: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def _dotted(keys: Keys) -> str:
    """The keys joined by dots, without the number of a first block."""
    return ".".join(str(key) for key in keys if key != 0 or isinstance(key, bool))
