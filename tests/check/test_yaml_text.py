"""The YAML reader: values as PyYAML has them, places as an editor has them, and nothing that explodes."""

from contextlib import suppress

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from advisor.check.tree import Document, Leaf, Node, Sequence, Table, Unreadable
from advisor.check.yaml_text import read_yaml

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)


def plain(node: Node) -> object:
    if isinstance(node, Leaf):
        return node.value
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return {key: plain(entry.node) for key, entry in node.entries.items()}


def one(text: str) -> Node:
    roots, _ = read_yaml(text)
    return roots[0]


def leaf(text: str) -> Leaf:
    node = one(text)
    assert isinstance(node, Leaf)
    return node


@given(VALUES, st.booleans())
def test_same_as_pyyaml(value: object, flow: bool) -> None:
    """Every document that PyYAML writes is read as PyYAML reads it."""
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)
    assert plain(one(text)) == yaml.load(text, Loader=yaml.CSafeLoader)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1e-4",
            "1.0e-4",
            "1.e+3",
            "1.0e4",
            "5.",
            "1_0.5",
            ".inf",
            "-.INF",
            "1_000",
            "+3",
            "-0",
            "0x10",
            "010",
            "0b11",
            "08",
        ),
        *("no", "Yes", "on", "OFF", "y", "true", "True", "'no'", "~", "null", "", '"8"', "1.2.3", "="),
    ],
)
def test_plain_scalars_are_those_of_yaml_1_1(text: str) -> None:
    """`no` is False and `1e-4` is text, as in every tool that reads with PyYAML."""
    value = leaf(f"{text}\n").value if text else plain(one("a:\n"))
    assert value == (
        yaml.load(text, Loader=yaml.BaseLoader) if text == "=" else yaml.safe_load(text) if text else {"a": None}
    )


def test_raw_text_is_kept() -> None:
    """What was written stays known beside what it is read as."""
    assert (leaf("no").value, leaf("no").raw, leaf("no").quoted) == (False, "no", False)
    assert (leaf('"no"').value, leaf('"no"').quoted) == ("no", True)


@given(st.text(max_size=20), st.sampled_from(["\n", "\r\n"]))
def test_places_count_characters(word: str, end: str) -> None:
    """Positions count characters, whatever the alphabet and the line ends."""
    text = f"# {yaml.safe_dump(word, allow_unicode=True, width=1000).splitlines()[0]}{end}k: [1, xyz]{end}"
    try:
        root = one(text)
    except Unreadable:
        return
    if isinstance(root, Table):
        node = root.entries["k"].node
        assert isinstance(node, Sequence)
        assert text[node.items[1].at :].startswith("xyz")


@given(st.text(alphabet=st.sampled_from("ab:-[]{}#&*!|>'\"%@`,? \n\t\u0000é<"), max_size=40))
def test_any_text(text: str) -> None:
    """Arbitrary text is read or refused, never a crash."""
    with suppress(Unreadable):
        read_yaml(text)


def test_repeated_keys_are_told() -> None:
    """A key that stands twice is told with both places, in inner mappings too; equal keys elsewhere are fine."""
    text = "a: 1\nb:\n  c: 1\n  c: 2\nd: {c: 1}\na: 2\n"
    _, repeated = read_yaml(text)
    document = Document("f", text)
    assert [(each.key, document.place(each.at).line, document.place(each.first_at).line) for each in repeated] == [
        ("c", 4, 3),
        ("a", 6, 1),
    ]


def test_merge_keys_are_no_repetition() -> None:
    """`<<` brings keys that the mapping may override."""
    roots, repeated = read_yaml("base: &b {lr: 1, n: 2}\nrun:\n  <<: *b\n  lr: 3\n")
    assert plain(roots[0]) == {"base": {"lr": 1, "n": 2}, "run": {"lr": 3, "n": 2}}
    assert repeated == ()


def test_a_bomb_of_aliases_costs_nothing() -> None:
    """Aliases are the same node again: a billion laughs are nine small lists."""
    lines = ["a0: &a0 [lol, lol, lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    assert isinstance(one("\n".join(lines)), Table)


def test_a_bomb_of_merges_is_refused() -> None:
    """Merging the same large mapping over and over stops at a bound."""
    keys = ", ".join(f"k{n}: 1" for n in range(2000))
    text = f"base: &b {{{keys}}}\nall:\n" + "".join(f"  - {{<<: *b, x{n}: 1}}\n" for n in range(100))
    with pytest.raises(Unreadable, match="merges"):
        read_yaml(text)


def test_a_mapping_that_contains_itself() -> None:
    """A recursive alias is read without going round in circles."""
    root = one("a: &a\n  b: *a\n")
    assert isinstance(root, Table)
    assert root.entry("a.b.b.b") is not None


def test_tags_construct_nothing() -> None:
    """A tag that names a Python object is a value that nobody knows, and nothing runs."""
    assert leaf("!!python/name:os.system x").value is None
    assert isinstance(one("!!python/object/apply:os.system [echo]"), Sequence)
    assert plain(one("!Ref x")) is None
    assert leaf("!!str 5").value == "5"
    assert leaf("!!int '5'").value == 5


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\n\tb: 2\n", (2, 1)),
        ("a: 1\nb: c: d\n", (2, 5)),
        ("a: *x\n", (1, 4)),
        ("a: [1, 2\nb: 3\n", (2, 2)),
        ("é: 1\na: \x07\n", (2, 4)),
        ("[" * 300, (1, 101)),
        ("a: 'x\n", (2, 1)),
    ],
)
def test_says_where(text: str, place: tuple[int, int]) -> None:
    """Each mistake has the line and column that an editor shows."""
    with pytest.raises(Unreadable) as caught:
        read_yaml(text)
    found = Document("f", text).place(caught.value.at)
    assert (found.line, found.column) == place


def test_several_documents() -> None:
    """A file with several documents gives several trees, and an anchor does not reach the next one."""
    roots, _ = read_yaml("a: &x 1\n---\nb: 2\n")
    assert [plain(root) for root in roots] == [{"a": 1}, {"b": 2}]
    with pytest.raises(Unreadable):
        read_yaml("a: &x 1\n---\nb: *x\n")
