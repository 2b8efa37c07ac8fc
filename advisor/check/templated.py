"""Templates of YAML (Helm, Jinja): what is literal is read, what is filled in later is unknown."""

import re

_ACTION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<%.*?%>", re.S)
_LONGEST_ACTION = 4000  # a comment at most; beyond it the braces are not a template's


def is_template(text: str) -> bool:
    """Whether the text has actions of a template engine."""
    return "{{" in text or "{%" in text or "<%" in text


def masked(text: str) -> str:
    """The text with every action replaced by as many characters: blanks where it stands alone on its lines or
    after a value's `:`, else a word that stands for an unknown value. Positions stay what they were.
    """
    out: list[str] = []
    end = 0
    for match in _ACTION.finditer(text):
        if match.start() < end or match.end() - match.start() > _LONGEST_ACTION:
            continue
        out.append(text[end : match.start()])
        out.append(_stand_in(text, match.start(), match.end()))
        end = match.end()
    return "".join([*out, text[end:]])


def _stand_in(text: str, start: int, end: int) -> str:
    action = text[start:end]
    if "\n" in action or action.startswith(("{%", "{#", "<%")) or _alone(text, start, end):
        return "".join("\n" if letter == "\n" else " " for letter in action)
    return "$" + "x" * (len(action) - 1)


def _alone(text: str, start: int, end: int) -> bool:
    before = text[text.rfind("\n", 0, start) + 1 : start]
    line_end = text.find("\n", end)
    after = text[end : line_end if line_end >= 0 else len(text)]
    return not before.strip() and not after.strip()
