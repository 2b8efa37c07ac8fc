"""A file for rules that look at any text: its settings by their path, its lines without comments, its commands."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from advisor.check.taking import setting
from advisor.check.tree import Document, Entry, Leaf, Sequence, Table
from advisor.values.configs import At
from advisor.values.finding import Place

RISKS = re.compile(
    r"(?i)(token|secret|passwo?r?d|passphrase|api_?-?key|access_?-?key|private.?key)\w{0,40}[\"']?[ \t]*[:=]"
    r"|(?<!-)--[\w-]{0,60}(token|key|password|secret)[= ]"
    r"|\b(hf_|gh[pousr]_|github_pat_|glpat-|AKIA|ASIA|sk-|AIza|nvapi-|xox[bp]-)\w"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|://[^\s:/@]+:[^\s/@]+@"
    r"|trust[_-]remote[_-]code|privileged|(management|metrics)_address|dashboard[_-]host|PermitRootLogin|jupyter"
    r"|\bimage[\"']?[ \t]*:|(?m:^[ \t]*FROM[ \t])|\bpip3?[ \t]+install|--image[= ]"
    r"|torchserve|torch-model-archiver|text-generation-inference|maxBatchDelay|trtllm-build"
    r"|\.(bin|pt|pth|ckpt|pkl|joblib)\b|load[_-]format|use_safetensors|weights_only|apiVersion"
)
"""Words without which none of those rules has anything to say about a file that is no configuration of ours."""

_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$")
_QUOTED = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'")
_WORD = re.compile(r"(?:\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s;&|\"'])+|&&|\|\||[;|&]")
_ENDS = frozenset({"&&", "||", ";", "|", "&"})
_DIRECTIVE = re.compile(
    r"^[ \t]*(?:-[ \t]+)?(?:(?:RUN|CMD|ENTRYPOINT)[ \t]+"
    r"|(?:command|cmd|run|setup|script|entrypoint|args|entry)[\"']?:[ \t]+(?:[|>][-+]?[ \t]*)?)?"
)
_LONGEST_LINE = 5000


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, without its quotation marks, where it stands."""

    text: str
    place: Place


@dataclass(frozen=True)
class Source:
    """One file. `document` has no roots where the text is neither JSON nor YAML, or cannot be parsed."""

    document: Document

    @property
    def path(self) -> str:
        """The path as people see it."""
        return self.document.path

    @property
    def text(self) -> str:
        """The whole text."""
        return self.document.text

    @property
    def name(self) -> str:
        """The file's name in lower case."""
        return self.path.rpartition("/")[2].lower()

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    def says(self, words: Iterable[str]) -> bool:
        """Whether one of the words, in lower case, stands anywhere in the text: a cheap look before a closer one."""
        return any(word in self._lower for word in words)

    @cached_property
    def tables(self) -> tuple[tuple[str, Table], ...]:
        """Every mapping with its path (`""` for the document), outer ones first."""
        found: list[tuple[str, Table]] = []
        waiting: list[tuple[str, object]] = [("", root) for root in reversed(self.document.roots)]
        seen: set[int] = set()
        while waiting:
            path, node = waiting.pop()
            if id(node) in seen:  # an alias shares its node
                continue
            seen.add(id(node))
            if isinstance(node, Table):
                found.append((path, node))
                children = [(_under(path, key), entry.node) for key, entry in node.entries.items()]
            elif isinstance(node, Sequence):
                children = [(f"{path}[{number}]", item) for number, item in enumerate(node.items)]
            else:
                continue
            waiting.extend(reversed(children))
        return tuple(found)

    @cached_property
    def settings(self) -> tuple[At, ...]:
        """Every scalar of every mapping and list, by its path."""
        return tuple(at for path, table in self.tables for at in self.of(path, table))

    def of(self, path: str, table: Table) -> Iterator[At]:
        """The scalars of one mapping, and of the lists that stand in it."""
        for key, entry in table.entries.items():
            yield from self._scalars(_under(path, key), entry)

    def _scalars(self, path: str, entry: Entry) -> Iterator[At]:
        if isinstance(entry.node, Leaf):
            yield setting(self.document, entry, path)
        elif isinstance(entry.node, Sequence):
            for number, item in enumerate(entry.node.items):
                if isinstance(item, Leaf):
                    yield setting(self.document, Entry(item.at, item), f"{path}[{number}]")

    @cached_property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """(number, text) of each line, comments blanked out; very long lines are left out."""
        rows = self.text.split("\n")
        kept = ((number, row.rstrip("\r")) for number, row in enumerate(rows, 1) if len(row) <= _LONGEST_LINE)
        if self.document.reader == "json":
            return tuple(kept)
        return tuple((number, _without_comment(row)) for number, row in kept)

    @cached_property
    def commands(self) -> tuple[tuple[Word, ...], ...]:
        """The commands in the lines, each as its words; a line that ends in a backslash goes on in the next.

        Python has none: what stands in its texts is no command of the project.
        """
        if self.document.reader == "python":
            return ()
        found: list[tuple[Word, ...]] = []
        words: list[Word] = []
        for number, row in self.lines:
            start = 0 if words else len((_DIRECTIVE.match(row) or re.match("", row)).group())  # type: ignore[union-attr]
            goes_on = row.rstrip().endswith("\\")
            for match in _WORD.finditer(row.rstrip().removesuffix("\\"), start):
                if match.group() in _ENDS:
                    found.append(tuple(words))
                    words = []
                else:
                    words.append(Word(_bare(match.group()), Place(self.path, number, match.start() + 1)))
            if not goes_on and not (words and not row.strip()):
                found.append(tuple(words))
                words = []
        return tuple(command for command in (*found, tuple(words)) if command)


def _under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _bare(word: str) -> str:
    return re.sub(r"[\"']", "", word)


def _without_comment(row: str) -> str:
    if "#" not in row:
        return row
    hidden = _QUOTED.sub(lambda quoted: "_" * len(quoted.group()), row)
    found = _COMMENT.search(hidden)
    return row[: found.start()] if found else row
