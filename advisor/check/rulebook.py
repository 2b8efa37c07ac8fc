"""What a rule is: one file, one id, one page, and two examples that are its tests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from advisor.check.material import Material
from advisor.values.configs import At
from advisor.values.expected import Expected
from advisor.values.finding import Finding, Place, Severity
from advisor.values.revisit import Revisit

Group = Literal[
    "consistency", "parallelism", "memory", "hardware", "data loading", "robustness", "serving", "lifecycle", "drift",
    "security", "reproducibility",
]  # fmt: skip

TRAINERS = (
    "accelerate", "axolotl", "composer", "deepspeed", "lightning", "llamafactory", "megatron", "neox",
    "python_arguments", "torchtitan", "torchtune", "training_arguments",
)  # fmt: skip
"""The formats of a rule about any configuration of a training."""
ANY = ("any file",)
"""The formats of a rule that looks at the text of any file."""
RECORD = ("record",)
"""The formats of a rule about decision records."""


@dataclass(frozen=True, slots=True)
class Example:
    """Files by path, and the recorded decision, or records to look at again, where the rule needs them; a bad one
    says on which line."""

    files: Mapping[str, str]
    line: int = 0
    expected: Expected | None = None
    revisits: tuple[Revisit, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """`severity` is the usual one; `find` may lower it where doubt is left and says why in the message.

    `evidence` is public: a file with its commit, an issue, a page.
    """

    id: str
    title: str
    severity: Severity
    group: Group
    formats: tuple[str, ...]
    condition: str
    remedy: str
    why: str
    evidence: tuple[str, ...]
    bad: Example
    good: Example
    find: Callable[[Material], Iterator[Finding]]


def finding(rule: str, severity: Severity, message: str, remedy: str, at: At, *related: At | Place | None) -> Finding:
    """A finding at a setting, with the other places that belong to it."""
    places = tuple(other.place if isinstance(other, At) else other for other in related if other is not None)
    return Finding(rule, severity, message, remedy, at.place, at.yaml_path, places)


def written(at: At) -> str:
    """A setting as its tool calls it and as it was written: `num_processes 15`; what has no name as it was written."""
    return " ".join(part for part in (at.yaml_path, at.raw[:60]) if part)
