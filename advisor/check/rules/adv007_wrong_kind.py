"""ADV007: a value of the wrong kind or unit."""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.material import Material
from advisor.check.rulebook import TRAINERS, Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Edit, Finding, Severity
from advisor.values.launches import Command

_SIZES = (
    "micro_batch",
    "gradient_accumulation",
    "global_batch",
    "machines",
    "sequence_length",
    "layers",
    "hidden_size",
    "attention_heads",
)
_WHOLE = (*_SIZES, "num_processes", "machine_rank", "zero_stage", "max_steps")
_NUMBERS = ("learning_rate", "warmup_steps", "warmup_ratio", "epochs", "save_steps", "evaluation_steps")
_DEGREES = (
    "tensor_parallel", "context_parallel", "expert_parallel", "expert_tensor_parallel", "data_replicas", "data_shards",
)  # fmt: skip
_ENGINE_SIZES = ("tensor_parallel", "pipeline_parallel", "data_parallel", "context_length")
_FLAGS = ("fp16", "bf16", "load_best", "gradient_checkpointing", "elastic", "trains")
_STRATEGIES = ("save_strategy", "evaluation_strategy")
_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)(e[-+]?\d+)?", re.I)
_ADAM = re.compile(r"(?i)^(?!.*mini).*(adam|lion)")
_LARGEST_RATE = 0.1  # Adam and Lion move each weight by about the rate a step, whatever the gradient
_TRANSFORMERS = ("training_arguments", "llamafactory", "python_arguments")


def find(material: Material) -> Iterator[Finding]:
    """Each setting whose kind is wrong, then values that are out of range for their unit."""
    for config in material.configs:
        for name in (*_WHOLE, *_NUMBERS, *_FLAGS, *_STRATEGIES):
            at: At | None = getattr(config, name)
            if at is not None and at.value is not None and at.raw:  # sections have no text of their own
                yield from _kind(name, at)
        yield from _units(config)
    for launch in material.launches:
        for command in launch.commands:
            yield from _served(command)


def _served(command: Command) -> Iterator[Finding]:
    """What a serving engine is told: a share of memory, and sizes."""
    share = command.memory_share
    if share is not None and share.number is not None and not 0 < share.number <= 1:
        percent = f"did you mean {share.number / 100:g}?" if 1 < share.number <= 100 else "write a share from 0 to 1"
        yield _finding("error", f"{written(share)} is no share of the GPU's memory", percent, share)
    for name in _ENGINE_SIZES:
        at: At | None = getattr(command, name)
        if command.role == "serve" and at is not None and at.whole is not None and at.whole < 1 and at.whole != -1:
            yield _finding("error", f"{written(at)} must be at least 1", "write the size, or leave it out", at)


def _kind(name: str, at: At) -> Iterator[Finding]:
    if name in _STRATEGIES:
        if at.value is False and at.reader == "yaml":
            told = f"{written(at)} is read as false by YAML 1.1"
            yield _mended(_finding("error", told, f'write {at.key}: "no"', at), at, '"no"')
        return
    if name in _FLAGS:
        if isinstance(at.value, str) and at.word in ("true", "false", "yes", "no", "on", "off", "1", "0"):
            told = f"{at.key} is the text {at.raw!r}, and any text counts as true"
            yield _finding("warning", told, f"write {at.key} without quotation marks", at)
        return
    if isinstance(at.value, str) and len(at.raw) < 40 and _NUMBER.fullmatch(at.value.strip()):
        yield _text(at, at.value.strip())
    elif name in _WHOLE and at.number is not None and at.whole is None:
        yield _finding("error", f"{written(at)} must be a whole number", "write a whole number", at)
    elif name in _SIZES and at.whole is not None and at.whole < 1:
        severity: Severity = "warning" if name == "sequence_length" else "error"  # a script of one's own may mean none
        yield _finding(severity, f"{written(at)} must be at least 1", "write the size, or leave it out", at)
    elif isinstance(at.value, bool) and name in _WHOLE:
        yield _finding("error", f"{written(at)} is {str(at.value).lower()}, not a number", "write a number", at)


def _text(at: At, digits: str) -> Finding:
    if at.quoted:
        severity: Severity = "error" if at.reader == "json" else "warning"
        return _finding(
            severity, f'{at.key} is the text "{digits}", not a number', f"write {digits} without quotes", at
        )
    told = (
        f"{at.key} {digits} is text to YAML 1.1 (PyYAML): a number with an exponent needs a dot and a signed exponent"
    )
    return _mended(_finding("warning", told, f"write {_dotted(digits)}", at), at, _dotted(digits))


def _mended(found: Finding, at: At, new: str) -> Finding:
    """The finding with the edit that makes the value what was meant; safe, since the text itself says it."""
    return replace(found, fix=(Edit(at.place, at.raw, new),))


def _dotted(digits: str) -> str:
    """A number with an exponent as YAML 1.1 reads it: 1e-4 becomes 1.0e-4, 1.5e3 becomes 1.5e+3."""
    base, _, exponent = digits.lower().partition("e")
    base = base if "." in base else f"{base}.0"
    return f"{base}e{exponent if exponent[:1] in ('-', '+') else f'+{exponent}'}" if exponent else digits


