"""ADV045: a secret stands in a file."""

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from advisor.check.material import Material
from advisor.check.rulebook import ANY, Example, Rule
from advisor.check.source import Source, Word
from advisor.check.tree import Leaf, Sequence, Table
from advisor.values.finding import Finding, Place, Severity

_TOKENS = (
    ("a Hugging Face token", ("hf_",), r"\bhf_[A-Za-z0-9]{30,40}\b"),
    ("an AWS access key", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36,255}\b"),
    ("a GitHub token", ("github_pat_",), r"\bgithub_pat_\w{60,255}\b"),
    ("a GitLab token", ("glpat-",), r"\bglpat-[\w-]{20,60}\b"),
    ("an API key", ("sk-",), r"\bsk-(?:proj-|ant-|or-|svcacct-)?[A-Za-z0-9_-]{20,200}\b"),
    ("a Google API key", ("AIza",), r"\bAIza[\w-]{35}\b"),
    ("a Slack token", ("xox",), r"\bxox[abprs]-[A-Za-z0-9-]{20,200}\b"),
    ("an NVIDIA API key", ("nvapi-",), r"\bnvapi-[\w-]{40,100}\b"),
    ("a PyPI token", ("pypi-AgEI",), r"\bpypi-AgEI[\w-]{50,300}\b"),
    (
        "a private key",
        ("-----BEGIN ",),
        r"-----BEGIN (?:[A-Z]+ ){0,4}PRIVATE KEY-----(?=(?:\\[nr]|\s){1,40}(?![A-Z_]+[\\\s])[A-Za-z0-9+/]{4})",
    ),
)
"""What it is, how it starts, its shape: the start is looked for first, which is much the faster."""
_SHAPES = tuple((what, starts, re.compile(shape)) for what, starts, shape in _TOKENS)
_IN_ADDRESS = re.compile(
    r"\b(?:https?|wss?|s?ftps?|ssh|git|postgres\w*|mysql\w*|mariadb\w*|mssql\w*|mongodb|mongodb\+srv|rediss?|amqps?|nats"
    r"|ldaps?|smtps?|clickhouse|neo4j|bolt)(?:\+\w+)?://[^\s:/@'\"(){}\[\]\\]+:(?P<secret>[^\s/@'\"()\[\]\\]{6,200})@"
)
_NAME = re.compile(
    r"(?:^|_)(?:(?:api|access|secret|secret_access|auth|license|encryption|master|private|signing|account|wandb|storage)"
    r"_key|(?:api|access|auth|bearer|hf|hub|hugging_?face(?:_hub)?|hf_hub|github|gh|gitlab|wandb|comet|neptune|slack"
    r"|bot|jupyter|session|refresh|clearml|replicate|openai|anthropic|vllm)_token"
    r"|apikey|password|passwd|passphrase|client_secret|secret)$"
)
_SHOUTED = re.compile(r"^[A-Z][A-Z0-9_]*_(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD)$")
_NO_SECRET = re.compile(r"(?:PUBLIC|SORT|PRIMARY|FOREIGN|PARTITION|CACHE|IMAGE|PAD|EOS|BOS|UNK|MAX|NUM)_|_(?:MAX|NUM)_")
_STANDS_FOR = re.compile(
    r"(?i)\$|\{\{|<|>|%\(|\*{3}|x{4}|\.{3}|your|my[_-]|insert|place_?holder|change_?me|replace|todo|tbd|fixme|dummy"
    r"|example|sample|redacted|none|null|fake|secret|token|passw|api_?key|_key|here|default|test|/|^(?:true|false)$"
)
_TYPED = re.compile(r"(?i)abc12|1234|qwert|asdf|letmein|admin|00000")
_ASSIGNED = re.compile(r"^(?P<name>[A-Za-z][\w.-]{2,60})=(?P<value>\S+)$")
_SHORTEST = 8
_WORDS = ("token", "secret", "passw", "passphrase", "api", "_key", "-key")
_IN_COMMAND = re.compile(r"(?:token|secret|passw(?:or)?d|passphrase|key)(?:=\S|\s)")
"""Without it no word of a command is the name of a secret that has a value."""
_DRAWN = re.compile(r"(?=\D*\d)[^A-Z]*[A-Z]|\d\D*\d\D*\d")  # of letters in one case alone, three digits
_COUNTED = re.compile(r"0123456|1234567|7654321|abcdef|fedcba", re.I)  # what a person types for an example
_SHORTEST_RANDOM, _LEAST_ENTROPY = 12, 3.0  # bits a character; words of a language have less at this length


def find(material: Material) -> Iterator[Finding]:
    """Tokens by their shape anywhere, and literal values under names of secrets; one finding a place."""
    for source in material.sources:
        seen: set[tuple[int, int]] = set()
        for place, message, severity in (*_shaped(source), *_named(source)):
            if (place.line, place.column) not in seen:
                seen.add((place.line, place.column))
                yield Finding(RULE.id, severity, message, RULE.remedy, place)


def _shaped(source: Source) -> Iterator[tuple[Place, str, Severity]]:
    for what, match in _tokens(source.text):
        if what == "an API key" and (not _DRAWN.search(match.group()) or _COUNTED.search(match.group())):
            continue  # sk- begins classes of style sheets, too
        if what == "a private key" or _is_random(match.group()):
            yield source.document.place(match.start()), f"{what} stands in the file", "error"
    for match in _IN_ADDRESS.finditer(source.text) if "://" in source.text else ():
        secret = match.group("secret")
        if not _STANDS_FOR.search(secret) and not _TYPED.search(secret):
            place = source.document.place(match.start("secret"))
            yield place, "an address carries a password", "warning"


