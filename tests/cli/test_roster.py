"""The list of commands, held against the folder and against what the commands say of themselves."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from advisor import __version__
from advisor.cli.roster import COMMANDS
from advisor.cli.shell import program, run

ROOM = Path(__file__).parents[2] / "advisor" / "cli"
HEAVY = ("torch", "rich", "numpy", "pydantic", "jinja2", "psutil", "pynvml", "ruamel", "pyarrow")
WATCHED = """
import json, sys
from advisor.cli.shell import run
status = run(sys.argv[1:])
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
sys.exit(status)
"""


def _is_command(module: Path) -> bool:
    """Does the module define a function `command` or a Typer `app`?"""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        names: list[ast.expr] = []
        match node:
            case ast.FunctionDef(name="command"):
                return True
            case ast.Assign():
                names = node.targets
            case ast.AnnAssign():
                names = [node.target]
        if any(isinstance(name, ast.Name) and name.id == "app" for name in names):
            return True
    return False


def test_roster_and_folder_agree() -> None:
    """Every command of the list has its module, and every module with a command is in the list."""
    with_command = {path.stem for path in ROOM.glob("*.py") if _is_command(path)}
    assert with_command == {name.replace("-", "_") for name in COMMANDS}


def test_lines_fit() -> None:
    """A help line is one sentence that fits a terminal of 80 columns uncut."""
    assert all(line.endswith(".") and len(line) <= 66 for line in COMMANDS.values())


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(name: str) -> None:
    """A command's own help opens with the line of the list, and asking for it imports nothing heavy."""
    done = subprocess.run([sys.executable, "-c", WATCHED, name, "--help"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    usage, line = done.stdout.split("\n\n")[:2]
    assert usage.startswith(f"Usage: advisor {name} ")
    assert " ".join(line.split()) == COMMANDS[name]
    assert not set(json.loads(done.stderr.splitlines()[-1])) & set(HEAVY)


EVERYWHERE = {"--json", "--plain", "--quiet", "--no-input", "--as-of"}


def test_every_command_takes_what_scripts_give() -> None:
    """--json, --plain, --quiet, --no-input and --as-of are options of every command and of every part of one."""
    for name, later in program().commands.items():
        command = later.loaded()
        for part in getattr(command, "commands", {name: command}).values():
            assert {word for option in part.params for word in option.opts} >= EVERYWHERE, (name, part.name)


@pytest.mark.parametrize(
    "words", [["fits", "llama-3.1-8b", "--on", "1x L4"], ["schema"], ["catalog", "prices"], ["explain", "latency"]]
)
def test_they_may_be_given_and_one_document_comes(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """With all five there is one JSON document on standard output and nothing beside it; a wrong date is refused."""
    assert run([*words, "--json", "--plain", "--quiet", "--no-input", "--as-of", "2026-11-25"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)
    assert not shown.err
    assert run([*words, "--as-of", "soon"]) == 2


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_the_program_starts_light(arguments: list[str]) -> None:
    """`advisor --help` and `advisor --version` import no command and nothing heavy."""
    done = subprocess.run([sys.executable, "-c", WATCHED, *arguments], capture_output=True, text=True, check=False)
    modules = set(json.loads(done.stderr.splitlines()[-1]))
    assert done.returncode == 0
    assert not modules & {"yaml", *HEAVY}


def test_version() -> None:
    """`advisor --version` and `python -m advisor --version` print the version of the package."""
    done = subprocess.run([sys.executable, "-m", "advisor", "--version"], capture_output=True, text=True, check=False)
    assert done.stdout == f"advisor {__version__}\n"
