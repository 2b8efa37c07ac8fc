"""The trainers' own files: what each format says, what is wrong with it, and what only looks wrong."""

import copy
import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.check.checking import gathered, judged
from advisor.check.format import Format
from advisor.check.formats import (
    axolotl,
    composer,
    lightning,
    llamafactory,
    megatron,
    neox,
    python_arguments,
    torchtitan,
    torchtune,
    training_arguments,
)
from advisor.check.reading import read
from advisor.values.configs import ConfigFacts

QUIET = {"ADV043", "ADV047", "ADV049"}  # rules over any text, which have their own tests

AXOLOTL = "base_model: org/model\ndatasets:\n  - path: d.jsonl\n    type: alpaca\nsequence_len: 2048\n"
FACTORY = "stage: sft\ndo_train: true\nfinetuning_type: lora\ntemplate: llama3\nper_device_train_batch_size: 1\n"
TUNE = "model:\n  _component_: torchtune.models.m\noptimizer:\n  _component_: torch.optim.AdamW\n  lr: 2e-5\n"
TITAN = '[job]\ndump_folder = "o"\n[model]\nname = "llama3"\nflavor = "8B"\n[training]\nseq_len = 8192\nsteps = 100\n'
LITGPT = "checkpoint_dir: c\nout_dir: o\ntrain:\n  global_batch_size: 64\n  micro_batch_size: 4\n"
COMPOSER = "model:\n  name: mpt\ntrain_loader:\n  name: text\nglobal_train_batch_size: 64\nsave_folder: s3://b\n"
NEOX = '{\n"pipe_parallel_size": 1,\n"model_parallel_size": 1,\n"num_layers": 24,\n"hidden_size": 2048,\n'
MEGATRON = "MODEL_ARGS:\n  --num-layers: 24\n  --hidden-size: 2048\n  --tensor-model-parallel-size: 2\n"
PYTHON = "arguments = TrainingArguments(\n    output_dir='o',\n"


def found(path: str, text: str) -> list[tuple[str, str, int]]:
    """(rule, severity, line) of what is found in a file that a walk came across."""
    reading = read(path, text.encode(), named=False)
    findings = judged(gathered([reading], (), {}), {path: text})
    return [(each.rule, each.severity, each.place.line) for each in findings if each.rule not in QUIET]


def only(path: str, text: str) -> ConfigFacts:
    """The one configuration of a text."""
    (config,) = read(path, text.encode(), named=False).configs
    return config


