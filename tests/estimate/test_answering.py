"""Services under a steady load: what holds for every model, load and layout."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.estimate.answering import answering
from advisor.estimate.caching import asked, cache_ranks, memory, running
from advisor.estimate.decoding import one_pass
from advisor.predict import files
from advisor.predict.serving import read_serving
from advisor.values.runs import Serve

GROUND = files.ground()
K = GROUND.constants
ROW = {
    "arch_key": "llama-3.1-8b", "gpu": "H100-SXM-80GB", "tp": "1", "precision": "bf16", "engine": "vllm",
    "input_len": "1000", "output_len": "200", "concurrency": "8",
}  # fmt: skip
MODELS = ("llama-3.1-8b", "llama-3.1-70b", "qwen3-32b", "qwen3-235b-a22b", "deepseek-v3")
models = st.sampled_from(MODELS)
relaxed = settings(deadline=None, max_examples=40)


def run(**cells: str) -> Serve:
    found = read_serving({**ROW, **cells}, GROUND.models, GROUND.accelerators).run
    assert found is not None
    return found


@relaxed
@given(model=models, tensor=st.sampled_from("1248"), load=st.integers(1, 500), prompt=st.integers(1, 8000))
def test_more_work_never_takes_less_time(model: str, tensor: str, load: int, prompt: int) -> None:
    """Neither more requests at once nor longer prompts bring a token sooner, the first or a further one."""
    cells = {"arch_key": model, "tp": tensor, "gpu": "H200"}
    few, more, longer = (
        answering(run(**cells, concurrency=str(many), input_len=str(length)), K)
        for many, length in ((load, prompt), (load * 2, prompt), (load, prompt * 2))
    )
    for found in (more, longer):
        assert found.first_s >= few.first_s * (1 - 1e-9)
    assert more.token_s >= few.token_s * (1 - 1e-9)


@relaxed
@given(model=models, load=st.integers(1, 500), prompt=st.integers(1, 8000))
def test_more_devices_never_hold_more_each(model: str, load: int, prompt: int) -> None:
    """Twice the devices of a replica never need more memory each, but for the buffers of their collectives."""
    sizes = [float(memory(run(arch_key=model, tp=tensor, input_len=str(prompt)), float(load), K)) for tensor in "248"]
    assert all(more <= few for few, more in pairwise(sizes))


def test_one_device_of_a_group_is_a_device_alone() -> None:
    """At a tensor parallel degree of 1 nothing is sent, and the parts of a token add up to it."""
    found = answering(run(tp="1"), K)
    parts = (found.reading, found.arithmetic, found.layers, found.scheduling, found.prefill)
    assert found.tensor == 0
    assert found.drafting == 0
    assert found.token_s == pytest.approx(sum(parts))


@relaxed
@given(load=st.integers(2, 60), queue=st.floats(0.0, 1.0))
def test_what_is_waited_for_before_is_not_waited_for_after(load: int, queue: float) -> None:
    """How long a request stays does not depend on whether prompts of others are read before or after its first
    token: the mean stay follows from the work alone (Little)."""
    service = run(concurrency=str(load), input_len="6000", output_len="400", gpu="H200")
    stays = [
        found.first_s + 400.0 * found.token_s
        for found in (answering(service, {**K, "serve_queue": share}) for share in (0.1, queue))
    ]
    assert stays[0] == pytest.approx(stays[1])


def test_requests_that_do_not_fit_wait() -> None:
    """Beyond what keys and values fit, a further token takes no longer and the first one waits for others to leave."""
    cells = {"arch_key": "qwen3-32b", "tp": "2", "input_len": "4096", "output_len": "512"}
    few, many = (run(**cells, concurrency=str(load)) for load in (100, 200))
    assert 40 < running(few, K) < 80 < asked(few)
    crowded = [answering(service, K) for service in (few, many)]
    assert crowded[0].token_s == pytest.approx(crowded[1].token_s)
    assert crowded[1].first_s > 2 * crowded[0].first_s


def test_heads_of_keys_are_copied_where_there_are_too_few() -> None:
    """Eight devices share eight heads, four of them keep copies of four heads, and all keep the latent of MLA."""
    assert cache_ranks(run(arch_key="llama-3.1-70b", tp="8")) == 8
    assert cache_ranks(run(arch_key="qwen3-235b-a22b", tp="8")) == 4
    assert cache_ranks(run(arch_key="deepseek-v3", tp="8")) == 1


def test_what_drafts_is_held_too() -> None:
    """A model that drafts keeps weights, keys and values of its own: as large as the share of a pass that it takes."""
    alone, drafting = run(), run(draft_tokens="4", draft_cost="0.1")
    more = float(memory(drafting, 8.0, K) - memory(alone, 8.0, K))
    assert more == pytest.approx(0.1 * (8.03e9 * 2 + 8 * 1200 * 131072), rel=0.03)


def test_weights_of_few_bits_are_unpacked() -> None:
    """On an A100 weights in 8 bits take more than half the time of those in 16, as no unit multiplies them; cards with
    faster arithmetic unpack sooner at the same bandwidth."""
    alone = {"engine": "gpt-fast", "gpu": "A100-80GB", "concurrency": "1"}
    wide, packed, eight = (one_pass(run(**alone, precision=bits), 1.0, K) for bits in ("bf16", "int8", "fp8"))
    assert packed.total > 0.6 * wide.total
    assert eight.arithmetic == packed.arithmetic > 0
    old, new = (
        one_pass(run(**{**alone, "gpu": card}, precision="int4"), 1.0, K) for card in ("RTX 3090 Ti", "RTX 4090")
    )
    assert old.reading == pytest.approx(new.reading)
    assert old.total > 1.05 * new.total


def test_experts_are_read_as_they_are_needed() -> None:
    """One request reads the experts of its token, many read all; a layer of experts takes more kernels."""
    one, many = (one_pass(run(arch_key="qwen3-235b-a22b", tp="8"), load, K) for load in (1.0, 400.0))
    every = one_pass(run(arch_key="qwen3-235b-a22b", tp="8", precision="bf16"), 4000.0, K)
    assert one.reading < 0.2 * many.reading
    assert many.reading < every.reading
    assert one.layers > one_pass(replace(run(arch_key="llama-3.1-8b"), device=run().device), 1.0, K).layers


@pytest.mark.parametrize(
    ("engine", "precision", "kept"), [("trtllm", "fp8", 1.0), ("trtllm", "bf16", 2.0), ("vllm", "fp8", 2.0)]
)
def test_keys_are_kept_as_engines_keep_them(engine: str, precision: str, kept: float) -> None:
    """TensorRT-LLM keeps keys and values of models in FP8 in 8 bits, vLLM in 16."""
    assert run(engine=engine, precision=precision).traffic.kv_bytes == kept


def test_a_program_for_one_person_is_timed_with_a_short_prompt() -> None:
    """Without lengths a single stream is a sentence and 128 tokens, a service a page; files of llama.cpp say their
    bits."""
    short = run(engine="llama.cpp", precision="Q4_K_M", input_len="", output_len="", concurrency="1").traffic
    long = run(engine="vllm", input_len="", output_len="").traffic
    assert (short.input, short.output) == (32.0, 128.0)
    assert (long.input, long.output) == (1024.0, 256.0)
    assert short.weight_bytes == pytest.approx(0.6)
