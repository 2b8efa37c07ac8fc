"""Files that were good once: every example of a rule, cut, doubled, spliced and sprinkled, through the whole check."""

import io
import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import lifecycle
from advisor.check.checking import gathered, judged
from advisor.check.files import LARGEST_BYTES
from advisor.check.outcome import Outcome
from advisor.check.reading import read
from advisor.check.report import REPORTS
from advisor.check.rules import RULES

CORPUS = sorted(
    {(path, text) for rule in RULES for example in (rule.bad, rule.good) for path, text in example.files.items()}
)
SPRINKLES = (
    b"\x00", b"\xff\xfe", b"\r\n", b"\t", b"{{", b"}}", b"${X}", b"&a ", b"*a", b"<<: *a\n", b"!!python/object:os.x ",
    b"- ", b": ", b"{", b"]", b'"', b"'", b"\\\n", b"#", b"<<<<<<< HEAD\n", b"\x1b[2J", "\u2028\u202e\ud7ff".encode(),
    b"1e999", b"-0", b"9" * 60, b"?\n", b"|\n", b"%YAML 9\n", b"---\n", b"...\n",
)  # fmt: skip
WAYS = ("cut", "double", "sprinkle", "swap", "utf-16", "splice")


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """A path and bytes: an example of the rules after one to four changes."""
    path, text = draw(st.sampled_from(CORPUS))
    data = text.encode()
    for _ in range(draw(st.integers(1, 4))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        way = draw(st.sampled_from(WAYS))
        if way == "cut":
            data = data[:at] + data[to:]
        elif way == "double":
            data = data[:to] + data[at:to] * draw(st.integers(1, 20)) + data[to:]
        elif way == "sprinkle":
            data = data[:at] + draw(st.sampled_from(SPRINKLES)) + data[at:]
        elif way == "swap":
            data = data[to:] + data[:to]
        elif way == "utf-16":
            data = data.decode("utf-8", "replace").encode("utf-16")
        else:
            data = data[:at] + draw(st.sampled_from(CORPUS))[1].encode() + data[at:]
    return path, data[:LARGEST_BYTES]


@settings(max_examples=300, deadline=1000)
@given(mutated(), st.booleans())
def test_a_mutated_file_is_judged_and_reported(file: tuple[str, bytes], named: bool) -> None:
    """No change to a file makes a reader, a rule or a report fail, or take a second; findings stand inside the file."""
    path, data = file
    reading = read(path, data, named=named)
    material = replace(gathered([reading], (), {}), lifecycle=lifecycle())
    findings = judged(material, {path: reading.text})
    rows = reading.text.split("\n")
    assert all(1 <= each.place.line <= len(rows) for each in findings)
    outcome = Outcome(tuple(findings), 1, (), texts={path: reading.text})
    reports = {name: report(outcome, False) for name, report in REPORTS.items()}
    for name in ("json", "sarif", "gitlab"):
        json.load(io.StringIO(reports[name]))
    assert not any("\x1b" in text or "\x00" in text for text in reports.values())


def test_a_file_of_fifty_megabytes_is_not_read(tmp_path: Path) -> None:
    """What no configuration can be is skipped with its size, whatever it is called."""
    from advisor.check import check

    with (tmp_path / "ds_config.json").open("wb") as file:
        file.truncate(50_000_000)
    outcome = check((tmp_path,), rederive=lambda _: None, expect=lambda _: None)
    assert [each.why[:7] for each in outcome.skipped] == ["50.0 MB"]
    assert outcome.findings == ()
