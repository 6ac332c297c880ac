"""A group of commands, each in a file of its own that is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

COMMANDS = {
    "new": "allocopt.cli.new",
    "validate": "allocopt.cli.validate",
    "solve": "allocopt.cli.solve",
    "check": "allocopt.cli.check",
    "show": "allocopt.cli.show",
    "compare": "allocopt.cli.compare",
    "score": "allocopt.cli.score",
    "study": "allocopt.cli.study",
    "explain": "allocopt.cli.explain",
    "export": "allocopt.cli.export",
    "report": "allocopt.cli.report",
    "import": "allocopt.cli.importing",
    "schema": "allocopt.cli.schema",
    "scenarios": "allocopt.cli.scenarios",
    "serve": "allocopt.cli.serve",
    "doctor": "allocopt.cli.doctor",
}


class LazyGroup(click.Group):
    """Looks commands up in `commands_in`: the module that holds a command under the name `command`, or, after a colon,
    under another name."""

    def __init__(self, *args: Any, commands_in: Mapping[str, str] = COMMANDS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._modules = commands_in

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._modules:
            return None
        module, _, name = self._modules[cmd_name].partition(":")
        command = getattr(import_module(module), name or "command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self._modules:
            close = get_close_matches(args[0], self._modules, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)
