"""Comments that let a finding stay."""

import pytest

from advisor.check.checking import judged
from advisor.check.material import Material
from advisor.check.reading import read

HEAD = "num_train_epochs: 1\nper_device_train_batch_size: 8\n"


def found(text: str, path: str = "t.yaml") -> list[tuple[str, str, int]]:
    reading = read(path, text.encode(), named=True)
    findings = judged(Material(reading.configs, reading.flaws), {path: text})
    return [(each.rule, each.severity, each.place.line) for each in findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("save_strategy: 'no'  # advisor: ignore[ADV034] sweep of short runs\n", []),
        ("# advisor: ignore[ADV034] sweep of short runs\nsave_strategy: 'no'\n", []),
        ("#advisor:ignore[ADV034]: sweep\nsave_strategy: 'no'\n", []),
        ("save_strategy: no  # advisor: ignore[ADV034, ADV007] sweep\n", []),
        ("save_strategy: no  # advisor: ignore[ADV034] sweep\n", [("ADV007", "error", 3)]),
        ("save_strategy: 'no'  # advisor: ignore[ADV034]\n", [("ADV034", "warning", 3), ("ADV055", "warning", 3)]),
        ("save_strategy: 'no'  # advisor: ignore[ADV030] x\n", [("ADV034", "warning", 3), ("ADV055", "note", 3)]),
        ("# advisor: ignore[ADV034] x\n\nsave_strategy: 'no'\n", [("ADV055", "note", 3), ("ADV034", "warning", 5)]),
        ("save_strategy: epoch  # advisor: ignore[ADV034] x\n", [("ADV055", "note", 3)]),
        ("save_strategy: epoch  # advisor: ignore[] x\n", []),
    ],
)
def test_what_a_comment_hides(text: str, expected: list[tuple[str, str, int]]) -> None:
    """A comment with a reason hides its rules on its line or the next; one without reason or use is told."""
    assert found(HEAD + text) == expected


def test_json_has_no_comments() -> None:
    """Text in JSON that looks like a suppression hides nothing and is not reported."""
    text = '{"zero_optimization": {"stage": 1}, "train_batch_size": "8", "x": "# advisor: ignore[ADV007] no"}'
    assert found(text, "d.json") == [("ADV007", "error", 1)]
