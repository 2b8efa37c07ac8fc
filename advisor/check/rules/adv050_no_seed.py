"""ADV050: no seed, where the tool draws one itself."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.configs import At
from advisor.values.finding import Finding

_RANDOM = ("torchtune",)  # the other tools have a fixed default


def find(material: Material) -> Iterator[Finding]:
    """Each configuration of such a tool whose seed is null."""
    for config in material.configs:
        if config.format in _RANDOM and config.seed is not None and _is_null(config.seed):
            told = f"{config.seed.yaml_path} is null: two runs differ"
            yield finding(RULE.id, "note", told, "set a number", config.seed)


def _is_null(seed: At) -> bool:
    return seed.value is None and seed.raw.strip().lower() in ("", "null", "~", "none")


RULE = Rule(
    id="ADV050",
    title="No seed",
    severity="note",
    group="reproducibility",
    formats=_RANDOM,
    condition="The seed is null and the tool then draws one (torchtune). Tools with a fixed default are left out.",
    remedy="Set a seed.",
    why="Two runs differ in the order of the data and in dropout, so their results cannot be compared.",
    evidence=("meta-pytorch/torchtune, torchtune/training/seed.py, set_seed, version 0.6.1",),
    bad=Example(
        {
            "tune.yaml": "optimizer:\n  _component_: torch.optim.AdamW\n  lr: 2e-5\nloss:\n"
            "  _component_: torch.nn.CrossEntropyLoss\nseed: null\n"
        },
        line=6,
    ),
    good=Example(
        {
            "tune.yaml": "optimizer:\n  _component_: torch.optim.AdamW\n  lr: 2e-5\nloss:\n"
            "  _component_: torch.nn.CrossEntropyLoss\nseed: 42\n"
        }
    ),
    find=find,
)
