"""Shell text as simple commands whose words know where they stand. Nothing is run.

A variable is replaced only by text that was assigned literally above on every path; an array or a string of
arguments gives the words where they were written. What a condition, a loop, a command or the environment
decides is unknown. Grammar: POSIX Shell Command Language, chapter 2, with bash's arrays.
"""

import re
from collections.abc import Iterator, Mapping

from advisor.check.launch.shell_values import Line, Part, Variables, Word, assigned, assignment, joined, literal, spread

_DEEPEST = 30
_PIECE = re.compile(
    r"""(?P<gap>(?:[ \t\r]|\\\r?\n)+)
    |(?P<single>'[^']*'?)
    |(?P<plain>[^\s'"`$\\;&|()<>\#]+)
    |(?P<escape>\\.?)
    |(?P<end>\r?\n|;;?&?|&&|\|\|?&?|&(?!>)|[()])
    |(?P<redirect>(?:&>>?|<<<|<<-?|>>|>\||>&|<&|<>|>|<))
    |(?P<hash>\#)
    |(?P<double>")|(?P<back>`)|(?P<dollar>\$)""",
    re.X | re.S,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INSIDE = re.compile(r"[^\"\\`$]+")
_HEREDOC = re.compile(r"[ \t]*(['\"]?)([A-Za-z0-9_!-]+)\1")
_SUBSTITUTED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[[@*]\])?(?:(:?[-=])(.*))?", re.S)


_OPENS = frozenset({"if", "for", "while", "until", "case", "select", "{"})
_CLOSES = frozenset({"fi", "done", "esac", "}"})
_GOES_ON = frozenset(
    {"if", "then", "else", "elif", "while", "until", "do", "!", "time", "{", "fi", "done", "esac", "}"}
)
_SCRIPT_FOLLOWS = re.compile(r"-[a-z]*c")
_DECLARES = frozenset({"export", "local", "declare", "readonly", "typeset"})


def shell_lines(text: str, known: Mapping[str, Word] | None = None, depth: int = 0) -> Iterator[Line]:
    """The simple commands of shell text in order. `known`: variables that are set before it starts."""
    variables = Variables({name: (Part(word.text, word.at),) for name, word in (known or {}).items() if word.known})
    if depth <= _DEEPEST:
        yield from _Reader(text, variables).lines()


