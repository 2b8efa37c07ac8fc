"""Makes data/train.jsonl and data/test.jsonl from a Debian package index on standard input. See README.md.

One binary package for each source package, so that the packages of one source (libfoo1, libfoo-dev, foo-doc)
never stand on both sides of the split; a hash of the source's name decides what is kept and where it goes,
so the files come out the same whenever they are made from the same index.
"""

import hashlib
import json
import sys
from collections import Counter
from pathlib import Path

DATA = Path(__file__).parent / "data"
SECTIONS = 12
KEEP_ONE_IN = 5
TEST_ONE_IN = 5


def number(text):
    """A number that only depends on the text, spread evenly."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def packages(lines):
    """One dict of fields a package; continuation lines are left out."""
    fields = {}
    for line in lines:
        if line.strip():
            if not line[0].isspace():
                name, _, value = line.partition(":")
                fields[name] = value.strip()
        elif fields:
            yield fields
            fields = {}
    if fields:
        yield fields


def one_for_each_source(index):
    """The binary package whose name hashes lowest stands for its source package."""
    chosen = {}
    for package in index:
        source = package.get("Source", package["Package"]).split()[0]
        rank = number(package["Package"])
        if "Description" in package and (source not in chosen or rank < chosen[source][0]):
            chosen[source] = (rank, package)
    return {source: package for source, (_, package) in sorted(chosen.items())}


def main():
    chosen = one_for_each_source(packages(sys.stdin))
    sizes = Counter(package["Section"] for package in chosen.values())
    labels = {section for section, _ in sizes.most_common(SECTIONS)}
    rows = {"train": [], "test": []}
    seen = set()
    for source, package in chosen.items():
        text, label = package["Description"], package["Section"]
        if label not in labels or number(source) % KEEP_ONE_IN or text.casefold() in seen:
            continue
        seen.add(text.casefold())
        part = "train" if number(source) // KEEP_ONE_IN % TEST_ONE_IN else "test"
        rows[part].append({"text": text, "label": label})
    DATA.mkdir(exist_ok=True)
    for part, kept in rows.items():
        kept.sort(key=lambda row: number(row["text"]))
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)
        (DATA / f"{part}.jsonl").write_text(text, encoding="utf-8")
        print(part, len(kept), dict(Counter(row["label"] for row in kept).most_common()))


if __name__ == "__main__":
    main()
