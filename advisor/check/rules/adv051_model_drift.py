"""ADV051: the configuration trains or serves another model than was decided about."""

import re
from collections.abc import Iterator

from advisor.check.launch.models import model
from advisor.check.material import Material
from advisor.check.rulebook import TRAINERS, Example, Rule, finding
from advisor.values.configs import At
from advisor.values.expected import Expected
from advisor.values.finding import Finding, Place

_ON_A_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*$")
_VARIANT = re.compile(
    r"[-_.](awq|gptq|fp8|fp4|int[48]|w[48]a\d+|bnb|nf4|4bit|8bit|gguf|quantized|instruct|chat|it|hf|base|v\d[\d.]*)(?=[-_.]|$)"
)
_UNLIKE = 1.25  # sizes that people round and count differently stay within


def find(material: Material) -> Iterator[Finding]:
    """Each model that is not the decided one; beside the decided one (a draft, a judge) it is left alone."""
    named = [(at, expected) for at, expected in _models(material) if expected.model or expected.parameters]
    at_home = {expected.record for at, expected in named if _is_decided(at, expected)}
    for at, expected in named:
        if expected.record not in at_home and not _is_local(material, at):
            yield from _compared(at, expected)


def _models(material: Material) -> Iterator[tuple[At, Expected]]:
    for config in material.configs:
        expected = material.expected_of(config)
        if expected is not None and config.model is not None:
            yield config.model, expected
    for launch in material.launches:
        expected = material.expected_of(launch)
        for command in launch.commands if expected is not None else ():
            if command.role != "other" and command.model is not None and expected is not None:
                yield command.model, expected


def _is_local(material: Material, at: At) -> bool:
    """A path of the project, or a text that names no model of a hub."""
    name = at.value
    if not isinstance(name, str) or name.startswith((".", "/", "~")) or "://" in name or "\x00" in name:
        return True
    known = model(name) is not None or _ON_A_HUB.match(name) is not None
    return not known or any(material.is_there(path) for path in material.beside(at.place.path, name))


def _is_decided(at: At, expected: Expected) -> bool:
    if not isinstance(at.value, str):
        return False
    if expected.model is not None:
        return _plain(at.value) == _plain(expected.model)
    known = model(at.value)
    return known is not None and expected.parameters is not None and _alike(known.parameters, expected.parameters)


def _compared(at: At, expected: Expected) -> Iterator[Finding]:
    record = Place(expected.record) if expected.record else None
    if expected.model is not None:
        variant = _bare(str(at.value)) == _bare(expected.model)
        told = f"decided {expected.model}, but {at.key} is {at.value}"
        yield finding(RULE.id, "warning" if variant else "error", told, RULE.remedy, at, record)
        return
    known = model(at.value)
    if known is not None and expected.parameters is not None and not _alike(known.parameters, expected.parameters):
        told = f"decided for {expected.parameters / 1e9:.3g} billion parameters, but {at.value} has "
        yield finding(RULE.id, "error", f"{told}{known.parameters / 1e9:.3g} billion", RULE.remedy, at, record)


def _alike(one: float, other: float) -> bool:
    return max(one, other) <= _UNLIKE * min(one, other)


def _plain(name: str) -> str:
    return name.strip().rstrip("/").rpartition("/")[2].lower().replace("_", "-")


def _bare(name: str) -> str:
    """The name without what says how it was tuned or quantised."""
    return _VARIANT.sub("", _plain(name))


_TRAINING = "model_name_or_path: meta-llama/Llama-3.1-{}\nstage: sft\ndo_train: true\nfinetuning_type: lora\n"
RULE = Rule(
    id="ADV051",
    title="Model differs from the decision",
    severity="error",
    group="drift",
    formats=(*TRAINERS, "compose", "kubernetes", "ray", "shell", "skypilot"),
    condition="The facts of the recorded decision name a model (or its parameters were answered), and a configuration "
    "trains or serves another one. Another tuning or quantisation of the same model is a warning. Where the decided "
    "model is there as well, others beside it (a draft, a judge, an embedding) are left alone, and so are paths.",
    remedy="name the decided model, or decide again: advisor plan",
    why="Memory, time, cost and quality in the record are those of the decided model.",
    evidence=("docs/decisions of the project that is checked",),
    bad=Example(
        {"train.yaml": _TRAINING.format("70B")},
        line=1,
        expected=Expected(model="meta-llama/Llama-3.1-8B", record="docs/decisions/0004-serve.md"),
    ),
    good=Example(
        {"train.yaml": _TRAINING.format("8B")},
        expected=Expected(model="meta-llama/Llama-3.1-8B", record="docs/decisions/0004-serve.md"),
    ),
    find=find,
)
