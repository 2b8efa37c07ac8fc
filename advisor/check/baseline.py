"""Findings that were there when the check was taken up: known by rule, file and path in it, never by line."""

import json
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from advisor.errors import BadInput
from advisor.values.finding import Finding

SCHEMA = 1
Print = tuple[str, str, str]
"""Rule, file (from the baseline's folder), and YAML path; where there is none, the message."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """Findings that the baseline does not hold, how many it hides, how many of its entries are gone."""

    findings: tuple[Finding, ...]
    hidden: int
    gone: int


def read_baseline(path: Path) -> Counter[Print]:
    """The entries of a baseline, each as often as it may occur. Raises BadInput for a file that is none."""
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        remedy = "make it with --update-baseline"
        raise BadInput(f"cannot be read: {reason}", where=str(path), remedy=remedy) from None
    except (ValueError, RecursionError) as error:
        remedy = "make it anew with --update-baseline"
        raise BadInput(f"is no baseline: {error}", where=str(path), remedy=remedy) from None
    try:
        if document["schema"] != SCHEMA:
            raise BadInput(f"schema {document['schema']!r} is not known", where=str(path), remedy="upgrade advisor")
        return Counter(
            {(str(row["rule"]), str(row["path"]), str(row["at"])): int(row["count"]) for row in document["findings"]}
        )
    except (KeyError, TypeError, ValueError) as error:
        remedy = "make it anew with --update-baseline"
        raise BadInput(f"is no baseline: {error!r}", where=str(path), remedy=remedy) from None


def baseline_text(findings: Iterable[Finding], path: Path) -> str:
    """The baseline that hides these findings, as it stands in the file `path`."""
    counted = Counter(_print(finding, path) for finding in findings)
    rows = [{"rule": rule, "path": file, "at": at, "count": count} for (rule, file, at), count in counted.items()]
    rows.sort(key=lambda row: (row["path"], row["at"], row["rule"]))
    return json.dumps({"schema": SCHEMA, "findings": rows}, indent=1, ensure_ascii=False) + "\n"


def beyond(findings: Iterable[Finding], baseline: Counter[Print], path: Path) -> Beyond:
    """What is new beside a baseline."""
    rest = Counter(baseline)
    left = []
    hidden = 0
    for finding in findings:
        key = _print(finding, path)
        if rest[key] > 0:
            rest[key] -= 1
            hidden += 1
        else:
            left.append(finding)
    return Beyond(tuple(left), hidden, sum(count for count in rest.values() if count > 0))


def _print(finding: Finding, path: Path) -> Print:
    file = Path(os.path.relpath(finding.place.path, path.parent)).as_posix()
    return finding.rule, file, finding.yaml_path or finding.message
