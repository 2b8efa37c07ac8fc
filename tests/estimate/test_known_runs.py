"""Configurations that many people have run: an estimate off by more than a factor of two would be noticed."""

from dataclasses import replace

import pytest
from estimate.samples import DECODER, ENCODER, IMAGE, long, sized, train

from advisor import catalog
from advisor.number import interval
from advisor.rates.sites import accelerator_site
from advisor.values.candidates import Candidate
from advisor.values.workload import exactly

TABLES = catalog.load()
LLAMA_70B = replace(
    sized(DECODER, exactly(7.055e10)),
    model=replace(
        DECODER.model, parameters=exactly(7.055e10), active=exactly(7.055e10), layers=80.0, hidden=8192.0, ffn=28672.0
    ),
)  # fmt: skip


def at(accelerator, mode="full_finetune", count=1, parallel="none", checkpointing=False, micro_batch=None):
    site = accelerator_site(TABLES.accelerators[accelerator], TABLES.prices.get(accelerator))
    precision = "bf16" if "bf16" in dict(site.flops) else "fp16"
    return Candidate(mode, site, count, parallel, precision, checkpointing, micro_batch)


@pytest.mark.parametrize(
    ("accelerator", "images_per_s"),
    [("a100-sxm4-80gb", 2700), ("v100-sxm2-32gb", 1300), ("rtx3090", 1000), ("t4", 400)],
)
def test_resnet_50(accelerator, images_per_s):
    """ResNet-50 in mixed precision trains at the published images a second, within a factor of 1.5."""
    step = train(IMAGE, at(accelerator)).step_s[0, 0]
    assert images_per_s / 1.5 < 256 / step < images_per_s * 1.5


@pytest.mark.parametrize(("accelerator", "tokens_per_s"), [("a100-sxm4-80gb", 170_000), ("t4", 14_000)])
def test_bert_base(accelerator, tokens_per_s):
    """BERT-base fine-tunes at the published tokens a second, within a factor of two."""
    step = train(ENCODER, at(accelerator)).step_s[0, 0]
    assert tokens_per_s / 2 < 32 * 256 / step < tokens_per_s * 2


def test_llama_8b_on_a_node_of_h100():
    """Llama-3.1-8B under FSDP at 8192 tokens trains at 6.3 to 6.7 thousand tokens a second and GPU (TITAN), with
    attention computed again, on devices of 500 W; without either it is a fifth to a third more."""
    work = long(replace(DECODER, training=replace(DECODER.training, batch=16.0)), 8192.0)
    candidate = at("h100-sxm5-80gb", "from_scratch", 8, "fsdp2", micro_batch=2.0)
    value, low, high = (16 * 8192 / 8 / float(end[0]) for end in interval(train(work, candidate).step_s))
    assert high < 6700 < low
    assert 5000 < value < 8700


GB = 1e9
NODE = at("h100-sxm5-80gb", "full_finetune", 8, "fsdp2", True)
FITS = [
    ("8B full fine-tune on one 80 GB device does not fit", DECODER, at("h100-sxm5-80gb", checkpointing=True), 110, 250),
    ("8B full over 8 x 80 GB fits", DECODER, NODE, 20, 60),
    ("8B LoRA, short batches, needs about 24 GB", DECODER, at("rtx4090", "lora", 1, "none", True, 1.0), 17, 26),
    ("8B QLoRA fits in 24 GB", DECODER, at("rtx4090", "qlora", 1, "none", True, 1.0), 7, 16),
    ("70B QLoRA fits in 80 GB", LLAMA_70B, at("h100-sxm5-80gb", "qlora", 1, "none", True, 1.0), 40, 78),
    ("70B full over 8 x 80 GB does not fit", LLAMA_70B, NODE, 120, 250),
    ("70B full over 32 x 80 GB fits", LLAMA_70B, at("h100-sxm5-80gb", "full_finetune", 32, "fsdp2", True), 40, 78),
]  # fmt: skip


@pytest.mark.parametrize(("what", "work", "candidate", "least", "most"), FITS, ids=[row[0] for row in FITS])
def test_what_fits(what, work, candidate, least, most):
    """What people know to fit, or not to, is estimated so; in GB of a device."""
    held = train(work, candidate).memory_bytes[0, 0] / GB
    assert least < held < most, what


def test_seventy_billion_parameters_on_many_h100():
    """70B over 32 H100 with checkpointing reaches some 800 tokens a second and GPU."""
    work = long(replace(LLAMA_70B, training=replace(LLAMA_70B.training, batch=64.0)), 4096.0)
    step = train(work, at("h100-sxm5-80gb", "full_finetune", 32, "fsdp2", True)).step_s[0, 0]
    assert 500 < 64 * 4096 / 32 / step < 1300