def _units(config: ConfigFacts) -> Iterator[Finding]:
    rate, optimizer = config.learning_rate, config.optimizer
    if rate is not None and rate.number is not None:
        known_optimizer = optimizer is None or (isinstance(optimizer.value, str) and _ADAM.match(optimizer.value))
        if rate.number < 0:
            yield _finding("error", f"{written(rate)} is negative", "write a positive learning rate", rate)
        elif rate.number >= _LARGEST_RATE and known_optimizer:
            with_what = optimizer.raw if optimizer is not None else "AdamW, the default"
            told = f"{written(rate)} with {with_what}: it moves every weight by about that much a step"
            yield _finding("warning", told, "rates from 1e-6 to 1e-2 are usual; is a minus sign missing?", rate)
    steps = config.warmup_steps
    if steps is not None and steps.number is not None and 0 < steps.number < 1:
        in_doubt = config.format in _TRANSFORMERS  # version 5 reads a value below 1 as a share
        told = f"{written(steps)} counts steps" + (" before Transformers 5" if in_doubt else "")
        yield _finding("note" if in_doubt else "warning", told, f"did you mean warmup_ratio {steps.raw}?", steps)
    ratio = config.warmup_ratio
    if ratio is not None and ratio.number is not None and ratio.number > 1:
        yield _finding(
            "warning", f"{written(ratio)} is a share of all steps", f"did you mean warmup_steps {ratio.raw}?", ratio
        )

    yield from _degrees(config)
    yield from _limits(config)


def _degrees(config: ConfigFacts) -> Iterator[Finding]:
    """Ranks a group has: at least one; -1 where the tool works the rest out."""
    for name in _DEGREES:
        at: At | None = getattr(config, name)
        rest = name == "data_shards" and at is not None and at.whole == -1
        if config.format == "torchtitan" and at is not None and at.whole is not None and at.whole < 1 and not rest:
            yield _finding("error", f"{written(at)} must be at least 1", "write 1 where it is not used", at)


def _limits(config: ConfigFacts) -> Iterator[Finding]:
    low, rate = config.minimum_rate, config.learning_rate
    if low is not None and rate is not None and low.number and rate.number and low.number > rate.number:
        told = f"{written(low)} is above the learning rate, {written(rate)}"
        yield _finding("error" if config.format == "neox" else "warning", told, "choose a smaller minimum", low)
    length, longest = config.sequence_length, config.longest_sequence
    if length is not None and longest is not None and length.whole and longest.whole and length.whole > longest.whole:
        told = f"{written(length)} is longer than {written(longest)}"
        yield _finding("error", told, f"set {longest.key} to {length.raw} at least", longest)
    for dropout in config.dropouts:
        if dropout.number is not None and not 0 <= dropout.number < 1:
            yield _finding("error", f"{written(dropout)} is no share", "write a share from 0 to below 1", dropout)


def _finding(severity: Severity, message: str, remedy: str, at: At) -> Finding:
    return finding(RULE.id, severity, message, remedy, at)


RULE = Rule(
    id="ADV007",
    title="Value of the wrong kind or unit",
    severity="warning",
    group="consistency",
    formats=(*TRAINERS, "compose", "engine_config", "kubernetes", "ray", "shell", "skypilot"),
    condition="A number is text (quoted, or 1e-4 in YAML 1.1, where a dot is missing); a count is fractional, or a "
    "size below 1; a flag is text; an unquoted no is a strategy; a learning rate is negative, or 0.1 and more with an "
    "Adam or Lion, or below its own minimum; warmup_steps lies between 0 and 1, or warmup_ratio above 1; a sequence is "
    "longer than the positions of the model; a dropout, or the part of a GPU that a serving engine takes, is no share; "
    "a degree of parallelism is below 1. It is an error where every reader of the format "
    "fails, a warning where some tools convert, a note where it depends on the version.",
    remedy="Write the value in the kind and unit that the tool expects.",
    why="PyYAML reads 1e-4 as text and unquoted no as false. The run stops with '<=' not supported between float and "
    "str, or 'False is not a valid IntervalStrategy', or it silently trains without warm-up or with a rate that "
    "diverges.",
    evidence=(
        "EleutherAI/gpt-neox, megatron/neox_arguments/arguments.py, validate_values, commit 0097a39",
        "axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas/config.py, warmup_steps: int, version 0.19.0",
        "https://yaml.org/type/float.html",
        "https://github.com/hiyouga/LLaMA-Factory/issues/4149",
        "https://github.com/huggingface/trl/pull/1450",
        "https://github.com/EleutherAI/gpt-neox/issues/171",
        "huggingface/transformers, src/transformers/training_args.py, TrainingArguments.__post_init__, commit 00349ae",
        "deepspeedai/DeepSpeed, deepspeed/runtime/config.py, _batch_assertion, commit 029f12b",
    ),
    bad=Example({"train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\nlearning_rate: 1e-4\n"}, line=3),
    good=Example({"train.yaml": "per_device_train_batch_size: 8\nnum_train_epochs: 3\nlearning_rate: 1.0e-4\n"}),
    find=find,
)
