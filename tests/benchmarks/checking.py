"""How fast `advisor check` is and how small it stays: `python tests/benchmarks/checking.py [FOLDER]`.

Writes the examples of the rules a thousand times (or copies the files of FOLDER until there are a thousand), checks
them in a process of their own, and prints a table against the limits; ends with 1 if one is exceeded. The peer is
yamllint, the linter that most projects have in the same place of their CI, on the same files. Not a test: it needs a
machine that is otherwise idle.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from advisor.check.rules import RULES

FILES = 1000
OURS = """
import json, resource, sys, time
from pathlib import Path
from advisor.cli.check import _checked
from advisor.check import Settings
from datetime import date
began = time.process_time()
outcome = _checked([Path(sys.argv[1])], Settings(), date(2026, 11, 25))
took = time.process_time() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
print(json.dumps({"s": took, "mb": peak, "files": outcome.files, "findings": len(outcome.findings)}))
"""
PEER = """
import json, sys, time
from pathlib import Path
from yamllint import linter
from yamllint.config import YamlLintConfig
settings = YamlLintConfig("extends: default")
began = time.process_time()
count = 0
for path in sorted(Path(sys.argv[1]).rglob("*.y*ml")):
    list(linter.run(path.read_text(encoding="utf-8", errors="replace"), settings, str(path)))
    count += 1
print(json.dumps({"s": time.process_time() - began, "files": count}))
"""


@dataclass(frozen=True)
class Row:
    """One measurement: what, how much, how much it may be, in which unit."""

    what: str
    value: float
    limit: float
    unit: str


def main() -> int:
    """Measures everything, prints the table; 1 if a limit is exceeded."""
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as four:
        fill(Path(one), FILES, source)
        fill(Path(four), 4 * FILES, source)
        ours, more, peer = ran(OURS, one), ran(OURS, four), ran(PEER, one)
    each = (more["s"] - ours["s"]) / (more["files"] - ours["files"])  # what is loaded once is start-up
    rows = [
        Row(f"advisor check, {FILES} files after start-up", each * FILES, 1.0, "s"),
        Row("  its memory at the peak", ours["mb"], 100.0, "MB"),
        Row("  four times as many files", more["s"] / ours["s"], 4.6, "x"),
        Row("  a file / yamllint a file", each / (peer["s"] / peer["files"]), 0.5, "x"),
    ]
    print(f"{int(ours['files'])} files looked at, {int(ours['findings'])} findings")
    for row in rows:
        mark = "" if row.value <= row.limit else "  EXCEEDED"
        print(f"{row.what:<40} {row.value:>8.3g} {row.unit:<3} at most {row.limit:>6.3g} {row.unit}{mark}")
    return 0 if all(row.value <= row.limit for row in rows) else 1


def fill(folder: Path, count: int, source: Path | None) -> None:
    """That many files, each copy in a folder of its own, so that the files of one example find each other."""
    given = sorted(path for path in source.rglob("*") if path.is_file()) if source else []
    examples = [dict(example.files) for rule in RULES for example in (rule.bad, rule.good)]
    sets = [{path.name: path.read_bytes() for path in [each]} for each in given] or [
        {name: text.encode() for name, text in files.items()} for files in examples
    ]
    written = 0
    for number, files in enumerate(islice(cycle(sets), count)):
        for name, data in files.items():
            path = folder / str(number) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            written += 1
        if written >= count:
            return


def ran(program: str, folder: str) -> dict[str, float]:
    """What a program in a process of its own says about a folder."""
    said = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(said)
    return found


if __name__ == "__main__":
    sys.exit(main())
