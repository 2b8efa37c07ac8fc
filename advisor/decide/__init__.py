"""Hard limits, ranking on fixed anchors, robustness, tipping points."""

from advisor.decide.architecture import Architecture, architecture
from advisor.decide.conclusion import conclude
from advisor.decide.search import open_modes
from advisor.decide.situation import situation
from advisor.decide.tipping import tippings

__all__ = ["Architecture", "architecture", "conclude", "open_modes", "situation", "tippings"]
