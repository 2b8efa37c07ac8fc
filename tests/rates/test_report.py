import pytest

from advisor.figure import TRUST
from advisor.rates.programs import BY_RATE, PROGRAMS, programs_for
from advisor.rates.report import Report, heard, rates_of
from advisor.shelf import shelf

MATMUL, STREAM = "rate.cpu.matmul.float32", "rate.cpu.stream"
HELLO = {"event": "torch", "version": "2.13.0", "threads": 2, "cpus": 2, "devices": {}}


def block(rate: str = MATMUL, seconds: tuple[float, ...] = (0.1,) * 5, others: float = 0.0) -> dict[str, object]:
    return {"event": "block", "rate": rate, "work": 1e9, "seconds": list(seconds), "others": others}


def told(*messages: dict[str, object]) -> Report:
    report = Report()
    for message in messages:
        report = heard(report, message)
    return report


def rates(report: Report, missing: str = "time was over"):  # type: ignore[no-untyped-def]
    return rates_of(report, PROGRAMS["cpu"], "f1", missing).facts


def test_a_rate_is_work_over_median_time_with_its_interval_turned_round() -> None:
    """Slow runs make the low end: 1 Gflop in 0.1 s (0.05 to 0.2) is 10 Gflop/s (5 to 20)."""
    fact = rates(told(HELLO, block(seconds=(0.05, 0.1, 0.1, 0.1, 0.2))))[MATMUL]
    assert (fact.value, fact.low, fact.high, fact.unit) == (1e10, 5e9, 2e10, "flop/s")
    assert fact.provenance == TRUST[0] == "measured"
    assert fact.source == "kernels/matmul.py, torch 2.13.0, 2 threads, median of 5 runs"


def test_blocks_of_one_program_add_up() -> None:
    """Runs of several blocks are counted together."""
    fact = rates(told(HELLO, block(), block(STREAM), block()))[MATMUL]
    assert "median of 10 runs" in fact.source


def test_too_few_runs_are_a_gap_that_says_how_long_one_takes() -> None:
    """Four runs make no interval, so they make no rate; the reason tells what to expect of the machine."""
    fact = rates(told(HELLO, block(seconds=(2.0,) * 4)))[MATMUL]
    assert not fact.known
    assert "4 runs of 2 s" in fact.gap
    assert fact.unit == "flop/s"


def test_each_gap_has_its_own_reason() -> None:
    """A program that failed says why; one whose turn never came says what kept it."""
    facts = rates(told(HELLO, {"event": "failed", "rate": STREAM, "reason": "out of memory"}))
    assert facts[STREAM].gap == "out of memory"
    assert facts[MATMUL].gap == "time was over"
    assert list(facts) == [program.rate for program in PROGRAMS["cpu"]]


def test_a_crowded_measurement_says_so() -> None:
    """Other programs on our CPUs are named in the source; on CPUs that we leave free they do not matter."""
    assert "took 0.8 of its CPUs" in rates(told(HELLO, block(others=0.8)))[MATMUL].source
    roomy = {**HELLO, "cpus": 8}
    assert "other programs" not in rates(told(roomy, block(others=5.0)))[MATMUL].source


def test_starting_again_voids_what_was_measured_on_that_device() -> None:
    """After `again` for the CPU its runs are gone."""
    assert told(HELLO, block(), {"event": "again", "device": "cpu"}).runs(MATMUL) == 0
    assert told(HELLO, block(), {"event": "again", "device": "gpu0"}).runs(MATMUL) == 5


@pytest.mark.parametrize(
    "message",
    [
        {"event": "surprise"},
        {},
        5,
        block(seconds=()),
        block(seconds=(0.1, -0.1)),
        block(seconds=(float("nan"),)),
        block(rate="rate.cpu.nothing"),
        {"event": "block", "rate": MATMUL},
    ],
    ids=str,
)
def test_what_is_no_message_is_refused(message: object) -> None:
    """Malformed messages raise one of three errors and never become numbers."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        heard(Report(), message)  # type: ignore[arg-type]


def test_the_roster_names_every_kernel_in_the_folder_and_no_other() -> None:
    """A file in kernels/ is timed, and what is timed is a file in kernels/."""
    assert {program.kernel for program in BY_RATE.values()} == {file.stem for file in shelf("kernels").glob("*.py")}
    assert not (shelf("kernels") / "__init__.py").exists()


def test_a_machine_without_a_gpu_is_not_asked_about_one() -> None:
    """GPU rates appear only where the probe found a GPU."""
    assert {program.device for program in programs_for(0)} == {"cpu"}
    assert {program.device for program in programs_for(8)} == {"cpu", "gpu0"}
