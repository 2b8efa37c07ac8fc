"""What a serving engine needs of its GPUs, as far as names and settings say."""

from advisor.check.launch.hardware import Gpu, gpu, gpu_of_machine
from advisor.check.launch.models import Model, model, weight_bytes
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts

_TAKES_ALL = ("tgi",)  # without a number TGI splits over every GPU that it sees


def served_gpu(launch: LaunchFacts) -> Gpu | None:
    """The GPU model that a launch runs on, by its own name or that of the machine."""
    named = gpu(launch.accelerator.value) if launch.accelerator is not None else None
    if named is None and launch.machine_type is not None:
        return gpu_of_machine(launch.machine_type.value)
    return named


def served_model(command: Command) -> Model | None:
    """What the name of the served model says; None for other commands."""
    return model(command.model.value) if command.role == "serve" and command.model is not None else None


def weights_bytes(command: Command, served: Model) -> float | None:
    """The weights in memory over all GPUs; None where their format is decided elsewhere."""
    quantization, dtype = command.quantization, command.dtype
    if quantization is not None and quantization.value is None and quantization.raw not in ("", "null", "None"):
        return None
    name = command.model.value if command.model is not None else ""
    each = weight_bytes(name, _word(quantization), _word(dtype))
    return None if each is None else served.parameters * each


def ranks_of(launch: LaunchFacts, command: Command) -> int | None:
    """The GPUs that hold one copy of the weights; None when this is decided elsewhere."""
    tensor, pipeline = command.tensor_parallel, command.pipeline_parallel
    if tensor is None and command.program.value in _TAKES_ALL:
        return launch.supply.gpus
    sizes = [1 if at is None else at.whole for at in (tensor, pipeline)]
    if None in sizes or (tensor is None and command.config is not None):
        return None
    ranks = (sizes[0] or 0) * (sizes[1] or 0)
    return ranks if ranks > 0 else None


def _word(at: At | None) -> str | None:
    return at.word if at is not None else None
