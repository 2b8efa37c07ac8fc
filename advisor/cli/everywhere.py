"""The options that every command takes, so that a script may give them without knowing the command."""

from typing import Annotated, Any

import typer
from typer.main import get_command

from advisor.cli.dates import day


def add_what_lacks(command: Any) -> None:
    """Gives a command those of the options that it has no use for itself; they are read and change nothing."""
    own = {option.name for option in command.params}
    for option in _shared():
        if option.name not in own:
            option.expose_value = False
            command.params.insert(-1 if own & {"help"} else len(command.params), option)


def _shared() -> list[Any]:
    app = typer.Typer(add_completion=False)
    app.command()(_options)
    return list(get_command(app).params)


def _options(
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="Fix today's date; nothing here depends on it.", callback=day)
    ] = "",
    plain: Annotated[bool, typer.Option("--plain", help="No colour, nothing that moves; there is none here.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing beside what was asked for.")] = False,
    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; nothing here does.")] = False,
) -> None:
    del as_of, plain, quiet, no_input
