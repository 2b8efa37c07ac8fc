"""run.py: what it does before advisor is installed, with pip and the tools played by small scripts."""

import ast
import importlib.util
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
Steps = list[tuple[str, ...]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module, at work in a folder of its own."""
    specification = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    places = {"ROOT": "", "VENV": ".venv", "STAMP": ".venv/set-up.json", "SCRIPTS": ".venv/bin", "DEMO": "demo"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, tmp_path / place)
    return module


@pytest.fixture
def steps(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """The commands that the set-up would have run, on a Linux without a driver and with no wheel of torch."""
    seen: Steps = []

    def step(_label: str, *command: str, required: bool = True) -> bool:
        seen.append(command)
        if "venv" in command:
            _program(run.SCRIPTS / "python", f"echo '{run.VENV} True'")
        return required

    monkeypatch.setattr(run, "step", step)
    monkeypatch.setattr(run, "has_nvidia_driver", lambda: False)
    monkeypatch.setattr(sys, "platform", "linux")
    return seen


def _program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def _indexes(steps: Steps) -> Steps:
    return [command[command.index("--index-url") :] for command in steps if "--index-url" in command]


def test_an_older_python_can_read_it() -> None:
    """Python 3.8 gets as far as the message: the file has no newer syntax and imports nothing newer at the top."""
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {alias.name for node in tree.body if isinstance(node, ast.Import) for alias in node.names}
    assert "tomllib" not in imported


def test_an_older_python_is_told_so(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On Python 3.9 it names the version that is needed, ends with 3 and touches nothing."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert run.main(["demo"]) == 3
    assert "needs Python 3.11 or later" in capsys.readouterr().err
    assert not run.VENV.exists()


def test_no_command_shows_how() -> None:
    """Without a command it shows how to use it, ends with 2 and sets nothing up; with --help it ends with 0."""
    for arguments, status in ([], 2), (["--help"], 0):
        done = subprocess.run(
            [sys.executable, ROOT / "run.py", *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == status
        assert "python3 run.py demo" in done.stdout
        assert done.stderr == ""


def test_torch_without_cuda(run: ModuleType, steps: Steps) -> None:
    """Where no wheel is at hand and no NVIDIA driver is there, torch comes from the index of builds without CUDA."""
    run.set_up(dev=False)
    pinned = next(line for line in (ROOT / "constraints.txt").read_text().splitlines() if line.startswith("torch=="))
    assert steps[1][-3:] == ("--no-index", "--no-deps", pinned)
    assert _indexes(steps) == [("--index-url", run.CPU_WHEELS, pinned)]


def test_torch_with_cuda(run: ModuleType, steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a driver could use it, torch is left to the index that pip is set up with."""
    monkeypatch.setattr(run, "has_nvidia_driver", lambda: True)
    run.set_up(dev=False)
    assert _indexes(steps) == []


def test_what_is_installed(run: ModuleType, steps: Steps) -> None:
    """A demo installs advisor with torch; the tests install the group `dev` too; all of it is pinned."""
    run.set_up(dev=False)
    assert steps[-1][-4:] == ("-c", "constraints.txt", "-e", ".[bench]")
    run.set_up(dev=True)
    group = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]["dev"]
    assert steps[-1][-len(group) :] == tuple(group)
    assert not any("--extra-index-url" in command for command in steps)


def test_a_second_run_sets_nothing_up(run: ModuleType, steps: Steps) -> None:
    """Once set up for the tests, neither the tests nor a demo install anything again."""
    run.set_up(dev=True)
    done = len(steps)
    run.set_up(dev=True)
    run.set_up(dev=False)
    assert len(steps) == done


def test_what_makes_it_set_up_again(run: ModuleType, steps: Steps) -> None:
    """A changed pin sets up again, with everything that was there; a changed setting of a linter does not."""
    run.set_up(dev=True)
    done = len(steps)
    project = run.ROOT / "pyproject.toml"
    project.write_text(project.read_text().replace("line-length = 120", "line-length = 121"))
    run.set_up(dev=False)
    assert len(steps) == done
    pins = run.ROOT / "constraints.txt"
    pins.write_text(pins.read_text() + "# changed\n")
    run.set_up(dev=False)
    assert len(steps) > done
    assert json.loads(run.STAMP.read_text())["parts"] == ["advisor", "bench", "dev"]


