"""Reading YAML strictly: plain values with their lines; no aliases, merges, tags or surprising words.

Values are built from the parser's events while limits are kept, so that no file, however made, takes long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from allocopt.faults import Fault, InputError
from allocopt.reading.plain_text import CONTROL, brief, control_faults, decode, shown
from allocopt.reading.yaml_scalars import plain_scalar
from allocopt.reading.yaml_syntax import syntax_fault

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"
Path: TypeAlias = "tuple[str | int, ...]"

MOST_BYTES = 1_000_000
MOST_DEPTH = 20
MOST_NODES = 100_000
MOST_FAULTS = 1_000


@dataclass(frozen=True)
class YamlDocument:
    """The value of a YAML file, its encoding, and where in the file each part of it stands."""

    value: Value
    encoding: str
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line (from 1) of the key or element at the path, or of its nearest ancestor that is there."""
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in self.lines), ())
        return self.lines.get(known, 1)


def read_yaml(data: bytes, file: str) -> YamlDocument:
    """The one document of a YAML file.

    Raises InputError with every fault found: limits passed, wrong syntax (the first only), keys used twice or
    not text, aliases, merge keys, tags, numbers that are not finite, control characters, a second document.
    """
    if len(data) > MOST_BYTES:
        expected = f"at most {MOST_BYTES:,} bytes (long lists belong in CSV tables)"
        raise InputError([Fault(file, 0, "", f"{len(data):,} bytes", expected)])
    text, encoding = decode(data, file, advice="a file saved as UTF-8")
    if faults := control_faults(text, file):
        raise InputError(faults)
    builder = _Builder(text, file)
    value = builder.document()
    if builder.faults:
        raise InputError(builder.faults)
    return YamlDocument(value, encoding, builder.lines)


class _Builder:
    """Builds the value from the parser's events, collecting faults and lines.

    The parser is the one written in Python: the one in C crashes on deep nesting.
    """

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.faults: list[Fault] = []
        self.lines: dict[Path, int] = {}
        self._loader = yaml.SafeLoader(text)
        self._nodes = 0

    def document(self) -> Value:
        self._next()
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            return None
        if start.version or start.tags:
            self._fault(start, (), "a line that starts with '%'", "no such lines")
        first = self._next()
        self.lines[()] = _line(first)
        value = self._node(first, ())
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            self._fault(after, (), "a second document", "one document (no second line '---')")
        return value

    def _node(self, event: yaml.NodeEvent, path: Path) -> Value:
        self._count(event, path)
        if event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            expected = "values written out (quotation marks around a text that starts with such a sign)"
            self._fault(event, path, shown(sign + event.anchor), expected)
        if getattr(event, "tag", None) is not None:
            self._fault(event, path, "a tag", "no tags (quotation marks around a text that starts with '!')")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else None

    def _sequence(self, path: Path) -> Value:
        values: list[Value] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            inner = (*path, len(values))
            self.lines[inner] = _line(event)
            values.append(self._node(event, inner))
        return values

    def _mapping(self, path: Path) -> Value:
        values: dict[str, Value] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key is None:
                self._node(self._next(), (*path, "?"))
                continue
            inner = (*path, key)
            if key in values:
                first = f"a second {shown(key)} (the first is in line {self.lines[inner]})"
                self._fault(event, inner, first, "each key once")
                self._node(self._next(), (*path, f"{key} (again)"))
                continue
            self.lines[inner] = _line(event)
            values[key] = self._node(self._next(), inner)
        return values

    def _key(self, event: yaml.NodeEvent, path: Path) -> str | None:
        """The key the event starts, or None after a fault."""
        before = len(self.faults)
        key = self._node(event, path if isinstance(event, yaml.ScalarEvent) else (*path, "?"))
        if len(self.faults) > before:
            return None
        if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and key == "<<":
            self._fault(event, path, "the merge key '<<'", "keys written out")
            return None
        if isinstance(key, str):
            return key
        found = shown(event.value) if isinstance(event, yaml.ScalarEvent) else "a list or mapping"
        self._fault(event, path, f"{found} as a key", "text as key (a number needs quotation marks)")
        return None

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Value:
        if CONTROL.search(event.value):
            self._fault(event, path, shown(event.value), "text without control characters")
        if not event.implicit[0]:
            return event.value
        try:
            return plain_scalar(event.value)
        except ValueError as error:
            self._fault(event, path, shown(event.value), str(error))
            return None

    def _count(self, event: yaml.NodeEvent, path: Path) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._fault(event, (), f"more than {MOST_NODES:,} values", "long lists in CSV tables")
            raise InputError(self.faults)
        if len(path) > MOST_DEPTH:
            self._fault(event, path[:1], "deeper nesting", f"at most {MOST_DEPTH} levels inside each other")
            raise InputError(self.faults)

    def _next(self) -> Any:
        """The next event. Raises InputError, with the faults so far, where the syntax is wrong."""
        try:
            return self._loader.get_event()  # type: ignore[no-untyped-call]
        except yaml.MarkedYAMLError as error:
            self.faults.append(syntax_fault(error, self.text, self.file))
        except (ValueError, OverflowError):
            # PyYAML lets `"\UFFFFFFFF"` and `%YAML 1.<thousands of digits>` through to chr() and int().
            line = self._loader.get_mark().line + 1
            self.faults.append(Fault(self.file, line, "", "an escape or number out of range", "plain text"))
        raise InputError(self.faults)

    def _fault(self, event: yaml.Event, path: Path, found: str, expected: str) -> None:
        field = ".".join(brief(str(part)) for part in path)
        self.faults.append(Fault(self.file, _line(event), field, found, expected))
        if len(self.faults) >= MOST_FAULTS:
            raise InputError(self.faults)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
