"""The task, from every sign of it: agreeing kinds of evidence add up, doubt yields no fact."""

from collections import defaultdict
from collections.abc import Iterable

from advisor.answers.detect.reading.sight import Found, Hint

_ENOUGH = 3
"""One clear sign (a trained head, labelled data, a class in the code) suffices; a dependency alone does not."""
_LEAD = 1


def conclude(hints: Iterable[Hint]) -> Found:
    """The fact `task`, or a note that says between which tasks the signs are undecided.

    A task weighs the strongest hint of each kind of evidence (data, config, card, code, requirements); it must
    weigh enough and lead the next one. The source names what agreed, and what did not.
    """
    found = Found()
    best: dict[str, dict[str, Hint]] = defaultdict(dict)
    for hint in hints:
        kinds = best[hint.task]
        if hint.kind not in kinds or kinds[hint.kind].strength < hint.strength:
            kinds[hint.kind] = hint
    weights = {task: sum(hint.strength for hint in kinds.values()) for task, kinds in best.items()}
    ranked = sorted(weights, key=lambda task: (-weights[task], task))
    if not ranked or weights[ranked[0]] < _ENOUGH:
        return found
    first, *others = ranked
    if others and weights[first] - weights[others[0]] < _LEAD:
        signs = "; ".join(f"{_said(best[task])} suggests {task}" for task in ranked[:2])
        found.notes.append(f"the task is not clear: {signs}; please answer task")
        return found
    against = "".join(f"; against {task} by {_said(best[task])}" for task in others[:1])
    found.say("task", first, _said(best[first]) + against)
    return found


def _said(kinds: dict[str, Hint]) -> str:
    return " and ".join(hint.source for hint in sorted(kinds.values(), key=lambda hint: -hint.strength)[:2])
