"""ADV034: no checkpoint will be written while training."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding, Severity

_SHORT_STEPS = 100  # a run this short is a trial: nothing is lost
_LONG_STEPS = 1000
_OFF = ("false", "False", "off", "no")


def find(material: Material) -> Iterator[Finding]:
    """Each training run that saves nothing before its end."""
    for config in material.configs:
        save = config.save_strategy
        if _is_short(config) or (config.trains is not None and config.trains.value is False):
            continue
        if config.checkpointing is not None:
            yield from _switched_off(config, config.checkpointing)
        if save is not None and (save.value is False or save.word == "no"):
            by_itself = config.format == "python_arguments"  # the script around it may save
            yield _finding("note" if by_itself else "warning", f"{written(save)}: a failure loses the run", save)
        elif config.save_steps is not None and _never(config, config.save_steps):
            steps = config.max_steps.raw if config.max_steps is not None else ""
            yield _finding(
                "warning", f"{written(config.save_steps)} comes after the last step, {steps}", config.save_steps
            )


def _switched_off(config: ConfigFacts, switch: At) -> Iterator[Finding]:
    steps = config.max_steps
    long = steps is None or (steps.number is not None and steps.number >= _LONG_STEPS)
    if switch.value is not False or not long:
        return
    duration = f" for {steps.raw} steps" if steps is not None else ""
    off = "no folder for checkpoints" if switch is config.checkpointing and switch.raw not in _OFF else "off"
    told = f"{written(switch)}{duration}" if off == "off" else f"{written(switch)} and {off}"
    yield finding(RULE.id, "warning", f"{told}: a failure loses the run", RULE.remedy, switch, steps)


def _is_short(config: ConfigFacts) -> bool:
    steps = config.max_steps
    return steps is not None and steps.number is not None and 0 < steps.number <= _SHORT_STEPS


def _never(config: ConfigFacts, every: At) -> bool:
    if config.save_strategy is not None and config.save_strategy.word != "steps":
        return False
    last = config.max_steps.number if config.max_steps is not None else None
    return bool(last and last > 0 and every.number and every.number > last)


def _finding(severity: Severity, message: str, at: At) -> Finding:
    return finding(RULE.id, severity, message, 'save_strategy: "steps" with save_steps, or "epoch"', at)


RULE = Rule(
    id="ADV034",
    title="No checkpoint will ever be written",
    severity="warning",
    group="robustness",
    formats=(
        "axolotl",
        "composer",
        "lightning",
        "llamafactory",
        "python_arguments",
        "torchtitan",
        "training_arguments",
    ),
    condition=f"save_strategy is no, or save_steps is above max_steps. Runs of {_SHORT_STEPS} steps or fewer, and "
    "files that do not train (do_train: false), are left out. In torchtitan and Lightning, checkpoints are off for "
    f"{_LONG_STEPS} steps or more; in Composer, a long run has no save_folder. In "
    "Python it is a note: the script around the arguments may save by itself.",
    remedy="Save every so many steps: as often as you can afford to repeat.",
    why="Any failure, a full disk or a preempted machine, loses the whole run. A save_model at the end of the script "
    "helps only when the end is reached.",
    evidence=("huggingface/transformers, src/transformers/training_args.py, save_strategy, commit 00349ae",),
    bad=Example({"train.yaml": 'per_device_train_batch_size: 8\nnum_train_epochs: 3\nsave_strategy: "no"\n'}, line=3),
    good=Example({"train.yaml": 'per_device_train_batch_size: 8\nnum_train_epochs: 3\nsave_strategy: "epoch"\n'}),
    find=find,
)
