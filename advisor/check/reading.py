"""From the bytes of one file to its document, its flaws and the configurations in it."""

from dataclasses import dataclass

from advisor.check.flaws import Flaw, flaw_of, repeated_flaws, text_flaw
from advisor.check.formats import FORMATS
from advisor.check.readers import READERS, reader_of
from advisor.check.templated import is_template, masked
from advisor.check.tree import Document, Unreadable
from advisor.values.configs import ConfigFacts
from advisor.values.launches import LaunchFacts, ServedModel

_TEMPLATE = "a template: it is no configuration before it is filled in"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: configurations, launches, served models and flaws, or the reason why it is left alone.

    `text` is kept only where a finding may quote it.
    """

    text: str = ""
    configs: tuple[ConfigFacts, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    left_alone: str = ""
    launches: tuple[LaunchFacts, ...] = ()
    models: tuple[ServedModel, ...] = ()


def read(path: str, data: bytes, *, named: bool) -> Reading:
    """Reads one file. `named`: the user gave this very file, so it is meant to be a configuration.

    A file that a walk came across is only judged when its words or its name say that it is one of ours.
    """
    text, flaw = text_flaw(path, data)
    reader, certain = reader_of(path, text)
    formats = [format for format in FORMATS if reader in format.readers]
    ours = any(format.telltale.search(text) for format in formats)
    if flaw is not None:
        meant = named or ours or any(format.name_hint.search(path) for format in formats)
        return Reading(text, flaws=(flaw,)) if meant else Reading()
    if not (ours or named):
        return Reading()
    if not ours and not certain:
        return Reading(text, left_alone="its format is not read")
    document = Document(path, text, reader)
    template = reader in ("json", "yaml") and is_template(text)
    try:
        document.roots, document.repeated = READERS[reader](masked(text) if template and reader == "yaml" else text)
    except Unreadable as error:
        if template:
            return Reading(text, left_alone=_TEMPLATE)
        return Reading(text, flaws=(flaw_of(document, error),))
    if template and document.repeated:
        return Reading(text, left_alone=_TEMPLATE)  # both branches of a condition: which one holds is not known
    facts = [each for format in formats for each in format.read(document)]
    repeated = tuple(repeated_flaws(document)) if (facts or named) else ()
    return Reading(
        text,
        tuple(each for each in facts if isinstance(each, ConfigFacts)),
        repeated,
        launches=tuple(each for each in facts if isinstance(each, LaunchFacts)),
        models=tuple(each for each in facts if isinstance(each, ServedModel)),
    )
