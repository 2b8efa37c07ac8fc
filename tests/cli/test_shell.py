"""The shell around the commands, driven as a process with commands made for the test."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

COMMANDS = {
    "fine.py": '''
        from pathlib import Path
        from typing import Annotated
        import typer
        def command(place: Annotated[Path, typer.Argument()] = Path("."), often: int = 1) -> None:
            """Say where."""
            for _ in range(often):
                print(place)
    ''',
    "group.py": '''
        import typer
        app = typer.Typer()
        @app.callback()
        def about() -> None:
            """Things that belong together."""
        @app.command("first")
        def first() -> None:
            """The first."""
            print("first of the group")
    ''',
    "broken.py": '''
        import os, sys, time
        from advisor.errors import BadInput, Interrupted, Lacking
        def command(how: str) -> None:
            """Fail in a way that is asked for."""
            if how == "input":
                raise BadInput("nothing is called tsak", where="advisor.yaml:3:1", remedy="did you mean task?")
            if how == "lacking":
                raise Lacking("no torch here")
            if how == "interrupted":
                raise Interrupted("saved; go on with: advisor plan --resume")
            if how == "bug":
                {}["a key that nobody has"]
            if how == "file":
                open("/nowhere/at/all")
            if how == "letters":
                print("caf\\u00e9 \\u2713 \\udc80")
            if how == "wait":
                try:
                    print("waiting", flush=True)
                    time.sleep(60)
                finally:
                    print("tidied up", flush=True)
    ''',
}
DRIVER = """
import sys
from advisor.cli.shell import run
lines = {"fine": "Say where.", "group": "Things that belong together.", "broken": "Fail in a way that is asked for."}
sys.exit(run(None, lines, "stand_in_room"))
"""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command_line(tmp_path: Path) -> list[str]:
    """The command that starts a shell with the stand-in commands."""
    room = tmp_path / "stand_in_room"
    room.mkdir()
    for name, text in COMMANDS.items():
        lines = text.strip("\n").split("\n")
        (room / name).write_text("\n".join(line[8:] for line in lines), encoding="utf-8")
    (tmp_path / "driver.py").write_text(DRIVER, encoding="utf-8")
    return [sys.executable, str(tmp_path / "driver.py")]


@pytest.fixture
def shell(command_line: list[str]) -> Run:
    """Runs the shell with arguments, and variables of the environment by keyword."""

    def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, **variables}
        return subprocess.run([*command_line, *arguments], capture_output=True, text=True, env=environment, check=False)

    return run


def test_runs_a_command(shell: Run) -> None:
    """A command gets its arguments, prints, and ends with 0."""
    done = shell("fine", "here", "--often", "2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "here\nhere\n", "")


def test_runs_a_command_of_a_group(shell: Run) -> None:
    """A module with a Typer app is a group of commands."""
    assert shell("group", "first").stdout == "first of the group\n"
    assert "The first." in shell("group", "--help").stdout


def test_help_imports_no_command(shell: Run) -> None:
    """Help lists every command with its line, even if a command's module cannot be imported."""
    done = shell("--help", PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0
    assert "fine    Say where." in done.stdout
    assert "broken  Fail in a way that is asked for." in done.stdout


def test_short_help(shell: Run) -> None:
    """`-h` is `--help`, for the program and for a command."""
    assert shell("-h").stdout == shell("--help").stdout
    assert shell("fine", "-h").stdout == shell("fine", "--help").stdout


def test_unknown_command(shell: Run) -> None:
    """A mistyped command ends with 2 and the name that was probably meant."""
    done = shell("fien")
    assert done.returncode == 2
    assert "Did you mean 'fine'?" in done.stderr


def test_wrong_usage(shell: Run) -> None:
    """A wrong value for an option ends with 2, names the option, and shows no traceback."""
    done = shell("fine", "--often", "many")
    assert done.returncode == 2
    assert "'--often'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("how", "status", "message"),
    [
        ("input", 2, "Error: advisor.yaml:3:1: nothing is called tsak\n  did you mean task?\n"),
        ("lacking", 3, "Error: no torch here\n"),
        ("interrupted", 130, "saved; go on with: advisor plan --resume\n"),
        ("file", 3, "Error: /nowhere/at/all: No such file or directory\n"),
    ],
)
def test_errors_are_messages(shell: Run, how: str, status: int, message: str) -> None:
    """An error says what, where and what to do on stderr, and carries its exit status."""
    done = shell("broken", how)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", message)


