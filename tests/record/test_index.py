"""The index of the records: the list between the marks of adr-log."""

import datetime
from pathlib import Path

import pytest
from record import samples

from advisor.errors import BadInput
from advisor.record import index, write

DAY = datetime.date(2026, 11, 24)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a record of ours and one of another tool."""
    write(samples.text_service(), tmp_path, date=DAY)
    (tmp_path / "docs/decisions/0002-use-x.md").write_text("# 2. Use [x](y) & `z`\n\nDate: 2020-01-01\n")
    return tmp_path


def test_a_new_index(project: Path) -> None:
    """Without a file that has the marks an index.md is made; once more, nothing changes."""
    place, changed = index(project)
    assert (place, changed) == (project / "docs/decisions/index.md", True)
    lines = place.read_text().splitlines()
    assert lines[2] == "# Decision records"
    assert lines[-3] == "* [ADR-0002](0002-use-x.md) - Use [x](y) & `z`"
    assert lines[-4].startswith("* [ADR-0001](0001-fine-tune-with-lora")
    assert index(project) == (place, False)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_stands_around_the_list_stays(project: Path, newline: str) -> None:
    """The list is replaced between the marks, in the line ends of the file; all else stays byte for byte."""
    file = project / "docs/decisions/README.md"
    before = ["# Ours", "", "prose", "<!-- adrlog -->", "", "* old", "", "<!-- adrlogstop -->", "tail", ""]
    file.write_bytes(newline.join(before).encode())
    assert index(project) == (file, True)
    text = file.read_bytes().decode()
    assert text.startswith(newline.join(before[:4]) + newline * 2 + "* [ADR-0001]")
    assert text.endswith(newline * 2 + newline.join(before[-3:]))
    assert "old" not in text
    assert text.count("\r") == (text.count("\n") if newline == "\r\n" else 0)


def test_a_file_elsewhere(project: Path) -> None:
    """Links lead from the file that is named, wherever it is."""
    place, _ = index(project, project / "docs" / "adr log.md")
    assert "](decisions/0002-use-x.md)" in place.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "no marks\n",
        "<!-- adrlog -->\n",
        "<!-- adrlogstop -->\n<!-- adrlog -->\n",
        "<!-- adrlog -->\n<!-- adrlogstop -->\n<!-- adrlog -->\n<!-- adrlogstop -->\n",
    ],
)
def test_damaged_marks(project: Path, text: str) -> None:
    """A file with one mark, none, or two lists is left as it is, and the message says what to write."""
    file = project / "x.md"
    file.write_text(text)
    with pytest.raises(BadInput, match="adrlogstop"):
        index(project, file)
    assert file.read_text() == text


def test_no_records(tmp_path: Path) -> None:
    """A project without records gets an empty list."""
    place, _ = index(tmp_path)
    assert place.read_text().endswith("# Decision records\n\n<!-- adrlog -->\n\n<!-- adrlogstop -->\n")
