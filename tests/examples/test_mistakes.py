"""The examples pass their own check, and the mistakes that their READMEs show are found as they are shown."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "docs" / "examples").glob("*/advisor.yaml"))
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False
    )


def shown(readme: Path) -> tuple[str, str]:
    """The commands and the output below the heading that is about CI."""
    section = readme.read_text(encoding="utf-8").partition("\n## In CI\n")[2].partition("\n## ")[0]
    commands, output = re.findall(r"```(?:sh|text)\n(.*?)```", section, re.S)[:2]
    return commands, output


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_passes(example: Path) -> None:
    """`advisor check` finds nothing in an example as it is."""
    ran = run(example, "advisor", "check")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.startswith("nothing found")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_documented_mistake_fails(example: Path, tmp_path: Path) -> None:
    """What the README of an example changes makes the check fail, with the output that it shows."""
    commands, output = shown(example / "README.md")
    copy = Path(shutil.copytree(example, tmp_path / example.name))
    ran = run(copy, "bash", "-e", "-c", commands)
    assert (ran.returncode, ran.stdout) == (1, output)


def test_the_readme_shows_what_is_printed(tmp_path: Path) -> None:
    """The terminal's lines and GitHub's annotation in the README are what the check prints for that mistake."""
    example = ROOT / "docs" / "examples" / "package-sections"
    commands, output = shown(example / "README.md")
    copy = Path(shutil.copytree(example, tmp_path / "copy"))
    run(copy, "bash", "-c", commands)
    annotation = run(copy, "advisor", "check", "--format", "github").stdout
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## In CI\n")[2].partition("\n## ")[0]
    texts = re.findall(r"```text\n(.*?)```", section, re.S)
    assert texts[0] == output
    assert texts[1].strip() == annotation.splitlines()[0]
