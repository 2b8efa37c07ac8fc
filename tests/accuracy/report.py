"""How far the estimates are from published measurements: python tests/accuracy/report.py [TRAIN.csv [MEMORY.csv]].

Without arguments it reads the rows of tests/published. A table has the columns of those files.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from accuracy.published import cases, hours_case, image_case, memory_case, report, rows, training_case

PUBLISHED = Path(__file__).parents[1] / "published"


def main(arguments: list[str]) -> None:
    paths = [Path(argument) for argument in arguments] or [PUBLISHED / "train.csv", PUBLISHED / "memory.csv"]
    kinds = ((training_case, "seconds of a step"), (memory_case, "bytes of a device"))
    for path, (of, what) in zip(paths, kinds, strict=False):
        print(f"{what}: {path}")
        print(report(cases(path, of)))
    if not arguments:
        print("seconds of a batch of images")
        print(report([image_case(row) for row in rows(PUBLISHED / "vision.csv")]))
        print("device-hours of whole pretrainings")
        print(report([hours_case(row) for row in rows(PUBLISHED / "hours.csv")]))


if __name__ == "__main__":
    main(sys.argv[1:])
