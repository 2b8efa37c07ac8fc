"""The model's files: config.json, safetensors headers, the licence."""

import json
import struct
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.answers.detect import look
from advisor.answers.detect.license import kind_of
from advisor.answers.detect.model.count import size_of
from advisor.answers.detect.model.header import header_of
from advisor.answers.detect.model.shape import shape_of
from advisor.answers.detect.reading.bounded import Unreadable
from advisor.errors import BadInput


def bert_like(family: str, **more: Any) -> dict[str, Any]:
    base = {"num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072}
    return {"model_type": family, **base, **more}


def llama_like(family: str, sizes: tuple[int, int, int, int, int, int], **more: Any) -> dict[str, Any]:
    """`sizes`: layers, hidden, heads, heads of keys, feed-forward, vocabulary."""
    names = ("num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads", "intermediate_size")
    shape = dict(zip((*names, "vocab_size"), sizes, strict=True))
    return {"model_type": family, "tie_word_embeddings": False, **shape, **more}


BERT = bert_like("bert", vocab_size=30522, max_position_embeddings=512, type_vocab_size=2)
DISTILBERT = {
    "model_type": "distilbert", "n_layers": 6, "dim": 768, "hidden_dim": 3072, "n_heads": 12, "vocab_size": 30522,
    "max_position_embeddings": 512,
}  # fmt: skip
GPT2 = {"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "n_positions": 1024, "vocab_size": 50257}
LLAMA = llama_like("llama", (32, 4096, 32, 8, 14336, 128256), max_position_embeddings=131072)
MIXTRAL = llama_like("mixtral", (32, 4096, 32, 8, 14336, 32000), num_local_experts=8, num_experts_per_tok=2)

PUBLISHED: dict[str, tuple[Mapping[str, Any], int, int | None]] = {
    "bert-base-uncased": (BERT, 109_482_240, None),
    "distilbert-base-uncased": (DISTILBERT, 66_362_880, None),
    "roberta-base": (
        bert_like("roberta", vocab_size=50265, max_position_embeddings=514, type_vocab_size=1), 124_645_632, None,
    ),
    "albert-base-v2": (
        bert_like("albert", vocab_size=30000, max_position_embeddings=512, type_vocab_size=2, embedding_size=128),
        11_683_584, None,
    ),
    "deberta-v3-base": (
        bert_like("deberta-v2", vocab_size=128100, max_position_embeddings=512, type_vocab_size=0, position_buckets=256,
                  position_biased_input=False), 183_831_552, None,
    ),
    "modernbert-base": (
        {"model_type": "modernbert", "num_hidden_layers": 22, "hidden_size": 768, "num_attention_heads": 12,
         "intermediate_size": 1152, "vocab_size": 50368}, 149_014_272, None,
    ),
    "vit-base-patch16-224": (
        bert_like("vit", image_size=224, patch_size=16, num_channels=3, architectures=["ViTForImageClassification"],
                  id2label={str(n): str(n) for n in range(1000)}), 86_567_656, None,
    ),
    "gpt2": (GPT2, 124_439_808, None),
    "opt-125m": (
        {"model_type": "opt", "num_hidden_layers": 12, "hidden_size": 768, "num_attention_heads": 12, "ffn_dim": 3072,
         "vocab_size": 50272, "max_position_embeddings": 2048, "word_embed_proj_dim": 768}, 125_239_296, None,
    ),
    "pythia-160m": (
        bert_like("gpt_neox", vocab_size=50304, max_position_embeddings=2048, tie_word_embeddings=False),
        162_322_944, None,
    ),
    "bloom-560m": (
        {"model_type": "bloom", "n_layer": 24, "hidden_size": 1024, "n_head": 16, "vocab_size": 250880},
        559_214_592, None,
    ),
    "phi-2": (
        {"model_type": "phi", "num_hidden_layers": 32, "hidden_size": 2560, "num_attention_heads": 32,
         "intermediate_size": 10240, "vocab_size": 51200, "tie_word_embeddings": False}, 2_779_683_840, None,
    ),
    "t5-small": (
        {"model_type": "t5", "num_layers": 6, "d_model": 512, "num_heads": 8, "d_kv": 64, "d_ff": 2048,
         "vocab_size": 32128, "relative_attention_num_buckets": 32}, 60_506_624, None,
    ),
    "bart-base": (
        {"model_type": "bart", "encoder_layers": 6, "decoder_layers": 6, "d_model": 768, "encoder_attention_heads": 12,
         "encoder_ffn_dim": 3072, "decoder_ffn_dim": 3072, "vocab_size": 50265, "max_position_embeddings": 1024},
        139_420_416, None,
    ),
    "whisper-small": (
        {"model_type": "whisper", "encoder_layers": 12, "decoder_layers": 12, "d_model": 768, "vocab_size": 51865,
         "encoder_attention_heads": 12, "encoder_ffn_dim": 3072, "num_mel_bins": 80, "max_source_positions": 1500,
         "max_target_positions": 448}, 241_734_912, None,
    ),
    "Llama-3.1-8B": (LLAMA, 8_030_261_248, None),
    "Qwen2.5-0.5B": (
        llama_like("qwen2", (24, 896, 14, 2, 4864, 151936), tie_word_embeddings=True), 494_032_768, None,
    ),
    "gemma-2-2b": (
        llama_like("gemma2", (26, 2304, 8, 4, 9216, 256000), head_dim=256, tie_word_embeddings=True),
        2_614_341_888, None,
    ),
    "Phi-3-mini": (llama_like("phi3", (32, 3072, 32, 32, 8192, 32064)), 3_821_079_552, None),
    "Mixtral-8x7B": (MIXTRAL, 46_702_792_704, 12_879_925_248),
    "Qwen3-30B-A3B": (
        llama_like("qwen3_moe", (48, 2048, 32, 4, 6144, 151936), head_dim=128, moe_intermediate_size=768,
                   num_experts=128,
                   num_experts_per_tok=8), 30_532_122_624, 3_353_032_704,
    ),
    "gpt-oss-20b": (
        llama_like("gpt_oss", (24, 2880, 64, 8, 2880, 201088), head_dim=64, num_local_experts=32, num_experts_per_tok=4,
                   attention_bias=True), 20_914_757_184, None,
    ),
    "DeepSeek-V3": (
        llama_like("deepseek_v3", (61, 7168, 128, 128, 18432, 129280), moe_intermediate_size=2048, n_routed_experts=256,
                   n_shared_experts=1, num_experts_per_tok=8, first_k_dense_replace=3, q_lora_rank=1536,
                   kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128,
                   topk_method="noaux_tc"), 671_026_419_200, 37_552_297_472,
    ),
}  # fmt: skip
"""Parameters (total, active for a token) of the published checkpoints, as their safetensors files add up."""


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_follow_from_the_config(name: str) -> None:
    """The formula of each family gives the published number of parameters, to the last one."""
    config, total, active = PUBLISHED[name]
    shape = shape_of(config)
    assert shape is not None
    size = size_of(shape)
    assert size is not None
    assert size.total == total
    if active is not None:
        assert size.active == active


def model(folder: Path, config: Mapping[str, Any] | None = None, **tensors: tuple[str, tuple[int, ...]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config))
    if tensors:
        (folder / "model.safetensors").write_bytes(safetensors(tensors))
    return folder


BYTES = {"F32": 4, "BF16": 2, "F16": 2, "I64": 8, "I32": 4, "U8": 1, "F64": 8}


def safetensors(tensors: Mapping[str, tuple[str, tuple[int, ...]]]) -> bytes:
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (dtype, shape) in tensors.items():
        size = BYTES[dtype]
        for extent in shape:
            size *= extent
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(at)


WEIGHTS: dict[str, tuple[str, tuple[int, ...]]] = {
    "model.embed_tokens.weight": ("BF16", (100, 8)),
    "model.layers.0.w": ("BF16", (8, 8)),
    "model.layers.1.w": ("BF16", (8, 8)),
    "position_ids": ("I64", (1, 16)),
}


def test_a_config_gives_the_shape(tmp_path: Path) -> None:
    """model/config.json gives every number of the shape with its file as the source, and parameters with a range."""
    model(tmp_path / "model", {**LLAMA, "architectures": ["LlamaForCausalLM"], "torch_dtype": "bfloat16"})
    facts = look(tmp_path).facts
    shape = {
        "layers": 32,
        "hidden": 4096,
        "heads": 32,
        "kv_heads": 8,
        "head_dim": 128,
        "ffn": 14336,
        "vocabulary": 128256,
    }
    assert {name: facts[f"model.{name}"].value for name in shape} == shape
    assert facts["model.layers"].source == "model/config.json"
    low, high = facts["model.parameters"].range
    assert low < 8_030_261_248 < high
    assert high / low < 1.02
    assert facts["model.dtype"].value == "bfloat16"
    assert facts["task"].value == "text_gen"
    assert "model.active" not in facts
    assert "train.sequence" not in facts


def test_experts(tmp_path: Path) -> None:
    """A mixture of experts has fewer active parameters than it has."""
    model(tmp_path / "models" / "mix", MIXTRAL)
    facts = look(tmp_path).facts
    assert facts["model.experts"].value == 8
    assert facts["model.active"].number == pytest.approx(12.88e9, rel=0.001)


def test_multimodal_configs_are_nested(tmp_path: Path) -> None:
    """The text part of a multimodal config is read, and the range reaches up for the part that is not counted."""
    model(tmp_path / "model", {"model_type": "llava", "text_config": LLAMA, "vision_config": {"hidden_size": 1024}})
    facts = look(tmp_path).facts
    assert facts["model.layers"].value == 32
    assert facts["model.parameters"].range[1] > 1.1 * facts["model.parameters"].number
    assert "text part only" in facts["model.parameters"].source


HEADS = {
    "BertForSequenceClassification": "text_clf", "BertForTokenClassification": "text_clf",
    "ViTForImageClassification": "image_clf", "DetrForObjectDetection": "detection",
    "SegformerForSemanticSegmentation": "segmentation", "WhisperForConditionalGeneration": "asr",
    "Wav2Vec2ForCTC": "asr", "GPT2LMHeadModel": "text_gen", "T5ForConditionalGeneration": "text_gen",
    "BertForMaskedLM": None, "BertModel": None,
}  # fmt: skip


@pytest.mark.parametrize("head", HEADS)
def test_the_head_tells_the_task(head: str, tmp_path: Path) -> None:
    """The class that a config names says what the model does; a bare encoder says nothing."""
    model(tmp_path, {**BERT, "architectures": [head]})
    task = look(tmp_path).facts.get("task")
    assert (task.value if task else None) == HEADS[head]


def test_labelled_data_outweigh_a_language_model(tmp_path: Path) -> None:
    """A language model with labelled texts is to classify: the data win, and the source says against what."""
    model(tmp_path / "model", {**LLAMA, "architectures": ["LlamaForCausalLM"]})
    (tmp_path / "data").mkdir()
    line = "a long enough text to be prose,{}\n"
    (tmp_path / "data" / "train.csv").write_text("text,label\n" + "".join(line.format("ab"[n % 2]) for n in range(40)))
    task = look(tmp_path).facts["task"]
    assert task.value == "text_clf"
    assert "against text_gen" in task.source


def test_signs_of_equal_weight_leave_the_task_open(tmp_path: Path) -> None:
    """When data and a trained head disagree evenly there is no task, and a note asks for it."""
    model(tmp_path / "model", {**BERT, "architectures": ["BertForTokenClassification"]})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text(
        "a,b,c,d,label\n" + "".join(f"{n}.5,{n},{n},2,{n % 2}\n" for n in range(40))
    )
    found = look(tmp_path)
    assert "task" not in found.facts
    assert any("the task is not clear" in note for note in found.notes)


def test_a_config_that_is_no_model_is_a_note(tmp_path: Path) -> None:
    """Any program may have a config.json: found by itself it is a note."""
    (tmp_path / "config.json").write_text('{"debug": true}')
    found = look(tmp_path)
    assert not found.facts
    assert any("config.json describes no model" in note for note in found.notes)


@pytest.mark.parametrize(
    "text",
    ['{"debug": true}', "{broken", '{"model_type": "bert", "model_type": "gpt2"}', "[1]", '{"a": ' * 5000, "\xff\0"],
)
def test_a_given_config_must_be_a_models(text: str, tmp_path: Path) -> None:
    """The same file given with --model is an error with place and remedy."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "config.json").write_text(text, encoding="latin-1")
    with pytest.raises(BadInput) as caught:
        look(tmp_path, model=tmp_path / "m")
    assert caught.value.where == "m/config.json"
    assert caught.value.remedy


@settings(deadline=None)
@given(st.dictionaries(
    st.sampled_from([*BERT, *GPT2, *MIXTRAL, "architectures", "text_config", "head_dim", "kv_lora_rank", "id2label"]),
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=3)
    | st.dictionaries(st.sampled_from(["hidden_size", "n_layer"]), st.integers(), max_size=2), max_size=9))  # fmt: skip
def test_odd_configs_are_no_traceback(tmp_path_factory: pytest.TempPathFactory, odd: dict[str, Any]) -> None:
    """A config with values of the wrong kind gives facts, a note or BadInput."""
    folder = tmp_path_factory.mktemp("odd")
    family = odd["model_type"] if isinstance(odd.get("model_type"), str) else "mixtral"
    (folder / "config.json").write_text(json.dumps({**MIXTRAL, **odd, "model_type": family}))
    look(folder)
    with suppress(BadInput):
        assert look(folder, model=folder).facts["model.architecture"]


def test_headers_give_exact_parameters(tmp_path: Path) -> None:
    """Parameters, bytes and type come from the header and win over the config's formula; buffers do not count."""
    model(tmp_path / "model", BERT, **WEIGHTS)
    facts = look(tmp_path).facts
    assert facts["model.parameters"].value == 100 * 8 + 2 * 64
    assert facts["model.parameters"].low is None
    assert facts["model.parameters"].source == "model/model.safetensors header"
    assert facts["model.bytes"].value == 2 * 928 + 128
    assert facts["model.dtype"].value == "bf16"
    assert facts["model.layers"].value == 12


def test_headers_alone_give_a_shape(tmp_path: Path) -> None:
    """Without a config the layers, width and vocabulary follow from the names of the tensors."""
    model(tmp_path, **WEIGHTS)
    facts = look(tmp_path).facts
    assert facts["model.layers"].value == 2
    assert (facts["model.vocabulary"].value, facts["model.hidden"].value) == (100, 8)


def test_shards_are_added(tmp_path: Path) -> None:
    """The shards of the index are added up; when one is missing the formula stands and a note says so."""
    folder = model(tmp_path / "model", LLAMA)
    for number in (1, 2):
        name = f"model-0000{number}-of-00002.safetensors"
        (folder / name).write_bytes(safetensors({f"w{number}": ("F32", (10, number))}))
    names = {f"w{number}": f"model-0000{number}-of-00002.safetensors" for number in (1, 2)}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}))
    assert look(tmp_path).facts["model.parameters"].value == 30
    (folder / "model-00002-of-00002.safetensors").unlink()
    found = look(tmp_path)
    assert found.facts["model.parameters"].value == 8_030_261_248
    assert any("1 of the model's shards are missing" in note for note in found.notes)


