"""All candidates in one pass: memory a device, step, run, cost and energy, each with its draws."""

from advisor.estimate import money, trees
from advisor.estimate.case import Case
from advisor.estimate.network import core, samples_and_length
from advisor.estimate.runs import ranks
from advisor.number import Number, at_least, choose, interval, larger
from advisor.values.candidates import UNTRAINED, Field
from advisor.values.constants import Fitted
from advisor.values.estimates import Ends, TrainingTable
from advisor.values.workload import Workload

DRAWS = 40
SETUP_S = (60.0, 180.0, 600.0)
"""Starting a run on an accelerator: environment, data in place, first compilation (EXPERT)."""
CPU_SETUP_S = 20.0
EVALUATION = 1.05
"""Evaluation and checkpoints beside the steps (EXPERT)."""


def training(work: Workload, field: Field, fitted: Fitted, drawn: int = DRAWS) -> TrainingTable:
    """Memory, step, run, cost and energy of every candidate; the micro batch is the largest power of two that fits
    with its whole range."""
    case = Case(work, field, fitted, drawn)
    return _trees(case) if work.family == "trees" else _network(case)


def _network(case: Case) -> TrainingTable:
    found, training = core(case), case.work.training
    spread = case.column("ranks", ranks)
    samples = case.drawn_span(samples_and_length(training)[0], "samples")
    steps = at_least(samples * _epochs(case) / larger(training.batch, spread), 1.0)
    own = case.column("cpu", lambda candidate: candidate.site.kind == "cpu")
    setup = choose(own, CPU_SETUP_S, case.three(SETUP_S, "overhead"))
    trains = 1.0 - case.mode(*UNTRAINED)
    run = (found.step_s * steps * EVALUATION + setup) * trains
    parts = {name: size * trains for name, size in found.parts.items()}
    return _priced(case, found.micro, parts, found.step_s * trains, run)


def _epochs(case: Case) -> Number:
    """A frozen encoder computes the features of each sample once, whatever its head does with them."""
    epochs = case.work.training.epochs
    return choose(case.mode("linear_probe"), min(epochs, 1.0), epochs)


def _trees(case: Case) -> TrainingTable:
    cpus = case.column("host cpus", lambda candidate: candidate.site.host_cpus)
    rows, training = case.drawn_span(case.work.training.samples, "samples"), case.work.training
    paged = case.column("paged", lambda candidate: candidate.paged)
    slower = choose(paged, case.three(trees.PAGED_SLOWER, "overhead"), 1.0)
    rate = case.three(trees.VALUES_PER_S, "reach")
    run = trees.tree_time(rows, training.features, case.work.model.trees, cpus, rate) * slower
    data = case.drawn_span(training.decoded_bytes, "decoded") * case.three(trees.COPIES, "copies")
    pages = rows * case.three(trees.PAGED_ROW_BYTES, "copies") + trees.PAGE_BYTES
    parts = {
        "the table, its bins and copies": choose(paged, pages, data) + 0.0 * cpus,
        "process": case.three(trees.PROCESS_BYTES, "overhead") + 0.0 * cpus,
    }
    return _priced(case, 1.0 + 0.0 * cpus, parts, run / case.work.model.trees, run)


def _priced(case: Case, micro: Number, parts: dict[str, Number], step: Number, run: Number) -> TrainingTable:
    devices = case.column(
        "billed", lambda candidate: 1 if candidate.parallel == "independent_runs" else candidate.count
    )
    price = case.drawn_spans("price", lambda candidate: candidate.site.price, "price")
    watts = case.column("watts", lambda candidate: candidate.site.tdp_w)
    overhead = case.three(money.SERVER_OVERHEAD, "energy") * case.three(money.PUE, "energy")
    memory, cost = sum(parts.values()), money.train_cost(run * devices, price, case.three(money.HIDDEN, "hidden"))
    return TrainingTable(
        field=case.field,
        micro_batch=micro,
        memory_bytes=memory,
        step_s=step,
        run_s=run,
        cost_usd=cost,
        energy_j=money.energy(run * devices, watts, case.three(money.LOAD, "energy"), overhead),
        parts=parts,
        ends=Ends(_ends(memory), _ends(run), _ends(cost)),
    )


def _ends(table: Number) -> tuple[Number, Number]:
    _, low, high = interval(table)
    return low, high
