"""TOML with positions: what tomllib says, and where it stands."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.check.reading import read
from advisor.check.toml_text import read_toml
from advisor.check.tree import Document, Leaf, Node, Sequence, Table, Unreadable

PIECES = ("[", "]", '"', "'", "=", "a", ".", "#", "1", '"""', "{", "}", ",", "\n", " ")
TEXT = '''# a comment = 1
top = "x"  # [not.a.table]

[training]
lr = 3e-4 # rate
steps = 10_000
"quoted key" = true
text = """
steps = 5
[parallelism]
"""
list = [
  1, # [x]
  "a = ]",
]

[a.b]
c.d = 1979-05-27
inline = {x = 1, y = [2, 3]}

[[many]]
name = 'first'
[[many]]
name = 'second'
'''


def plain(node: Node) -> Any:
    """The tree as values, without places."""
    if isinstance(node, Table):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value


def line(path: str, text: str = TEXT) -> tuple[int, str]:
    """The line of a key, and its value as written."""
    (root,), _ = read_toml(text)
    assert isinstance(root, Table)
    entry = root.entry(path)
    assert entry is not None
    place = Document("x.toml", text).place(entry.at)
    return place.line, entry.node.raw if isinstance(entry.node, Leaf) else ""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("top", (2, "x")),
        ("training", (4, "")),
        ("training.lr", (5, "3e-4")),
        ("training.steps", (6, "10_000")),
        ("training.quoted key", (7, "true")),
        ("training.list", (12, "")),
        ("a.b", (17, "")),
        ("a.b.c.d", (18, "1979-05-27")),
        ("a.b.inline", (19, "")),
    ],
)
def test_keys_stand_on_their_line(path: str, expected: tuple[int, str]) -> None:
    """A key has its own line, also behind texts and lists that span lines and look like keys."""
    assert line(path) == expected


def test_tables_of_a_list_stand_apart() -> None:
    """Each table of a list of tables has its own place."""
    (root,), _ = read_toml(TEXT)
    assert isinstance(root, Table)
    many = root.entries["many"].node
    assert isinstance(many, Sequence)
    places = [item.entries["name"].at for item in many.items if isinstance(item, Table)]
    assert [Document("x", TEXT).place(at).line for at in places] == [22, 24]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_line_ends(end: str) -> None:
    """Places are right with either line end."""
    assert line("training.steps", TEXT.replace("\n", end)) == (6, "10_000")


@pytest.mark.parametrize(
    ("text", "where", "part"),
    [
        ("a = 1\na = 2\n", 2, "twice"),
        ("[t]\nx = 1\n[t]\n", 3, "twice"),
        ("a = 1\nb = \n", 2, "value"),
        ("a = 1\nb == 2\n", 2, "value"),
        ("a = [1,\n", 2, ""),
        ("a = " + "[" * 5000, 1, "deeper"),
        ("a" + ".a" * 5000 + " = 1", 1, "names"),
        ("d = 2024-02-30\n", 1, ""),
    ],
)
def test_what_cannot_be_read_has_its_place(text: str, where: int, part: str) -> None:
    """A broken file is told with its line; nesting and dotted keys are bounded."""
    with pytest.raises(Unreadable) as broken:
        read_toml(text)
    assert Document("x", text).place(broken.value.at).line == where
    assert part in broken.value.what


@given(st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_text(text: str) -> None:
    """Whatever the text, the values are those of tomllib, or both refuse it."""
    try:
        expected: Any = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError):
        with pytest.raises(Unreadable):
            read_toml(text)
        return
    (root,), _ = read_toml(text)
    if "nan" not in repr(expected) and "datetime" not in repr(expected):
        assert plain(root) == expected


KEYS = st.text("abc_-", min_size=1, max_size=4)
VALUES = st.integers(-9, 9) | st.booleans() | st.text("xy #=[]", max_size=5)
VALUES |= st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), min_size=1, max_size=4))
def test_each_key_is_where_it_was_written(tables: dict[str, dict[str, Any]]) -> None:
    """In any file of tables, each key is found on the line that it was written on."""
    rows: list[str] = []
    where: dict[str, int] = {}
    for name, table in tables.items():
        rows.append(f"[{name}]")
        for key, value in table.items():
            rows.append(f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}")
            where[f"{name}.{key}"] = len(rows)
    text = "\n".join(rows)
    assert {path: line(path, text)[0] for path in where} == where


def test_a_broken_training_file_is_a_finding() -> None:
    """A torchtitan file with a key twice is told with the line, though a walk only came across it."""
    text = "[training]\nseq_len = 1\nseq_len = 2\n\n[parallelism]\n\n[job]\n"
    (flaw,) = read("llama3.toml", text.encode(), named=False).flaws
    assert (flaw.place.line, "TOML" in flaw.what) == (3, True)
    assert read("pyproject.toml", b"[a]\nb = 1\nb = 2\n", named=False).flaws == ()
