"""From the bytes of one file to its document, its flaws and the configurations in it."""

import re
from dataclasses import dataclass

from advisor.check.flaws import Flaw, flaw_of, repeated_flaws, text_flaw
from advisor.check.formats import FORMATS
from advisor.check.json_text import read_json
from advisor.check.tree import Document, Unreadable
from advisor.check.yaml_text import read_yaml
from advisor.values.configs import ConfigFacts

_SUFFIXES = ("json", "yaml", "yml")
_TEMPLATE = re.compile(r"\{\{|\{%|<%")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: configurations and flaws, or the reason why it is left alone.

    `text` is kept only where a finding may quote it.
    """

    text: str = ""
    configs: tuple[ConfigFacts, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    left_alone: str = ""


def read(path: str, data: bytes, *, named: bool) -> Reading:
    """Reads one file. `named`: the user gave this very file, so it is meant to be a configuration.

    A file that a walk came across is only judged when its words or its name say that it is one of ours.
    """
    text, flaw = text_flaw(path, data)
    ours = any(format.telltale.search(text) for format in FORMATS)
    if flaw is not None:
        meant = named or ours or any(format.name_hint.search(path) for format in FORMATS)
        return Reading(text, flaws=(flaw,)) if meant else Reading()
    if not (ours or named):
        return Reading()
    suffix = path.lower().rpartition("/")[2].rpartition(".")[2]
    if not ours and suffix not in _SUFFIXES:
        return Reading(text, left_alone="its format is not read")
    json = suffix == "json" or (suffix not in _SUFFIXES and text.lstrip().startswith("{"))
    document = Document(path, text, "json" if json else "yaml")
    try:
        document.roots, document.repeated = (read_json if document.reader == "json" else read_yaml)(text)
    except Unreadable as error:
        if _TEMPLATE.search(text):
            return Reading(text, left_alone="a template: it is no configuration before it is filled in")
        return Reading(text, flaws=(flaw_of(document, error),))
    configs = tuple(config for format in FORMATS for config in format.read(document))
    return Reading(text, configs, tuple(repeated_flaws(document)) if configs or named else ())
