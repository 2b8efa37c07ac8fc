"""Checking launch files as one reads them: text in, findings out."""

from advisor.check.checking import gathered, judged
from advisor.check.reading import read
from advisor.values.launches import LaunchFacts


def found(path: str, text: str, **others: str) -> list[tuple[str, str, int]]:
    """(rule, severity, line) of what is found in a file, and in others beside it, of which the walk came across."""
    files = {path: text, **others}
    readings = {name: read(name, content.encode(), named=False) for name, content in files.items()}
    material = gathered(readings.values(), (), {})
    return [(each.rule, each.severity, each.place.line) for each in judged(material, files)]


def launches(path: str, text: str) -> tuple[LaunchFacts, ...]:
    """What is launched by a file."""
    return read(path, text.encode(), named=True).launches
