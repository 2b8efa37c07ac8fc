"""Small workloads, sites and candidates that the tests change one thing at a time in."""

from dataclasses import replace

from advisor import estimate
from advisor.catalog.constants import constants, spreads
from advisor.values.candidates import Candidate, Field
from advisor.values.constants import Fitted
from advisor.values.estimates import TrainingTable
from advisor.values.workload import Model, Serving, Site, Span, Training, Workload, exactly, within

FITTED = Fitted(constants(), spreads())
GPU = Site(
    id="gpu", kind="rented", name="gpu", accelerator="", counts=(1, 8), memory_bytes=8e10, host_memory_bytes=1e11,
    host_cpus=16.0, flops=(("fp32", within(2e13, 1.2)), ("bf16", within(2.7e14, 1.1))), trains=None,
    bandwidth=within(1.8e12, 1.1), link=within(2.2e11, 1.3), price=within(1.3, 1.5), tdp_w=400.0,
    provenance="datasheet", basis="a test",
)  # fmt: skip
CPU = replace(
    GPU, id="cpu", kind="cpu", flops=(("fp32", within(5e11, 1.5)),), bandwidth=within(2e10, 2.0), price=exactly(0.0)
)
SERVING = Serving(512.0, 256.0, 10.0, 0.5, 0.05, 99.0)
MODEL = Model(
    parameters=exactly(1.1e8), active=exactly(1.1e8), layers=12.0, hidden=768.0, kv_width=768.0, ffn=3072.0,
    gated=False, vocabulary=30522.0, embedding_values=0.0, predicts_tokens=False, forward_flops=0.0,
    activation_bytes=0.0, trees=500.0,
)  # fmt: skip
TRAINING = Training(
    samples=exactly(1e5), features=30.0, tokens=exactly(1e5 * 256), sequence=256.0, epochs=3.0, batch=32.0,
    decoded_bytes=exactly(1e9), preprocessing_s=0.0, prepared_each_epoch=False, optimizer="adamw_mixed",
    utilisation=None,
)  # fmt: skip
ENCODER = Workload("text_clf", "neural", "encoder", "text", MODEL, TRAINING, SERVING)
DECODER = replace(
    ENCODER,
    task="text_gen",
    kind="decoder",
    model=replace(
        MODEL, parameters=exactly(8.03e9), active=exactly(8.03e9), layers=32.0, hidden=4096.0, kv_width=1024.0,
        ffn=14336.0, gated=True, vocabulary=128256.0, predicts_tokens=True,
    ),
    training=replace(TRAINING, tokens=exactly(1e5 * 2048), sequence=2048.0, batch=64.0),
)  # fmt: skip
IMAGE = replace(
    ENCODER,
    task="image_clf",
    kind="image",
    modality="image",
    model=replace(MODEL, parameters=exactly(2.56e7), active=exactly(2.56e7), layers=50.0, forward_flops=8.2e9,
                  activation_bytes=4.3e7),
    training=replace(TRAINING, sequence=224.0, batch=256.0),
)  # fmt: skip
MLP = replace(ENCODER, task="recsys_rank", kind="mlp", modality="tabular", training=replace(TRAINING, sequence=1.0))
TREES = replace(ENCODER, task="tabular_clf", family="trees", kind="trees", modality="tabular")

ONE = Candidate("full_finetune", GPU, 1, "none", "bf16", False)


def train(work: Workload, *candidates: Candidate, drawn: int = 40) -> TrainingTable:
    return estimate.training(work, Field(candidates), FITTED, drawn)


def sized(work: Workload, parameters: Span) -> Workload:
    return replace(work, model=replace(work.model, parameters=parameters, active=parameters))


def long(work: Workload, sequence: float) -> Workload:
    """The same samples, each of `sequence` tokens."""
    samples = work.training.samples.value
    return replace(work, training=replace(work.training, sequence=sequence, tokens=exactly(samples * sequence)))
