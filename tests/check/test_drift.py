"""The project against its record: what was decided, and whether it still follows."""

import json
import subprocess
import sys
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
        ("zero1", "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 1}\n", []),
        ("zero2", "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 2}\n", []),
        ("zero2", "distributed_type: DEEPSPEED\ndeepspeed_config: {zero_stage: 3}\n", [("ADV053", "warning", 2)]),
        ("zero1", "distributed_type: 'NO'\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("zero2", "distributed_type: MULTI_GPU\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("tp", "distributed_type: FSDP\nuse_cpu: false\n", []),
        ("ep", "distributed_type: MULTI_GPU\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("cp", "distributed_type: 'NO'\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("pp", "distributed_type: 'NO'\nuse_cpu: false\n", [("ADV053", "error", 1)]),
        ("nd_hybrid", "distributed_type: MULTI_GPU\nuse_cpu: false\n", []),
        ("something new", "distributed_type: FSDP\nuse_cpu: false\n", []),
        (None, "distributed_type: FSDP\nuse_cpu: false\n", []),
    ],
)
def test_each_decided_parallelism(
    tmp_path: Path, parallelism: str | None, text: str, expected: list[tuple[str, str, int]]
) -> None:
    """One device, DDP, FSDP and HSDP each accept their own configurations; an option that is not known says nothing."""
    assert found(outcome(tmp_path, text, Expected(parallelism))) == expected


TITAN = (
    "[training]\nsteps = 9\n[checkpoint]\nenable = true\n[parallelism]\ntensor_parallel_degree = {}\n"
    "pipeline_parallel_degree = {}\n"
)


@pytest.mark.parametrize(
    ("tensor", "pipeline", "lines"), [(8, 4, []), (4, 4, [6]), (8, 1, [7]), (1, 1, [6, 7]), ("-1", 4, [])]
)
def test_the_cut_of_the_model_is_compared(tmp_path: Path, tensor: object, pipeline: int, lines: list[int]) -> None:
    """Another degree of tensor parallelism or another number of stages than was decided is an error on its line."""
    decided = Expected("nd_hybrid", tensor=8, pipeline=4, context=1, experts=1)
    result = outcome(tmp_path, TITAN.format(tensor, pipeline), decided, "run.toml")
    assert [each for each in found(result) if each[0] == "ADV053"] == [("ADV053", "error", line) for line in lines]


def test_a_cut_that_was_not_decided(tmp_path: Path) -> None:
    """Sharding alone was decided: tensor parallelism in the configuration is otherwise, and degrees of one are not."""
    decided = Expected("fsdp2", tensor=1, pipeline=1, context=1, experts=1)
    result = outcome(tmp_path, TITAN.format(4, 1), decided, "run.toml")
    (drift,) = [each for each in result.findings if each.rule == "ADV053"]
    assert (drift.place.line, "decided not to cut the model (tensor ranks)" in drift.message) == (6, True)


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


SKY = "resources:\n  accelerators: {gpu}\n  use_spot: {spot}\nrun: |\n  torchrun --nproc_per_node 8 train.py --resume\n"


@pytest.mark.parametrize(
    ("gpu", "spot", "expected"),
    [
        ("H100:8", "false", []),
        ("A100-80GB:8", "false", [("ADV052", "error", 2)]),
        ("H100:8", "true", [("ADV052", "error", 3)]),
        ("H100:4", "false", [("ADV003", "error", 5), ("ADV052", "error", 2)]),
        ("$GPU", "false", []),
    ],
)
def test_another_gpu_than_decided(tmp_path: Path, gpu: str, spot: str, expected: list[tuple[str, str, int]]) -> None:
    """The kind of GPU, its number, and machines that may be taken away are held against the decision."""
    decided = Expected(gpus=8, machines=1, accelerator="h100-sxm5-80gb", on_demand=True)
    seen = found(outcome(tmp_path, SKY.format(gpu=gpu, spot=spot), decided, "task.yaml"))
    assert [each for each in seen if each[0] in ("ADV003", "ADV052")] == sorted(expected, key=lambda each: each[2])


