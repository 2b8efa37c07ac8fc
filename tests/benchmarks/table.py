"""How long and how lean a large table is estimated: `python tests/benchmarks/table.py [ROWS]`.

A table of 200,000 generated rows goes through `estimate train --rows` as a user's does, from a file to a file, once a
tenth of it and once the whole in processes of their own. Prints rows a second and the memory of both; ends with 1 where
the whole needs more than 60 MB beyond the tenth, so memory does not grow with the table, or where a row is lost.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice, product
from pathlib import Path

ROWS, MOST_MORE_MB = 200_000, 60.0
GROWING = {
    "gpus": ("8", "16", "64"), "tp": ("1", "2", "8", "7"), "seq": ("2048", "4096", "8192"), "micro_batch": ("1", "2"),
    "act_ckpt": ("none", "selective", "full", ""), "zero_stage": ("1", "3", ""), "offload": ("", "optimizer", "nvme"),
    "gpu": ("H100-SXM-80GB", "A100-80GB", "B200", "unheard-of"), "precision": ("bf16", "fp8"),
}  # fmt: skip
"""Cells of the rows, some of which cannot exist."""


def main(rows: int) -> int:
    """Measures both tables; 1 where memory grows with the table, or a row is not answered."""
    with tempfile.TemporaryDirectory() as folder:
        (few, _, less), (many, took, more) = (_estimated(Path(folder), count) for count in (rows // 10, rows))
    print(f"{rows:,} rows: {rows / took:,.0f} a second; peak {more:.0f} MB, of a tenth of them {less:.0f} MB")
    return 0 if (few, many) == (rows // 10, rows) and more - less <= MOST_MORE_MB else 1


def _estimated(folder: Path, rows: int) -> tuple[int, float, float]:
    """(rows answered, seconds, MB at the most) of one table in a process of its own."""
    table, out = folder / "in.csv", folder / "out.csv"
    with table.open("w", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(("config_id", "arch_key", "global_batch", *GROWING))
        batches = range(64, 64 + rows)
        cells = islice(((batch, *made) for batch in batches for made in product(*GROWING.values())), rows)
        writer.writerows((f"row-{place}", "llama-3.1-8b", *made) for place, made in enumerate(cells))
    command = [sys.executable, "-m", "advisor", "estimate", "train", "--rows", str(table), "--out", str(out)]
    began = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, used = os.wait4(child.pid, 0)
    took = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    with out.open(newline="") as lines:
        answered = sum(1 for row in csv.DictReader(lines) if row["step_s"] or row["reason"])
    return answered, took, used.ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
