"""`advisor check` as people and CI run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from advisor.cli import check as command_module
from advisor.values.finding import Place
from advisor.values.staleness import Staleness

GOOD = '{"zero_optimization": {"stage": 2}}'
WARNING = '{"zero_optimization": {"cpu_offload": true}}'
BAD = '{"zero_optimization": {"stage": 2}, "train_batch_size": -1}'
STALE = Staleness("One GPU", "Eight GPUs", ("data.rows",), Place("advisor.lock", 2))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "advisor", "check", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        (WARNING, [], 0),
        (WARNING, ["--fail-on", "warning"], 1),
        (BAD, ["--severity", "error", "--format", "github"], 1),
        (GOOD + ",", ["--json"], 1),
        (GOOD, ["nothing.json"], 2),
        (GOOD, ["--format", "xml"], 2),
        (GOOD, ["--no-input", "--plain", "ds.json"], 0),
    ],
)
def test_exit_status(tmp_path: Path, text: str, arguments: list[str], status: int) -> None:
    """0 nothing found, 1 findings at --fail-on, 2 wrong usage; never a traceback."""
    (tmp_path / "ds.json").write_text(text)
    result = run(tmp_path, *arguments)
    assert result.returncode == status, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    assert (status == 2) == (result.stdout == "")


def test_severity_hides_but_does_not_excuse(tmp_path: Path) -> None:
    """What --severity hides still counts for --fail-on."""
    (tmp_path / "ds.json").write_text(WARNING)
    result = run(tmp_path, "--severity", "error", "--fail-on", "warning", "--json")
    assert (result.returncode, json.loads(result.stdout)["findings"]) == (1, [])


def test_one_document_on_stdout(tmp_path: Path) -> None:
    """--json prints one document and nothing else on either stream."""
    (tmp_path / "ds.json").write_text(BAD)
    result = run(tmp_path, "--json")
    assert [each["rule"] for each in json.loads(result.stdout)["findings"]] == ["ADV007"]
    assert result.stderr == ""


def test_quiet_says_nothing_when_all_is_well(tmp_path: Path) -> None:
    """--quiet prints only when something is found."""
    (tmp_path / "ds.json").write_text(GOOD)
    assert run(tmp_path, "--quiet").stdout == ""
    (tmp_path / "ds.json").write_text(BAD)
    assert "ADV007" in run(tmp_path, "--quiet").stdout


def test_an_empty_folder_and_closed_streams(tmp_path: Path) -> None:
    """A folder without configurations is fine, and so is a closed standard input."""
    assert "0 files checked" in run(tmp_path).stdout
    command = f"exec <&-; {sys.executable} -m advisor check"
    assert subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, timeout=60).returncode == 0


def test_nothing_heavy_is_imported(tmp_path: Path) -> None:
    """Checking plain configurations imports neither numpy nor torch nor rich nor jinja2."""
    (tmp_path / "ds.json").write_text(BAD)
    (tmp_path / "a.yaml").write_text("distributed_type: FSDP\nnum_processes: 8\n")
    code = (
        "import sys\nfrom advisor.cli.shell import run\nrun(['check', '.'])\n"
        "heavy = {'numpy', 'torch', 'rich', 'jinja2', 'ruamel', 'psutil', 'pyarrow'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(("text", "status"), [(GOOD, 4), (BAD, 1)])
def test_a_stale_record(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    status: int,
) -> None:
    """A stale record is 4, and 1 when something worse is found; both are printed."""
    for name, content in (("advisor.yaml", "schema: 1\n"), ("advisor.lock", "{}"), ("ds.json", text)):
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(command_module, "_rederive", lambda _: STALE)
    monkeypatch.setattr(command_module, "_expect", lambda _: None)
    monkeypatch.setattr(command_module, "_revisit", lambda _, **__: ())
    with pytest.raises(typer.Exit) as left:
        command_module.command([tmp_path], json=True)
    assert left.value.exit_code == status
    document = json.loads(capsys.readouterr().out)
    assert document["stale"] is True
    assert document["records"][0]["moved"] == ["data.rows"]


def test_cost_grows_with_the_files(tmp_path: Path) -> None:
    """Five hundred files, some hostile, are checked well within a minute's timeout, and all of them are counted."""
    for number in range(500):
        (tmp_path / f"{number}.json").write_text(BAD if number % 2 else GOOD)
    laughs = "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 40))
    (tmp_path / "bomb.yaml").write_text(f"distributed_type: FSDP\na0: &a0 [x, x]\n{laughs}")
    (tmp_path / "deep.json").write_text('{"zero_optimization": ' + "[" * 200_000)
    document = json.loads(run(tmp_path, "--json").stdout)
    assert document["files"] == 502
    assert [each["rule"] for each in document["findings"]].count("ADV007") == 250
    assert [each["path"] for each in document["findings"] if each["rule"] == "ADV008"] == ["deep.json"]
