"""The rules: one file each, and this list."""

from advisor.check.rulebook import Rule
from advisor.check.rules import (
    adv001_batch_product,
    adv006_best_model,
    adv007_wrong_kind,
    adv008_unreadable,
    adv009_process_arithmetic,
    adv011_parallel_degrees,
    adv014_zero_with_pipeline,
    adv016_two_engines,
    adv030_two_precisions,
    adv034_no_checkpoint,
    adv044_renamed,
    adv052_hardware_drift,
    adv053_method_drift,
    adv055_suppression,
)

RULES: tuple[Rule, ...] = (
    adv001_batch_product.RULE,
    adv006_best_model.RULE,
    adv007_wrong_kind.RULE,
    adv008_unreadable.RULE,
    adv009_process_arithmetic.RULE,
    adv011_parallel_degrees.RULE,
    adv014_zero_with_pipeline.RULE,
    adv016_two_engines.RULE,
    adv030_two_precisions.RULE,
    adv034_no_checkpoint.RULE,
    adv044_renamed.RULE,
    adv052_hardware_drift.RULE,
    adv053_method_drift.RULE,
    adv055_suppression.RULE,
)
