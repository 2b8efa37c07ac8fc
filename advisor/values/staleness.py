"""The recorded decision no longer follows from the facts."""

from dataclasses import dataclass

from advisor.values.finding import Place


@dataclass(frozen=True, slots=True)
class Staleness:
    """What was recorded, what follows now, and which answers or facts `moved` it; `place` is in the lock."""

    recorded: str
    now: str
    moved: tuple[str, ...]
    place: Place
