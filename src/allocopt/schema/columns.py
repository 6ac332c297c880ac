"""What a row model says about each of its columns, in plain data: the source of checks, documentation and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import get_annotations
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from allocopt.schema.types import References

Meaning = Literal["number", "whole number", "yes or no", "text", "list", "keys with values", "one of"]


@dataclass(frozen=True)
class Column:
    """One column of a table, or one key of `city.yaml`."""

    name: str
    meaning: Meaning
    description: str
    required: bool
    default: Any
    choices: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def numeric(self) -> bool:
        return self.meaning in ("number", "whole number")


@cache
def columns(model: type[BaseModel]) -> dict[str, Column]:
    """The columns of a row model (or the keys of a part of `city.yaml`) by name, in order."""
    return {name: _column(name, model.model_fields[name]) for name in names(model)}


@cache
def names(model: type[BaseModel]) -> tuple[str, ...]:
    """The model's own fields, then those that it inherits: the id comes first, coordinates and the source last."""
    own = [list(get_annotations(base)) for base in model.__mro__]
    return tuple(name for fields in own for name in fields if name in model.model_fields)


def _column(name: str, field: FieldInfo) -> Column:
    choices: list[str] = []
    references: list[str] = []
    bases: list[Any] = []
    for part in _parts(field.annotation, field.metadata):
        if isinstance(part, References):
            references += part.tables
        elif get_origin(part) is Literal:
            choices += get_args(part)
        else:
            bases.append(part)
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    return Column(
        name,
        _meaning(bases, choices),
        field.description or "",
        field.is_required(),
        default,
        tuple(dict.fromkeys(choices)),
        tuple(references),
    )


def _parts(annotation: Any, metadata: Any) -> Iterator[Any]:
    """The plain types, literals and notes that an annotation is made of."""
    yield from metadata
    if get_origin(annotation) is Literal or not get_args(annotation):
        yield annotation
    elif get_origin(annotation) in (tuple, dict):
        yield get_origin(annotation)
    elif hasattr(annotation, "__metadata__"):
        yield from _parts(annotation.__origin__, annotation.__metadata__)
    else:
        for argument in get_args(annotation):
            if argument is not NoneType:
                yield from _parts(argument, ())


def _meaning(bases: list[Any], choices: list[str]) -> Meaning:
    if choices:
        return "one of"
    known: dict[Any, Meaning] = {
        float: "number",
        int: "whole number",
        bool: "yes or no",
        tuple: "list",
        dict: "keys with values",
    }
    if any(isinstance(base, type) and issubclass(base, BaseModel) for base in bases):
        return "keys with values"
    return next((known[base] for base in bases if base in known), "text")
