"""What follows from a project's files now, and how it differs from what followed before."""

from pathlib import Path

from advisor.conclude import Grounds, conclude
from advisor.find_out import from_files
from advisor.values.decision import Conclusion


def standing(folder: Path, on: Grounds) -> Conclusion | None:
    """What follows from advisor.yaml and advisor.lock; None where there is no lock."""
    files = from_files(folder, on)
    return None if files is None else conclude(files[0], on)
