"""ADV012: attention heads that cannot be split as they would have to be."""

from collections.abc import Iterator

from advisor.check.launch.serving import served_model
from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.check.taking import is_on
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding
from advisor.values.launches import Command


def find(material: Material) -> Iterator[Finding]:
    """The hidden size over the heads first: where it does not divide, the split over ranks says no more."""
    for config in material.configs:
        heads = config.attention_heads
        if heads is None or heads.whole is None or heads.whole < 1:
            continue
        found = list(_hidden(config, heads, heads.whole))
        yield from found or _ranks(config, heads, heads.whole)
    for launch in material.launches:
        for command in launch.commands:
            yield from _served(command)


def _served(command: Command) -> Iterator[Finding]:
    """A server that splits a model whose heads are known from its name."""
    model, ranks = served_model(command), command.tensor_parallel
    if model is None or model.heads is None or ranks is None or not ranks.whole or model.heads % ranks.whole == 0:
        return
    allowed = " ".join(str(each) for each in range(1, 65) if model.heads % each == 0)
    told = f"the {model.heads} attention heads of {_name(command)} cannot be split over {written(ranks)}"
    yield finding(RULE.id, "error", told, f"use one of {allowed}", ranks, command.model)


def _name(command: Command) -> str:
    return str(command.model.value) if command.model is not None else "the model"


def _hidden(config: ConfigFacts, heads: At, count: int) -> Iterator[Finding]:
    size, groups = config.hidden_size, config.key_value_heads
    if size is not None and (size.whole or 0) > 0 and not is_on(config.head_size) and (size.whole or 0) % count:
        told = f"{written(size)} is not a multiple of {written(heads)}"
        yield finding(RULE.id, "error", told, "choose heads that divide the hidden size", heads, size)
    elif groups is not None and (groups.whole or 0) > 0 and count % (groups.whole or 1):
        told = f"{written(heads)} is not a multiple of {written(groups)}"
        yield finding(RULE.id, "error", told, "choose groups that divide the heads", groups, heads)


def _ranks(config: ConfigFacts, heads: At, count: int) -> Iterator[Finding]:
    ranks, groups = config.tensor_parallel, config.key_value_heads
    if ranks is None or ranks.whole is None or ranks.whole < 2:
        return
    allowed = [each for each in range(1, min(count, 128) + 1) if count % each == 0]
    if count % ranks.whole:
        told = f"{count} attention heads ({written(heads)}) cannot be split over {written(ranks)}"
        yield finding(RULE.id, "error", told, f"use one of {' '.join(map(str, allowed))}", ranks, heads)
    elif groups is not None and groups.whole and groups.whole % ranks.whole and ranks.whole % groups.whole:
        told = f"{groups.whole} key-value heads ({written(groups)}) cannot be split over {written(ranks)}"
        yield finding(RULE.id, "error", told, "use a divisor or a multiple of the key-value heads", ranks, groups)


RULE = Rule(
    id="ADV012",
    title="Attention heads do not divide the hidden size, or cannot be split over tensor parallel ranks",
    severity="error",
    group="parallelism",
    formats=(
        "composer",
        "engine_config",
        "helm_values",
        "kubernetes",
        "lightning",
        "megatron",
        "neox",
        "ray",
        "shell",
        "skypilot",
        "torchtitan",
    ),
    condition="The hidden size is not a multiple of the attention heads (unless the head size is given by itself), the "
    "heads are not a multiple of the key-value heads, or one of the two cannot be split over the tensor parallel "
    "ranks. torchtitan's heads follow from model and flavor, a served model's from its name; unknown models are left "
    "out. vLLM repeats key-value heads where there are fewer than ranks.",
    remedy="Choose a tensor parallel size that divides the heads.",
    why="Each rank computes whole heads. The tools assert it when they build the model, after the job has waited in "
    "the queue.",
    evidence=(
        "NVIDIA/Megatron-LM, megatron/core/transformer/transformer_config.py, __post_init__, commit d98e8a6",
        "EleutherAI/gpt-neox, megatron/neox_arguments/arguments.py, validate_values, commit 0097a39",
        "mosaicml/llm-foundry, llmfoundry/models/mpt/configuration_mpt.py, _validate_config, commit 8c8dd48",
        "pytorch/torchtitan, torchtitan/models/llama3/infra/parallelize.py, commit 0119de1",
    ),
    bad=Example(
        {
            "model.toml": '[model]\nname = "llama3"\nflavor = "8B"\n\n[training]\nseq_len = 8184\nsteps = 500\n\n'
            '[job]\ndump_folder = "out"\n\n[parallelism]\ntensor_parallel_degree = 3\n'
        },
        line=13,
    ),
    good=Example(
        {
            "model.toml": '[model]\nname = "llama3"\nflavor = "8B"\n\n[training]\nseq_len = 8192\nsteps = 500\n\n'
            '[job]\ndump_folder = "out"\n\n[parallelism]\ntensor_parallel_degree = 4\n'
        }
    ),
    find=find,
)
