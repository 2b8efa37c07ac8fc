"""What the project's own files say."""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.figure import Fact


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome of looking at a project.

    `facts` are named as the questions they answer (`data.bytes`, `model.layers`, `task`), beside evidence that
    no question asks for: `model.name`, `model.architecture`, `model.bytes`, `model.dtype`, `model.tied`,
    `model.gated`, `model.max_sequence`, `data.sampled`, `data.features`, `data.label_column`, `data.classes`,
    `data.sample_tokens`, `data.file_size_p95`, `project.requirements`, `project.configs`, `project.uses`.
    `notes` say what was sampled, skipped or refused, each with its place and what to do.
    """

    facts: Mapping[str, Fact]
    notes: tuple[str, ...] = ()