@pytest.mark.parametrize(
    ("path", "text", "format"),
    [
        ("a.yml", AXOLOTL, "axolotl"),
        ("a.yaml", FACTORY, "llamafactory"),
        ("a.yaml", TUNE, "torchtune"),
        ("a.toml", TITAN, "torchtitan"),
        ("a.yaml", LITGPT, "lightning"),
        ("a.yaml", "trainer:\n  max_epochs: 3\n  accelerator: gpu\n", "lightning"),
        ("a.yaml", COMPOSER, "composer"),
        ("a.yaml", "name: run\nparameters:\n  " + COMPOSER.replace("\n", "\n  ").rstrip() + "\n", "composer"),
        ("a.yml", NEOX + '"pos_emb": "rotary",\n}\n', "neox"),
        ("a.yml", NEOX.replace("_", "-") + "}\n", "neox"),
        ("a.yaml", MEGATRON, "megatron"),
        ("a.yaml", MEGATRON.replace("MODEL_ARGS", "language_model").replace("--", "").replace("-", "_"), "megatron"),
        ("train.py", PYTHON + ")\n", "python_arguments"),
        ("train.py", "from trl import SFTConfig\nSFTConfig(output_dir='o')\n", "python_arguments"),
    ],
)  # fmt: skip
def test_formats_are_known_by_content(path: str, text: str, format: str) -> None:
    """Each trainer's file is recognised by what is in it, whatever its name, and nothing is found in a sound one."""
    assert only(path, text).format == format
    assert found(path, text) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "base_model: x\nmodels:\n  - model: y\nmerge_method: slerp\n"),
        ("a.yaml", "stage: build\ntemplate: x\nscript: make\n"),
        ("a.toml", "[tool.ruff]\nline-length = 100\n[training]\nx = 1\n"),
        ("a.yaml", "trainer:\n  name: x\n"),
        ("a.yaml", "model:\n  tensor_model_parallel_size: 1\n"),
        ("a.py", "config = Config(learning_rate=5)\n"),
        ("a.py", "def f(TrainingArguments):\n    pass\n"),
    ],
)
def test_other_files_are_not_taken(path: str, text: str) -> None:
    """Merge recipes, pipelines, projects and classes of one's own are no training configurations."""
    assert read(path, text.encode(), named=False).configs == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("warmup_steps: 10\nwarmup_ratio: 0.1\n", [("ADV006", "error", 7)]),
        ("saves_per_epoch: 2\nsave_steps: 100\n", [("ADV006", "error", 7)]),
        ("save_strategy: epoch\nsave_steps: 100\n", [("ADV006", "error", 6)]),
        ("warmup_steps: 0.1\n", [("ADV007", "warning", 6)]),
        ("learning_rate: 2\noptimizer: adamw_bnb_8bit\n", [("ADV007", "warning", 6)]),
        ("learning_rate: 2\noptimizer: lion_8bit\n", [("ADV007", "warning", 6)]),
        ("deepspeed: /ds/zero3.json\nfsdp:\n  - full_shard\n", [("ADV016", "error", 7)]),
        ("adapter: qlora\nload_in_4bit: false\n", [("ADV020", "error", 7)]),
        ("adapter: qlora\n", [("ADV020", "error", 6)]),
        ("adapter: qlora\nload_in_8bit: true\nload_in_4bit: true\n", [("ADV020", "error", 7)]),
        ("adapter:\nload_in_8bit: true\n", [("ADV020", "error", 6)]),
        ("load_in_4bit: true\n", [("ADV020", "error", 6)]),
        ("optimizer: muon\ndeepspeed: /ds/zero2.json\n", [("ADV020", "error", 6)]),
        ("rl: dpo\nsample_packing: true\n", [("ADV020", "error", 7)]),
        ("lora_mlp_kernel: true\ntrust_remote_code: true\n", [("ADV020", "error", 6)]),
        ("context_parallel_size: 2\nsample_packing: true\nmicro_batch_size: 2\n", [("ADV018", "error", 8)]),
        ("bf16: true\nfp16: true\n", [("ADV030", "error", 7)]),
        ("save_strategy: 'no'\n", [("ADV034", "warning", 6)]),
        ("rope_scaling: {type: linear}\n", [("ADV044", "warning", 6)]),
        ("lora_dropout: 5\n", [("ADV007", "error", 6)]),
    ],
)
def test_axolotl_defects(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Each defect of an axolotl file is found at its line."""
    assert found("a.yml", AXOLOTL + text) == expected


def test_axolotl_datasets_of_an_old_kind() -> None:
    """A dataset of type sharegpt is found where it stands in the list."""
    text = AXOLOTL.replace("type: alpaca", "type: sharegpt.load_role")
    assert found("a.yml", text) == [("ADV044", "warning", 4)]


@pytest.mark.parametrize(
    "text",
    [
        "warmup_steps:\nwarmup_ratio: 0.1\nsave_steps: ''\nsaves_per_epoch: 2\n",
        "learning_rate: 2e-5\noptimizer: adamw_torch_fused\nbf16: auto\nfp16:\n",
        "learning_rate: '2e-5'\n",
        "deepspeed:\nfsdp:\n  - full_shard\n",
        "adapter: ${ADAPTER}\nload_in_4bit: true\n",
        "adapter: qlora\nload_in_4bit: ${FOUR}\n",
        "adapter: lora\nload_in_8bit: true\nlora_mlp_kernel: false\n",
        "load_in_4bit: true\nmerge_lora: true\n",
        "optimizer: prodigy\nlearning_rate: 1.0\n",
        "eval_steps: 0.05\nsave_steps: 0.1\n",
        "save_strategy: 'no'\nmax_steps: 20\n",
        "max_packed_sequence_len:\nrope_scaling: false\n",
        "context_parallel_size: 2\nsample_packing: false\nmicro_batch_size: 2\n",
    ],
)
def test_axolotl_files_that_are_fine(text: str) -> None:
    """Empty keys, placeholders, fractions that axolotl takes, and text that it converts raise nothing."""
    assert found("a.yml", AXOLOTL + text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FACTORY.replace("lora", "full") + "quantization_bit: 4\n", [("ADV020", "error", 6)]),
        (FACTORY + "quantization_bit: 4\nfp8: true\n", [("ADV020", "error", 7)]),
        (FACTORY + "use_galore: true\ndeepspeed: /ds/z2.json\n", [("ADV020", "error", 6)]),
        (FACTORY + "pure_bf16: true\ndeepspeed: /ds/ds_z3_config.json\n", [("ADV020", "warning", 6)]),
        (FACTORY.replace("sft", "rm") + "load_best_model_at_end: true\nsave_strategy: best\neval_strategy: steps\n",
         [("ADV006", "error", 6)]),
        (FACTORY + "warmup_ratio: 10\n", [("ADV007", "warning", 6)]),
        (FACTORY + "warmup_steps: 0.1\n", [("ADV007", "note", 6)]),
        (FACTORY + "learning_rate: 1.0\n", [("ADV007", "warning", 6)]),
        (FACTORY + "evaluation_strategy: steps\n", [("ADV044", "warning", 6)]),
        (FACTORY + "bf16: true\nfp16: true\n", [("ADV030", "error", 7)]),
        (FACTORY + "learning_rate: 1e-4\nquantization_bit: 4\n", []),
        (FACTORY.replace("finetuning_type: lora\n", "") + "cutoff_len: 512\nquantization_bit: 4\n", []),
        (FACTORY.replace("lora", "full") + "quantization_bit: null\npure_bf16: true\ndeepspeed: /ds/z2.json\n", []),
    ],
)  # fmt: skip
def test_llamafactory(text: str, expected: list[tuple[str, str, int]]) -> None:
    """What LLaMA-Factory refuses is found; numbers that OmegaConf reads and keys that are null are fine."""
    assert found("a.yaml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TUNE.replace("2e-5", "2.0"), [("ADV007", "warning", 5)]),
        (TUNE + "dtype: fp16\n", [("ADV020", "error", 6)]),
        (TUNE + "optimizer_in_bwd: True\ngradient_accumulation_steps: 8\n", [("ADV006", "error", 6)]),
        (TUNE + "optimizer_in_bwd: True\nclip_grad_norm: 1.0\n", [("ADV006", "error", 6)]),
        (TUNE + "enable_activation_offloading: True\n", [("ADV006", "error", 6)]),
        (TUNE + "seed: null\n", [("ADV050", "note", 6)]),
        (TUNE + "tensor_parallel_dim: 2\n", []),
        (TUNE.rstrip() + "\n  fused: True\ntensor_parallel_dim: 2\n", [("ADV020", "error", 6)]),
        (TUNE + "optimizer_in_bwd: True\ngradient_accumulation_steps: 1\nclip_grad_norm: null\nseed: 1\n", []),
        (TUNE + "enable_activation_offloading: True\nenable_activation_checkpointing: True\ndtype: bf16\n", []),
    ],
)
def test_torchtune(text: str, expected: list[tuple[str, str, int]]) -> None:
    """What torchtune's recipes refuse is found, and what they take is not."""
    assert found("a.yaml", text) == expected


PARALLEL = TITAN + "[parallelism]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PARALLEL + "tensor_parallel_degree = 3\n", [("ADV018", "error", 7), ("ADV012", "error", 10)]),
        (PARALLEL + "tensor_parallel_degree = 16\n", []),
        (PARALLEL.replace("8192", "8190") + "context_parallel_degree = 2\n", [("ADV018", "error", 7)]),
        (PARALLEL + "expert_parallel_degree = 8\nexpert_tensor_parallel_degree = 2\n", [("ADV017", "error", 11)]),
        (PARALLEL + "expert_parallel_degree = 3\ntensor_parallel_degree = 2\n", [("ADV017", "error", 10)]),
        (PARALLEL + "expert_parallel_degree = 1\nexpert_tensor_parallel_degree = 8\n", []),
        (PARALLEL + "expert_parallel_degree = 8\ntensor_parallel_degree = 2\nexpert_tensor_parallel_degree = 2\n", []),
        (
            PARALLEL.replace('"llama3"', '"llama3_simple_fsdp"') + "tensor_parallel_degree = 64\n",
            [("ADV012", "error", 10)],
        ),
        (PARALLEL.replace("8B", "mine") + "tensor_parallel_degree = 2\n", []),
        (TITAN + '[optimizer]\nname = "AdamW"\nlr = 3.0\n', [("ADV007", "warning", 11)]),
        (TITAN.replace("= 100", "= 5_000") + "[checkpoint]\nenable = false\n", [("ADV034", "warning", 10)]),
        (TITAN.replace("= 100", "= 5_000") + "[checkpoint]\nenable_checkpoint = false\n", [("ADV034", "warning", 10)]),
        (TITAN + "[checkpoint]\nenable = false\n", []),
        (TITAN.replace("= 100", "= 5_000") + "[checkpoint]\nenable = true\n", []),
        (TITAN + "local_batch_size = 3\nglobal_batch_size = 64\n", [("ADV001", "error", 10)]),
        (TITAN + "local_batch_size = 3\nglobal_batch_size = -1\n", []),
    ],
)
def test_torchtitan(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Degrees, lengths and checkpoints of torchtitan, in the old names and the new; what is unused is not judged."""
    assert found("a.toml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (LITGPT + "devices: 4\n", []),
        (LITGPT + "devices: 3\n", [("ADV001", "warning", 4)]),
        (LITGPT + "devices: auto\n", []),
        (LITGPT + "devices: 8\nnum_nodes: 4\n", [("ADV001", "warning", 4)]),
        (LITGPT + "  learning_rate: 2.0\n", [("ADV007", "warning", 6)]),
        (LITGPT + "  learning_rate: 2e-5\n  min_lr: 6.0e-05\n", []),
        (LITGPT.replace("checkpoint_dir", "tokenizer_dir") + "  learning_rate: 2e-5\n  min_lr: 6.0e-05\n",
         [("ADV007", "warning", 7)]),
        (LITGPT + "  lr_warmup_steps: 10\n  lr_warmup_fraction: 0.1\n", [("ADV006", "error", 7)]),
        (LITGPT + "model:\n  n_head: 12\n  n_embd: 500\n", [("ADV012", "error", 7)]),
        ("trainer:\n  max_epochs: 3\n  accelerator: gpu\n  enable_checkpointing: false\n", [("ADV034", "warning", 4)]),
        ("trainer:\n  devices: 4\n  num_nodes: 2\n  strategy:\n    class_path: ModelParallelStrategy\n    init_args:\n"
         "      data_parallel_size: 2\n      tensor_parallel_size: 8\n",
         [("ADV011", "error", 8), ("ADV015", "warning", 8)]),
    ],
)  # fmt: skip
def test_lightning(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Batches, rates, heads and degrees of litgpt and Lightning; devices that are decided elsewhere are not judged."""
    assert found("a.yaml", text) == expected


RUN = "compute:\n  gpus: 16\nparameters:\n  train_loader: {name: text}\n  model: {name: m, d_model: 64, n_heads: 8}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (RUN + "  global_train_batch_size: 32\n", []),
        (RUN + "  global_train_batch_size: 20\n", [("ADV001", "error", 6)]),
        (RUN.replace("16", "${GPUS}") + "  global_train_batch_size: 20\n", []),
        (RUN.replace("8}", "7}") + "  max_duration: 10ba\n", [("ADV012", "error", 5)]),
        (RUN + "  max_duration: 3ep\n", [("ADV034", "warning", 6)]),
        (RUN + "  max_duration: 143100ba\n", [("ADV034", "warning", 6)]),
        (RUN + "  max_duration: ${duration}\n", []),
        (RUN + "  max_duration: 3ep\n  save_folder: ${folder}\n", []),
        (RUN + "  max_duration: 3ep\n  callbacks: {hf_checkpointer: {save_folder: x}}\n", []),
        (RUN + "  max_duration: 10ba\n  optimizer: {name: decoupled_lionw, lr: 6.0}\n", [("ADV007", "warning", 7)]),
    ],
)
def test_composer(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Batches, heads and checkpoints of llm-foundry; trials and what a variable decides are not judged."""
    assert found("a.yaml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"num_attention_heads": 16}', []),
        ('"num_attention_heads": 17}', [("ADV012", "error", 6)]),
        ('"num-attention-heads": 17}', [("ADV012", "error", 6)]),
        ('"seq_length": 2048,\n"max_position_embeddings": 512}', [("ADV007", "error", 7)]),
        ('"optimizer": {"type": "Adam", "params": {"lr": 0.001}},\n"min_lr": 1.0}', [("ADV007", "error", 7)]),
        ('"optimizer": {"type": "Adam", "params": {"lr": 6e-4}}}', [("ADV007", "warning", 6)]),
        ('"train_batch_size": 100,\n"train_micro_batch_size_per_gpu": 8}', [("ADV001", "error", 6)]),
        ('"zero_optimization": {"stage": 2},\n"moe_num_experts": 8}', [("ADV014", "error", 6), ("ADV014", "error", 6)]),
        ('"zero_optimization": {"stage": 1},\n"moe_num_experts": 8}', []),
        ('"zero_optimization": {"stage": 3, "cpu_offload": true}}', [("ADV014", "error", 6)]),
        ('"hidden_dropout": 0, "attention_dropout": 1.5}', [("ADV007", "error", 6)]),
        ('"train_iters": 320000, "checkpoint_factor": 10000}', []),
    ],
)
def test_neox(text: str, expected: list[tuple[str, str, int]]) -> None:
    """What GPT-NeoX asserts is found, with either spelling; what another of the merged files may say is not missed."""
    assert found("a.yml", NEOX + text) == expected


def test_neox_pipeline_with_zero() -> None:
    """ZeRO 2 and 3 with a pipeline: one stage is one too, and 0 turns it off."""
    text = NEOX + '"zero_optimization": {"stage": 3}}'
    for stages in (1, 4):
        staged = text.replace('"pipe_parallel_size": 1', f'"pipe_parallel_size": {stages}')
        assert found("a.yml", staged) == [("ADV014", "error", 6)]
    assert found("a.yml", text.replace('"pipe_parallel_size": 1', '"pipe_parallel_size": 0')) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  --num-attention-heads: 16\n", []),
        ("  --num-attention-heads: 17\n", [("ADV012", "error", 5)]),
        ("  --num-attention-heads: 15\n  --kv-channels: 128\n", [("ADV012", "error", 4)]),
        ("  --num-attention-heads: 16\n  --num-query-groups: 3\n", []),
        ("  --num-attention-heads: 16\n  --group-query-attention: true\n  --num-query-groups: 3\n",
         [("ADV012", "error", 7)]),
        ("  --pipeline-model-parallel-size: 5\n", [("ADV013", "error", 5)]),
        ("  --pipeline-model-parallel-size: 5\n  --pipeline-model-parallel-layout: Et*4|L\n", []),
        ("  --pipeline-model-parallel-size: 4\n  --num-layers-per-virtual-pipeline-stage: 4\n",
         [("ADV013", "error", 6)]),
        ("  --num-experts: 8\n  --expert-model-parallel-size: 3\n", [("ADV017", "error", 6)]),
        ("  --seq-length: 4095\n  --context-parallel-size: 2\n", [("ADV018", "error", 5)]),
        ("  --seq-length: 4095\n  --sequence-parallel: true\n", [("ADV018", "error", 5)]),
        ("  --seq-length: 4095\n", []),
        ("  --bf16: true\n  --fp16: true\n", [("ADV030", "error", 6)]),
        ("  --micro-batch-size: 3\n  --global-batch-size: 64\n", [("ADV001", "error", 6)]),
        ("  --micro-batch-size: 3\n  --global-batch-size: 64\n  --rampup-batch-size: 8 8 100\n", []),
        ("  --lr: 4.5e-4\n  --min-lr: 4.5e-3\n", [("ADV007", "warning", 6)]),
        ("  --lr: 1e-4\n  --seq-length: 4096\n  --max-position-embeddings: 2048\n", [("ADV007", "error", 7)]),
    ],
)  # fmt: skip
def test_megatron(text: str, expected: list[tuple[str, str, int]]) -> None:
    """What Megatron-LM asserts is found, unless an option makes it right."""
    assert found("a.yaml", MEGATRON + text) == expected


def test_megatron_without_tensor_parallelism() -> None:
    """The sequence is not split where the layers are not: a note, as Megatron turns it off itself."""
    text = MEGATRON.replace("size: 2", "size: 1") + "  --sequence-parallel: true\n"
    assert found("a.yaml", text) == [("ADV018", "note", 5)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fp16=True, bf16=True)", [("ADV030", "error", 3)]),
        ("load_best_model_at_end=True, eval_strategy='steps', save_strategy='epoch')", [("ADV006", "error", 3)]),
        ("load_best_model_at_end=True)", [("ADV006", "warning", 3)]),
        ("load_best_model_at_end=True, **more)", []),
        ("evaluation_strategy='epoch')", [("ADV044", "warning", 3)]),
        ("warmup_ratio=0.1)", [("ADV044", "note", 3)]),
        ("max_seq_length=512)", []),
        ("learning_rate=rate, save_strategy=args.save, bf16=not fp16, fp16=fp16)", []),
        ("learning_rate=5)", [("ADV007", "warning", 3)]),
        ("learning_rate='1e-4')", [("ADV007", "warning", 3)]),
        ("save_strategy='no')", [("ADV034", "note", 3)]),
        ("deepspeed={'zero_optimization': {'stage': 2}, 'fp16': {'enabled': True}, 'bf16': {'enabled': True}})",
         [("ADV030", "error", 3)]),
        ("fsdp='full_shard', deepspeed='/ds/zero3.json')", [("ADV016", "error", 3)]),
    ],
)  # fmt: skip
def test_python_arguments(text: str, expected: list[tuple[str, str, int]]) -> None:
    """Literal arguments are judged; what has to be run to be known, or comes with **, is not."""
    assert found("train.py", PYTHON + "    " + text + "\n") == expected


def test_sft_config_has_another_name_for_the_length() -> None:
    """max_seq_length is gone from SFTConfig, while scripts of one's own may well have it."""
    text = "SFTConfig(\n    max_seq_length=512,\n    output_dir='o',\n)\n"
    assert found("train.py", text) == [("ADV044", "warning", 2)]


SHAPES = st.sampled_from(
    [True, False, None, "auto", "steps", "1e-4", "no", [], {}, [1], {"a": 1}, "${X}", "", 0, -1, 0.5]
)
SHAPES |= st.integers(-5, 300) | st.text("a1. ", max_size=4)
EXTRA = {
    "axolotl": ("base_model", "num_epochs", "load_in_4bit", "load_in_8bit", "sample_packing", "saves_per_epoch", "rl"),
    "llamafactory": ("finetuning_type", "stage", "cutoff_len", "quantization_bit", "pure_bf16", "do_train"),
    "torchtune": ("model._component_", "loss._component_", "optimizer_in_bwd", "clip_grad_norm"),
    "torchtitan": ("job.x", "checkpoint.y", "model.name", "model.flavor"),
    "lightning": ("train.save_interval", "out_dir", "trainer.accelerator", "trainer.precision"),
    "composer": ("train_loader.name", "global_train_batch_size", "compute.gpus", "callbacks.x"),
    "neox": ("moe_num_experts", "hidden_dropout"),
    "megatron": ("multi_latent_attention", "group_query_attention", "trainer.devices"),
}
FORMATS = (axolotl, composer, lightning, llamafactory, megatron, neox, torchtitan, torchtune, training_arguments)


def settings_of(module: Any) -> list[str]:
    """Every path that a format reads."""
    if module is lightning:
        return [*lightning.LITGPT, *lightning.LIGHTNING]
    return list(module.SETTINGS)


@settings(deadline=None)
@given(st.lists(SHAPES, min_size=1, max_size=12), st.sampled_from(FORMATS))
def test_any_shape(values: list[object], module: Any) -> None:
    """Whatever stands where a setting belongs, the formats and the rules cope with it."""
    format: Format = module.FORMAT
    document: dict[str, Any] = {}
    for path, value in zip((*settings_of(module), *EXTRA.get(format.name, ())), itertools.cycle(values), strict=False):
        inner = document
        *above, last = path.split(".")
        for name in above:
            inner[name] = inner[name] if isinstance(inner.get(name), dict) else {}
            inner = inner[name]
        inner[last] = copy.deepcopy(value)
    text = toml(document) if "toml" in format.readers else json.dumps(document)
    path = "x.toml" if "toml" in format.readers else "x.yaml"
    reading = read(path, text.encode(), named=True)
    judged(gathered([reading], (), {}), {})


def toml(document: dict[str, Any]) -> str:
    """A document of tables as TOML; null, which TOML does not have, is left out."""
    rows = []
    for name, table in document.items():
        rows.append(f"[{name}]")
        for key, value in table.items() if isinstance(table, dict) else ():
            if not isinstance(value, dict) and value is not None:
                rows.append(f"{key} = {json.dumps(value)}")
    return "\n".join(rows)


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(training_arguments.SETTINGS)), max_size=8, unique=True), st.data())
def test_any_arguments_in_python(names: list[str], data: st.DataObject) -> None:
    """Whatever is written as an argument, the facts and the rules cope with it."""
    values = [
        data.draw(st.sampled_from(["1", "-1", "'x'", "None", "True", "[1]", "{'a': 1}", "f(x)", "''"])) for _ in names
    ]
    text = f"TrainingArguments({', '.join(f'{name}={value}' for name, value in zip(names, values, strict=True))})\n"
    reading = read("train.py", text.encode(), named=True)
    assert [each.format for each in reading.configs][:1] == (["python_arguments"] if names else [])
    judged(gathered([reading], (), {}), {})
    assert python_arguments.FORMAT.readers == ("python",)
