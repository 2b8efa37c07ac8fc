"""Turns settled answers into the workload in SI units, with a range wherever something was assumed."""

from collections.abc import Mapping

from advisor.figure import Fact
from advisor.values.facts import Answer
from advisor.values.workload import Model, Serving, Span, Training, Workload, exactly, within

Task = Mapping[str, object]

ASSUMED_SIZE_SPREAD = 2.5
"""An assumed model may be this many times smaller or larger: BERT-base stands for DistilBERT and BERT-large."""
SAME_SIZE = 0.1
"""A model whose size is this near to the usual one of its task is taken to have its shape."""
ASSUMED_DATA_SPREAD = 10.0
"""An assumed number of samples says little more than its order of magnitude."""
ASSUMED_SAMPLES = 10_000.0
USUAL_COLUMNS = 30.0
VALUE_BYTES = 8.0
DECODED = {"image": 12.0, "audio": 4.0}
"""Bytes in memory over bytes on disk: JPEG to 8 bits 10 to 20 times, audio to 32 bits 1 to 10; 3 otherwise (EXPERT)."""
VOLUMES = {"nifti", "dicom"}
VOLUME_BYTES = 2e7
"""A sample of such a format from which it is a volume and no picture (EXPERT)."""
PADDING = (1.0, 1.15, 1.5)
"""Computed tokens for each real one: packed, bucketed by length, padded to the longest of a batch."""


def describe(answers: Mapping[str, Answer], evidence: Mapping[str, Fact], task: Task) -> Workload:
    """The workload; `task` is the row of tasks.yaml for the answered task."""
    ask = _Answers(answers, evidence, task)
    return Workload(
        task=ask.text("task", "other"),
        family="trees" if task["family"] == "trees" else "neural",
        kind=task["kind"],  # type: ignore[arg-type]
        modality=str(task["modality"]),
        model=_model(ask),
        training=_training(ask),
        serving=_serving(ask),
    )


class _Answers:
    """Reads numbers out of answers, evidence and the task's defaults."""

    def __init__(self, answers: Mapping[str, Answer], evidence: Mapping[str, Fact], task: Task) -> None:
        self.answers = answers
        self.evidence = evidence
        self.task = task

    def assumed(self, id: str) -> bool:
        return id not in self.answers or self.answers[id].how == "assumed" or not self.answers[id].fact.known

    def span(self, id: str, default: float, spread: float) -> Span:
        answer = self.answers.get(id)
        if answer is None or not answer.fact.known:
            return within(default, spread)
        value = max(answer.fact.number, 1e-9)
        if answer.fact.low is not None or answer.fact.high is not None:
            low, high = answer.fact.range
            return Span(value, max(low, 1e-9), max(high, value))
        return within(value, spread) if answer.how == "assumed" else exactly(value)

    def number(self, id: str, default: float) -> float:
        answer = self.answers.get(id)
        return answer.fact.number if answer is not None and answer.fact.known else default

    def text(self, id: str, default: str) -> str:
        answer = self.answers.get(id)
        return str(answer.fact.value) if answer is not None and answer.fact.known else default

    def several(self, id: str) -> tuple[str, ...]:
        answer = self.answers.get(id)
        value = answer.fact.value if answer is not None and answer.fact.known else ()
        return value if isinstance(value, tuple) else (str(value),)

    def usual(self, field: str, default: float = 0.0) -> float:
        value = self.volumes.get(field, self.task.get(field, default))
        return float(value) if isinstance(value, int | float) else default

    def three(self, field: str) -> Span:
        """A row's (low, usual, high), 1 where it has none."""
        row = self.task.get(field)
        low, value, high = row if isinstance(row, list) else (1.0, 1.0, 1.0)
        return Span(float(value), float(low), float(high))

    @property
    def volumes(self) -> Task:
        """What is usual where samples are volumes, nothing where they are not."""
        usual = self.task.get("volumes")
        if not isinstance(usual, dict) or not set(self.several("data.formats")) & VOLUMES:
            return {}
        each = self.number("data.bytes", 0.0) / max(self.number("data.samples", 0.0), 1.0)
        return usual if each >= VOLUME_BYTES else {}

    def columns(self) -> float:
        """Columns of the table beside the label, a usual number where nobody has looked."""
        names = self.column_names
        return max(1.0, len(names) - 1.0) if names else USUAL_COLUMNS

    @property
    def column_names(self) -> tuple[str, ...]:
        fact = self.evidence.get("data.features")
        return fact.value if fact is not None and isinstance(fact.value, tuple) else ()


