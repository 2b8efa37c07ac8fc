"""All-reduces within a node against what others measured: tests/published/collectives.csv."""

import csv
from dataclasses import replace
from statistics import median

import pytest
from accuracy.layouts import PUBLISHED
from estimate.test_layouts import RUN

from advisor import catalog
from advisor.catalog.constants import constants
from advisor.estimate.links import tensor_s
from advisor.predict.devices import accelerator, device

ACCELERATORS = catalog.load().accelerators
REDUCED = 4.0
"""All-reduces of a layer, forward and backward, without sequence parallelism."""


def off(row: dict[str, str]) -> float:
    """What tensor parallelism takes for an all-reduce of as many bytes over as many devices, over the measured time."""
    shape = replace(RUN.shape, sequence=1.0, hidden=float(row["bytes"]) / 2.0)
    layout = replace(RUN.layout, devices=float(row["gpus"]), tensor=float(row["gpus"]))
    here = device(row["gpu"], "", "16", accelerator(row["gpu"], ACCELERATORS))
    return (
        float(tensor_s(replace(RUN, shape=shape, layout=layout, device=here), constants()))
        / REDUCED
        / float(row["seconds"])
    )


@pytest.fixture(scope="module")
def ratios() -> list[tuple[dict[str, str], float]]:
    with (PUBLISHED / "collectives.csv").open(newline="") as lines:
        return [(row, off(row)) for row in csv.DictReader(lines)]


def test_all_reduces_take_what_was_measured(ratios) -> None:
    """From 4 MB, as layers send them, the median all-reduce of 2, 4 and 8 devices is within 15% of the measured one and
    nine of ten are within 50%; most of it by latency below 16 MB, by the links above 256 MB."""
    mine = [abs(ratio - 1.0) for row, ratio in ratios if float(row["bytes"]) >= 4e6]
    assert len(mine) > 90
    assert median(mine) < 0.15
    assert sorted(mine)[int(0.9 * len(mine))] < 0.5


@pytest.mark.parametrize("gpus", ["2", "4"])
def test_few_ranks_reach_less_of_their_links(ratios, gpus) -> None:
    """Large all-reduces of two and of four devices, which no switch adds up, are within 15% in the median."""
    mine = [abs(ratio - 1.0) for row, ratio in ratios if row["gpus"] == gpus and float(row["bytes"]) >= 6e7]
    assert len(mine) >= 10
    assert median(mine) < 0.15


@pytest.mark.parametrize("generation", ["A100", "H100", "H200"])
def test_no_generation_is_far_off(ratios, generation) -> None:
    """Each generation is within 30% in the median; where NVLink's switches add up (sm_90, eight devices) estimates stay
    up to 30% above, because sequence parallelism gathers and scatters instead."""
    mine = [ratio for row, ratio in ratios if row["gpu"].startswith(generation) and float(row["bytes"]) >= 4e6]
    assert 0.8 < median(mine) < 1.3
