"""The same facts give the same conclusion, wherever and whenever it is drawn."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from scenarios.cases import cases, grounds, known

from advisor.conclude import conclude

TESTS = Path(__file__).parents[1]
IDS = ("fine-tune-3b-on-one-a100-2", "fraud-in-the-payment-path", "secret-model-in-the-browser-offline")


def drawn() -> str:
    """The conclusions on three profiles, as a short text."""
    found = [conclude(known(case.answers, case.machine), grounds()) for case in cases() if case.id in IDS]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def test_another_process_concludes_the_same() -> None:
    """Another process with another seed for hashing draws the same conclusions to the last character."""
    code = "from decide.test_determinism import drawn; print(drawn())"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TESTS)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=TESTS.parent, check=True
        )
        assert done.stdout.strip() == drawn()
