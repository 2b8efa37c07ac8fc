"""ADV047: code from a model hub is run, and no revision is pinned."""

import re
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import ANY, Example, Rule
from advisor.check.source import Source
from advisor.check.tree import Leaf, Table
from advisor.values.finding import Finding, Place

_ARGUMENT = re.compile(
    r"--trust[-_]remote[-_]code\b(?!\s*[=\s]\s*(?:false|0|no)\b)|\btrust_remote_code\s*=\s*True\b", re.I
)
_PINNED = re.compile(
    r"(?:--(?:code-|model_|model-|tokenizer-)?revision[=\s\"',]+|\brevision\s*=\s*[\"'])([0-9a-f]{7,40})\b"
)
_REVISION = re.compile(r"(?:^|_)revision(?:_of_model)?$")
_MODELS = ("model_name_or_path", "base_model", "pretrained_model_name_or_path", "model_name", "model_id", "model")


def find(material: Material) -> Iterator[Finding]:
    """The first place of each file that allows such code; local models and pinned ones are left alone."""
    for source in material.sources:
        if "trust" not in source.text:
            continue
        found = min([*_settings(source), *_arguments(source)], default=None, key=lambda each: each[0].line)
        if found is not None:
            place, message = found
            yield Finding(RULE.id, "note", message, RULE.remedy, place)


def _settings(source: Source) -> Iterator[tuple[Place, str]]:
    for path, table in source.tables:
        for at in source.of(path, table):
            if at.key.replace("-", "_") != "trust_remote_code" or at.word not in ("true", "yes", "1", "on"):
                continue
            model = _model(table) or _model(source.tables[0][1])
            if _is_pinned(table) or _is_pinned(source.tables[0][1]) or model.startswith(("/", "./", "../", "~")):
                continue
            whose = f" for {model[:80]}" if model else ""
            yield at.place, f"{at.key} is on{whose} with no revision: it runs whatever is in the repository that day"


def _arguments(source: Source) -> Iterator[tuple[Place, str]]:
    if any(_PINNED.search(line) for _, line in source.lines):
        return
    for number, line in source.lines:
        match = _ARGUMENT.search(line)
        if match is not None:
            told = f"{match.group()[:40]} with no revision: it runs whatever is in the repository that day"
            yield Place(source.path, number, match.start() + 1), told


def _model(table: Table) -> str:
    for key in _MODELS:
        entry = table.entries.get(key)
        if entry is not None and isinstance(entry.node, Leaf) and isinstance(entry.node.value, str):
            return entry.node.value
    return ""


def _is_pinned(table: Table) -> bool:
    return any(
        _REVISION.search(key) and isinstance(entry.node, Leaf) and re.fullmatch(r"[0-9a-f]{7,40}", entry.node.raw)
        for key, entry in table.entries.items()
    )


RULE = Rule(
    id="ADV047",
    title="Code from the model hub without a pinned revision",
    severity="note",
    group="security",
    formats=ANY,
    condition="trust_remote_code is on, in a setting or an argument, and no revision is given as a commit hash. Once a "
    "file; models in a local folder are left alone.",
    remedy="pin revision (and code_revision) to a commit that somebody has read, or leave trust_remote_code off",
    why="The owner of the model repository, or whoever takes it over, decides which code runs on your machines.",
    evidence=(
        "https://huggingface.co/docs/transformers/models#custom-models",
        "https://docs.vllm.ai/en/latest/cli/serve.html --trust-remote-code, --code-revision",
    ),
    bad=Example({"serve.yaml": "model: acme/strange-7b\ntrust_remote_code: true\n"}, line=2),
    good=Example({"serve.yaml": "model: acme/strange-7b\ntrust_remote_code: true\nrevision: 3f2a9c1d\n"}),
    find=find,
)
