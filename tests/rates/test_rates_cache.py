import json
from pathlib import Path

import pytest

from advisor import rates
from advisor.rates import cache
from advisor.rates.programs import PROGRAMS
from advisor.values.facts import Machine

CPU = PROGRAMS["cpu"]
MESSAGES = [
    {"event": "torch", "version": "2.13.0", "threads": 2, "cpus": 2, "devices": {}},
    {"event": "block", "rate": CPU[0].rate, "work": 1e9, "seconds": [0.1] * 5, "others": 0.0},
]


def only_file(folder: Path) -> Path:
    [file] = folder.iterdir()
    return file


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    """The kept measurement gives the same runs, and the folder is made where it is missing."""
    folder = tmp_path / "a" / "b"
    cache.save(folder, "k1", 20.0, MESSAGES)
    report = cache.load(folder, "k1", 20.0)
    assert report is not None
    assert report.runs(CPU[0].rate) == 5
    assert only_file(folder).suffix == ".json"


def test_a_hastier_measurement_is_not_reused(tmp_path: Path) -> None:
    """Numbers measured in 2 s do not stand in for 20 s of measuring; the other way round they do."""
    cache.save(tmp_path, "k1", 2.0, MESSAGES)
    assert cache.load(tmp_path, "k1", 20.0) is None
    assert cache.load(tmp_path, "k1", 1.0) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"[" * 100_000,
        b'{"schema": 99, "key": "k1", "budget_s": 20, "messages": []}',
        b'{"schema": 1, "key": "another", "budget_s": 20, "messages": []}',
        b'{"schema": 1, "key": "k1", "budget_s": "x", "messages": []}',
        b'{"schema": 1, "key": "k1", "budget_s": 20, "messages": [{"event": "block", "rate": "rate.cpu.stream"}]}',
        b'{"schema": 1, "key": "k1", "budget_s": 20, "messages": [7]}',
    ],
    ids=range(10),
)
def test_a_corrupt_cache_is_ignored(tmp_path: Path, content: bytes) -> None:
    """A file that we did not write, or not wholly, counts as no file."""
    cache.save(tmp_path, "k1", 20.0, MESSAGES)
    only_file(tmp_path).write_bytes(content)
    assert cache.load(tmp_path, "k1", 20.0) is None


def test_a_folder_that_cannot_be_written_keeps_nothing_and_breaks_nothing(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, saving is silently in vain."""
    (tmp_path / "taken").write_text("mine")
    cache.save(tmp_path / "taken", "k1", 20.0, MESSAGES)
    assert (tmp_path / "taken").read_text() == "mine"


def test_the_key_follows_all_that_changes_the_numbers() -> None:
    """Another machine, other programs or another number of threads is another measurement."""
    keys = {cache.key("f1", CPU, 2), cache.key("f2", CPU, 2), cache.key("f1", CPU[:2], 2), cache.key("f1", CPU, 4)}
    assert len(keys) == 4
    assert cache.key("f1", CPU, 2) in keys


def test_a_kept_measurement_is_had_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a hit in the cache `start` is done when it returns, and no process is started."""
    monkeypatch.setattr(rates, "can_measure", lambda: True)
    monkeypatch.setattr("subprocess.Popen", None)
    threads = rates._usable_cpus(None)
    cache.save(tmp_path, cache.key("f1", CPU, threads), 20.0, MESSAGES)
    running = rates.start(Machine({}), tmp_path, fingerprint="f1")
    assert running.done
    measured = running.finish(0)
    assert measured.fingerprint == "f1"
    assert measured.facts[CPU[0].rate].value == 1e10
    assert measured.facts[CPU[1].rate].gap


def test_the_user_cache_follows_the_xdg_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """$XDG_CACHE_HOME wins over ~/.cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert rates.user_cache() == tmp_path / "advisor"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert rates.user_cache() == tmp_path / ".cache" / "advisor"


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    """The kept file is JSON with sorted keys and the raw seconds of every run."""
    cache.save(tmp_path, "k1", 20.0, MESSAGES)
    kept = json.loads(only_file(tmp_path).read_text())
    assert list(kept) == sorted(kept)
    assert kept["messages"][1]["seconds"] == [0.1] * 5
