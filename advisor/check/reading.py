"""From the bytes of one file to its document, its flaws and the configurations in it."""

from dataclasses import dataclass

from advisor.check.flaws import Flaw, flaw_of, repeated_flaws, text_flaw
from advisor.check.formats import FORMATS
from advisor.check.readers import READERS, reader_of
from advisor.check.risks import is_risky
from advisor.check.source import Source
from advisor.check.templated import is_template, masked
from advisor.check.tree import Document, Unreadable
from advisor.values.configs import ConfigFacts
from advisor.values.launches import LaunchFacts, ServedModel

_TEMPLATE = "a template: it is no configuration before it is filled in"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: configurations, launches, served models and flaws, or the reason why it is left alone.

    `text` is kept only where a finding may quote it; `source` where a rule may look at the text itself.
    """

    text: str = ""
    configs: tuple[ConfigFacts, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    left_alone: str = ""
    launches: tuple[LaunchFacts, ...] = ()
    models: tuple[ServedModel, ...] = ()
    source: Source | None = None


def read(path: str, data: bytes, *, named: bool) -> Reading:
    """Reads one file. `named`: the user gave this very file, so it is meant to be a configuration.

    A file that a walk came across is only judged when its words or its name say that it is one of ours.
    """
    text, flaw = text_flaw(path, data)
    reader, certain = reader_of(path, text)
    formats = [format for format in FORMATS if reader in format.readers]
    lines = f"\n{text}"
    likely = [format for format in formats if format.told_by(lines)]
    ours = bool(likely)
    if flaw is not None:
        meant = named or ours or any(format.name_hint.search(path) for format in formats)
        return Reading(text, flaws=(flaw,)) if meant else Reading()
    risky = ours or reader == "properties" or is_risky(text)
    if not (ours or named or risky):
        return Reading()
    if not ours and not certain and not risky:
        return Reading(text, left_alone="its format is not read")
    document = Document(path, text, reader)
    source = Source(document)
    if reader == "python" and not (ours or named):
        return Reading(text, source=source)  # its text is enough for what is looked for in any file
    template = reader in ("json", "yaml") and is_template(text)
    try:
        document.roots, document.repeated = READERS[reader](masked(text) if template and reader == "yaml" else text)
    except Unreadable as error:
        if template:
            return Reading(text, left_alone=_TEMPLATE, source=source)
        return Reading(text, flaws=(flaw_of(document, error),) if ours or named else (), source=source)
    if template and document.repeated:
        # both branches of a condition: which one holds is not known
        return Reading(text, left_alone=_TEMPLATE, source=source)
    facts = [each for format in (likely or formats) for each in format.read(document)]
    repeated = tuple(repeated_flaws(document)) if (facts or named) else ()
    return Reading(
        text,
        tuple(each for each in facts if isinstance(each, ConfigFacts)),
        repeated,
        launches=tuple(each for each in facts if isinstance(each, LaunchFacts)),
        models=tuple(each for each in facts if isinstance(each, ServedModel)),
        source=source,
    )
