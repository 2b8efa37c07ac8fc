"""Records read back: ours after edits by hand, and those of other tools."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from record import samples

from advisor.errors import BadInput
from advisor.record import markdown, read
from advisor.record.render import Identity, render

NYGARD = "# 3. Use Postgres\n\nDate: 2020-01-02\n\n## Status\n\nAccepted\n\n## Context\n\nx\n"
MADR2 = "# Use Postgres\n\n* Status: superseded by [ADR-0005](0005-x.md)\n* Date: 2020-01-02\n\n## Context\n"
MADR3 = "---\nstatus: proposed\ndate: 2020-01-02\ndeciders: x\n---\n# Use Postgres\n\n## Context\n"
DASHES = "Use Postgres\n============\n\n- **Status:** Accepted\n- **Date:** 2020-01-02\n"


@pytest.mark.parametrize(
    ("text", "title", "status"),
    [
        (NYGARD, "Use Postgres", "accepted"),
        (MADR2, "Use Postgres", "superseded"),
        (MADR3, "Use Postgres", "proposed"),
        (DASHES, "", "accepted"),
        ("```\n# no title\n```\n\n# Title\n", "Title", ""),
    ],
)
def test_other_tools(tmp_path: Path, text: str, title: str, status: str) -> None:
    """Number, title, status and date of the usual formats, with or without front matter."""
    path = tmp_path / "0003-use-postgres.md"
    path.write_text(text, encoding="utf-8")
    record = read(path)
    assert (record.number, record.title, record.status, record.ours) == (3, title, status, False)
    if "2020" in text:
        assert record.date == "2020-01-02"


def test_ours_with_positions(tmp_path: Path) -> None:
    """Our keys come back with the lines where they stand."""
    path = tmp_path / "0007-x.md"
    path.write_text(
        render(samples.text_service(), Identity(7, "2026-11-24", "proposed", "../e.json")), encoding="utf-8"
    )
    record = read(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert record.ours
    assert record.digest == samples.text_service().digest
    assert record.keys["version"] == "0.1.0"
    assert lines[record.lines["title"] - 1] == f"# {record.title}"
    assert lines[record.lines["status"] - 1] == 'status: "proposed"'
    assert lines[record.lines["x-advisor-digest"] - 1].startswith("x-advisor-digest:")


@given(st.text(min_size=1, max_size=40))
@example("&GT")
@example("a &amp; b")
def test_any_title_comes_back(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    """Whatever a title holds, the record gives it back."""
    from dataclasses import replace

    path = tmp_path_factory.getbasetemp() / "0001-any.md"
    conclusion = replace(samples.bare(), title=f"x {title}")
    path.write_bytes(render(conclusion, Identity(1, "2026-11-24", "proposed", "e.json")).encode(errors="replace"))
    assert read(path).title == markdown.title(conclusion.title)


@given(st.text(alphabet="-#: \nadstu*`~\"'\r\u2028x\ufeff", max_size=80))
def test_no_text_is_too_odd(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Any text at all is read as some record, without an error."""
    path = tmp_path_factory.getbasetemp() / "0002-odd.md"
    path.write_bytes(text.encode())
    assert read(path).number == 2


def test_binary_file_is_named(tmp_path: Path) -> None:
    """A file that is no text gives one message with its place."""
    path = tmp_path / "0001-binary.md"
    path.write_bytes(b"\x00\xff\xfe")
    with pytest.raises(BadInput, match="UTF-8") as raised:
        read(path)
    assert raised.value.where.startswith(str(path))
