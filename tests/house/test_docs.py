"""The pages: that none is stale, no link is dead, and what they tell people to type works."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLE = DOCS / "examples" / "package-sections"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
SET_UP = ("python3 run.py demo", "python3 run.py test", "python3 run.py plan ~/work/tickets")


def _typed(page: Path) -> list[str]:
    """What the page tells people to type: the lines of its blocks marked `sh`."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["commands", "questions"])
def test_generated_pages_are_fresh(name: str) -> None:
    """A page made from the program is what the program says today (`python docs/make/NAME.py` writes it)."""
    specification = importlib.util.spec_from_file_location(f"make_{name}", DOCS / "make" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    maker = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(maker)
    assert DOCS / f"{name}.md" == maker.PAGE
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link and picture of a page that points into this repository points at something."""
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_contents() -> None:
    """The site's navigation lists each page of docs/ once, and nothing that is not there."""
    contents = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    listed = [path for entry in contents for path in entry.values()]
    assert sorted(path for path in listed if "/" not in path) == sorted(page.name for page in DOCS.glob("*.md"))
    assert [path for path in listed if not (DOCS / path).is_file()] == []


def test_ci_runs_what_the_readme_says() -> None:
    """CI runs the README's test command and nothing else; `make` has the two commands by name."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["python3 run.py test"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert {"python3 run.py test", "python3 run.py demo"} <= set(_typed(ROOT / "README.md"))
    for name in ("demo", "test"):
        made = subprocess.run(["make", "--dry-run", name], cwd=ROOT, capture_output=True, text=True, check=True)
        assert made.stdout.strip().splitlines()[-1] == f"python3 run.py {name}"


def test_what_the_pages_say_works(tmp_path: Path) -> None:
    """Every `advisor` command of README and docs, typed in this order in a copy of the example, ends with 0.

    With no terminal and no torch: `plan` gets `--defaults --no-bench` where the page leaves them out.
    """
    place = tmp_path / "project"
    shutil.copytree(EXAMPLE, place, ignore=shutil.ignore_patterns("advisor.lock", "decisions", "evidence"))
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in [line for page in PAGES for line in _typed(page) if line.startswith("advisor ")]:
        words = shlex.split(command)
        if words[1] == "plan":
            command += "".join(f" {flag}" for flag in ("--defaults", "--no-bench") if flag not in words)
        done = subprocess.run(
            ["bash", "-c", command], cwd=place, env=environment, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stderr}"


def test_no_other_command_is_told() -> None:
    """Blocks marked `sh` hold nothing but commands that a test runs, or that set up and run everything."""
    known = (*SET_UP, "python tests/benchmarks/startup.py")
    told = [line for page in PAGES for line in _typed(page) if not line.startswith("advisor ")]
    assert [line for line in told if line not in known] == []