def _model(ask: _Answers) -> Model:
    kind = ask.task["kind"]
    parameters = ask.span("model.parameters", ask.usual("parameters", 1e6), ASSUMED_SIZE_SPREAD)
    layers, hidden = _shape(ask, parameters.value)
    active = ask.number("model.active", 0.0)
    heads = ask.number("model.heads", max(1.0, hidden / 64))
    kv_heads = ask.number("model.kv_heads", ask.usual("kv_heads", heads) if ask.assumed("model.heads") else heads)
    head_dim = ask.number("model.head_dim", hidden / heads)
    usual = ask.usual("parameters", parameters.value)
    return Model(
        parameters=parameters,
        active=exactly(active) if 0 < active < parameters.value else parameters,
        layers=layers,
        hidden=hidden,
        kv_width=kv_heads * head_dim if not ask.assumed("model.kv_heads") else min(kv_heads * head_dim, hidden),
        ffn=ask.number("model.ffn", 4 * hidden if not ask.assumed("model.hidden") else ask.usual("ffn", 4 * hidden)),
        gated=_gated(ask),
        vocabulary=ask.number("model.vocabulary", ask.usual("vocabulary", 0.0)),
        embedding_values=ask.number("model.embedding_rows", 0.0) * ask.number("model.embedding_dim", 64.0),
        predicts_tokens=kind == "decoder",
        forward_flops=ask.usual("forward_flops") * parameters.value / usual,
        activation_bytes=ask.usual("activation_bytes") * (parameters.value / usual) ** 0.5,
        trees=ask.usual("trees", 500.0),
    )


def _gated(ask: _Answers) -> bool:
    fact = ask.evidence.get("model.gated")
    return bool(fact.value) if fact is not None and fact.known else bool(ask.task.get("gated"))


def _shape(ask: _Answers, parameters: float) -> tuple[float, float]:
    """(layers, hidden): as stated; else of a transformer with 12 layers h^2 parameters and hidden = 128 layers."""
    stated = not (ask.assumed("model.layers") or ask.assumed("model.hidden"))
    same_size = abs(parameters / ask.usual("parameters", parameters) - 1.0) <= SAME_SIZE
    if stated or same_size or ask.task["kind"] not in ("encoder", "decoder"):
        return ask.number("model.layers", ask.usual("layers", 4)), ask.number("model.hidden", ask.usual("hidden", 256))
    layers = max(2.0, round((parameters / (12 * 128**2)) ** (1 / 3)))
    return layers, 128 * layers


def _training(ask: _Answers) -> Training:
    samples = ask.span("data.samples", ASSUMED_SAMPLES, ASSUMED_DATA_SPREAD)
    sequence = ask.number("train.sequence", ask.usual("sequence", 1.0))
    return Training(
        samples=_widened(samples, ask.three("rollouts"), ask.three("generation")),
        features=ask.columns(),
        tokens=_tokens(ask, samples, sequence),
        sequence=sequence,
        epochs=_epochs(ask, samples.value),
        batch=max(1.0, _batch(ask)),
        decoded_bytes=_decoded(ask, samples),
        preprocessing_s=ask.number("preprocessing.cost", ask.usual("preprocessing_cost_s", 1e-4)),
        prepared_each_epoch=ask.text("preprocessing.kind", "deterministic") != "deterministic",
        optimizer=ask.text("train.optimizer", "adamw_mixed"),
        utilisation=None if ask.assumed("train.utilisation") else ask.number("train.utilisation", 0.4),
    )


