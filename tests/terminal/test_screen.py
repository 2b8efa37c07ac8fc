"""How things look, without a terminal around it; the real terminal is in test_interview_in_terminal.py."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.cli.screen import Screen, can_ask, first_screen, printable, screen, wrapped


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return not super().isatty()  # which refuses a closed stream


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A colour terminal with no wish for plain output, and no CI."""
    for name in ("NO_COLOR", "ACCESSIBLE", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return Terminal()


def test_colour_in_a_terminal(terminal: Terminal) -> None:
    """In a terminal, what is refused is red, and nothing else of the line changes."""
    screen(stream=terminal).say("no", "bad", indent=2)
    assert terminal.getvalue() == "\x1b[31m  no\x1b[0m\n"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("ACCESSIBLE", "1"), ("TERM", "dumb"), ("TERM", None)])
def test_plain_where_asked(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str | None) -> None:
    """NO_COLOR, ACCESSIBLE=1 and a dumb terminal get no escape sequence at all."""
    monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    screen(stream=terminal).say("no", "bad")
    assert terminal.getvalue() == "no\n"


def test_plain_by_flag_and_in_a_pipe(terminal: Terminal) -> None:
    """--plain and a stream that is no terminal get no escape sequence either."""
    screen(plain=True, stream=terminal).say("no", "bad")
    pipe = io.StringIO()
    screen(stream=pipe).say("no", "bad")
    assert (terminal.getvalue(), pipe.getvalue()) == ("no\n", "no\n")


def test_what_users_wrote_cannot_act() -> None:
    """Control characters in a path or an answer are shown, not sent."""
    stream = io.StringIO()
    Screen(stream).say("a\x1b]0;evil\x07b \u202egnp \x9b31m")
    assert stream.getvalue() == "a\\x1b]0;evil\\x07b \\u202egnp \\x9b31m\n"


def test_an_encoding_that_lacks_a_character() -> None:
    """A character that the terminal's encoding lacks becomes a question mark, not an error."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    screen(stream=stream).say("2 CPUs · caf\u00e9")
    assert raw.getvalue() == b"2 CPUs ? caf?\n"


@given(st.text(max_size=300), st.integers(20, 100), st.integers(0, 10))
def test_never_wider_than_the_terminal(text: str, width: int, indent: int) -> None:
    """No line is wider than the terminal, and no visible character is lost."""
    lines = wrapped(text, width, " " * indent, " " * indent)
    assert all(len(line) <= width for line in lines)
    shown = "".join("".join(lines).split())
    assert shown == "".join(printable(text).split())


def test_first_screen() -> None:
    """The first screen says where we are, where answers go, and one paragraph a row, aligned."""
    stream = io.StringIO()
    rows = {"Machine": "16 of 64 CPUs (cgroup quota) · 118 of 512 GB RAM · " * 2, "So far": "LoRA on this A100"}
    first_screen(Screen(stream), "~/work/tickets", "advisor.yaml", rows)
    lines = stream.getvalue().splitlines()
    assert lines[0].startswith("advisor · ~/work/tickets  ")
    assert lines[0].endswith("  saved to advisor.yaml as you go")
    assert len(lines[0]) == 80
    assert lines[1].startswith("Machine   16 of 64 CPUs")
    assert lines[2].startswith("          ")
    assert lines[-1] == "So far    LoRA on this A100"


@pytest.mark.parametrize(
    ("no_input", "ci", "in_terminal", "may"),
    [
        (False, None, True, True),
        (False, "", True, True),
        (False, "false", True, True),
        (True, None, True, False),
        (False, "true", True, False),
        (False, "1", True, False),
        (False, None, False, False),
    ],
)
def test_when_to_ask(
    monkeypatch: pytest.MonkeyPatch, no_input: bool, ci: str | None, in_terminal: bool, may: bool
) -> None:
    """Questions are put only in a terminal, outside CI, and where nobody said --no-input."""
    if ci is not None:
        monkeypatch.setenv("CI", ci)
    for name in ("stdin", "stderr"):
        monkeypatch.setattr(sys, name, Terminal() if in_terminal else io.StringIO())
    assert can_ask(no_input) is may


@pytest.mark.parametrize("which", ["stdin", "stderr"])
def test_a_pipe_on_one_side(monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    """A pipe on either side, or a closed stream, means that nothing is asked."""
    closed = Terminal()
    closed.close()
    for stream in (io.StringIO(), closed, None):
        monkeypatch.setattr(sys, "stdin", Terminal())
        monkeypatch.setattr(sys, "stderr", Terminal())
        monkeypatch.setattr(sys, which, stream)
        assert not can_ask(no_input=False)


def test_reading_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The prompt goes to the screen, a line comes back without its end, and the end of the input is EOFError."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.StringIO("one\r\n\ntwo"))
    on = Screen(stream)
    assert [on.read_line("> ") for _ in range(3)] == ["one", "", "two"]
    assert stream.getvalue() == "> > > "
    with pytest.raises(EOFError):
        on.read_line("> ")
    for ended in (None, io.StringIO()):
        if ended:
            ended.close()
        monkeypatch.setattr(sys, "stdin", ended)
        with pytest.raises(EOFError):
            on.read_line("> ")


def test_a_path_is_never_cut() -> None:
    """A path that is longer than the terminal is wide stays whole, so that it can be copied."""
    stream = io.StringIO()
    path = "docs/decisions/" + "long-" * 30 + "name.md"
    screen(plain=True, stream=stream).say(f"wrote {path}", whole=True)
    assert path in stream.getvalue()
