"""Measurements kept on disk, one file a machine, torch version and set of kernels."""

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from advisor.rates.programs import Program
from advisor.rates.report import Message, Report, heard
from advisor.shelf import shelf

SCHEMA = 1


def key(fingerprint: str, programs: Sequence[Program], threads: int) -> str:
    """Changes whenever the numbers may: the machine, torch, the programs, their text, the thread count."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = ""
    digest = hashlib.sha256(f"{SCHEMA} {fingerprint} {torch} {threads}\n".encode())
    for program in programs:
        digest.update(f"{program}\n".encode())
    for file in sorted(shelf("kernels").glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def load(folder: Path, key: str, budget_s: float) -> Report | None:
    """The kept measurement, if it had no smaller budget; None as well for a file that is not what we wrote."""
    try:
        kept = json.loads(_file(folder, key).read_bytes())
        if kept["schema"] != SCHEMA or kept["key"] != key or kept["budget_s"] < budget_s:
            return None
        report = Report()
        for message in kept["messages"]:
            report = heard(report, message)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return report


def save(folder: Path, key: str, budget_s: float, messages: Sequence[Message]) -> None:
    """Replaces the kept measurement in one step; a folder that cannot be written to keeps nothing."""
    kept = {"schema": SCHEMA, "key": key, "budget_s": budget_s, "messages": list(messages)}
    temporary = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, suffix=".part", delete=False) as file:
            temporary = file.name
            json.dump(kept, file, sort_keys=True)
        os.replace(temporary, _file(folder, key))
    except OSError:
        with suppress(OSError):
            os.unlink(temporary)


def _file(folder: Path, key: str) -> Path:
    return folder / f"rates-{key[:16]}.json"
