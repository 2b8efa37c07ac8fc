"""The JSON reader: what `json.load` reads it reads, where `json.load` stops it stops, and it knows the place."""

import json
import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.check.json_text import read_json
from advisor.check.tree import Document, Leaf, Node, Sequence, Table, Unreadable

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def plain(node: Node) -> object:
    """The tree without its places."""
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def leaves(node: Node) -> list[Leaf]:
    if isinstance(node, Leaf):
        return [node]
    inner = node.items if isinstance(node, Sequence) else [entry.node for entry in node.entries.values()]
    return [leaf for each in inner for leaf in leaves(each)]


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_same_as_json(value: object, indent: int | None, ascii: bool) -> None:
    """Every document that json writes is read as the same value."""
    (root,), repeated = read_json(json.dumps(value, indent=indent, ensure_ascii=ascii))
    assert plain(root) == value
    assert repeated == ()


@given(VALUES, st.sampled_from([None, 2]))
def test_places_are_exact(value: object, indent: int | None) -> None:
    """Each scalar stands in the text where the tree says."""
    text = json.dumps(value, indent=indent)
    (root,), _ = read_json(text)
    for leaf in leaves(root):
        assert text[leaf.at :].startswith('"' if leaf.quoted else leaf.raw)


@given(VALUES, st.data())
def test_stops_where_json_stops(value: object, data: st.DataObject) -> None:
    """On damaged text it fails exactly when json.loads fails."""
    text = json.dumps(value, indent=1)
    at = data.draw(st.integers(0, len(text)))
    damaged = (
        text[:at]
        + data.draw(st.sampled_from([",", "}", "]", ":", '"', "x", "\t", "//", "'", "0", "", "-"]))
        + text[at:]
    )
    damaged = data.draw(st.sampled_from([damaged, text[:at], text[at:]]))
    try:
        expected: object = json.loads(damaged)
    except ValueError:
        with pytest.raises(Unreadable) as caught:
            read_json(damaged)
        assert 0 <= caught.value.at <= len(damaged)
    else:
        (root,), _ = read_json(damaged)
        assert repr(plain(root)) == repr(expected)


@given(st.text(max_size=60))
def test_any_text(text: str) -> None:
    """Arbitrary text is read or refused, never a crash."""
    with suppress(Unreadable):
        read_json(text)


@pytest.mark.parametrize(
    ("text", "place", "part"),
    [
        ('{\n  "a": 1,\n}', (2, 9), "comma before"),
        ('{\n  "a": [1, 2,]\n}', (2, 13), "comma before"),
        ('{\n  // why\n  "a": 1\n}', (2, 3), "comment"),
        ('{"a": True}', (1, 7), "True"),
        ("{'a': 1}", (1, 2), "double quotes"),
        ('{"a": 1} {"b": 2}', (1, 10), "after the end"),
        ('{"a": 1', (1, 8), "the file ends"),
        ("", (1, 1), "the file ends"),
        ('{"a" 1}', (1, 6), '":"'),
        ('{"a": "x\ny"}', (1, 7), "text"),
        ('\ufeff{"a": 1}', (1, 1), "byte order mark"),
        ("[" * 5000, (1, 102), "deeper"),
    ],
)
def test_says_what_and_where(text: str, place: tuple[int, int], part: str) -> None:
    """Each kind of mistake is named at its line and column."""
    with pytest.raises(Unreadable) as caught:
        read_json(text)
    found = Document("f", text).place(caught.value.at)
    assert (found.line, found.column) == place
    assert part in f"{caught.value.what} {caught.value.remedy}"


def test_repeated_keys_keep_the_last_and_are_told() -> None:
    """Of a repeated key the last value counts, and both places are known."""
    text = '{"a": 1,\n "b": {"c": 1, "c": 2},\n "a": 3}'
    (root,), repeated = read_json(text)
    assert plain(root) == {"a": 3, "b": {"c": 2}}
    assert [(each.key, text[each.at : each.at + 3], each.first_at) for each in repeated] == [
        ("c", '"c"', text.index('"c"')),
        ("a", '"a"', 1),
    ]


def test_numbers_of_python_json() -> None:
    """NaN and Infinity, which json.load takes, are taken; a number of a thousand digits does no harm."""
    (root,), _ = read_json("[NaN, -Infinity, 1" + "0" * 1000 + "]")
    assert isinstance(root, Sequence)
    first, second, third = (leaf.value for leaf in leaves(root))
    assert isinstance(first, float)
    assert math.isnan(first)
    assert second == float("-inf")
    assert third == float("inf")


def test_dotted_paths() -> None:
    """A dotted path leads to an entry, and to nothing where a scalar is in the way."""
    (root,), _ = read_json('{"a": {"b": 1}, "c": 2}')
    assert isinstance(root, Table)
    assert root.entry("a.b") is not None
    assert root.entry("c.d") is None
    assert root.entry("x") is None
