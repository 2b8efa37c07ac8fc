"""YAML with positions, read as the YAML 1.1 tools read it: `no` is False and `1e-4` is text.

Built from parser events, not by a loader: nothing is constructed whatever its tag, an alias is the same node
again (so aliases cannot explode), and depth does not use the stack.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from advisor.check.tree import DEEPEST, Entry, Leaf, Node, Repeated, Sequence, Table, Unreadable
from advisor.figure import Scalar

_MERGED_KEYS = 100_000
_TRUE = frozenset({"yes", "true", "on"})
_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float"))
_LONGEST_PLAIN = 100  # no number or word of YAML is longer
_BASES = (("0b", 2), ("0x", 16))


def read_yaml(text: str) -> tuple[tuple[Node, ...], tuple[Repeated, ...]]:
    """The trees (one a document) and the repeated keys of YAML text. Raises Unreadable with the place."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    handlers = _handlers()
    try:
        parser = loader(text)
        for event in iter(parser.get_event, None):
            handlers[type(event)](builder, event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = ", ".join(part for part in (error.context, error.problem) if part)
        raise Unreadable(what or "no YAML", mark.index if mark else 0, _advice(what)) from None
    except yaml.reader.ReaderError as error:
        what = f"character U+{int(error.character):04X}, which YAML does not allow"
        at = max(text.find(chr(int(error.character))), 0)  # error.position counts bytes
        raise Unreadable(what, at, "remove the character") from None
    return tuple(builder.roots), tuple(builder.repeated)


class _Builder:
    """Events in, trees out; a stack of open containers stands in for recursion."""

    def __init__(self) -> None:
        self.roots: list[Node] = []
        self.repeated: list[Repeated] = []
        self.open: list[Table | Sequence] = []
        self.keys: list[Node | None] = []  # the key that waits for its value, one a container
        self.anchors: dict[str, Node] = {}
        self.merged = 0

    def scalar(self, event: Any) -> None:
        """A scalar, hung where it belongs."""
        self.put(_leaf(event), event.anchor)

    def pass_over(self, _: Any) -> None:
        """The stream's own beginning and end, and a document's end."""

    def again(self, event: Any) -> None:
        """What an alias stands for, hung where it belongs."""
        self.put(self.alias(event), None)

    def start_table(self, event: Any) -> None:
        """A mapping begins."""
        self.enter(Table(event.start_mark.index), event.anchor)

    def start_sequence(self, event: Any) -> None:
        """A list begins."""
        self.enter(Sequence(event.start_mark.index), event.anchor)

    def end(self, _: Any) -> None:
        """A mapping or a list ends."""
        self.open.pop()
        self.keys.pop()

    def start_document(self, _: Any) -> None:
        """Anchors are those of one document."""
        self.anchors.clear()

    def alias(self, event: Any) -> Node:
        """The node that an alias stands for; raises Unreadable when there is none."""
        if event.anchor not in self.anchors:
            raise Unreadable(f"*{event.anchor} has no anchor", event.start_mark.index, f"define &{event.anchor} above")
        return self.anchors[event.anchor]

    def enter(self, node: Table | Sequence, anchor: str | None) -> None:
        """Open a container; raises Unreadable when it is too deep."""
        if len(self.open) >= DEEPEST:
            raise Unreadable(f"nested deeper than {DEEPEST} levels", node.at, "flatten it")
        self.put(node, anchor)
        self.open.append(node)
        self.keys.append(None)

    def put(self, node: Node, anchor: str | None) -> None:
        """Hang a node where it belongs: as a document, an item, a key or a value."""
        if anchor is not None:
            self.anchors[anchor] = node
        if not self.open:
            self.roots.append(node)
            return
        parent, key = self.open[-1], self.keys[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif key is None:
            self.keys[-1] = node
        else:
            self.pair(parent, key, node)
            self.keys[-1] = None

    def pair(self, table: Table, key: Node, node: Node) -> None:
        """A key with its value, noticing a key that the mapping has already."""
        if not isinstance(key, Leaf):
            return  # a mapping as a key: an unquoted {{ template }}, nothing that a rule could read
        if key.raw == "<<" and not key.quoted:
            self.merge(table, node)
            return
        before = table.entries.get(key.raw)
        if before is not None and before.at >= table.at:
            self.repeated.append(Repeated(key.raw, key.at, before.at))
        table.entries[key.raw] = Entry(key.at, node)

    def merge(self, table: Table, node: Node) -> None:
        """The keys of `<<`, which do not override; raises Unreadable beyond a bound."""
        for source in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(source, Table):
                self.merged += len(source.entries)
                if self.merged > _MERGED_KEYS:
                    raise Unreadable("merges more keys than a configuration has", table.at, "write them out")
                for key, entry in source.entries.items():
                    table.entries.setdefault(key, entry)


@cache
def _handlers() -> Mapping[type, Callable[[_Builder, Any], None]]:
    from yaml import events

    return {
        events.ScalarEvent: _Builder.scalar,
        events.AliasEvent: _Builder.again,
        events.MappingStartEvent: _Builder.start_table,
        events.SequenceStartEvent: _Builder.start_sequence,
        events.MappingEndEvent: _Builder.end,
        events.SequenceEndEvent: _Builder.end,
        events.DocumentStartEvent: _Builder.start_document,
        events.DocumentEndEvent: _Builder.pass_over,
        events.StreamStartEvent: _Builder.pass_over,
        events.StreamEndEvent: _Builder.pass_over,
    }


def _leaf(event: Any) -> Leaf:
    plain = not event.style  # the C parser says "", the Python one None
    tag, text = event.tag, event.value
    value: Scalar = text
    if ((tag is None and plain) or tag in _PLAIN_TAGS) and len(text) <= _LONGEST_PLAIN:
        value = _plain(text)
    elif tag is not None and tag not in ("!", "tag:yaml.org,2002:str"):
        value = None  # only the code behind the tag would know
    return Leaf(event.start_mark.index, value, text, not plain)


@lru_cache(maxsize=4096)
def _plain(text: str) -> Scalar:
    """A plain scalar by the rules of YAML 1.1 as PyYAML has them."""
    kind = _kind(text)
    if kind == "bool":
        return text.lower() in _TRUE
    if kind == "int":
        return _whole(text)
    if kind == "float":
        return _float(text)
    return None if kind == "null" else text


def _kind(text: str) -> str:
    from yaml.resolver import Resolver

    resolvers = Resolver.yaml_implicit_resolvers
    for tag, pattern in resolvers.get(text[:1], []) + resolvers.get(None, []):
        if pattern.match(text):
            return str(tag).rsplit(":", 1)[-1]
    return "str"


def _whole(text: str) -> int | str:
    digits = text.replace("_", "").lower()
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if ":" in digits or len(digits) > 400:
        return text  # sixty-based or absurd: as text it is at least what was written
    for prefix, base in _BASES:
        if digits.startswith(prefix):
            return sign * int(digits[2:], base)
    return sign * int(digits, 8 if len(digits) > 1 and digits.startswith("0") else 10)


def _float(text: str) -> float | str:
    digits = text.replace("_", "").lower()
    if re.fullmatch(r"[-+]?\.(inf|nan)", digits):
        return float(digits.replace(".", ""))
    return text if ":" in digits else float(digits)


def _advice(what: str) -> str:
    if "tab" in what or "\\t" in what:
        return "indent with spaces"
    if "mapping values" in what or "expected ':'" in what:
        return "check the indentation, and quote text that contains a colon"
    return "correct the line, or the one above it"
