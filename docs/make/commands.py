"""Writes docs/commands.md from the commands themselves: `python docs/make/commands.py`."""

from pathlib import Path

from typer.core import TyperCommand, TyperGroup

from advisor.cli.shell import Later, program

PAGE = Path(__file__).parents[1] / "commands.md"
HEAD = """# Commands

Generated from the program by `python docs/make/commands.py`; the tests fail when it is stale.
"""


def page() -> str:
    """The whole page: the help of every command, as a person sees it in 100 columns."""
    group = program()
    sections = [HEAD, _section("advisor", group)]
    for name, later in group.commands.items():
        assert isinstance(later, Later)
        command = later.loaded()
        sections.append(_section(f"advisor {name}", command))
        if isinstance(command, TyperGroup):
            sections += [_section(f"advisor {name} {sub}", part) for sub, part in command.commands.items()]
    return "\n".join(sections)


def _section(words: str, command: object) -> str:
    assert isinstance(command, TyperCommand | TyperGroup)
    context = command.context_class(command, info_name=words, terminal_width=100, help_option_names=["--help", "-h"])
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    return f"## {words}\n\n```text\n{text}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
