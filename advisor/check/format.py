"""What a configuration format is to the check."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from advisor.check.tree import Document
from advisor.values.configs import ConfigFacts
from advisor.values.launches import LaunchFacts, ServedModel

Facts = ConfigFacts | LaunchFacts | ServedModel


@dataclass(frozen=True, slots=True)
class Format:
    """One format. `telltale` finds its words in text that may be broken; `name_hint` its usual file names.

    `read` yields the facts of each configuration in a document, and nothing when the document is not of
    this format. `readers` are the kinds of document (`Document.reader`) that it may be written in.
    """

    name: str
    telltale: re.Pattern[str]
    name_hint: re.Pattern[str]
    read: Callable[[Document], Iterator[Facts]]
    readers: tuple[str, ...] = ("json", "yaml")
