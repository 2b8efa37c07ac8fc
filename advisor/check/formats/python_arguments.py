"""TrainingArguments and their heirs as literal arguments in Python source, which is parsed and never run.

Names as in src/transformers/training_args.py of huggingface/transformers @00349ae and trl/trainer of TRL 1.16.0.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.formats import training_arguments
from advisor.check.python_text import REST
from advisor.check.taking import Section, old_names
from advisor.check.tree import Document, Table
from advisor.values.configs import At, ConfigFacts

_CLASSES = re.compile(
    r"(Seq2Seq|SentenceTransformer|Sparse\w*|CrossEncoder)?TrainingArguments"
    r"|(SFT|DPO|KTO|ORPO|CPO|GRPO|RLOO|BCO|GKD|Reward|PPO|OnlineDPO|NashMD|XPO|PRM)Config"
)
_OTHER_TRAINERS = re.compile(r"^[ \t]*(from|import)[ \t]+(paddle\w*|mindnlp)\b", re.M)
"""Imports of frameworks whose TrainingArguments have names and defaults of their own."""
_UNSLOTH = re.compile(r"^[ \t]*(from|import)[ \t]+unsloth\b", re.M)
"""Unsloth puts its own classes in the place of TRL's, and they keep max_seq_length (unsloth/models/rl.py, 2026.3.4)."""
_SFT_OLD_NAMES = {"max_seq_length": ("max_length", "TRL renamed it in 0.16 and refuses the old name since 0.20")}
_HANGS_TOGETHER = ("save_strategy", "evaluation_strategy", "save_steps", "evaluation_steps", "load_best")


def read(document: Document) -> Iterator[ConfigFacts]:
    """The arguments of each call to one of these classes."""
    if _OTHER_TRAINERS.search(document.text):
        return
    for root in document.roots:
        for name, entry in root.entries.items() if isinstance(root, Table) else ():
            if isinstance(entry.node, Table) and _CLASSES.fullmatch(name):
                yield from _facts(Section(document, entry.node, name))


def _facts(section: Section) -> Iterator[ConfigFacts]:
    rest = section.at(REST)
    of_trl = section.path == "SFTConfig" and not _UNSLOTH.search(section.document.text)
    of_sft = old_names(section, _SFT_OLD_NAMES) if of_trl else ()
    for config in training_arguments.arguments(section, "python_arguments"):
        known = replace(config, renamed=config.renamed + of_sft) if of_sft else config
        yield known if rest is None else _open(known, rest)


def _open(config: ConfigFacts, rest: At) -> ConfigFacts:
    """The facts where further arguments come from elsewhere: what is missing is unknown, not the default."""
    missing = {name: rest for name in _HANGS_TOGETHER if getattr(config, name) is None}
    return replace(config, **missing)  # type: ignore[arg-type]


FORMAT = Format(
    name="python_arguments",
    words=("TrainingArguments(", "Config("),
    telltale=re.compile(
        r"(TrainingArguments|(SFT|DPO|KTO|ORPO|CPO|GRPO|RLOO|BCO|GKD|Reward|PPO|NashMD|XPO|PRM)Config)\("
    ),
    name_hint=re.compile(r"(?!)"),  # a broken Python file is for Python to report
    read=read,
    readers=("python",),
)
