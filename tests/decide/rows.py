"""The rows of the catalogue read once more, plainly: what may be chosen on these facts, by nothing of the program's."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from decide.plain import broken

from advisor.figure import Fact

CATALOG = Path(__file__).parents[2] / "advisor" / "catalog"
GONE = ("dead", "deprecated", "unsafe", "low_activity", "archived")
USUAL_CAP = 2


@cache
def rows(decision: str) -> Mapping[str, Mapping[str, Any]]:
    """The options of a decision by id, as they stand in the file."""
    path = CATALOG / "options" / f"{decision}.yaml"
    if not path.exists():
        return {}
    return {row["id"]: row for row in yaml.safe_load(path.read_text(encoding="utf-8"))["options"]}


@cache
def caps() -> Mapping[str, int]:
    """The complexity that each team can run."""
    found: Mapping[str, int] = yaml.safe_load((CATALOG / "decisions.yaml").read_text(encoding="utf-8"))[
        "complexity_cap"
    ]
    return found


def objections(decision: str, option: str, facts: Mapping[str, Fact]) -> list[str]:
    """Why the option may not be chosen: what is wrong with it, and every limit that is certainly broken."""
    row = rows(decision)[option]
    state = row.get("lifecycle", "")
    found = [state] if state in GONE else []
    return found + [limit["say"] for limit in row.get("limits", ()) if broken(limit["if"], facts)]


def over(decision: str, option: str, facts: Mapping[str, Fact]) -> bool:
    """Is it more than the team can run, while something that breaks no limit is not?"""
    cap = caps().get(str(facts["team"].value), USUAL_CAP)
    if rows(decision)[option]["complexity"] <= cap:
        return False
    left = [id for id in rows(decision) if not objections(decision, id, facts)]
    return any(rows(decision)[id]["complexity"] <= cap for id in left)
