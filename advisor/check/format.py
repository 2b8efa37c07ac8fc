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
    """One format. `telltale` finds its words in text that may be broken; `name_hint` its usual file names. `words` are
    plain texts of which it needs one (a line break first: at the start of a line), for a look before the closer one.

    `read` yields the facts of each configuration in a document, and nothing when the document is not of
    this format. `readers` are the kinds of document (`Document.reader`) that it may be written in.
    """

    name: str
    telltale: re.Pattern[str]
    name_hint: re.Pattern[str]
    read: Callable[[Document], Iterator[Facts]]
    readers: tuple[str, ...] = ("json", "yaml")
    words: tuple[str, ...] = ()

    def told_by(self, text: str) -> bool:
        """Whether a text, which begins with a line break, has the format's words."""
        first = [at for at in map(text.find, self.words) if at >= 0]
        if self.words and not first:
            return False
        start = text.rfind("\n", 0, min(first, default=0)) + 1  # no telltale begins on a line above its word
        return self.telltale.search(text, start) is not None