def test_packed_weights_are_not_counted(tmp_path: Path) -> None:
    """Four-bit weights share numbers, so the config's formula gives the parameters."""
    tensors: dict[str, tuple[str, tuple[int, ...]]] = {
        "layers.0.q.qweight": ("I32", (4, 4)),
        "layers.0.q.scales": ("F16", (4, 4)),
    }
    model(tmp_path / "model", LLAMA, **tensors)
    assert look(tmp_path).facts["model.parameters"].value == 8_030_261_248


RAW = safetensors(WEIGHTS)


def header_bytes(header: Any) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(8)


BROKEN = {
    "empty": b"",
    "shorter than a length": b"\1\0\0",
    "header larger than allowed": struct.pack("<Q", 200_000_000) + b"{" + bytes(20),
    "header longer than the file": struct.pack("<Q", 5_000) + b"{}",
    "tensor beyond the file": RAW[:-10],
    "duplicate key": header_bytes(b'{"a": {}, "a": {}}'),
    "not JSON": header_bytes(b"{nonsense"),
    "not UTF-8": header_bytes(b'{"\xff": 1}'),
    "no tensors": header_bytes({"__metadata__": {}}),
    "offsets the wrong way": header_bytes({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}),
    "bytes against shape": header_bytes({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 4]}}),
    "negative shape": header_bytes({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}),
    "no offsets": header_bytes({"a": {"dtype": "F32", "shape": [1]}}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_headers(case: str, tmp_path: Path) -> None:
    """A broken header found by itself is a note with place and remedy; given with --model it is BadInput."""
    (tmp_path / "model").mkdir()
    path = tmp_path / "model" / "model.safetensors"
    path.write_bytes(BROKEN[case])
    found = look(tmp_path)
    assert "model.parameters" not in found.facts
    assert any(note.startswith("model/model.safetensors ") and "again" in note for note in found.notes)
    for path_given in (path, path.parent):
        with pytest.raises(BadInput) as caught:
            look(tmp_path, model=path_given)
        assert caught.value.where == "model/model.safetensors"
        assert caught.value.remedy


@settings(deadline=None)
@given(st.integers(0, len(RAW) - 1))
def test_a_file_cut_anywhere_is_refused(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    """However a download broke off, the header is refused and never half believed."""
    path = tmp_path_factory.getbasetemp() / "cut.safetensors"
    path.write_bytes(RAW[:length])
    with pytest.raises(Unreadable):
        header_of(path)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_header_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """No bytes in the place of a header make the reader fail otherwise."""
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(struct.pack("<Q", len(raw)) + raw)
    with suppress(Unreadable):
        assert header_of(path).shapes


SHAPES = st.lists(st.integers(0, 5), max_size=3).map(tuple)
TYPED = st.tuples(st.sampled_from(["F32", "BF16"]), SHAPES)
TENSORS = st.dictionaries(st.text(min_size=1, max_size=6), TYPED, min_size=1, max_size=6)


@settings(deadline=None)
@given(TENSORS)
def test_right_headers_are_read_exactly(
    tmp_path_factory: pytest.TempPathFactory, tensors: dict[str, tuple[str, tuple[int, ...]]]
) -> None:
    """Every well-formed header gives the product of its shapes and the bytes of its tensors."""
    path = tmp_path_factory.getbasetemp() / "right.safetensors"
    tensors.pop("__metadata__", None)
    path.write_bytes(safetensors(tensors))
    header = header_of(path)
    expected = 0
    for _, shape in tensors.values():
        size = 1
        for extent in shape:
            size *= extent
        expected += size
    assert header.total == expected


def test_a_pickle_given_as_model_is_refused(tmp_path: Path) -> None:
    """--model with a pickle, or a folder of pickles, says why it is not opened and what to do."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "pytorch_model.bin").write_bytes(b"\x80\x02}q\0.")
    for path_given in (tmp_path / "m", tmp_path / "m" / "pytorch_model.bin"):
        with pytest.raises(BadInput, match="pickle") as caught:
            look(tmp_path, model=path_given)
        assert "safetensors" in caught.value.remedy


@pytest.mark.parametrize("name", ["nowhere", "empty", "notes.txt"])
def test_a_given_model_must_be_one(name: str, tmp_path: Path) -> None:
    """A path that is missing, an empty folder and a text file are errors with place and remedy."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(BadInput) as caught:
        look(tmp_path, model=tmp_path / name)
    assert caught.value.where == name
    assert caught.value.remedy


def test_a_model_outside_the_project(tmp_path: Path) -> None:
    """--model may point anywhere, at the folder, the config or the weights."""
    (tmp_path / "project").mkdir()
    folder = model(tmp_path / "elsewhere", GPT2, **WEIGHTS)
    for path_given in (folder, folder / "config.json", folder / "model.safetensors"):
        facts = look(tmp_path / "project", model=path_given).facts
        assert facts["model.parameters"].value == 928
        assert facts["model.layers"].value == 12


def test_several_models_are_named(tmp_path: Path) -> None:
    """With several models the first is taken, and a note says how to choose."""
    model(tmp_path / "models" / "a", GPT2)
    model(tmp_path / "models" / "b", BERT)
    found = look(tmp_path)
    assert found.facts["model.layers"].source == "models/a/config.json"
    assert any("several models: models/a, models/b" in note for note in found.notes)


def test_adapters(tmp_path: Path) -> None:
    """A LoRA adapter names its base model and the optimiser's policy, and is not taken for the model."""
    (tmp_path / "model").mkdir()
    about = {"peft_type": "LORA", "base_model_name_or_path": "meta-llama/Llama-3.1-8B"}
    (tmp_path / "model" / "adapter_config.json").write_text(json.dumps(about))
    (tmp_path / "model" / "adapter_model.safetensors").write_bytes(RAW)
    facts = look(tmp_path).facts
    assert facts["model.name"].value == "meta-llama/Llama-3.1-8B"
    assert facts["train.optimizer"].value == "lora_adamw"
    assert "model.parameters" not in facts


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("apache-2.0", "permissive"), ("mit", "permissive"), ("bsd-3-clause", "permissive"),
        ("cc-by-4.0", "permissive"),
        ("cc-by-nc-4.0", "non_commercial"), ("cc-by-nc-sa-4.0", "non_commercial"), ("qwen-research", "non_commercial"),
        ("llama3.1", "community_restricted"), ("gemma", "community_restricted"), ("openrail++", "community_restricted"),
        ("bigscience-bloom-rail-1.0", "community_restricted"), ("gpl-3.0", ""), ("cc-by-sa-4.0", ""), ("other", ""),
    ],
)  # fmt: skip
def test_licences(name: str, kind: str) -> None:
    """Names of licences fall into the kinds that matter; a doubtful one into none."""
    assert kind_of(name) == kind