@pytest.mark.parametrize(
    ("decided", "named", "expected"),
    [
        ("a100-sxm4-80gb", "A100", []),  # a name that leaves the memory open
        ("a100-sxm4-80gb", "A100-80GB", []),
        ("a100-sxm4-40gb", "A100-80GB", [("ADV052", "warning", 2)]),
        ("l4", "L40S", [("ADV052", "warning", 2)]),
        ("mi300x", "H100", []),  # a GPU that launch files do not name is not compared
    ],
)
def test_a_server_on_another_gpu(
    tmp_path: Path, decided: str, named: str, expected: list[tuple[str, str, int]]
) -> None:
    """Under a server another kind of GPU is a warning; a name that leaves the memory open fits either size."""
    text = f"resources:\n  accelerators: {named}:1\nrun: vllm serve Qwen/Qwen2.5-7B-Instruct --max-model-len 4096\n"
    assert found(outcome(tmp_path, text, Expected(accelerator=decided), "task.yaml")) == expected


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("meta-llama/Llama-3.1-8B", []),
        ("NousResearch/Llama-3.1-8B", []),  # a copy under another owner
        ("meta-llama/Llama-3.1-70B", [("ADV051", "error", 1)]),
        ("meta-llama/Llama-3.1-8B-Instruct", [("ADV051", "warning", 1)]),
        ("hugging-quants/Llama-3.1-8B-AWQ-INT4", [("ADV051", "warning", 1)]),
        ("./checkpoints/run-5", []),
        ("runs/last", []),  # a folder of the project
        ("${MODEL}", []),
    ],
)
def test_another_model_than_decided(tmp_path: Path, model: str, expected: list[tuple[str, str, int]]) -> None:
    """Another model is an error, another variant of it a warning; paths and unknown values say nothing."""
    (tmp_path / "runs" / "last").mkdir(parents=True)
    text = f"base_model: {model}\nadapter: lora\nmicro_batch_size: 1\n"
    assert found(outcome(tmp_path, text, Expected(model="meta-llama/Llama-3.1-8B"))) == expected


def test_models_beside_the_decided_one(tmp_path: Path) -> None:
    """Where the decided model is there, a judge or a draft beside it is no drift."""
    (tmp_path / "judge.yaml").write_text(
        "resources:\n  accelerators: H100:4\nrun: vllm serve Qwen/Qwen2.5-72B --tp 4\n"
    )
    text = "base_model: meta-llama/Llama-3.1-8B\nadapter: lora\nmicro_batch_size: 1\n"
    seen = found(outcome(tmp_path, text, Expected(model="meta-llama/Llama-3.1-8B")))
    assert not [each for each in seen if each[0] == "ADV051"]


@pytest.mark.parametrize(("parameters", "expected"), [(8e9, []), (7e9, []), (70e9, [("ADV051", "error", 1)])])
def test_a_model_of_another_size(tmp_path: Path, parameters: float, expected: list[tuple[str, str, int]]) -> None:
    """Where only the number of parameters was decided from, a name that says another one is found."""
    text = "base_model: meta-llama/Llama-3.1-8B\nadapter: lora\nmicro_batch_size: 1\n"
    assert found(outcome(tmp_path, text, Expected(parameters=parameters))) == expected


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("10:00:00", []),
        ("30:00:00", [("ADV054", "note", 3)]),
        ("3-00:00:00", [("ADV054", "note", 3), ("ADV054", "warning", 3)]),
    ],
)
def test_a_job_that_may_use_more(tmp_path: Path, time: str, expected: list[tuple[str, str, int]]) -> None:
    """A time limit beyond the deadline is a note, GPU hours beyond the budget a warning with the sum."""
    text = f"#!/bin/bash\n#SBATCH --gres=gpu:8\n#SBATCH --time={time}\nsrun torchrun --nproc_per_node 8 train.py\n"
    decided = Expected(gpus=8, machines=1, price_usd_h=2.0, budget_usd=1000.0, deadline_s=24 * 3600.0)
    result = outcome(tmp_path, text, decided, "train.sbatch")
    assert [each for each in found(result) if each[0] == "ADV054"] == expected
    told = [each.message for each in result.findings if each.severity == "warning" and each.rule == "ADV054"]
    assert not told or "576 GPU hours: $1,152" in told[0]


def test_what_people_stated_is_expected(tmp_path: Path) -> None:
    """From answers to findings: the GPU and the sequence that were answered hold where nothing is trained as well."""
    (tmp_path / "advisor.yaml").write_text(
        "schema: 1\ntask: text_gen\nhardware.accelerator: l4\nhardware.count: 1\nhardware.rent: false\n"
        'hardware.spot: "no"\ntrain.sequence: 8192\nmodel.parameters: 7000000000\n'
    )
    run = [sys.executable, "-m", "advisor"]
    plan = [*run, "plan", ".", "--defaults", "--no-bench", "--hardware", "1x L4"]
    assert subprocess.run(plan, cwd=tmp_path, capture_output=True, timeout=120, check=False).returncode == 0
    (tmp_path / "task.yaml").write_text(SKY.format(gpu="A100-80GB:1", spot="true").replace("node 8", "node 1"))
    (tmp_path / "lora.yml").write_text("base_model: me/mine\nadapter: lora\nmicro_batch_size: 1\nsequence_len: 2048\n")
    said = subprocess.run(
        [*run, "check", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    seen = [(each["rule"], each["severity"], each["line"]) for each in json.loads(said.stdout)["findings"]]
    drift = [each for each in seen if each[0] in ("ADV052", "ADV053")]
    assert drift == [("ADV053", "warning", 4), ("ADV052", "error", 2), ("ADV052", "error", 3)]
    assert said.returncode == 1