class _Reader:
    def __init__(self, text: str, variables: Variables) -> None:
        self.text = text
        self.at = 0
        self.variables = variables
        self.heredocs: list[str] = []

    def lines(self) -> Iterator[Line]:
        """Each simple command, variables replaced as they are known there."""
        while self.at < len(self.text):
            start = self.at
            tokens, end = self.command()
            line = self.simple(tokens, start)
            self.variables.chained = end in ("&&", "||")
            if end == ")" and not tokens:
                self.variables.close()
            if line is not None:
                yield line
            if end == "(" and len(tokens) <= 1:
                self.variables.open()  # a subshell, or a function: `name () {`
            elif end == ")" and tokens:
                self.variables.close()
            elif end.startswith(";;"):
                self.variables.branch()

    def simple(self, tokens: list[list[Part]], start: int) -> Line | None:
        """The command of these words, after what its keywords and assignments do to the variables."""
        while tokens and (word := literal(tokens[0])) in _GOES_ON | _OPENS:
            self.keyword(word, tokens)
            tokens = [] if word in ("for", "case", "select") else tokens[1:]
        words = [token for token in tokens if token]
        declares = bool(words) and literal(words[0]) in _DECLARES
        if declares and literal(words[0]) == "export":
            self.variables.exported |= {said.group() for word in words[1:] if (said := _NAME.match(word[0].text))}
        rest = words[1:] if declares else words
        assigning: list[tuple[tuple[str, bool, int], list[Part]]] = []
        past = 0
        while past < len(rest) and ((name := assignment(rest[past])) is not None or declares):
            if name is not None:
                assigning.append((name, rest[past]))
            past += 1
        rest = rest[past:]
        if not rest:
            for name, token in assigning:
                self.variables.set(name[0], assigned(token, name), more=name[1])
            return None
        self.forgets(rest)
        spreads = tuple(spread(rest))
        at = spreads[0].at if spreads else start
        starts_shell = any(_SCRIPT_FOLLOWS.fullmatch(word.text) for word in spreads)
        environment = self.variables.environment() if starts_shell else {}
        return Line(spreads, {name[0]: joined(assigned(word, name)) for name, word in assigning}, at, environment)

    def keyword(self, word: str, tokens: list[list[Part]]) -> None:
        """What a keyword at the start of a command means for the variables."""
        if word in _OPENS:
            self.variables.open()
            if word in ("for", "select") and len(tokens) > 1:
                self.variables.set(literal(tokens[1]), None)
        elif word in ("else", "elif"):
            self.variables.branch()
        elif word in _CLOSES:
            self.variables.close()

    def forgets(self, words: list[list[Part]]) -> None:
        """Builtins that set variables from elsewhere."""
        if literal(words[0]) in ("read", "unset", "mapfile", "readarray", "getopts"):
            for word in words[1:]:
                self.variables.set(literal(word), None)

    def command(self) -> tuple[list[list[Part]], str]:
        """The words up to the end of a command, and the operator that ends it."""
        tokens: list[list[Part]] = []
        current: list[Part] | None = None
        while self.at < len(self.text):
            match = _PIECE.match(self.text, self.at)
            kind = match.lastgroup if match is not None else None
            if match is None or kind is None:
                self.at += 1
            elif kind == "gap":
                self.at, current = match.end(), None
            elif kind == "end" and not _starts_array(match, current):
                self.at = match.end()
                if "\n" in match.group():
                    self.skip_heredocs()
                return tokens, match.group()
            elif kind == "hash" and current is None:
                self.to_line_end()
            elif kind == "redirect":
                if current is not None and len(current) == 1 and re.fullmatch(r"\d", current[0].text):
                    tokens.pop()  # the number of a descriptor
                self.redirected(match.group(), match.end())
                current = None
            else:
                if current is None:
                    current = []
                    tokens.append(current)
                current.extend(self.piece(kind, match))
        return tokens, ""

    def piece(self, kind: str, match: re.Match[str]) -> list[Part]:
        """The parts that a piece of a word stands for, and the position after it."""
        at = self.at
        self.at = match.end()
        if kind == "end":
            return self.array()
        if kind == "single":
            return [Part(match.group()[1:].removesuffix("'"), at + 1)]
        if kind == "escape":
            return [Part(match.group()[1:], at)]
        if kind == "double":
            return list(self.double(at))
        if kind == "back":
            close = self.text.find("`", self.at)
            self.at = len(self.text) if close < 0 else close + 1
            return [Part("`…`", at, known=False)]
        if kind == "dollar":
            return self.dollar(at, quoted=False)
        return [Part(match.group(), at)]

    def double(self, at: int) -> Iterator[Part]:
        """What stands in double quotes."""
        yield Part("", at + 1)
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == '"':
                self.at += 1
                return
            if letter == "\\":
                follows = self.text[self.at + 1 : self.at + 2]
                if follows == "\n":
                    yield Part(" ", self.at)
                elif follows in ('"', "\\", "$", "`"):
                    yield Part(follows, self.at)
                else:
                    yield Part(f"\\{follows}", self.at)
                self.at += 2
            elif letter == "$":
                self.at += 1
                yield from self.dollar(self.at - 1, quoted=True)
            elif letter == "`":
                close = self.text.find("`", self.at + 1)
                yield Part("`…`", self.at, known=False)
                self.at = len(self.text) if close < 0 else close + 1
            else:
                match = _INSIDE.match(self.text, self.at)
                assert match is not None
                yield Part(match.group(), self.at)
                self.at = match.end()

    def dollar(self, at: int, *, quoted: bool) -> list[Part]:
        """What a `$` at `at` stands for; `self.at` is behind it."""
        letter = self.text[self.at : self.at + 1]
        if letter == "(":
            start, self.at = self.at, _balanced(self.text, self.at, "(", ")")
            name = self.text[start + 1 : self.at - 1]
            if name in self.variables.values:  # Kubernetes puts variables of the container in before the shell runs
                return self.substituted(name, at, quoted=quoted)
            return [Part("$(…)", at, known=False)]
        if letter == "{":
            end = _balanced(self.text, self.at, "{", "}")
            inner = self.text[self.at + 1 : end - 1]
            self.at = end
            return self.substituted(inner, at, quoted=quoted)
        if letter == "'" and not quoted:
            close = self.text.find("'", self.at + 1)
            start, self.at = self.at + 1, (len(self.text) if close < 0 else close + 1)
            return [Part(self.text[start : self.at - 1], start)]
        match = _NAME.match(self.text, self.at)
        if match is None:
            self.at += 1 if letter and letter in "0123456789@*#?$!-" else 0
            return [Part(f"${letter}".rstrip(), at, known=False)]
        self.at = match.end()
        return self.substituted(match.group(), at, quoted=quoted)

    def substituted(self, inner: str, at: int, *, quoted: bool) -> list[Part]:
        """The value of a variable, else its default, else something unknown."""
        match = _SUBSTITUTED.fullmatch(inner)
        if match is None:
            return [Part(f"${{{inner}}}", at, known=False)]
        name, array, operator, default = match.groups()
        value = self.variables.values.get(name)
        if value is not None and not any(not part.known and part.text == "" for part in value):
            splits, joins = not quoted and array is None, quoted and array == "[*]"
            return [
                Part(part.text, part.at, part.known, not joins and (splits or part.splits), part.default)
                for part in value
            ]
        if operator and default and not re.search(r"[$`\"'\\]", default):
            return [Part(default, at, splits=not quoted, default=f"${{{inner}}}")]
        return [Part(f"${{{inner}}}" if operator else f"${name}", at, known=False)]

    def array(self) -> list[Part]:
        """The elements of `NAME=( … )` up to the bracket, with blanks between them that split."""
        parts: list[Part] = []
        while self.at < len(self.text):
            tokens, end = self.command()
            for token in tokens:
                parts.extend([Part(" ", self.at, splits=True), *token])
            if end == ")" or (end == "" and self.at >= len(self.text)):
                break
        return [*parts, Part(" ", self.at, splits=True)]

    def redirected(self, operator: str, end: int) -> None:
        """Pass over a redirection's target; remember where a here-document ends."""
        self.at = end
        if operator in ("<<", "<<-"):
            match = _HEREDOC.match(self.text, end)
            if match is not None:
                self.heredocs.append(match.group(2))
                self.at = match.end()
            return
        gap = re.compile(r"[ \t]*&?").match(self.text, end)
        self.at = gap.end() if gap is not None else end
        while self.at < len(self.text):
            match = _PIECE.match(self.text, self.at)
            kind = match.lastgroup if match is not None else None
            if match is None or kind in (None, "gap", "end", "redirect"):
                return
            self.piece(str(kind), match)

    def skip_heredocs(self) -> None:
        """The bodies of here-documents are data."""
        for word in self.heredocs:
            match = re.compile(rf"^[\t ]*{re.escape(word)}[ \t]*\r?$", re.M).search(self.text, self.at)
            self.at = match.end() if match is not None else len(self.text)
        self.heredocs = []

    def to_line_end(self) -> None:
        """Pass over a comment."""
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end


def _starts_array(match: re.Match[str], current: list[Part] | None) -> bool:
    """Whether a bracket opens the elements of `NAME=( … )`."""
    return match.group() == "(" and bool(current) and current is not None and current[-1].text.endswith("=")


def _balanced(text: str, at: int, opening: str, closing: str) -> int:
    """The position after the bracket that closes the one at `at`; the end of the text when none does."""
    depth = 0
    for match in re.compile(rf"[{re.escape(opening + closing)}]|\\.|'[^'\n]*'", re.S).finditer(text, at):
        depth += (match.group() == opening) - (match.group() == closing)
        if depth == 0 and match.group() == closing:
            return match.end()
    return len(text)