def _epochs(ask: _Answers, samples: float) -> float:
    """As told or usual; of volumes as many as show the usual number of patches. Where answers are generated to learn
    from, a pass over the prompts is worth several."""
    if ask.volumes and ask.assumed("train.epochs"):
        return ask.usual("patches") / samples
    worth = ask.three("rollouts").value * ask.three("generation").value
    return ask.number("train.epochs", ask.usual("epochs", 3.0)) * worth


def _widened(samples: Span, *factors: Span) -> Span:
    """The same middle, with ends that are also off by what the factors over their own middle are."""
    low, high = samples.low, samples.high
    for factor in factors:
        low, high = low * factor.low / factor.value, high * factor.high / factor.value
    return Span(samples.value, low, high)


def _batch(ask: _Answers) -> float:
    told = not (ask.volumes and ask.assumed("train.batch"))
    return ask.number("train.batch", ask.usual("batch", 32.0)) if told else ask.usual("batch")


def _decoded(ask: _Answers, samples: Span) -> Span:
    """Bytes in memory: as told; 8 bytes a value of a table whose columns were counted, or that has no size on disk;
    else the bytes on disk times what decoding makes of them."""
    grown = max(ask.number("data.bytes", samples.value * 1e3), 1.0) * DECODED.get(str(ask.task["modality"]), 3.0)
    table = samples.value * (ask.columns() + 1.0) * VALUE_BYTES
    counted = bool(ask.column_names) or ask.assumed("data.bytes")
    return ask.span("data.decoded", table if ask.task["modality"] == "tabular" and counted else grown, 2.0)


def _tokens(ask: _Answers, samples: Span, sequence: float) -> Span:
    """Tokens computed in one epoch. Text: the tokens there are, with padding; else samples x positions."""
    kind = ask.task["kind"]
    if kind not in ("encoder", "decoder"):
        return samples
    if not ask.assumed("data.tokens") and ask.task["modality"] == "text":
        real = ask.span("data.tokens", 1.0, 1.5)
        cut = samples.value * sequence
        return Span(
            min(real.value * PADDING[1], cut), min(real.low * PADDING[0], cut), min(real.high * PADDING[2], cut)
        )
    filled = 1.0 if ask.task["modality"] == "audio" else 0.5
    return Span(samples.value * sequence * filled, samples.low * sequence * filled / 2, samples.high * sequence)


def _serving(ask: _Answers) -> Serving:
    decoder = ask.task["kind"] == "decoder"
    sequence = ask.number("train.sequence", ask.usual("sequence", 1.0))
    return Serving(
        tokens=_request_tokens(ask, sequence),
        answer_tokens=256.0 if decoder else 0.0,
        peak_per_s=ask.number("serving.load.peak", 10.0),
        latency_s=ask.number(_first_answer(ask, decoder=decoder), 500.0) / 1e3,
        token_s=ask.number("serving.per_token", 50.0) / 1e3,
        percentile=ask.number("serving.percentile", 99.0),
        devices=tuple(name for name in ask.several("client.devices") if name != "none"),
        device_memory_bytes=ask.number("client.memory", 2e9),
    )


def _first_answer(ask: _Answers, *, decoder: bool) -> str:
    """The question that bounds the first answer: of text that is written, the first token where somebody said so."""
    return "serving.first_token" if decoder and not ask.assumed("serving.first_token") else "serving.latency"


def _request_tokens(ask: _Answers, sequence: float) -> float:
    """Tokens of a long request: three times the average of the data where that is known, never above the sequence."""
    if ask.task["kind"] not in ("encoder", "decoder"):
        return 1.0
    if ask.assumed("data.tokens") or ask.assumed("data.samples"):
        return min(sequence, 1024.0)
    average = ask.number("data.tokens", 1.0) / max(ask.number("data.samples", 1.0), 1.0)
    return min(sequence, max(3.0 * average, 8.0))
