"""ADV053: the configuration trains in another way than was decided."""

from collections.abc import Iterator, Mapping

from advisor.check.material import Material
from advisor.check.rulebook import TRAINERS, Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.expected import Expected
from advisor.values.finding import Finding, Place, Severity

_SAID = {
    "none": "one device",
    "independent_runs": "independent runs on one device each",
    "ddp": "DDP",
    "zero1": "ZeRO-1",
    "zero2": "ZeRO-2",
    "fsdp2": "FSDP",
    "hsdp": "HSDP",
    "tp": "tensor parallelism over sharded states",
    "cp": "context parallelism over sharded states",
    "ep": "experts spread over sharded states",
    "pp": "a pipeline",
    "nd_hybrid": "tensor parallelism and a pipeline",
}
_OFFLOADS = ("zero0", "zero1", "zero2", "zero3")  # on one device ZeRO is a way to offload
_CUT: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = dict.fromkeys(
    ("tp", "cp", "ep"), (("fsdp", "zero3"), ("zero1", "zero2"))
)
_ENGINES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("none", "independent_runs"), (("one",), _OFFLOADS)),
    "ddp": (("ddp",), ("zero0", "zero1")),
    "zero1": (("zero1",), ("zero0", "zero2", "zero3", "ddp", "fsdp")),
    "zero2": (("zero2",), ("zero1", "zero3", "fsdp")),
    **dict.fromkeys(("fsdp2", "hsdp"), (("fsdp",), ("zero0", "zero1", "zero3"))),
    **_CUT,
    **dict.fromkeys(("pp", "nd_hybrid"), (("ddp", "fsdp", "zero0", "zero1"), ("zero2", "zero3"))),
}
"""What each decision is configured as, and what is so near that its estimates nearly hold: ZeRO-3 shards as FSDP does,
and 0 and 1 keep whole weights as DDP does."""
_DEGREES = (("tensor", "tensor_parallel"), ("pipeline", "pipeline_stages"), ("context", "context_parallel"),
            ("experts", "expert_parallel"))  # fmt: skip
_MODES = ("full", "lora", "qlora")
_PRECISIONS = {
    **dict.fromkeys(("no", "fp32", "float32", "32-true"), "fp32"),
    **dict.fromkeys(("fp16", "float16", "16-mixed", "16-true", "amp_fp16"), "fp16"),
    **dict.fromkeys(("bf16", "bfloat16", "bf16-mixed", "bf16-true", "amp_bf16"), "bf16"),
}


def find(material: Material) -> Iterator[Finding]:
    """Each engine, cut, precision and batch that is not the decided one."""
    for config in material.configs:
        expected = material.expected_of(config)
        if expected is not None:
            yield from _parallelism(material, config, expected)
            yield from _degrees(config, expected)
            yield from _precision(config, expected)
            yield from _method(config, expected)
            yield from _sizes(config, expected)


def _parallelism(material: Material, config: ConfigFacts, expected: Expected) -> Iterator[Finding]:
    decided = expected.parallelism
    configured = _engine(config)
    if decided not in _SAID or configured is None:
        return
    name, at = configured
    if name == "deepspeed" and material.linked(config) is not None:
        return  # the file that it names says the stage, and is judged itself
    same, near = _ENGINES[decided]
    if name not in same:
        message = f"decided {_SAID[decided]}, but {written(at)}"
        yield _finding("warning" if name in (*near, "deepspeed") else "error", message, at, expected)


def _degrees(config: ConfigFacts, expected: Expected) -> Iterator[Finding]:
    """Over how many devices one copy of the model is cut, each way."""
    for name, fact in _DEGREES:
        decided, at = getattr(expected, name), getattr(config, fact)
        if decided is None or at is None or at.whole is None or at.whole <= 0 or at.whole == decided:
            continue
        told = f"decided to cut the model over {decided}" if decided > 1 else "decided not to cut the model"
        way = "experts" if name == "experts" else f"{name} ranks"
        yield _finding("error", f"{told} ({way}), but {written(at)}", at, expected)


