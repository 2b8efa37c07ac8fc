"""What a project says in pyproject.toml and on the command line about the check."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.check import check, find_settings
from advisor.check.settings import Settings
from advisor.errors import BadInput

TRAIN = "num_train_epochs: 3\nper_device_train_batch_size: 8\nsave_strategy: 'no'\n"
DS = '{"zero_optimization": {"stage": 2, "cpu_offload": true}, "train_batch_size": -1}'


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "advisor", "check", *arguments], cwd=folder, capture_output=True, text=True, timeout=60
    )


def rules(folder: Path, *arguments: str) -> list[tuple[str, str]]:
    document = json.loads(run(folder, "--json", "--severity", "note", *arguments).stdout)
    return [(each["rule"], each["path"]) for each in document["findings"]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ds.json").write_text(DS)
    (tmp_path / "t.yaml").write_text(TRAIN)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["ADV044", "ADV007", "ADV034"]),
        (["--select", "ADV034"], ["ADV034"]),
        (["--select", "ADV00,ADV044"], ["ADV044", "ADV007"]),
        (["--select", "robustness", "--select", "lifecycle"], ["ADV044", "ADV034"]),
        (["--ignore", "ADV0"], []),
        (["--select", "ALL", "--ignore", "ADV007"], ["ADV044", "ADV034"]),
    ],
)
def test_rules_are_chosen_by_id_beginning_and_group(project: Path, arguments: list[str], expected: list[str]) -> None:
    """--select names the rules that count, --ignore those that do not; ids, beginnings of ids, and groups."""
    assert [rule for rule, _ in rules(project, *arguments)] == expected


def test_the_file_says_and_the_command_line_overrides(project: Path) -> None:
    """[tool.advisor] selects, ignores, excludes and sets the levels; the command line has the last word."""
    (project / "pyproject.toml").write_text(
        '[tool.advisor]\nselect = ["ADV034", "ADV044"]\nignore = ["ADV044"]\nseverity = "error"\nfail-on = "warning"\n'
    )
    quiet = run(project)
    assert (quiet.returncode, "ADV034" in quiet.stdout) == (1, False)
    assert run(project, "--fail-on", "error").returncode == 0
    assert rules(project) == [("ADV034", "t.yaml")]
    assert rules(project, "--select", "ADV007") == [("ADV007", "a/ds.json")]
    assert rules(project / "a", "--select", "ADV007") == [("ADV007", "ds.json")]


def test_excluded_files_are_not_read_even_when_named(project: Path) -> None:
    """Patterns of exclude are those of .gitignore from the folder of pyproject.toml, for walks and named files."""
    (project / "pyproject.toml").write_text('[tool.advisor]\nexclude = ["/a/"]\n')
    assert [path for _, path in rules(project)] == ["t.yaml"]
    assert rules(project, "a/ds.json") == []
    assert rules(project / "a", ".") == []


def test_suppressions_for_files_without_comments(project: Path) -> None:
    """A row hides its rule in the files of its pattern, or at one path in them; a row that hides nothing is told."""
    (project / "pyproject.toml").write_text(
        "[tool.advisor]\n\n[[tool.advisor.suppress]]\nrule = 'ADV044'\npath = 'a/*.json'\nreason = 'an old pin'\n"
        "\n[[tool.advisor.suppress]]\nrule = 'ADV007'\npath = '**/ds.json'\nyaml-path = 'train_batch_size'\n"
        "reason = 'filled in later'\n"
        "\n[[tool.advisor.suppress]]\nrule = 'ADV001'\npath = 'gone.json'\nreason = 'x'\n"
    )
    assert rules(project) == [("ADV055", "pyproject.toml"), ("ADV034", "t.yaml")]
    document = json.loads(run(project, "--json", "--severity", "note").stdout)
    assert document["findings"][0]["line"] == 14
    assert rules(project, "--ignore", "ADV001") == [("ADV034", "t.yaml")]


def test_a_comment_about_a_rule_that_does_not_run_is_not_told(project: Path) -> None:
    """A suppression is unused only when its rule ran and found nothing."""
    (project / "t.yaml").write_text("num_train_epochs: 3\nreport_to: none  # advisor: ignore[ADV034] later\n")
    assert ("ADV055", "t.yaml") in rules(project)
    assert ("ADV055", "t.yaml") not in rules(project, "--ignore", "ADV034")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("[tool.advisor]\nselct = []\n", 2, "select"),
        ("[tool.advisor]\n\nselect = ['ADV999']\n", 3, "ADV"),
        ("[tool.advisor]\nignore = 'ADV001'\n", 2, "list"),
        ("[tool.advisor]\nseverity = 'bad'\n", 2, "warning"),
        ("[tool.advisor]\nx = = 1\n", 2, "TOML"),
        ("[[tool.advisor.suppress]]\nrule = 'ADV001'\npath = 'x'\n", 1, "reason"),
        ("[tool.advisor]\n[[tool.advisor.suppress]]\nrule = 'ADV1'\npath = 'x'\nreason = 'y'\n", 2, "ADV"),
    ],
)
def test_mistakes_in_the_file_are_told_with_their_line(tmp_path: Path, text: str, line: int, word: str) -> None:
    """A key, rule or value that is not known is wrong usage, with file, line, and what was meant."""
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(BadInput) as caught:
        find_settings(tmp_path)
    assert caught.value.where.endswith(f"pyproject.toml:{line}")
    assert word in str(caught.value)
    ran = run(tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")


def test_settings_stop_at_the_repository(tmp_path: Path) -> None:
    """The nearest pyproject.toml with our table counts, never one above the repository."""
    (tmp_path / "pyproject.toml").write_text('[tool.advisor]\nignore = ["ADV007"]\n')
    inner = tmp_path / "repo" / "deep"
    inner.mkdir(parents=True)
    assert find_settings(inner).ignore == ("ADV007",)
    (tmp_path / "repo" / ".git").mkdir()
    assert find_settings(inner) == Settings()
    (tmp_path / "repo" / "pyproject.toml").write_text("[tool.other]\nadvisor = 1\n")
    assert find_settings(inner) == Settings()


def test_more_processes_find_the_same(tmp_path: Path) -> None:
    """--jobs changes the speed, never what is found or its order."""
    for number in range(200):
        (tmp_path / f"{number}.json").write_text(DS)
        (tmp_path / f"{number}.yaml").write_text(TRAIN)
    one, two = (run(tmp_path, "--json", "--jobs", jobs) for jobs in ("1", "2"))
    assert one.stdout == two.stdout
    assert len(json.loads(one.stdout)["findings"]) == 600


def test_an_unknown_rule_on_the_command_line(project: Path) -> None:
    """A rule that does not exist is wrong usage, with what was meant."""
    ran = run(project, "--select", "securty")
    assert ran.returncode == 2
    assert "security" in ran.stderr


def test_settings_are_taken_by_the_function_too(project: Path) -> None:
    """`check` itself takes the settings: programs can use it without a command line."""
    settings = Settings().with_rules(["ADV034"], [])
    outcome = check((project,), rederive=lambda _: None, expect=lambda _: None, settings=settings)
    assert [each.rule for each in outcome.findings] == ["ADV034"]
