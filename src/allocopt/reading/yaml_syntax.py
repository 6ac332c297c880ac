"""What is wrong with the syntax of a YAML file, in words that need no knowledge of YAML."""

from __future__ import annotations

from yaml import Mark, MarkedYAMLError

from allocopt.faults import Fault
from allocopt.reading.plain_text import LINE_BREAK, shown

# The first entry whose text occurs in the parser's message is said.
_WORDS = (
    ("quoted scalar found unexpected", "a closing quotation mark for the text that opens in this line"),
    ("found character '\\t'", "spaces, not a tab, at the start of the line"),
    ("found unknown escape", "'\\\\' for a backslash between double quotation marks, or single ones"),
    ("escape sequence of", "'\\\\' for a backslash between double quotation marks, or single ones"),
    ("that cannot start any token", "quotation marks around a text that starts with such a character"),
    ("expected alphabetic or numeric", "quotation marks around a text that starts with '&', '*' or '%'"),
    ("mapping values are not allowed", "one 'key: value' (quotation marks around a text that holds ': ')"),
    ("expected ':'", "'key: value', with a colon and a space after the key"),
    ("sequence entries are not allowed", "'- ' at the start of a line of its own"),
    (
        "expected ',' or ']'",
        "a comma between the entries and ']' after the last; '[' stands in line {opened}",
    ),
    (
        "expected ',' or '}'",
        "a comma between the entries and '}}' after the last; '{{' stands in line {opened}",
    ),
    ("parsing a flow node", "an entry of the list, or the ']' or '}}' that closes it"),
    ("expected <block end>", "the same indentation as the entries that start in line {opened}"),
    ("block scalar", "nothing but a line break after '|' or '>'"),
    ("tag", "no tags: quotation marks around a text that starts with '!'"),
    ("directive", "no lines that start with '%'"),
    ("document start", "one document, without lines '---', '...' or '%' inside"),
    ("unexpected end of stream", "a closing quotation mark"),
)


def syntax_fault(error: MarkedYAMLError, text: str, file: str) -> Fault:
    """The parser's error as a fault that shows the line it stands in."""
    message = f"{error.context or ''} {error.problem or ''}"
    words = next((words for part, words in _WORDS if part in message), "a line of YAML")
    opened = _line(error.context_mark)
    begun = "quoted scalar found" in message or "simple key" in message
    line = opened if begun else _line(error.problem_mark)
    return Fault(file, line, "", _source(text, line), words.format(opened=opened))


def _line(mark: Mark | None) -> int:
    return mark.line + 1 if mark else 0


def _source(text: str, line: int) -> str:
    lines = LINE_BREAK.split(text)
    source = lines[line - 1].strip(" ") if 0 < line <= len(lines) else ""
    return shown(source, 60) if source else "the end of the file" if line >= len(lines) else "an empty line"
