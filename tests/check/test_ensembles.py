"""Triton's ensembles: how tensors are wired from step to step, and to the tensors of the models beside them."""

import pytest
from check.launches import found

ENSEMBLE = """name: "all"
platform: "ensemble"
max_batch_size: 8
input [ { name: "RAW" data_type: TYPE_UINT8 dims: [ -1 ] } ]
output [ { name: "SCORES" data_type: TYPE_FP32 dims: [ 10 ] } ]
ensemble_scheduling {
  step [
    {
      model_name: "first"
      model_version: -1
      input_map { key: "image" value: "RAW" }
      output_map { key: "pixels" value: "prepared" }
    },
    {
      model_name: "second"
      model_version: -1
      input_map { key: "x" value: "prepared" }
      output_map { key: "y" value: "SCORES" }
    }
  ]
}
"""
FIRST = """name: "first"
backend: "{backend}"
max_batch_size: 8
input [
  {{ name: "image" data_type: TYPE_UINT8 dims: [ -1 ] }},
  {{ name: "size" data_type: TYPE_INT32 dims: [ 2 ] optional: {optional} }}
]
output [ {{ name: "pixels" data_type: TYPE_FP32 dims: [ 3, -1, -1 ] }} ]
"""


def said(ensemble: str, **others: str) -> list[tuple[str, int]]:
    """Severity and line of each finding of ADV039."""
    files = {f"models/{name}/config.pbtxt": text for name, text in others.items()}
    seen = found("models/all/config.pbtxt", ensemble, **files)
    return [(severity, line) for rule, severity, line in seen if rule == "ADV039"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ('value: "prepared" }\n    }\n', 'value: "prepared" }\n    }', []),
        ('key: "x" value: "prepared"', 'key: "x" value: "prepraed"', [("error", 12), ("error", 17)]),
        ('key: "y" value: "SCORES"', 'key: "y" value: "scores"', [("error", 5), ("error", 18)]),
        ('key: "image" value: "RAW"', 'key: "image" value: "RAWS"', [("error", 4), ("error", 11)]),
        ('key: "x" value: "prepared"', 'key: "x" value: "${name}"', []),
    ],
)
def test_a_tensor_goes_from_step_to_step(old: str, new: str, expected: list[tuple[str, int]]) -> None:
    """What is read and nobody writes, and what is written and nobody reads, is told where it stands; an unresolved name
    leaves all open."""
    assert said(ENSEMBLE.replace(old, new, 1) if old else ENSEMBLE) == expected


@pytest.mark.parametrize(
    ("old", "new", "backend", "optional", "expected"),
    [
        ("", "", "onnxruntime", "true", []),
        ('key: "image"', 'key: "picture"', "onnxruntime", "true", [("error", 9), ("error", 11)]),
        ('key: "pixels"', 'key: "pixel"', "onnxruntime", "true", [("error", 12)]),
        ('key: "pixels"', 'key: "pixel"', "python", "true", [("warning", 12)]),
        ("", "", "onnxruntime", "false", [("error", 9)]),
    ],
)
def test_a_step_maps_the_tensors_of_its_model(
    old: str, new: str, backend: str, optional: str, expected: list[tuple[str, int]]
) -> None:
    """A name that the model does not have, or an input left out that is not optional, is told on the step's line."""
    ensemble = ENSEMBLE.replace(old, new, 1) if old else ENSEMBLE
    assert said(ensemble, first=FIRST.format(backend=backend, optional=optional)) == expected


def test_a_model_that_lists_no_tensors() -> None:
    """The server completes the configuration of many models: without a list nothing is missing."""
    bare = 'name: "first"\nbackend: "onnxruntime"\nmax_batch_size: 8\n'
    assert said(ENSEMBLE.replace('key: "image"', 'key: "picture"'), first=bare) == []
