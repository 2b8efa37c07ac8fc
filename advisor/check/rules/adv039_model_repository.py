"""ADV039: a model's configuration does not go with the repository around it."""

import os.path
from collections.abc import Iterator

from advisor.check.launch.ensembles import flow, mapping
from advisor.check.material import Material, absolute
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import ServedModel, Step


def find(material: Material) -> Iterator[Finding]:
    """Each model whose name is not its folder's, and each ensemble whose steps do not go with the models beside it."""
    repositories: dict[str, dict[str, ServedModel]] = {}
    for model in material.models:
        if os.path.basename(model.place.path) == "config.pbtxt":
            repositories.setdefault(os.path.dirname(_folder(model)), {})[_called(model)] = model
    for models in repositories.values():
        for model in models.values():
            yield from _name(model, len(models) > 1, material)
            for step in model.steps:
                yield from _step(model, step.model, models)
                yield from _wiring(step, models)
    for model in material.models:
        for told, at in flow(model):
            yield finding(RULE.id, "error", f"the ensemble: {told}", "correct the name of the tensor", at)


def _folder(model: ServedModel) -> str:
    return os.path.dirname(absolute(model.place.path))


def _called(model: ServedModel) -> str:
    named = model.name.value if model.name is not None else None
    return str(named) if isinstance(named, str) else os.path.basename(_folder(model))


def _name(model: ServedModel, has_others: bool, material: Material) -> Iterator[Finding]:
    """The name of the folder counts only where it is a model's: beside other models, or with a version in it."""
    name, folder = model.name, os.path.basename(_folder(model))
    in_repository = has_others or material.exists(os.path.join(_folder(model), "1"))
    if name is not None and isinstance(name.value, str) and name.value != folder and in_repository:
        told = f"{written(name)} stands in the folder {folder}"
        yield finding(RULE.id, "warning", told, "give both the same name", name)


def _wiring(step: Step, models: dict[str, ServedModel]) -> Iterator[Finding]:
    other = models.get(str(step.model.value))
    for told, at in mapping(step, other) if other is not None else ():
        completes = other is not None and other.backend is not None and other.backend.word == "python"
        near = other.name if other is not None else None
        yield finding(RULE.id, "warning" if completes else "error", told, "map the tensors that it has", at, near)


def _step(model: ServedModel, step: At, models: dict[str, ServedModel]) -> Iterator[Finding]:
    if not isinstance(step.value, str) or len(models) < 2:
        return
    other = models.get(step.value)
    if other is None:
        if len(models) > len(model.steps):
            told = f"the ensemble runs {step.value}, which is not among the models beside it"
            yield finding(RULE.id, "warning", told, "add the model, or correct its name", step)
        return
    mine, its = model.largest_batch, other.largest_batch
    if mine is None or its is None or not mine.whole or its.whole is None or mine.whole <= its.whole:
        return
    if its.whole == 0:  # it may be run, where its own shapes have the batch in front
        told = f"{written(mine)} of the ensemble, and {step.value} does not batch: its shapes must begin with the batch"
        yield finding(RULE.id, "note", told, "see that they do, or use 0 for the ensemble", mine, its, step)
        return
    told = f"{written(mine)} of the ensemble is larger than that of {step.value}, {its.raw}"
    yield finding(RULE.id, "error", told, f"use {its.raw} for the ensemble", mine, its, step)


RULE = Rule(
    id="ADV039",
    title="Model does not go with the repository around it",
    severity="error",
    group="serving",
    formats=("triton",),
    condition="In a model repository: an ensemble's max_batch_size is larger than that of a model it runs (of one that "
    "does not batch, with 0, a note); the name differs from the model's folder, or an ensemble runs a model that is "
    "not there, though as many are (warnings). A step maps a tensor that its model does not have, or leaves out an "
    "input that is not optional (a warning for Python models, which may add tensors themselves). Of an ensemble alone: "
    "a tensor that is read and nothing writes, or that is written and nothing reads.",
    remedy="Name the model as its folder, and give an ensemble the smallest max_batch_size of its models.",
    why="Triton refuses to load the model, or a batch that the ensemble accepts fails inside it.",
    evidence=(
        "triton-inference-server/server, docs/user_guide/model_configuration.md: the name must match the directory",
        "triton-inference-server/core, src/ensemble_utils.cc, ValidateEnsembleConfig: a model with size 0 may "
        "be part of a batching ensemble, one with a smaller size may not",
        "triton-inference-server/core, src/ensemble_utils.cc, ValidateTensorMapping: mapping to non-existing input",
        "triton-inference-server/core, src/model_config_utils.cc, ValidateEnsembleSchedulingConfig: the flow of data",
        "https://github.com/triton-inference-server/server/issues/6776 (an ensemble's is at most its models' smallest)",
    ),
    bad=Example(
        {
            "models/pipeline/config.pbtxt": 'name: "pipeline"\nplatform: "ensemble"\nmax_batch_size: 16\n'
            'ensemble_scheduling { step [ { model_name: "encoder" model_version: -1 } ] }\n',
            "models/encoder/config.pbtxt": 'name: "encoder"\nbackend: "onnxruntime"\nmax_batch_size: 8\n',
        },
        line=3,
    ),
    good=Example(
        {
            "models/pipeline/config.pbtxt": 'name: "pipeline"\nplatform: "ensemble"\nmax_batch_size: 8\n'
            'ensemble_scheduling { step [ { model_name: "encoder" model_version: -1 } ] }\n',
            "models/encoder/config.pbtxt": 'name: "encoder"\nbackend: "onnxruntime"\nmax_batch_size: 8\n',
        }
    ),
    find=find,
)
