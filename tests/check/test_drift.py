"""The project against its record: what was decided, and whether it still follows."""

from pathlib import Path

import pytest

from advisor.check import check
from advisor.check.outcome import Outcome
from advisor.errors import BadInput
from advisor.values.expected import Expected
from advisor.values.finding import Place
from advisor.values.staleness import Staleness

DECIDED = Expected(
    "fsdp2", gpus=8, machines=1, precision="bf16", micro_batch=4, global_batch=64, record="docs/decisions/0001-x.md"
)


def outcome(folder: Path, text: str, expected: Expected | None = DECIDED, name: str = "a.yaml") -> Outcome:
    (folder / "advisor.yaml").write_text("schema: 1\n")
    (folder / "advisor.lock").write_text("{}")
    (folder / name).write_text(text)
    return check((folder,), rederive=lambda _: None, expect=lambda _: expected)


def found(result: Outcome) -> list[tuple[str, str, int]]:
    return [(each.rule, each.severity, each.place.line) for each in result.findings]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.yaml", "distributed_type: FSDP\nnum_processes: 8\nmixed_precision: bf16\n", []),
        ("a.yaml", "distributed_type: MULTI_GPU\nnum_processes: 8\n", [("ADV053", "error", 1)]),
        ("a.yaml", "distributed_type: NO\nnum_processes: 8\n", [("ADV053", "error", 1)]),
        ("a.yaml", "distributed_type: FSDP\nnum_processes: 4\n", [("ADV052", "error", 2)]),
        ("a.yaml", "distributed_type: FSDP\nmixed_precision: fp16\n", [("ADV053", "error", 2)]),
        ("a.yaml", "distributed_type: FSDP\nmixed_precision: 'no'\n", [("ADV053", "error", 2)]),
        ("a.yaml", "distributed_type: FSDP\nmixed_precision: $P\nnum_processes: ${N}\n", []),
        ("a.yaml", "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 3}\n", [("ADV053", "warning", 2)]),
        ("a.yaml", "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 2}\n", [("ADV053", "error", 2)]),
        ("a.yaml", "distributed_type: DEEPSPEED\nnum_processes: 8\n", [("ADV053", "warning", 1)]),
        ("d.json", '{"zero_optimization": {"stage": 3}}', [("ADV053", "warning", 1)]),
        ("d.json", '{"zero_optimization": {"stage": 2}}', [("ADV053", "error", 1)]),
        ("d.json", '{"train_micro_batch_size_per_gpu": 8}', [("ADV053", "warning", 1)]),
        ("t.yaml", "num_train_epochs: 1\ndo_train: true\nfp16: true\nfsdp: full_shard\n", [("ADV053", "error", 3)]),
    ],
)
def test_configurations_that_differ(tmp_path: Path, name: str, text: str, expected: list[tuple[str, str, int]]) -> None:
    """Engine, number of GPUs, precision and batch that differ from the decision are found; unknown values are not."""
    assert found(outcome(tmp_path, text, name=name)) == expected


@pytest.mark.parametrize(
    ("parallelism", "text", "expected"),
    [
        ("none", "distributed_type: FSDP\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("none", "distributed_type: 'NO'\nuse_cpu: false\n", []),
        ("none", "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 2}\n", [("ADV053", "warning", 2)]),
        ("ddp", "distributed_type: MULTI_GPU\nuse_cpu: false\n", []),
        ("ddp", "distributed_type: FSDP\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("hsdp", "distributed_type: FSDP\nuse_cpu: false\n", []),
        ("something new", "distributed_type: FSDP\nuse_cpu: false\n", []),
        (None, "distributed_type: FSDP\nuse_cpu: false\n", []),
    ],
)
def test_each_decided_parallelism(
    tmp_path: Path, parallelism: str | None, text: str, expected: list[tuple[str, str, int]]
) -> None:
    """One device, DDP, FSDP and HSDP each accept their own configurations; an option that is not known says nothing."""
    assert found(outcome(tmp_path, text, Expected(parallelism))) == expected


def test_the_record_is_related(tmp_path: Path) -> None:
    """A finding of drift names the record that it contradicts."""
    (finding,) = outcome(tmp_path, "distributed_type: FSDP\nnum_processes: 4\n").findings
    assert finding.related == (Place("docs/decisions/0001-x.md"),)
    assert "decided 8 GPUs" in finding.message
    assert "num_processes 4" in finding.message


def test_no_record_no_drift(tmp_path: Path) -> None:
    """Without a decision nothing can differ from it, and other projects' decisions do not count."""
    assert found(outcome(tmp_path, "distributed_type: MULTI_GPU\nnum_processes: 8\n", None)) == []
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.yaml").write_text("distributed_type: MULTI_GPU\nnum_processes: 8\n")
    result = check((other,), rederive=lambda _: None, expect=lambda folder: DECIDED if folder == tmp_path else None)
    assert {each.place.path for each in result.findings} == {(other / "b.yaml").as_posix()}  # a project above counts
    (other / "advisor.yaml").write_text("schema: 1\n")
    (other / "advisor.lock").write_text("{}")
    near = Expected("ddp")
    result = check((tmp_path,), rederive=lambda _: None, expect=lambda folder: near if folder == other else DECIDED)
    assert {Path(each.place.path).name for each in result.findings} == {"a.yaml"}


def test_a_stale_record_is_told(tmp_path: Path) -> None:
    """What `rederive` says about a project is in the outcome; it is asked once a project."""
    asked: list[Path] = []
    stale = Staleness("one GPU", "eight GPUs", ("data.rows",), Place("advisor.lock", 3))

    def rederive(folder: Path) -> Staleness:
        asked.append(folder)
        return stale

    (tmp_path / "advisor.yaml").write_text("schema: 1\n")
    (tmp_path / "advisor.lock").write_text("{}")
    result = check((tmp_path, tmp_path / "advisor.yaml"), rederive=rederive, expect=lambda _: None)
    assert result.stale == (stale,)
    assert asked == [tmp_path]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("p/advisor.yaml:3:7", Place("p/advisor.yaml", 3, 7)),
        ("p/advisor.yaml:3", Place("p/advisor.yaml", 3, 1)),
        ("p/advisor.lock", Place("p/advisor.lock", 1, 1)),
        ("c:\\x\\advisor.yaml:3:7", Place("c:\\x\\advisor.yaml", 3, 7)),
    ],
)
def test_broken_answers_are_a_finding(tmp_path: Path, where: str, place: Place) -> None:
    """Answers or a lock that cannot be read are a finding at their place, and the other files are still checked."""
    (tmp_path / "advisor.yaml").write_text("schema: 1\n")
    (tmp_path / "advisor.lock").write_text("{}")
    (tmp_path / "d.json").write_text('{"zero_optimization": {"stage": 2}, "train_batch_size": -1}')

    def rederive(_: Path) -> None:
        raise BadInput("is given twice", where=where, remedy="keep one")

    result = check((tmp_path,), rederive=rederive, expect=lambda _: None)
    assert {(each.rule, each.place) for each in result.findings} == {
        ("ADV008", place),
        ("ADV007", Place((tmp_path / "d.json").as_posix(), 1, 57)),
    }
