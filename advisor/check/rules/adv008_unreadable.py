"""ADV008: a configuration that cannot be read as it was meant."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each flaw of a text."""
    for flaw in material.flaws:
        yield Finding(RULE.id, "error", flaw.what, flaw.remedy, flaw.place, related=flaw.related)


RULE = Rule(
    id="ADV008",
    title="Configuration cannot be read",
    severity="error",
    group="consistency",
    formats=("accelerate", "deepspeed", "training_arguments"),
    condition="The file is no JSON or YAML, has a key twice in one mapping, the markers of a merge conflict, is a Git "
    "LFS pointer, binary, or not UTF-8. Only files that are named on the command line, or that show by their words or "
    "name that they are one of the formats above, are judged; templates are left alone.",
    remedy="Repair the file at the place that is shown.",
    why="The tool stops when it loads the file. A repeated key is worse: YAML and json.load silently keep the last "
    "value, while DeepSpeed refuses the file.",
    evidence=(
        "deepspeedai/DeepSpeed, deepspeed/runtime/config_utils.py, dict_raise_error_on_duplicate_keys",
        "huggingface/accelerate, src/accelerate/commands/config/config_args.py, load_config_from_file, commit 002dd35",
        "https://yaml.org/spec/1.2.2/#3213-node-comparison (keys are unique)",
    ),
    bad=Example(
        {"ds_config.json": '{\n  "zero_optimization": {"stage": 2},\n  "zero_optimization": {"stage": 1}\n}\n'}, line=3
    ),
    good=Example({"ds_config.json": '{\n  "zero_optimization": {"stage": 2}\n}\n'}),
    find=find,
)