def test_a_bug_says_so(shell: Run) -> None:
    """An exception nobody expected is called a bug, in one message; the traceback comes when asked for."""
    done = shell("broken", "bug")
    assert done.returncode == 70
    assert "this is a bug in advisor" in done.stderr
    assert "KeyError: 'a key that nobody has'" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in shell("broken", "bug", ADVISOR_DEBUG="1").stderr


def test_letters_that_the_terminal_lacks(shell: Run) -> None:
    """Output that the terminal's encoding cannot show is replaced, not refused."""
    done = shell("broken", "letters", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert (done.returncode, done.stdout) == (0, "caf? ? ?\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
def test_signals_unwind(command_line: list[str], number: signal.Signals, status: int) -> None:
    """SIGTERM, SIGHUP and Ctrl-C let a command tidy up, show no traceback, and give the usual status."""

    def heard() -> None:
        """Whoever runs the tests may ignore the signal (nohup does), and a child would inherit that."""
        signal.signal(number, signal.SIG_DFL)

    with subprocess.Popen(
        [*command_line, "broken", "wait"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heard,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (status, "tidied up\n")
    assert "Traceback" not in err


def test_reader_that_went_away(command_line: list[str]) -> None:
    """When whoever reads the output goes away, the command ends without a word."""
    with subprocess.Popen(
        [*command_line, "fine", "--often", "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 128 + signal.SIGPIPE


def test_full_disk(command_line: list[str]) -> None:
    """Output that does not fit on the disk is an error of the environment."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*command_line, "fine"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("Error: No space left on device")


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("fine", "--help")])
def test_help_on_a_full_disk(command_line: list[str], words: tuple[str, ...]) -> None:
    """What is printed before any command runs, help and the version, fails with the same message."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*command_line, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("Error: No space left on device")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams(command_line: list[str], closed: str) -> None:
    """A command does its work whichever of the standard streams the shell has closed."""
    command = f"{shlex.join(command_line)} fine here {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    failed = subprocess.run(["sh", "-c", f"{shlex.join(command_line)} broken input {closed}"], check=False)
    assert failed.returncode == 2


def test_completion(shell: Run) -> None:
    """Shells complete the commands, the commands of a group, and the options of a command."""

    def offered(words: str) -> list[str]:
        count = str(len(words.split(" ")) - 1)
        return shell(_ADVISOR_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count).stdout.split()

    assert offered("advisor f") == ["fine"]
    assert offered("advisor group f") == ["first"]
    assert offered("advisor fine --o") == ["--often"]


def test_completion_is_installed(shell: Run, tmp_path: Path) -> None:
    """`--show-completion` prints a script for the shell in use, and only the program itself offers to."""
    assert "--show-completion" in shell("--help").stdout
    assert "completion" not in shell("fine", "--help").stdout
    assert "completion" not in shell("group", "--help").stdout
    script = shell(_ADVISOR_COMPLETE="source_bash").stdout
    assert "_ADVISOR_COMPLETE=complete_bash" in script
    (tmp_path / "script").write_text(script, encoding="utf-8")
    assert subprocess.run(["bash", "-n", tmp_path / "script"], check=False).returncode == 0


def test_what_is_typed_is_read_without_pydantic() -> None:
    """Paths, choices, lists and whole numbers are read without importing pydantic; what is wrong is still named."""
    code = (
        "import sys\nfrom advisor.cli.shell import run\n"
        "status = run(['check', 'docs/start.md', '--jobs', '1', '--format', 'json', '--select', 'ADV045', '--plain'])\n"
        "print('pydantic' in sys.modules, status, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("False 0"), done.stderr
    for option, wrong in (("--jobs", "-1"), ("--jobs", "x"), ("--format", "xml")):
        refused = subprocess.run(
            [sys.executable, "-m", "advisor", "check", option, wrong], capture_output=True, text=True, check=False
        )
        assert refused.returncode == 2
        assert f"Invalid value for '{option}'" in refused.stderr
