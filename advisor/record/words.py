"""The names of answers and of their choices: the same words as in the interview."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from advisor import marked
from advisor.shelf import shelf


@dataclass(frozen=True, slots=True)
class Words:
    """Short names by answer, what decisions are about by decision, the words of choices by answer and choice, the
    names of estimates."""

    labels: Mapping[str, str]
    decides: Mapping[str, str]
    choices: Mapping[str, Mapping[str, str]]
    estimates: Mapping[str, str]


@cache
def words(language: str = "en") -> Words:
    """What questionnaires/text/ calls things; an answer that is not there keeps its id."""
    whole: Any = marked.sections(shelf("questionnaires") / "text" / f"{language}.yaml")
    rows = whole["questions"]
    return Words(
        labels={id: row["label"] for id, row in rows.items() if "label" in row},
        decides=whole["decides"],
        choices={id: row["choices"] for id, row in rows.items() if row.get("choices")},
        estimates=whole["estimates"],
    )
