"""From questions, the machine and the data to an architecture decision that can be defended."""

__version__ = "0.1.0"
