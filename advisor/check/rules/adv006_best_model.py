"""ADV006: options that exclude each other, or of which one contradicts the other."""

import math
from collections.abc import Iterator
from fractions import Fraction

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding

_DEFAULT_SAVE, _DEFAULT_EVALUATION = "steps", "no"  # of TrainingArguments


def find(material: Material) -> Iterator[Finding]:
    """What a tool refuses together; a mismatch of strategies, or of steps, where the best model is to be loaded."""
    for config in material.configs:
        for clash in config.clashes:
            if clash.kind == "options":
                yield finding(RULE.id, clash.severity, clash.told, clash.remedy, clash.at, *clash.others)
        if config.load_best is None or config.load_best.value is not True:
            continue
        save = _strategy(config.save_strategy, _DEFAULT_SAVE)
        evaluation = _strategy(config.evaluation_strategy, _DEFAULT_EVALUATION)
        if save is None or evaluation is None or save == "best":
            continue
        if save != evaluation:
            yield _mismatch(config, config.load_best, save, evaluation)
        elif save == "steps":
            yield from _steps(config)


def _mismatch(config: ConfigFacts, load_best: At, save: str, evaluation: str) -> Finding:
    stated = config.save_strategy is not None and config.evaluation_strategy is not None
    told = [
        f"{name} is {value}" + ("" if at is not None else " by default")
        for name, value, at in (
            ("save_strategy", save, config.save_strategy),
            ("eval_strategy", evaluation, config.evaluation_strategy),
        )
    ]
    return finding(
        RULE.id,
        "error" if stated else "warning",
        f"load_best_model_at_end needs saving and evaluating to go together, but {' and '.join(told)}",
        f'set both to "{save if save != "no" else evaluation}", or save_strategy to "best" (since Transformers 4.47)',
        load_best,
        config.save_strategy,
        config.evaluation_strategy,
    )


def _steps(config: ConfigFacts) -> Iterator[Finding]:
    save, evaluation = config.save_steps, config.evaluation_steps
    if save is None or evaluation is None or not save.number or not evaluation.number:
        return
    if not all(0 < each < math.inf for each in (save.number, evaluation.number)):
        return
    one_is_a_share = (save.number < 1) != (evaluation.number < 1)
    if one_is_a_share or (Fraction(str(save.number)) / Fraction(str(evaluation.number))).denominator != 1:
        yield finding(
            RULE.id,
            "error",
            f"load_best_model_at_end needs save_steps {save.raw} to be a multiple of eval_steps {evaluation.raw}",
            "save at every, or at every second, third, … evaluation",
            save,
            evaluation,
        )


def _strategy(at: At | None, default: str) -> str | None:
    if at is None:
        return default
    if at.value is False:
        return "no"
    return at.word if at.value is not None else None


RULE = Rule(
    id="ADV006",
    title="Options that exclude or contradict each other",
    severity="error",
    group="consistency",
    formats=("axolotl", "lightning", "llamafactory", "python_arguments", "torchtune", "training_arguments"),
    condition="load_best_model_at_end is true, save_strategy is not best, and it differs from eval_strategy, or "
    "save_steps is no multiple of eval_steps. When one strategy is not in the file (the command line may give it), "
    "this is a warning. Further, what a tool "
    "refuses together: in axolotl warmup_steps and warmup_ratio, save_steps and saves_per_epoch, eval_steps and "
    "evals_per_epoch, gradient_accumulation_steps and batch_size, two attentions; in torchtune optimizer_in_bwd with "
    "accumulation or clipping, and offloading without checkpointing; in litgpt two kinds of warm-up; in LLaMA-Factory "
    "options of another stage. Empty keys do not count.",
    remedy="Keep one of the two; give both strategies the same value, and save_steps a multiple of eval_steps.",
    why="The tools raise ValueError before the first step.",
    evidence=(
        "huggingface/transformers, src/transformers/training_args.py, TrainingArguments._validate_args, commit 00349ae",
        "axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas/validation.py, version 0.19.0",
        "meta-pytorch/torchtune, recipes/full_finetune_distributed.py, version 0.6.1",
        "hiyouga/LLaMA-Factory, src/llamafactory/hparams/parser.py, get_train_args, version 0.9.5",
        "Lightning-AI/litgpt, litgpt/args.py, TrainArgs.__post_init__, commit 02f2fca",
    ),
    bad=Example(
        {
            "train.yaml": "num_train_epochs: 3\nper_device_train_batch_size: 8\nload_best_model_at_end: true\n"
            "eval_strategy: steps\nsave_strategy: epoch\n"
        },
        line=3,
    ),
    good=Example(
        {
            "train.yaml": "num_train_epochs: 3\nper_device_train_batch_size: 8\nload_best_model_at_end: true\n"
            "eval_strategy: epoch\nsave_strategy: epoch\n"
        }
    ),
    find=find,
)
