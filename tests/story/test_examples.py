"""The examples in docs/examples: made by the command in their README, and still what it makes."""

import re
import shlex
from pathlib import Path

import pytest
from story.story_world import EXAMPLES, advisor, copied, files

NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


def command_in(readme: Path) -> list[str]:
    """The words of the one `advisor plan` line in the README, without `advisor`."""
    lines = re.findall(r"^advisor (plan .+)$", readme.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(lines) == 1, f"{readme} has {len(lines)} lines that start with `advisor plan`"
    return shlex.split(lines[0])


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_made_again_byte_for_byte(name: str, tmp_path: Path) -> None:
    """The command of the README on a bare copy gives the committed lock, record and evidence, byte for byte."""
    made = copied(name, tmp_path)
    done = advisor(*command_in(EXAMPLES / name / "README.md"), cwd=made)
    assert done.returncode == 0, done.stderr
    kept, fresh = files(EXAMPLES / name), files(made)
    assert set(fresh) == set(kept)
    for path, content in fresh.items():
        assert content == kept[path], f"{name}/{path} differs: make it anew, and read what changed"


def test_the_project_checks_its_own_examples() -> None:
    """`advisor check docs/examples` finds nothing: the records follow, and the configs agree with them."""
    done = advisor("check", "docs/examples")
    assert done.returncode == 0, done.stdout + done.stderr
