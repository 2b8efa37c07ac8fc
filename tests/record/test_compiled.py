"""The compiled templates that are kept: faster, and never the reason for another text."""

import os
import stat
from pathlib import Path

import pytest

from advisor.record.compiled import environment


def _said(templates: object) -> str:
    return templates.get_template("untitled.md.j2").render()  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "advisor" / "templates"


def test_what_was_compiled_is_kept_for_its_user_alone(cache: Path) -> None:
    """A template is compiled once; the folder is open to nobody else."""
    said = _said(environment({}))
    (kept,) = cache.iterdir()
    before = kept.stat().st_mtime_ns
    assert _said(environment({})) == said
    assert kept.stat().st_mtime_ns == before
    assert stat.S_IMODE(cache.stat().st_mode) & 0o022 == 0


def test_a_folder_that_others_may_write_to_is_left_alone(cache: Path) -> None:
    """What lies in such a folder could be anybody's program: nothing is read from it and nothing written."""
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert _said(environment({}))
    assert not list(cache.iterdir())


def test_a_spoilt_file_is_compiled_again(cache: Path) -> None:
    """A file that was cut short is as good as none."""
    said = _said(environment({}))
    (kept,) = cache.iterdir()
    kept.write_bytes(kept.read_bytes()[:40])
    assert _said(environment({})) == said


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_where_nothing_may_be_written(cache: Path) -> None:
    """A read-only home makes it slower, not wrong."""
    cache.parent.parent.chmod(0o500)
    try:
        assert _said(environment({}))
    finally:
        cache.parent.parent.chmod(0o700)
