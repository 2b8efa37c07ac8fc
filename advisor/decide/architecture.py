"""All decisions in their order: serving bounds the model, the model bounds training."""

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.decide.capacity import capacity
from advisor.decide.handover import hand_over
from advisor.decide.metrics import metrics
from advisor.decide.notes import chosen_facts, notes
from advisor.decide.options import choose, undecided
from advisor.decide.readings import Winner, readings
from advisor.decide.search import Searched, search
from advisor.decide.several import choose_due
from advisor.decide.situation import computed, trained_facts
from advisor.decide.timing import in_time
from advisor.figure import Fact, Figure
from advisor.number import Number, interval
from advisor.rule import judge
from advisor.values.candidates import UNTRAINED
from advisor.values.catalog import Tables
from advisor.values.decision import Decided, Statement
from advisor.values.estimates import TrainingTable
from advisor.values.workload import Workload

Facts = Mapping[str, Fact]
OF_DATA = ("d_data_format", "d_storage", "d_preproc", "d_federated")
"""Decisions about the data of training, which fall away where nothing is trained on stored data."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """Every decision, the winning training with its figures, what the gates say, and the facts it all rests on."""

    decisions: tuple[Decided, ...]
    winner: Winner
    statements: tuple[Statement, ...]
    facts: dict[str, Fact]

    @property
    def outcome(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What is compared when the architecture is decided again: what is chosen, else why nothing is."""
        return tuple((decided.id, decided.chosen or (decided.status,)) for decided in self.decisions)


def architecture(
    work: Workload, table: TrainingTable, facts: Facts, tables: Tables, *, shares: bool = True
) -> Architecture:
    """Decides everything. `shares` False leaves out rank acceptability and words, for deciding again quickly."""
    known = dict(facts)
    rows = {row.id: row for row in tables.decisions}
    task = tables.tasks[work.task if work.task in tables.tasks else "other"]
    decided: dict[str, Decided] = {}

    def take(found: Decided) -> None:
        decided[found.id] = found
        known[found.id] = computed(found.id, found.chosen[0] if found.chosen else "")

    for id in ("g_need_ml", "g_family", "d_topology"):
        take(choose(rows[id], known, tables, shares=shares))
    take(choose_due(rows["d_ip"], known, tables, shares=shares))
    searched = search(table, known, tables, shares=shares)
    winner = _winner(table, searched.nearest, feasible=bool(searched.passed), ranges=shares)
    for found in readings(searched, winner, known, tables, shares=shares):
        take(found)
    if shares:
        known |= chosen_facts(winner, work, known)
    take(in_time(rows["d_time"], winner, table, known, tables, shares=shares))
    blocked = computed("train.full_blocked", _full_blocked(searched))
    known |= _host(work, winner, known["data.sample_bytes"]) | {"train.full_blocked": blocked}
    for id in OF_DATA:
        if why := _no_data(winner, work):
            take(undecided(rows[id], "not_needed", tables.say(f"{why}.{id}")))
        else:
            take(choose(rows[id], known, tables, shares=shares))
    take(choose(rows["d_feature_store"], known, tables, shares=shares))
    if winner.untrained:
        take(undecided(rows["d_tracking"], "not_needed", tables.say("no_training_data.d_tracking")))
    else:
        take(choose(rows["d_tracking"], known, tables, shares=shares))
    take(metrics(rows["d_metrics"], known, task, tables))
    for found in hand_over(rows["d_artefact"], rows["d_runtime"], known, tables, shares=shares):
        take(found)
    take(capacity(rows["d_scale"], known, tables, shares=shares))
    ordered = tuple(decided[row.id] for row in tables.decisions)
    return Architecture(ordered, winner, _statements(known, tables) if shares else (), known)


def _no_data(winner: Winner, work: Workload) -> str:
    """The phrases that say why no data are stored or prepared for training, "" where some are."""
    if winner.untrained:
        return "no_training_data"
    return "simulated" if work.modality == "simulation" else ""


def _winner(table: TrainingTable, row: int, *, feasible: bool, ranges: bool) -> Winner:
    """The row's estimates; without `ranges` their values alone, for deciding again."""

    def figure(name: str, values: Number, unit: str, formula: str) -> Figure:
        value, low, high = interval(values[row]) if ranges else (values[row, 0],) * 3
        return Figure(name, float(value), float(low), float(high), unit, formula)

    return Winner(
        candidate=table.candidates[row],
        micro_batch=int(table.micro_batch[row, 0]),
        memory=figure("train.memory.peak", table.memory_bytes, "bytes", "states + activations + context"),
        step=figure("train.step", table.step_s, "s", "max(arithmetic, launching, traffic) + unhidden + optimizer"),
        run=figure("train.run", table.run_s, "s", "steps x step + evaluation + setup"),
        cost=figure("train.cost.run", table.cost_usd, "USD", "device-hours x price x (1 + hidden costs)"),
        energy=figure("train.energy.run", table.energy_j, "J", "device-seconds x power x load x overhead"),
        feasible=feasible,
    )


def _host(work: Workload, winner: Winner, sample_bytes: Fact) -> dict[str, Fact]:
    site = winner.candidate.site
    gpus = winner.candidate.count if site.kind in ("own_gpu", "rented") else 0
    trained = winner.candidate.mode not in UNTRAINED
    per_s = (
        work.training.batch / winner.step.value if trained and winner.step.value > 0 and work.family != "trees" else 0.0
    )
    host, devices = (site.host_memory_bytes, max(site.host_cpus, 1.0)), (gpus, winner.candidate.nodes)
    return trained_facts(work, host, devices, per_s, sample_bytes)


def _full_blocked(searched: Searched) -> bool:
    """Training all weights was possible but for memory, time or money; a last resort leaves it as good as blocked."""
    full = [passed.candidate for passed in searched.passed if passed.candidate.mode == "full_finetune"]
    if not all(candidate.last_resort for candidate in full):
        return False
    resources = ("model.parameters", "train.deadline", "train.budget", "train.budget_month")
    return any(candidate.mode == "full_finetune" and out.by in resources for candidate, out, _ in searched.out)


def _statements(facts: Facts, tables: Tables) -> tuple[Statement, ...]:
    due = [gate for gate in tables.gates if judge(gate.condition, facts).holds]
    return (*(Statement(gate.id, gate.say, gate.sources, gate.decision) for gate in due), *notes(facts, tables))
