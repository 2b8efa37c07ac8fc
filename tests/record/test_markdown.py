"""Anybody's text in Markdown: it reads as it was typed, and never becomes structure."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from advisor.record import markdown

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TRICKY = st.text(alphabet="ab1.)-+=#>|`*_~[]()<>&;:!\\\"'{}%/@ \n\t\u2028é", max_size=40)
ANY_TEXT = st.one_of(st.text(max_size=60), TRICKY)


def seen(tokens: list[Token]) -> str:
    """The text that a reader of the rendered page sees."""
    return "".join(
        child.content if child.type in ("text", "code_inline") else " " if child.type == "softbreak" else ""
        for token in tokens
        if token.type == "inline"
        for child in token.children or []
    )


def kinds(tokens: list[Token]) -> list[str]:
    return [token.type for token in tokens]


@given(ANY_TEXT)
@example("# heading")
@example("--- ")
@example("1. item")
@example("a&lt;b <br> &amp;")
@example("`` ` ``")
@example("_a_ __init__ snake_case *b* ~~c~~")
@example("[x](http://y) ![z](w) <http://a> https://b www.c.d e@f.g")
def test_prose_reads_as_typed(text: str) -> None:
    """Escaped text is one paragraph whose visible words are exactly what was typed."""
    tokens = READER.parse(f"{markdown.prose(text)}\n")
    if markdown.plain(text):
        assert kinds(tokens) == ["paragraph_open", "inline", "paragraph_close"]
    assert seen(tokens) == markdown.plain(text)
    assert all(child.type == "text" for token in tokens if token.type == "inline" for child in token.children or [])


@given(ANY_TEXT)
def test_list_item_stays_one(text: str) -> None:
    """In a bullet, whatever its length, the text stays in that bullet."""
    tokens = READER.parse(f"{markdown.wrap(f'* Good: {markdown.prose(text * 3)}', 2)}\n")
    assert kinds(tokens).count("list_item_open") == 1
    assert seen(tokens) == f"Good: {markdown.plain(text * 3)}".strip()


@given(ANY_TEXT, ANY_TEXT)
def test_cells_stay_two(left: str, right: str) -> None:
    """A row with two cells has two cells, pipes or not."""
    table = f"| a | b |\n| --- | --- |\n| {markdown.cell(left)} | {markdown.cell(right)} |\n"
    cells = [token.content for token in READER.parse(table) if token.type == "inline"]
    assert len(cells) == 4
    shown = [seen(READER.parseInline(cell)) for cell in cells[2:]]
    assert shown == [markdown.plain(left), markdown.plain(right)]


@given(ANY_TEXT)
@example("Use C #")
def test_heading_comes_back(text: str) -> None:
    """A title survives being written as a heading and read back."""
    line = markdown.heading(text)
    tokens = READER.parse(f"# {line}\n")
    assert kinds(tokens)[:1] == ["heading_open"]
    assert seen(tokens) == markdown.title(text)
    assert markdown.unescaped(line) == markdown.title(text)


@given(ANY_TEXT)
def test_label_has_no_syntax(text: str) -> None:
    """A Mermaid label holds no character that could end it or begin something else."""
    assert not set(markdown.label(text)) & set('"`<>[]{}|\\%*\n')


@pytest.mark.parametrize(
    ("share", "said"), [(1, "100%"), (0.999, "over 99%"), (0.84, "84%"), (0.001, "under 1%"), (0, "0%")]
)
def test_percent_keeps_the_ends(share: float, said: str) -> None:
    """100% and 0% are said of what is certain, and of nothing else."""
    assert markdown.percent(share) == said
