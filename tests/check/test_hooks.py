"""The hook, the action and the snippets of docs/ci.md, run for real as far as a machine without them can."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
GOOD = '{"zero_optimization": {"stage": 2}}'
BAD = '{"zero_optimization": {"stage": 2}, "train_batch_size": -1}'
ENVIRONMENT = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_COLOR": "never"}


def run(*command: str, cwd: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=cwd, env={**ENVIRONMENT, **environ}, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one configuration and our hook, its environment the one that runs the tests."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["language"] == "python"
    hook["language"] = "system"  # pre-commit would install the package, which needs a network
    config = {"repos": [{"repo": "local", "hooks": [hook]}]}
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    (folder / "ds.json").write_text(GOOD)
    (folder / "notes.txt").write_text("x")
    for command in (["init", "-q"], ["add", "."]):
        assert run("git", *command, cwd=folder).returncode == 0
    return folder


def pre_commit(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return run(str(BIN / "pre-commit"), "run", *arguments, cwd=folder, PRE_COMMIT_HOME=str(folder.parent / "cache"))


def test_pre_commit_runs_the_hook(repository: Path) -> None:
    """pre-commit passes on a good configuration, fails on a bad one, and shows the finding."""
    good = pre_commit(repository, "--all-files")
    assert good.returncode == 0, good.stdout + good.stderr
    assert "Passed" in good.stdout
    (repository / "ds.json").write_text(BAD)
    bad = pre_commit(repository, "--all-files")
    assert bad.returncode == 1
    assert "ds.json:1:57: error ADV007" in bad.stdout


def test_pre_commit_skips_what_is_no_configuration(repository: Path) -> None:
    """A commit that touches no file the hook is about does not run it."""
    assert "no files to check" in pre_commit(repository, "--files", "notes.txt").stdout


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a/b.yaml", True), ("Dockerfile", True), ("x/Dockerfile.gpu", True), ("requirements-dev.txt", True),
        ("advisor.lock", True), ("docs/decisions/0001-a.md", True), ("run.slurm", True), ("config.pbtxt", True),
        ("README.md", False), ("train.png", False), ("advisor.lock.bak", False),
    ],
)  # fmt: skip
def test_the_hook_is_about_configurations(name: str, wanted: bool) -> None:
    """The pattern of the hook matches what the check reads, and no other file."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert bool(re.search(hook["files"], name)) is wanted


def test_pre_commit_accepts_the_manifest() -> None:
    """pre-commit's own validation finds nothing to say about the manifest."""
    ran = run(str(BIN / "pre-commit"), "validate-manifest", ".pre-commit-hooks.yaml", cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout


def script() -> str:
    steps = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    return str(next(step["run"] for step in steps if step["name"] == "advisor check"))


@pytest.mark.parametrize(
    ("text", "inputs", "status"),
    [
        (GOOD, {}, 0),
        (BAD, {}, 1),
        ('{"zero_optimization": {"cpu_offload": true}}', {}, 0),
        ('{"zero_optimization": {"cpu_offload": true}}', {"ADVISOR_FAIL_ON": "warning"}, 1),
        (GOOD, {"ADVISOR_PATHS": "nothing here"}, 2),
        (BAD, {"ADVISOR_PATHS": "$(touch owned)\n"}, 2),
    ],
)
def test_the_action_runs(tmp_path: Path, text: str, inputs: dict[str, str], status: int) -> None:
    """The step of the action prints annotations, fills the summary and the SARIF file, and keeps the exit status."""
    (tmp_path / "a b").mkdir()
    (tmp_path / "a b" / "ds.json").write_text(text)
    given = dict.fromkeys(("ADVISOR_SEVERITY", "ADVISOR_FAIL_ON", "ADVISOR_AS_OF"), "")
    given |= {"ADVISOR_PATHS": "a b\n", "ADVISOR_STALE": "fail", "ADVISOR_SARIF": "out.sarif"}
    given |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")} | inputs
    ran = run("bash", "-e", "-c", script(), cwd=tmp_path, **given)
    assert ran.returncode == status, ran.stdout + ran.stderr
    assert not (tmp_path / "owned").exists()
    if status != 2:
        assert ("::error file=a b/ds.json" in ran.stdout) == (text == BAD)
        assert "### advisor check" in (tmp_path / "summary.md").read_text()
        assert '"version": "2.1.0"' in (tmp_path / "out.sarif").read_text()


@pytest.mark.parametrize(
    ("schema", "number"), [("vendor.github-workflows", "GitHub Actions"), ("vendor.gitlab-ci", "GitLab")]
)
def test_snippets_are_valid(tmp_path: Path, schema: str, number: str) -> None:
    """The snippets of docs/ci.md are valid by the schemas of the services."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    section = text.partition(f"\n## {number}\n")[2].partition("\n## ")[0]
    (tmp_path / "snippet.yml").write_text(section.partition("```yaml\n")[2].partition("```")[0])
    ran = run(str(BIN / "check-jsonschema"), "--builtin-schema", schema, "snippet.yml", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_action_is_valid() -> None:
    """action.yml is valid by GitHub's schema, and hands every input over in the environment, never in the script."""
    ran = run(str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.github-actions", "action.yml", cwd=ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "${{" not in script()


def test_the_gitlab_job_runs(tmp_path: Path) -> None:
    """The commands of the GitLab job leave both reports and keep the exit status."""
    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8").partition("\n## GitLab\n")[2]
    job = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])["advisor"]
    commands = "\n".join(line for line in job["script"] if not line.startswith("pip "))
    (tmp_path / "ds.json").write_text(BAD)
    ran = run("bash", "-e", "-c", commands, cwd=tmp_path)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert '"check_name": "ADV007"' in (tmp_path / job["artifacts"]["reports"]["codequality"]).read_text()
    assert "<testsuites" in (tmp_path / job["artifacts"]["reports"]["junit"]).read_text()


def test_the_configuration_of_the_page_is_read(tmp_path: Path) -> None:
    """The [tool.advisor] of docs/ci.md is one that the check takes."""
    from advisor.check import find_settings

    text = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(text.partition("```toml\n")[2].partition("```")[0])
    settings = find_settings(tmp_path)
    assert (settings.ignore, settings.severity, settings.fail_on) == (("ADV049",), "note", "warning")
    assert [row.rule for row in settings.allowed] == ["ADV001"]


def test_the_project_passes_its_own_check() -> None:
    """`advisor check .` on this very repository finds nothing."""
    ran = run(sys.executable, "-m", "advisor", "check", ".", cwd=ROOT)
    assert ran.returncode == 0, ran.stdout + ran.stderr
