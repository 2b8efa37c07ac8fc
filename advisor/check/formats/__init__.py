"""The configuration formats that are read: one file each, and this list.

A format recognises its configurations by content and turns them into the facts of
`advisor.values.configs`; rules see facts and never know a format's keys.
"""

from advisor.check.format import Format
from advisor.check.formats import (
    accelerate,
    axolotl,
    compose,
    composer,
    deepspeed,
    dockerfile,
    engine_config,
    helm_values,
    kubernetes,
    lightning,
    llamafactory,
    megatron,
    neox,
    pipelines,
    python_arguments,
    ray,
    shell,
    skypilot,
    torchserve,
    torchtitan,
    torchtune,
    training_arguments,
    triton,
)

FORMATS: tuple[Format, ...] = (
    accelerate.FORMAT,
    axolotl.FORMAT,
    compose.FORMAT,
    composer.FORMAT,
    deepspeed.FORMAT,
    dockerfile.FORMAT,
    engine_config.FORMAT,
    helm_values.FORMAT,
    kubernetes.FORMAT,
    lightning.FORMAT,
    llamafactory.FORMAT,
    megatron.FORMAT,
    neox.FORMAT,
    pipelines.FORMAT,
    python_arguments.FORMAT,
    ray.FORMAT,
    shell.FORMAT,
    skypilot.FORMAT,
    torchserve.FORMAT,
    torchtitan.FORMAT,
    torchtune.FORMAT,
    training_arguments.FORMAT,
    triton.FORMAT,
)
