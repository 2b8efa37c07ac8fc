"""Says anybody's text in Markdown without letting it become structure.

Every string of a conclusion passes through one of these filters: what a person typed, a file's name or
a row of the catalogue can hold pipes, backticks, tags, line breaks or `# ` and the document keeps its shape.
"""

import html
import re
import unicodedata

WIDTH = 100
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn"}
_INLINE = re.compile(
    r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|(?<=\S)~|(?<=\{)[{%#]|:(?=//)|(?<=\w)@(?=\w)|(?<=www)\.", re.I
)
_ENTITY = re.compile(r"&(?=#?\w+;)")
_ENTITIES = re.compile(r"&#?\w+;")
"""Markdown's entities; HTML has some that need no semicolon."""
_LEADING = re.compile(r"(?=#{1,6}(?:\s|$)|[-+](?:[-+\s]|$)|[=>]|~~)")
_LEADING_NUMBER = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_BULLET_ID = re.compile(r"[A-Za-z0-9_.+/-]+$")

_CODE = re.compile(r"\\`([\w.\\-]+?)\\`")

_LABEL = {
    '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;", "[": "#91;", "]": "#93;", "`": "#96;",
    "\\": "#92;", "{": "#123;", "}": "#125;", "|": "#124;", "%": "#37;", "*": "#42;", "~": "#126;",
}  # fmt: skip


def plain(text: str) -> str:
    """`text` on one line, without control, format or unassigned characters."""
    kept = (letter if letter.isspace() or unicodedata.category(letter) not in _DROPPED else "" for letter in text)
    return " ".join("".join(kept).split())


def prose(text: str) -> str:
    """`text` as a run of Markdown that reads as it was typed, wherever it stands."""
    escaped = _ENTITY.sub("&amp;", plain(text))
    escaped = _INLINE.sub(lambda found: "\\" + found.group(), escaped).replace("<", "&lt;")
    escaped = _LEADING.sub("\\\\", escaped, count=1) if _LEADING.match(escaped) else escaped
    return _LEADING_NUMBER.sub(r"\1\\", escaped, count=1) if _LEADING_NUMBER.match(escaped) else escaped


def sentence(text: str) -> str:
    """`text` with a full stop, where it ends without one."""
    escaped = prose(text)
    return escaped if escaped.endswith((".", "!", "?", ":")) else f"{escaped}."


def said(text: str) -> str:
    """A sentence of the catalogue: a name between backticks is code in it."""
    return _CODE.sub(lambda found: "`" + found[1].replace("\\", "") + "`", prose(text))


def cell(text: str) -> str:
    """`text` for a table."""
    return prose(text).replace("|", "\\|")


def heading(text: str) -> str:
    """`text` for a heading: no full stop at its end, and nothing that would close the heading."""
    escaped = prose(title(text))
    return re.sub(r"(?<!\\)#+$", lambda found: "".join(f"\\{mark}" for mark in found.group()), escaped)


def title(text: str) -> str:
    """`text` as a heading says it, before escaping; what `unescaped` gives back."""
    return plain(text).rstrip(".,;:!。，；：！ ")


def unescaped(text: str) -> str:
    """The text behind a line of Markdown that `prose` or `heading` made (or that a person wrote plainly)."""
    plainly = _ESCAPED.sub(r"\1", text)
    return _ENTITIES.sub(lambda found: html.unescape(found.group()), plainly).strip()


def code(text: str) -> str:
    """An id as a code span; anything that is no id is said as text."""
    return f"`{text}`" if _BULLET_ID.match(text) else cell(text)


def formula(text: str) -> str:
    """A formula as a code span in a table."""
    return f"`{plain(text).replace('`', '').replace('|', chr(92) + '|') or '–'}`"


def opening(text: str) -> str:
    """`text` as the first words of a line: `one GPU` becomes `One GPU`, `vLLM` stays."""
    words = prose(text)
    first = words.partition(" ")[0].rstrip(",;:")
    return words[:1].upper() + words[1:] if first.isalpha() and first.islower() else words


def label(text: str) -> str:
    """`text` inside the quotes of a Mermaid label; Mermaid reads `#name;` as an entity."""
    words = plain(text)
    escaped = "".join(_LABEL.get(letter, letter) for letter in words)
    if re.match(r"[-+]\s|\d+[.)]", words):  # Mermaid would take it for a list, and refuse it
        mark = re.search(r"[-+.)]", escaped)
        assert mark
        escaped = f"{escaped[: mark.start()]}#{ord(mark.group())};{escaped[mark.end() :]}"
    return escaped


def wrap(text: str, indent: int = 0) -> str:
    """Breaks a paragraph or list item at about 100 columns, and only before a letter.

    A digit, dash or hash at the start of a line could begin a list or a heading; a unit stays with its number.
    """
    lines = [""]
    for word in text.split():
        grown = f"{lines[-1]} {word}".strip()
        full = len(grown) > WIDTH - (indent if len(lines) > 1 else 0)
        if full and lines[-1] and word[0].isalpha() and not lines[-1][-1].isdigit():
            lines.append(word)
        else:
            lines[-1] = grown
    return f"\n{' ' * indent}".join(lines)


def percent(share: float) -> str:
    """A share of 1 in whole percent; the ends are kept for what is certain."""
    if 0.995 <= share < 1:
        return "over 99%"
    if 0 < share < 0.005:
        return "under 1%"
    return f"{share:.0%}"
