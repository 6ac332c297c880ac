"""Numbers of options, with their limits in plain words: in the help, and where a number is none or beyond them."""

from __future__ import annotations

from typing import Any

import click


class Whole(click.IntRange):
    """A whole number from `least` on, to `most`, where there are such limits."""

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        super().__init__(least, most)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{value}' is not a whole number{self._limits()}.", param, ctx)

    def _limits(self) -> str:
        if self.min is None:
            return ""
        return f" of at least {self.min}" if self.max is None else f" from {self.min} to {self.max}"

    def _describe_range(self) -> str:
        """The limits as the help tells them."""
        return self._limits().removeprefix(" of").strip()