def test_a_set_up_that_was_cut_short_is_done_again(
    run: ModuleType, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If a step fails, the next run starts the set-up again rather than use half of one."""
    run.set_up(dev=False)
    (run.ROOT / "constraints.txt").write_text("torch==2.13.0\n")
    with monkeypatch.context() as patch:
        patch.setattr(run, "take_packages", lambda **_: run.stop("no network"))
        with pytest.raises(SystemExit) as ended:
            run.set_up(dev=False)
    assert ended.value.code == 3
    done = len(steps)
    run.set_up(dev=False)
    assert len(steps) > done


def test_an_environment_that_does_not_work_is_made_afresh(run: ModuleType, steps: Steps) -> None:
    """A .venv that was moved here from elsewhere, or whose Python is gone, is made anew."""
    _program(run.SCRIPTS / "python", "echo '/elsewhere/.venv True'")
    (run.VENV / "pyvenv.cfg").touch()
    run.set_up(dev=False)
    assert "--clear" in steps[0]


def test_a_folder_that_is_no_environment_is_left_alone(
    run: ModuleType, steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    """If .venv is somebody's folder of something else, it is not cleared: the person is asked to move it."""
    run.VENV.mkdir()
    (run.VENV / "thesis.tex").touch()
    with pytest.raises(SystemExit):
        run.set_up(dev=False)
    assert "move it away" in capsys.readouterr().err
    assert (run.VENV / "thesis.tex").exists()
    assert steps == []


def test_a_failed_step_shows_what_it_printed(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """A step that works is one line; one that fails shows its whole output and ends with 3."""
    _program(run.SCRIPTS / "pip", "echo many lines; exit $1")
    assert run.step("packages", str(run.SCRIPTS / "pip"), "0")
    assert "many lines" not in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        run.step("packages", str(run.SCRIPTS / "pip"), "1")
    assert ended.value.code == 3
    assert "many lines" in capsys.readouterr().err


def test_settings_of_pip_are_kept(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """PIP_* variables reach pip as they are."""
    monkeypatch.setenv("PIP_FIND_LINKS", "/my/wheels")
    monkeypatch.setenv("PIP_NO_INPUT", "0")
    _program(run.SCRIPTS / "pip", "[ $PIP_FIND_LINKS = /my/wheels ] && [ $PIP_NO_INPUT = 0 ]")
    assert run.step("packages", str(run.SCRIPTS / "pip"))


def test_the_copy_of_the_example(run: ModuleType, tmp_path: Path) -> None:
    """The demo plans a copy without the lock and records of the example, and keeps a copy that is there."""
    example = tmp_path / "example"
    for name in (
        "advisor.yaml",
        "advisor.lock",
        "data/rows.csv",
        "docs/decisions/0001-x.md",
        "docs/evidence/0001.json",
    ):
        (example / name).parent.mkdir(parents=True, exist_ok=True)
        (example / name).write_text(name)
    run.copy_example(example, run.DEMO)
    copied = {str(path.relative_to(run.DEMO)) for path in run.DEMO.rglob("*") if path.is_file()}
    assert copied == {"advisor.yaml", "data/rows.csv"}
    (run.DEMO / "advisor.yaml").write_text("mine")
    run.copy_example(example, run.DEMO)
    assert (run.DEMO / "advisor.yaml").read_text() == "mine"


def test_the_demo(run: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The demo runs `advisor plan` on the copy, says where the record lies that it wrote, and shows it."""
    run.DEMO.mkdir()
    records = run.DEMO / "docs" / "decisions"
    writes = f"mkdir -p {records}; touch {records}/0001-here.md {records}/0002-there.md"
    _program(run.tool("advisor"), f'echo "$@" >> called; {writes}')
    monkeypatch.setattr(run, "set_up", lambda **_: None)
    assert run.main(["demo", "--no-bench"]) == 0
    assert (run.ROOT / "called").read_text() == "plan demo --defaults --no-bench\nadr show 0002 demo\n"
    assert "demo/docs/decisions/0002-there.md" in capfd.readouterr().err


def test_all_checks_run(run: ModuleType, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """The tests run every check even when one fails, show only what failed, and then end with 1."""
    monkeypatch.setattr(run, "set_up", lambda **_: None)
    for name in ("ruff", "mypy", "lint-imports", "advisor", "pytest"):
        _program(run.tool(name), f"echo output of {name}; echo {name} >> called; [ {name} != mypy ]")
    assert run.main(["test"]) == 1
    out = capfd.readouterr().out
    assert (run.ROOT / "called").read_text().split() == ["ruff", "ruff", "mypy", "lint-imports", "advisor", "pytest"]
    assert "output of mypy" in out
    assert "output of ruff" not in out
    assert out.splitlines()[-1] == "failed: mypy"


def test_arguments_of_the_tests(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """With arguments, `test` runs pytest alone, with them."""
    monkeypatch.setattr(run, "set_up", lambda **_: None)
    _program(run.tool("pytest"), 'echo "$@" > called')
    assert run.main(["test", "tests/cli", "-k", "help"]) == 0
    assert (run.ROOT / "called").read_text() == "tests/cli -k help\n"


def test_other_commands_go_through(tmp_path: Path) -> None:
    """Any other command becomes advisor's, in the folder where the person stands, with its exit status."""
    script = (ROOT / "run.py").read_text().replace('set_up(dev=command == "test")', "")
    (tmp_path / "run.py").write_text(script)
    _program(tmp_path / ".venv" / "bin" / "advisor", 'echo "$@"; pwd; exit 4')
    here = tmp_path / "a project"
    here.mkdir()
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py", "check", "."], cwd=here, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (4, f"check .\n{os.path.realpath(here)}\n")
