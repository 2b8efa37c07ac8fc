"""Which files are looked at: bounded, in a stable order, without links, ignored or generated folders."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.check import files
from advisor.check.files import find_files, read_bytes
from advisor.check.ignored import is_ignored, patterns_above, patterns_in
from advisor.errors import BadInput


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")


def names(folder: Path) -> list[str]:
    return [Path(each).relative_to(folder).as_posix() for each in find_files((folder,)).files]


def test_a_walk_takes_configurations_in_order(tmp_path: Path) -> None:
    """Configurations at any depth, sorted, whatever the order on disk; other files are not looked at."""
    put(tmp_path, "b/x.yml", "a.JSON", "b/a.yaml", "c.rb", "b/c/d.json")
    assert names(tmp_path) == ["a.JSON", "b/a.yaml", "b/x.yml", "b/c/d.json"]


def test_generated_folders_are_left_out(tmp_path: Path) -> None:
    """Version control, environments, caches and packages are not looked into."""
    put(tmp_path, ".git/a.json", "node_modules/a.json", ".venv/a.json", "env/pyvenv.cfg", "env/a.json", "ok/a.json")
    assert names(tmp_path) == ["ok/a.json"]


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    """A path that does not exist is wrong usage, with the path in the message."""
    with pytest.raises(BadInput, match="no such file"):
        find_files((tmp_path / "nothing",))


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link to a file or a folder is skipped with the reason; a loop of links does no harm."""
    outside = tmp_path / "outside"
    put(outside, "secret.json")
    project = tmp_path / "project"
    put(project, "a.json")
    (project / "file.json").symlink_to(outside / "secret.json")
    (project / "folder").symlink_to(outside)
    (project / "loop").symlink_to(project)
    found = find_files((project,))
    assert [Path(each).name for each in found.files] == ["a.json"]
    assert [(Path(each.path).name, "symbolic link" in each.why) for each in found.skipped] == [("file.json", True)]


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    """A folder or file without permission, a pipe and a huge file are skipped with the reason, the rest is read."""
    put(tmp_path, "a.json", "closed/b.json")
    os.mkfifo(tmp_path / "pipe.json")
    with (tmp_path / "huge.json").open("wb") as file:
        file.truncate(50_000_000)
    assert "larger" in str(read_bytes(str(tmp_path / "huge.json")))
    assert "not a regular file" in str(read_bytes(str(tmp_path / "pipe.json")))
    assert names(tmp_path) == ["a.json", "huge.json", "closed/b.json"]
    (tmp_path / "closed").chmod(0)
    try:
        if os.access(tmp_path / "closed", os.R_OK):
            return  # root may read everything
        assert [each.why for each in find_files((tmp_path,)).skipped] == ["cannot be opened: Permission denied"]
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_huge_tree_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk ends after a bounded number of entries and says so."""
    monkeypatch.setattr(files, "MOST_ENTRIES", 10)
    put(tmp_path, *(f"d{n}/{m}.json" for n in range(5) for m in range(5)))
    found = find_files((tmp_path,))
    assert len(found.files) < 25
    assert "stopped after 10 entries" in found.skipped[-1].why


def test_names_that_are_not_utf_8(tmp_path: Path) -> None:
    """A file name of arbitrary bytes is walked like any other."""
    with open(os.fsencode(tmp_path) + b"/bad\xff\n.json", "w") as file:
        file.write("{}")
    (path,) = find_files((tmp_path,)).files
    assert read_bytes(path) == b"{}"


def test_projects_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders with answers and lock are projects: below a path, or above a file or folder that was named."""
    put(tmp_path, "p/advisor.yaml", "p/advisor.lock", "p/conf/a.json", "q/advisor.yaml", "q/b.json")
    assert find_files((tmp_path,)).projects == [tmp_path / "p"]
    assert find_files((tmp_path / "q",)).projects == []
    monkeypatch.chdir(tmp_path / "p" / "conf")
    assert find_files((Path("a.json"),)).projects == [Path("..")]
    assert find_files((Path(".."), Path("a.json"))).projects == [Path("..")]


LINES = [
    "*.json",
    "/a.json",
    "build/",
    "!keep.json",
    "b/**",
    "**/c",
    "a/*.json",
    "d?.json",
    "[ab].json",
    "#x",
    "a/**/k.json",
]
PATHS = ["a.json", "keep.json", "d1.json", "b/x.json", "b/c/x.json", "a/k.json", "a/b/c/k.json", "build/x.json"]
PATHS += ["c/x.json", "x/build/y.json", "a/keep.json", "x/a.json"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(LINES), max_size=5), st.lists(st.sampled_from(LINES), max_size=2))
def test_ignored_as_git_ignores(tmp_path_factory: pytest.TempPathFactory, top: list[str], inner: list[str]) -> None:
    """What .gitignore files leave out is what git would leave out."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("ignored")
    put(folder, *PATHS)
    (folder / ".gitignore").write_text("\n".join(top))
    (folder / "a" / ".gitignore").write_text("\n".join(inner))
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=/dev/null", "ls-files", "--others", "--exclude-standard", "*.json"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    assert sorted(names(folder)) == sorted(listed.stdout.split())


def test_ignore_files_above_count(tmp_path: Path) -> None:
    """Checking a folder inside a repository obeys the .gitignore at its top."""
    put(tmp_path, "sub/a.json", "sub/b.json")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("sub/a.json\n")
    assert names(tmp_path / "sub") == ["b.json"]
    assert patterns_above(tmp_path / "sub") == patterns_in(tmp_path)


def test_a_pattern_of_many_stars_costs_little(tmp_path: Path) -> None:
    """A pattern made to take long does not."""
    (tmp_path / ".gitignore").write_text("*a" * 40 + "b\n")
    assert not is_ignored(patterns_in(tmp_path), f"{tmp_path.as_posix()}/{'a' * 200}", folder=False)
