"""The evidence file: every number, in the same bytes each time."""

import json
import math
from dataclasses import replace

from record import samples

from advisor.figure import Figure
from advisor.record.evidence import evidence


def test_every_number_with_what_it_rests_on() -> None:
    """A number has value, unit, interval, provenance, formula and inputs; a gap says why."""
    document = json.loads(evidence(samples.text_service(), 1))
    assert document["estimates"]["train.step"] == {
        "value": 0.61,
        "low": 0.55,
        "high": 0.7,
        "unit": "s",
        "provenance": "computed",
        "weakest": "computed",
        "formula": "step_time",
        "inputs": ["model.parameters", "rate.gpu0.matmul.bfloat16"],
    }
    assert document["facts"]["machine.shm"] == {"value": None, "unit": "bytes", "gap": "/dev/shm is not mounted"}
    assert document["answers"]["model.parameters"]["value"] == 109_489_944
    assert document["answers"]["model.secrecy"]["how"] == "assumed"
    assert document["decisions"]["d_topology"]["removed"][1]["limit"] == "2 GB"


def test_same_bytes_whatever_the_order() -> None:
    """The order in which facts were found does not show in the file."""
    whole = samples.text_service()
    turned = replace(
        whole,
        facts=dict(reversed(whole.facts.items())),
        answers=dict(reversed(whole.answers.items())),
        estimates=dict(reversed(whole.estimates.items())),
    )
    assert evidence(turned, 1) == evidence(whole, 1)


def test_no_number_that_json_lacks() -> None:
    """Infinity and not-a-number become null: the file is JSON for every reader."""
    odd = Figure("x", math.inf, 0.0, math.nan, "s", "f")
    text = evidence(replace(samples.bare(), estimates={"x": odd}), 1).decode()
    assert json.loads(text, parse_constant=float)["estimates"]["x"] == {
        "value": None,
        "low": 0.0,
        "high": None,
        "unit": "s",
        "provenance": "computed",
        "weakest": "computed",
        "formula": "f",
        "inputs": [],
    }
