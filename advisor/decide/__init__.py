"""Hard limits, ranking on fixed anchors, robustness, tipping points."""

from advisor.decide.architecture import Architecture, architecture
from advisor.decide.capacity import capacity_facts, hosted_facts
from advisor.decide.conclusion import conclude
from advisor.decide.conflicts import conflicts
from advisor.decide.marks import marks
from advisor.decide.relax import Moving
from advisor.decide.scaling import scaling
from advisor.decide.search import open_modes
from advisor.decide.situation import situation
from advisor.decide.tipping import tippings
from advisor.decide.together import together

__all__ = [
    "Architecture",
    "Moving",
    "architecture",
    "capacity_facts",
    "conclude",
    "conflicts",
    "hosted_facts",
    "marks",
    "open_modes",
    "scaling",
    "situation",
    "tippings",
    "together",
]