def _engine(config: ConfigFacts) -> tuple[str, At] | None:
    """How the configuration distributes, and the setting that says so; None when it does not say."""
    word = config.engine.word if config.engine is not None else None
    stage = config.zero_stage
    if stage is not None and stage.whole is not None and word in (None, "deepspeed"):
        return f"zero{stage.whole}", stage
    if config.engine is not None and word in ("multi_gpu", "fsdp", "deepspeed", "no"):
        return {"multi_gpu": "ddp", "fsdp": "fsdp", "deepspeed": "deepspeed", "no": "one"}[word], config.engine
    for name, at in (("fsdp", config.fsdp), ("deepspeed", config.deepspeed)):
        if at is not None and at.on and config.engine is None:
            return name, at
    return None


def _method(config: ConfigFacts, expected: Expected) -> Iterator[Finding]:
    """Adapters where all weights were to be trained, or the other way round; an empty adapter trains all."""
    at, decided = config.adapter, expected.train_mode
    if at is None or decided not in _MODES:
        return
    configured = "full" if at.raw.strip().lower() in ("", "null", "~") else at.word
    quantised_apart = configured == "lora" and decided == "qlora" and config.format != "axolotl"  # by another setting
    if configured in _MODES and configured != decided and not quantised_apart:
        told = f"decided {decided} training, but {at.yaml_path} {at.raw[:40] or 'is empty'}"
        yield _finding("error", told, at, expected)


def _precision(config: ConfigFacts, expected: Expected) -> Iterator[Finding]:
    if expected.precision is None:
        return
    for name, at in (("fp16", config.fp16), ("bf16", config.bf16)):
        if at is not None and at.value is True and expected.precision != name:
            yield _finding("error", f"decided {expected.precision}, but {at.yaml_path} is on", at, expected)
    mixed = config.mixed_precision
    said = _PRECISIONS.get(mixed.word or "") if mixed is not None else None
    if mixed is not None and said is not None and said != expected.precision:
        yield _finding("error", f"decided {expected.precision}, but {written(mixed)}", mixed, expected)


def _sizes(config: ConfigFacts, expected: Expected) -> Iterator[Finding]:
    length, tokens = config.sequence_length, expected.sequence_length
    if length is not None and tokens is not None and length.whole is not None and length.whole != tokens:
        yield _finding("warning", f"decided sequences of {tokens} tokens, but {written(length)}", length, expected)
    for at, decided in ((config.global_batch, expected.global_batch), (config.micro_batch, expected.micro_batch)):
        if at is not None and decided is not None and at.whole is not None and at.whole != decided:
            yield _finding("warning", f"decided a batch of {decided}, but {written(at)}", at, expected)


def _finding(severity: Severity, message: str, at: At, expected: Expected) -> Finding:
    record = Place(expected.record) if expected.record else None
    return finding(RULE.id, severity, message, "follow the record, or decide again: advisor plan", at, record)


RULE = Rule(
    id="ADV053",
    title="Parallelism, method, precision or sizes differ from the decision",
    severity="error",
    group="drift",
    formats=TRAINERS,
    condition="The recorded decision names a layout (one device, DDP, ZeRO, FSDP, a cut by tensors, stages, sequences "
    "or experts, and over how many devices), a precision, full training or adapters, a batch, or the length of a "
    "sequence, and a configuration of the project says otherwise. Near equivalents (ZeRO-3 for FSDP, ZeRO-1 for DDP, "
    "DeepSpeed with a stage in a file elsewhere), batches and lengths are warnings.",
    remedy="Change the configuration, or run advisor plan and have the new decision accepted.",
    why="Memory, time and cost in the record were estimated for the decided method.",
    evidence=("docs/decisions of the project that is checked",),
    bad=Example(
        {"accelerate.yaml": "distributed_type: MULTI_GPU\nmixed_precision: bf16\nnum_processes: 4\n"},
        line=1,
        expected=Expected(parallelism="fsdp2", gpus=4, precision="bf16", record="docs/decisions/0001-train.md"),
    ),
    good=Example(
        {"accelerate.yaml": "distributed_type: FSDP\nmixed_precision: bf16\nnum_processes: 4\n"},
        expected=Expected(parallelism="fsdp2", gpus=4, precision="bf16", record="docs/decisions/0001-train.md"),
    ),
    find=find,
)
