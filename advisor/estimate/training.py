"""All candidates in one pass: memory a device, step, run, cost and energy, each with its draws."""

from advisor.estimate import compute, memory, money
from advisor.estimate.case import AXES, Case
from advisor.estimate.fit import Held, held
from advisor.estimate.step import ranks, step_s
from advisor.number import (
    Number,
    at_least,
    ceiling,
    choose,
    draws,
    interval,
    larger,
    power_below,
    row_quantile,
    smaller,
)
from advisor.values.candidates import UNTRAINED, Field
from advisor.values.estimates import Ends, TrainingTable
from advisor.values.workload import Workload

DRAWS = 40
SETUP_S = (60.0, 180.0, 600.0)
"""Starting a run on an accelerator: environment, data in place, first compilation (EXPERT)."""
CPU_SETUP_S = 20.0
SATURATING_TOKENS = 8192.0
SATURATING_SAMPLES = 64.0
"""A larger micro batch than this buys no speed worth its memory (EXPERT)."""
EVALUATION = 1.05
"""Evaluation and checkpoints beside the steps (EXPERT)."""


def training(work: Workload, field: Field, drawn: int = DRAWS) -> TrainingTable:
    """Memory, step, run, cost and energy of every candidate; the micro batch is the largest power of two that
    fits in nine draws of ten."""
    case = Case(work, field, draws(drawn, len(AXES)))
    return _trees(case) if work.family == "trees" else _network(case)


def _network(case: Case) -> TrainingTable:
    batch = case.work.training.batch
    on = case.column("ranks", ranks)
    parts = held(case)
    micro = _micro_batch(case, parts, at_least(ceiling(batch / on), 1.0))
    peak = (parts.fixed + micro * parts.a_sample) * parts.fragmentation
    step = step_s(case, micro)
    steps = at_least(case.span(case.work.training.samples, "samples") * _epochs(case) / larger(batch, on), 1.0)
    own = case.column("cpu", lambda candidate: candidate.site.kind == "cpu")
    setup = choose(own, CPU_SETUP_S, case.three(SETUP_S, "overhead"))
    trains = 1.0 - case.mode(*UNTRAINED)
    run = (step * steps * EVALUATION + setup) * trains
    table = {
        "weights, gradients, optimizer states": parts.states * trains,
        "activations": micro * parts.a_sample * trains,
        "context, buffers, fragmentation": (peak - parts.states - micro * parts.a_sample) * trains,
    }
    return _priced(case, micro, table, step * trains, run)


def _epochs(case: Case) -> Number:
    """A frozen encoder computes the features of each sample once, whatever its head does with them."""
    epochs = case.work.training.epochs
    return choose(case.mode("linear_probe"), min(epochs, 1.0), epochs)


def _micro_batch(case: Case, parts: Held, batch_each: Number) -> Number:
    """The largest power of two that fits in nine draws of ten and still buys speed, unless the candidate says."""
    capacity = case.column("usable", lambda candidate: candidate.site.usable_bytes)
    room = row_quantile((capacity / parts.fragmentation - parts.fixed) / parts.a_sample, 0.1)
    long = case.work.kind in ("encoder", "decoder")
    enough = SATURATING_TOKENS / case.work.training.sequence if long else SATURATING_SAMPLES
    fits = smaller(power_below(smaller(at_least(room, 1.0), max(enough, 1.0))), batch_each)
    asked = case.column("micro batch", lambda candidate: candidate.micro_batch or 0.0)
    return choose(asked > 0, asked, fits)


def _trees(case: Case) -> TrainingTable:
    cpus = case.column("host cpus", lambda candidate: candidate.site.host_cpus)
    rows = case.span(case.work.training.samples, "samples")
    rate = case.three(compute.TREE_VALUES_PER_S, "reach")
    paged = case.column("paged", lambda candidate: candidate.paged)
    slower = choose(paged, case.three(compute.PAGED_SLOWER, "launch"), 1.0)
    run = compute.tree_time(rows, case.work.training.features, case.work.model.trees, cpus, rate) * slower
    data = case.span(case.work.training.decoded_bytes, "decoded") * case.three(memory.TREE_COPIES, "copies")
    pages = rows * case.three(memory.PAGED_ROW_BYTES, "copies") + memory.PAGE_BYTES
    table = {
        "the table, its bins and copies": choose(paged, pages, data) + 0.0 * cpus,
        "process": case.three(memory.PROCESS_BYTES, "overhead") + 0.0 * cpus,
    }
    return _priced(case, 1.0 + 0.0 * cpus, table, run / case.work.model.trees, run)


def _priced(case: Case, micro: Number, parts: dict[str, Number], step: Number, run: Number) -> TrainingTable:
    devices = case.column(
        "billed", lambda candidate: 1 if candidate.parallel == "independent_runs" else candidate.count
    )
    price = case.spans("price", lambda candidate: candidate.site.price, "price")
    watts = case.column("watts", lambda candidate: candidate.site.tdp_w)
    overhead = case.three(money.SERVER_OVERHEAD, "energy") * case.three(money.PUE, "energy")
    held, cost = sum(parts.values()), money.train_cost(run * devices, price, case.three(money.HIDDEN, "hidden"))
    return TrainingTable(
        field=case.field,
        micro_batch=micro,
        memory_bytes=held,
        step_s=step,
        run_s=run,
        cost_usd=cost,
        energy_j=money.energy(run * devices, watts, case.three(money.LOAD, "energy"), overhead),
        parts=parts,
        ends=Ends(_ends(held), _ends(run), _ends(cost)),
    )


def _ends(table: Number) -> tuple[Number, Number]:
    _, low, high = interval(table)
    return low, high
