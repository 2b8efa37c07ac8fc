"""What Triton refuses of an ensemble's tensors: how its steps are wired, and to which tensors of their models.

As in triton-inference-server/core: src/model_config_utils.cc, ValidateEnsembleSchedulingConfig, for the flow of data,
and src/ensemble_utils.cc, ValidateTensorMapping, for the models.
"""

from collections.abc import Iterable, Iterator

from advisor.values.configs import At
from advisor.values.launches import Mapped, ServedModel, Step

Wrong = tuple[str, At]


def flow(model: ServedModel) -> Iterator[Wrong]:
    """Tensors of an ensemble that nothing writes, or that nothing reads; nothing where a name is not known."""
    read = [each.outside for step in model.steps for each in step.inputs]
    wrote = [each.outside for step in model.steps for each in step.outputs]
    taken, given = ([each.name for each in tensors] for tensors in (model.inputs, model.outputs))
    if not read or not wrote or not all(isinstance(at.value, str) for at in (*read, *wrote, *taken, *given)):
        return
    written = _names(wrote) | _names(taken)
    for at in (*read, *given):
        if at.value not in written:
            yield f"no step writes {at.raw}, and it is no input of the ensemble", at
    wanted = _names(read)
    for at in taken:
        if at.value not in wanted:
            yield f"no step reads the input {at.raw}", at
    for at in wrote:
        if at.value not in wanted | _names(given):
            yield f"no step reads {at.raw}, and it is no output of the ensemble", at


def mapping(step: Step, other: ServedModel) -> Iterator[Wrong]:
    """Tensors that a step maps and its model does not have, and inputs of the model that the step leaves out."""
    for word, maps, tensors in (("input", step.inputs, other.inputs), ("output", step.outputs, other.outputs)):
        names = [each.name for each in tensors]
        if maps and names and all(isinstance(at.value, str) for at in names):
            yield from _missing(word, maps, names, step)
    mapped = _names(each.inside for each in step.inputs)
    if step.inputs and all(isinstance(each.inside.value, str) for each in step.inputs):
        for tensor in other.inputs:
            if isinstance(tensor.name.value, str) and not tensor.optional and tensor.name.value not in mapped:
                yield f"the step does not map the input {tensor.name.raw} of {step.model.raw}", step.model


def _missing(word: str, maps: tuple[Mapped, ...], names: list[At], step: Step) -> Iterator[Wrong]:
    for each in maps:
        if isinstance(each.inside.value, str) and each.inside.value not in _names(names):
            has = ", ".join(at.raw[:40] for at in names[:5])
            yield f"{step.model.raw} has no {word} {each.inside.raw}: its {word}s are {has}", each.inside


def _names(places: Iterable[At]) -> set[object]:
    return {at.value for at in places}