def test_the_model_card(tmp_path: Path) -> None:
    """The front matter of the card gives licence, gate, base and task."""
    model(tmp_path / "model", BERT)
    card = "license: llama3.1\nextra_gated_prompt: please\nbase_model: x/y\npipeline_tag: text-classification"
    (tmp_path / "model" / "README.md").write_text(f"---\n{card}\n---\n# A")
    facts = look(tmp_path).facts
    assert facts["model.license"].value == "community_restricted"
    assert facts["model.gated"].value is True
    assert facts["model.name"].value == "x/y"
    assert facts["task"].value == "text_clf"


def test_the_projects_own_licence_is_not_the_models(tmp_path: Path) -> None:
    """A LICENSE in the project says nothing about the weights; one beside the weights does."""
    text = "Apache License\nVersion 2.0"
    (tmp_path / "LICENSE").write_text(text)
    model(tmp_path / "model", BERT)
    assert "model.license" not in look(tmp_path).facts
    (tmp_path / "model" / "LICENSE").write_text(text)
    assert look(tmp_path).facts["model.license"].value == "permissive"


def test_a_bomb_in_the_card_is_a_note(tmp_path: Path) -> None:
    """YAML that would grow without end is refused, and everything else is still found."""
    model(tmp_path / "model", BERT)
    letters = "abcdefghijklmnopqrst"
    lines = [f"{after}: &{after} [*{before}, *{before}]" for before, after in pairwise(letters)]
    bomb = "\n".join(["a: &a [x, x]", *lines, ""])
    (tmp_path / "model" / "README.md").write_text(f"---\n{bomb}---\n")
    found = look(tmp_path)
    assert found.facts["model.layers"].value == 12
    assert any("front matter has more aliases" in note for note in found.notes)
