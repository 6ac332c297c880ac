"""The words of a page: a catalogue a language, with the same keys. Names and ids of an instance stay as they are."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from allocopt.summary.joined import heading
from allocopt.summary.naming import Names

if TYPE_CHECKING:
    from allocopt.programmes import Programme

LANGUAGES = ("zh", "en")
# The language of manifests, and how the keys of what they say begin.
_MANIFESTS, _SAID = "en", "said."
_BETWEEN_NOTES = "; "
# The place of a reason, which is a sentence itself.
_REASON = "why"


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language, by key."""
    import yaml

    text = files(__package__).joinpath(f"{lang}.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)
    return found


class Words:
    """Texts of one language, with those that programmes from outside bring."""

    def __init__(self, lang: str, programmes: Iterable[Programme] = ()) -> None:
        self.lang = lang
        self._texts = {key: text for own in programmes for key, text in _own(own, lang)} | catalogue(lang)

    def __call__(self, key: str, **values: Any) -> str:
        """The text under this key, with values in its places."""
        return self._texts[key].format(**values)

    def heading(self, column: str) -> str:
        """The heading of a column of another's table: one of the tool's own where there is one."""
        return self._texts.get(f"column.{column.removesuffix('_cny')}") or heading(column)

    def or_as_is(self, key: str, word: str) -> str:
        """What a word of the tool's own (a status, a programme) is called; what has no text stays as it is."""
        return self._texts.get(f"{key}.{word}", word)

    def standard(self, names: Names, standard: str) -> str:
        """What a standard is called; the ceiling of the settings, which has no name, by what it asks."""
        return self.or_as_is("standard", names.of("standards", standard))

    def said(self, text: str) -> str:
        """What a manifest says in sentences of the tool's own, in this language; others stay as they are."""
        notes = text.split(_BETWEEN_NOTES)
        told = [self._one_said(note) for note in notes]
        whole = "" if all(told) else self._one_said(text)
        return whole or self("stop").join(said or note for said, note in zip(told, notes, strict=True))

    def _one_said(self, text: str) -> str:
        found = ((key, pattern.fullmatch(text)) for key, pattern in _patterns().items())
        return next((self(key, **self._inner(match)) for key, match in found if match), "")

    def _inner(self, match: re.Match[str]) -> dict[str, str]:
        """What stands in the places of a sentence; a reason is a sentence itself."""
        return {name: self.said(value) if name == _REASON else value for name, value in match.groupdict().items()}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """What manifests say, as patterns with the places of the texts as groups."""
    said = {key: text for key, text in catalogue(_MANIFESTS).items() if key.startswith(_SAID)}
    return {key: re.compile("".join(_parts(text))) for key, text in said.items()}


def _parts(text: str) -> Iterator[str]:
    for literal, name, _, _ in string.Formatter().parse(text):
        yield re.escape(literal) + (f"(?P<{name}>[^;]+)" if name else "")


def _own(programme: Programme, lang: str) -> Iterator[tuple[str, str]]:
    """What a programme, its tables and their columns are called; without a word of its own, its title."""
    words = programme.words.get(lang, {})
    yield f"programme.{programme.name}", words.get(programme.name, programme.title)
    for word, text in words.items():
        yield f"column.{word}", text
