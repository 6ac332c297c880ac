"""The words of a page: a catalogue a language, with the same keys. Names and ids of an instance stay as they are."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from allocopt.summary.joined import heading

LANGUAGES = ("zh", "en")


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language, by key."""
    import yaml

    text = files(__package__).joinpath(f"{lang}.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)
    return found


class Words:
    """Texts of one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._texts = catalogue(lang)

    def __call__(self, key: str, **values: Any) -> str:
        """The text under this key, with values in its places."""
        return self._texts[key].format(**values)

    def heading(self, column: str) -> str:
        """The heading of a column of another's table: one of the tool's own where there is one."""
        return self._texts.get(f"column.{column.removesuffix('_cny')}") or heading(column)

    def or_as_is(self, key: str, word: str) -> str:
        """What a word of the tool's own (a status, a programme) is called; what has no text stays as it is."""
        return self._texts.get(f"{key}.{word}", word)
