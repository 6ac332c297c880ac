"""A group of commands, each in a file of its own that is imported when it is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module

import click

COMMANDS = {
    "new": "allocopt.cli.new",
    "validate": "allocopt.cli.validate",
    "solve": "allocopt.cli.solve",
    "check": "allocopt.cli.check",
    "show": "allocopt.cli.show",
    "compare": "allocopt.cli.compare",
    "schema": "allocopt.cli.schema",
    "doctor": "allocopt.cli.doctor",
}


class LazyGroup(click.Group):
    """Looks commands up in COMMANDS; each module there holds its command under the name `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            close = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)