def _tokens(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    for what, starts, shape in _SHAPES:
        for start in starts:
            at = text.find(start)
            while at >= 0:
                match = shape.match(text, at)
                if match is not None:
                    yield what, match
                at = text.find(start, at + 1 if match is None else match.end())


def _named(source: Source) -> Iterator[tuple[Place, str, Severity]]:
    if not source.says(_WORDS):
        return
    assigned = _assigned(source) if _IN_COMMAND.search(source.lower) else ()
    for name, value, place in chain(_settings(source), assigned):
        if not _is_name(name) or len(value) < _SHORTEST or _STANDS_FOR.search(value) or re.search(r"\s", value):
            continue
        if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
            continue
        random = len(value) >= _SHORTEST_RANDOM and _entropy(value) > _LEAST_ENTROPY and not _TYPED.search(value)
        yield place, f"{name} has a literal value of {len(value)} characters", "error" if random else "warning"


def _settings(source: Source) -> Iterator[tuple[str, str, Place]]:
    """Settings by their key, and the environment of containers: lists of `{name: …, value: …}`."""
    for _, table in source.tables:
        name, value = _leaf(table, "name"), _leaf(table, "value")
        if name is not None and value is not None and _is_name(name.raw):
            yield name.raw, value.raw, _inside(source, value)
        for key, entry in table.entries.items():
            node = entry.node
            if type(node) is Leaf:
                yield from _within(source, key, node) if "=" in node.raw or _is_name(key) else ()
            elif type(node) is Sequence:
                for leaf in node.items:
                    yield from _within(source, key, leaf) if type(leaf) is Leaf else ()


def _leaf(table: Table, key: str) -> Leaf | None:
    entry = table.entries.get(key)
    return entry.node if entry is not None and isinstance(entry.node, Leaf) else None


def _within(source: Source, key: str, leaf: Leaf) -> Iterator[tuple[str, str, Place]]:
    """The setting; in a list also `NAME=value`, as Compose has it."""
    if not isinstance(leaf.value, str):
        return
    match = _ASSIGNED.match(leaf.raw) if "=" in leaf.raw else None
    if match is not None:
        inside = _inside(source, leaf)
        yield match["name"], match["value"], Place(inside.path, inside.line, inside.column + match.start("value"))
    elif _is_name(key):
        yield key, leaf.raw, _inside(source, leaf)


def _inside(source: Source, leaf: Leaf) -> Place:
    return source.document.place(leaf.at + (1 if leaf.quoted else 0))


def _assigned(source: Source) -> Iterator[tuple[str, str, Place]]:
    """`NAME=value` and `--name value` of commands, `ENV NAME value`, and lines of properties."""
    for command in source.commands(_WORDS):
        for number, word in enumerate(command):
            match = _ASSIGNED.match(word.text.lstrip("-")) if "=" in word.text else None
            if match is not None:
                yield match["name"], match["value"], _value_place(word, match["value"])
            elif number + 1 < len(command) and (word.text.startswith("--") or command[0].text in ("ENV", "ARG")):
                following = command[number + 1]
                yield word.text.lstrip("-"), following.text, _value_place(following, following.text)


def _value_place(word: Word, value: str) -> Place:
    return Place(word.place.path, word.place.line, word.place.column + max(word.text.rfind(value), 0))


@lru_cache(maxsize=4096)
def _is_name(name: str) -> bool:
    if _NO_SECRET.search(name.upper()):
        return False
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-.]", "_", name).lower()
    return bool(_NAME.search(snake) or _SHOUTED.match(name))


def _is_random(token: str) -> bool:
    body = re.split(r"[_-]", token, maxsplit=1)[-1] if "_" in token or "-" in token else token[4:]
    return not re.search(r"(?i)example|x{4}|your|\.{3}|abc123|1234567|0{6}", token) and _entropy(body) > _LEAST_ENTROPY


def _entropy(text: str) -> float:
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values()) if text else 0.0


RULE = Rule(
    id="ADV045",
    title="Secret in a file",
    severity="error",
    group="security",
    formats=ANY,
    condition="A text of the shape of a known token, a private key, or a password in an address; or a name of a secret "
    "(`HF_TOKEN`, `apiKey`, `password`) with a literal value of letters and digits. Placeholders in every style, "
    "`${NAME}`, and commit hashes under other names are no secrets; a value that looks typed, not drawn, is a warning. "
    "The value is never printed.",
    remedy="revoke it, then hand it over at run time: secretKeyRef, a secret of the CI, or the environment",
    why="Whoever can read the repository, an image layer or a CI log can use it, and it stays in the history after "
    "it was deleted.",
    evidence=(
        "https://huggingface.co/docs/hub/security-tokens",
        "https://kubernetes.io/docs/concepts/configuration/secret/",
        "https://docs.github.com/en/code-security/secret-scanning",
    ),
    bad=Example(
        {"job.yaml": "env:\n- name: HF_TOKEN\n  value: hf" + "_QmZtRkLwPvXsYbNcDfGhJqTsWxYzAeRu4\n"},
        line=3,
    ),
    good=Example(
        {
            "job.yaml": "env:\n- name: HF_TOKEN\n  valueFrom: {secretKeyRef: {name: hub, key: hf_api_token}}\n"
            "- name: WANDB_API_KEY\n  value: YOUR_WANDB_KEY\n"
        }
    ),
    find=find,
)
