"""ADV038: the batching settings of a served model contradict each other."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At
from advisor.values.finding import Finding
from advisor.values.launches import ServedModel

_FILLS_IN = (
    "onnxruntime",
    "tensorflow",
    "onnxruntime_onnx",
    "tensorflow_savedmodel",
    "tensorflow_graphdef",
    "openvino",
)


def find(material: Material) -> Iterator[Finding]:
    """Each model that batches without a batch size, or prefers or warms up with a larger batch than it takes."""
    for model in material.models:
        yield from _without_size(model)
        yield from _too_large(model)


def _without_size(model: ServedModel) -> Iterator[Finding]:
    size, batching = model.largest_batch, model.dynamic_batching
    if batching is None or model.preferred_batches:
        return
    if size is not None and size.whole == 0:
        told = f"{written(size)} turns batching off, but dynamic_batching is set"
        yield finding(RULE.id, "error", told, "set max_batch_size, or remove dynamic_batching", size, batching)
    elif size is None:
        filled = model.backend is not None and model.backend.word in _FILLS_IN
        told = "dynamic_batching without max_batch_size" + (": the backend fills it in" if filled else "")
        yield finding(RULE.id, "note", told, "state max_batch_size", batching)


def _too_large(model: ServedModel) -> Iterator[Finding]:
    size = model.largest_batch
    if size is None or size.whole is None:
        return
    for at in model.preferred_batches:
        if at.whole is not None and at.whole > size.whole:
            yield _larger(at, size)
    for at in model.warmup_batches:
        if at.whole is not None and at.whole > max(size.whole, 1):
            told = f"{written(size)}, but model_warmup has {written(at)}"
            yield finding(RULE.id, "error", told, f"warm up with {max(size.whole, 1)} at most", size, at)


def _larger(at: At, size: At) -> Finding:
    told = f"{at.key} {at.raw} is larger than {written(size)}"
    return finding(RULE.id, "error", told, f"prefer {size.raw} at most, or raise max_batch_size", at, size)


RULE = Rule(
    id="ADV038",
    title="Batching settings contradict each other",
    severity="error",
    group="serving",
    formats=("triton",),
    condition="dynamic_batching with max_batch_size 0, or a preferred_batch_size or a warm-up batch larger than "
    "max_batch_size. dynamic_batching without any max_batch_size is a note: some backends fill it in.",
    remedy="Set max_batch_size to the largest batch that the model takes, and prefer no larger one.",
    why="The model does not load: dynamic batching preferred size must be <= max batch size. With 0 the first "
    "dimension is no batch, and nothing is batched.",
    evidence=(
        "triton-inference-server/core, src/model_config_utils.cc, ValidateModelConfig",
        "https://github.com/triton-inference-server/onnxruntime_backend/issues/148",
    ),
    bad=Example(
        {
            "config.pbtxt": 'backend: "onnxruntime"\nmax_batch_size: 8\ndynamic_batching {\n'
            "  preferred_batch_size: [ 4, 16 ]\n}\n"
        },
        line=4,
    ),
    good=Example(
        {
            "config.pbtxt": 'backend: "onnxruntime"\nmax_batch_size: 16\ndynamic_batching {\n'
            "  preferred_batch_size: [ 4, 16 ]\n}\n"
        }
    ),
    find=find,
)
