"""The interview in a real terminal, typed at by pexpect and drawn by pyte."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from advisor.answers import load_questions
from advisor.project import answers_file
from advisor.shelf import shelf

TOY = Path(__file__).with_name("toy.py")
QUESTIONS = load_questions(shelf("questionnaires"))


class Terminal:
    """A program in a terminal of so many columns."""

    def __init__(self, file: Path, columns: int = 80, *flags: str, **environment: str) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "ACCESSIBLE")}
        env = {**kept, "TERM": "xterm-256color", "PYTHONUTF8": "1", **environment}
        command = [str(TOY), str(file), *flags]
        self.file = file
        self.columns = columns
        self.raw = ""
        self.child = pexpect.spawn(
            sys.executable,
            command,
            env=env,
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(300, columns),
            timeout=20,
        )

    def type(self, *lines: str) -> None:
        """Waits for the prompt before each line."""
        for line in lines:
            self.prompt()
            self.child.sendline(line)

    def prompt(self) -> None:
        self.child.expect("> $")
        self.raw += self.child.before + self.child.after

    def end(self) -> int:
        """Waits until the program leaves and gives its exit status."""
        self.child.expect(pexpect.EOF)
        self.raw += self.child.before
        self.child.close()
        return self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus

    @property
    def lines(self) -> list[str]:
        """What a person sees, line by line."""
        screen = pyte.Screen(self.columns, 300)
        pyte.Stream(screen).feed(self.raw)
        return [line.rstrip() for line in screen.display]

    @property
    def saved(self) -> dict[str, object]:
        return {id: fact.value for id, fact in answers_file.read(self.file, QUESTIONS).items()}


Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Terminal] = []

    def start(columns: int = 80, *flags: str, **environment: str) -> Terminal:
        started.append(Terminal(tmp_path / "advisor.yaml", columns, *flags, **environment))
        return started[-1]

    yield start
    for terminal in started:
        terminal.child.close(force=True)


def test_a_whole_interview(start: Start) -> None:
    """Help, a wrong answer, going back, skipping and Enter lead to the end, with each answer in the file."""
    terminal = start()
    terminal.type("text_clf", "?", "back", "4", "", "colour", "skip", "back", "5", "3", "", "", "", "", "")
    terminal.type("no", "200 ms", "", "1", "drafts answers; today people write them")
    assert terminal.end() == 0
    seen = " ".join(" ".join(terminal.lines).split())
    assert "The data folder and its file system are looked at first." in seen
    assert "'colour' is none of these" in seen
    assert "Data may leave: left unknown" in seen
    assert "removed: hosted API, spot cloud · 4 options left" in seen
    assert "Not asked, but could change this: growth of the data (data.growth)." in seen
    assert "ended finished" in seen
    assert terminal.saved["task"] == "text_clf"
    assert terminal.saved["serving.latency"] == 200


def test_the_machine_comes_first(start: Start) -> None:
    """Machine, project and provisional recommendation are on the screen before the first question."""
    terminal = start()
    terminal.prompt()
    lines = [line for line in terminal.lines if line]
    assert lines[0].startswith("advisor · ~/work/tickets")
    assert [line.split()[0] for line in lines[1:4]] == ["Machine", "Project", "So"]
    assert any(line.startswith("1 of ~") for line in lines[4:])


def test_each_answer_is_saved_at_once(start: Start) -> None:
    """As soon as the next prompt is there, the answer before it is in the file."""
    terminal = start()
    terminal.type("text_clf")
    terminal.prompt()
    assert terminal.saved == {"task": "text_clf"}
    terminal.child.sendline("skip")
    terminal.prompt()
    assert terminal.saved == {"task": "text_clf", "data.location": None}


def test_quit_and_go_on(start: Start) -> None:
    """quit leaves with status 0 and the command that resumes, which asks only what is left."""
    terminal = start()
    terminal.type("text_clf", "stream", "quit")
    assert terminal.end() == 0
    assert "Your answers are saved. Go on with: advisor plan --resume" in terminal.lines
    later = start()
    later.prompt()
    assert not any("What does the model do?" in line or "Where do the data" in line for line in later.lines)


@pytest.mark.parametrize("typed", ["", "half an ans"])
def test_ctrl_c(start: Start, typed: str) -> None:
    """Ctrl-C leaves with status 130, says how to go on, and loses at most the line being typed."""
    terminal = start()
    terminal.type("text_clf")
    terminal.prompt()
    terminal.child.send(typed)
    terminal.child.sendintr()
    assert terminal.end() == 130
    assert "Go on with: advisor plan --resume" in "\n".join(terminal.lines)
    assert "Traceback" not in terminal.raw
    assert terminal.saved == {"task": "text_clf"}


def test_end_of_input(start: Start) -> None:
    """Ctrl-D leaves with what was answered and says how to go on."""
    terminal = start()
    terminal.type("text_clf")
    terminal.prompt()
    terminal.child.sendeof()
    assert terminal.end() == 0
    assert "The input ended. Your answers are saved. Go on with: advisor plan" in "\n".join(terminal.lines)
    assert terminal.saved == {"task": "text_clf"}


def test_a_terminal_that_hangs_up(start: Start) -> None:
    """When the terminal goes away, the program ends and what was answered is there."""
    terminal = start()
    terminal.type("text_clf")
    terminal.prompt()
    terminal.child.close(force=False)
    terminal.child.wait() if terminal.child.isalive() else None
    assert terminal.saved == {"task": "text_clf"}


@pytest.mark.parametrize("columns", [40, 20])
def test_a_narrow_terminal(start: Start, columns: int) -> None:
    """In 40 columns everything is wrapped by us at words: no line runs over, no word is cut."""
    terminal = start(columns)
    terminal.type("text_clf", "?", "foo", "quit")
    assert terminal.end() == 0
    assert all(len(_without_style(line)) <= columns for line in terminal.raw.replace("\r", "").split("\n"))
    words = " ".join(" ".join(terminal.lines).split())
    if columns == 40:
        assert "It decides where training can run without moving the data first" in words


def _without_style(line: str) -> str:
    for code in ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[0m"):
        line = line.replace(code, "")
    return line


def test_resized_while_asking(start: Start) -> None:
    """After the window is made narrower, the next lines fit into it."""
    terminal = start(100)
    terminal.prompt()
    terminal.child.setwinsize(300, 40)
    terminal.child.sendline("text_clf")
    terminal.child.expect("> $")
    assert all(len(_without_style(line)) <= 40 for line in terminal.child.before.replace("\r", "").split("\n"))


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"NO_COLOR": "1"}, {"ACCESSIBLE": "1"}])
def test_no_escape_sequences(start: Start, environment: dict[str, str]) -> None:
    """A dumb terminal, NO_COLOR and ACCESSIBLE=1 get words only."""
    terminal = start(80, **environment)
    terminal.type("foo", "text_clf", "?", "quit")
    assert terminal.end() == 0
    assert "\x1b" not in terminal.raw


def test_colour_where_it_is_welcome(start: Start) -> None:
    """An ordinary terminal gets the question in bold, and --plain turns it off."""
    terminal = start()
    terminal.prompt()
    assert "\x1b[1m" in terminal.raw
    plain = start(80, "--plain")
    plain.prompt()
    assert "\x1b" not in plain.raw


def test_keys_that_are_no_text(start: Start) -> None:
    """Arrow keys and bytes that are no UTF-8 in an answer are refused, and the question waits."""
    terminal = start()
    terminal.type("text_clf", "stream", "", "", "", "", "", "PR-\x1b[D")
    terminal.prompt()
    assert "Arrow and function keys do nothing here" in "\n".join(terminal.lines)
    os.write(terminal.child.child_fd, b"caf\xe9\n")
    terminal.prompt()
    assert "not UTF-8" in "\n".join(terminal.lines)
    assert "\x1b[D" not in terminal.file.read_text(encoding="utf-8")


def test_an_ascii_terminal(start: Start) -> None:
    """Under an encoding that lacks our characters they become question marks; nothing fails."""
    terminal = start(80, PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C")
    terminal.type("text_clf", "quit")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.raw


def test_never_a_prompt_in_ci(start: Start) -> None:
    """With CI set nothing is asked, even in a terminal: status 2 and lines to paste."""
    terminal = start(80, CI="true")
    assert terminal.end() == 2
    assert "--set task=tabular_clf" in terminal.raw
    assert "What does the model do?" not in terminal.raw


@pytest.mark.parametrize("closed", [True, False])
def test_never_a_prompt_without_a_terminal(tmp_path: Path, closed: bool) -> None:
    """With a pipe or a closed standard input nothing is asked: status 2 and lines to paste."""
    command = [sys.executable, str(TOY), str(tmp_path / "advisor.yaml")]
    if closed:
        command = ["sh", "-c", 'exec "$0" "$@" <&-', *command]
    done = subprocess.run(command, input=None if closed else "text_clf\n", capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "task must be known" in done.stderr
    assert "--set task=tabular_clf" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "advisor.yaml").exists()


def test_terminated(start: Start) -> None:
    """SIGTERM at a prompt ends the program; every earlier answer is in the file."""
    terminal = start()
    terminal.type("text_clf", "stream")
    terminal.prompt()
    terminal.child.kill(signal.SIGTERM)
    assert terminal.end() != 0
    assert terminal.saved == {"task": "text_clf", "data.location": "stream"}
