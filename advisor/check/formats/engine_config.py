"""Configuration files of serving engines: `vllm serve --config serve.yaml`, `sglang serve --config serve.yaml`.

Keys are the long options of the command line (docs.vllm.ai, configuration/serve_args; docs.sglang.ai,
advanced_features/server_arguments).
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from advisor.check.format import Format
from advisor.check.taking import Section
from advisor.check.tree import Document, Table
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts

_NAMES = {
    "model": "model",
    "model_path": "model",
    "tensor_parallel_size": "tensor_parallel",
    "tp_size": "tensor_parallel",
    "tp": "tensor_parallel",
    "pipeline_parallel_size": "pipeline_parallel",
    "pp_size": "pipeline_parallel",
    "data_parallel_size": "data_parallel",
    "dtype": "dtype",
    "quantization": "quantization",
    "kv_cache_dtype": "cache_dtype",
    "max_model_len": "context_length",
    "context_length": "context_length",
    "gpu_memory_utilization": "memory_share",
    "mem_fraction_static": "memory_share",
    "cpu_offload_gb": "offload",
}
_SGLANG = frozenset({"model_path", "mem_fraction_static", "tp_size", "context_length"})
_OWN = frozenset(
    {"tensor_parallel_size", "tp_size", "max_model_len", "gpu_memory_utilization", "mem_fraction_static"}
    | {"kv_cache_dtype", "max_num_seqs", "max_num_batched_tokens", "served_model_name", "model_path"}
)


def read(document: Document) -> Iterator[LaunchFacts]:
    """The server that a document of options stands for."""
    for root in document.roots:
        if not isinstance(root, Table) or {"apiVersion", "services", "resources"} & set(root.entries):
            continue
        names = {key.replace("-", "_"): key for key in root.entries}
        if len(_OWN & names.keys()) >= 2 and {"model", "model_path"} & names.keys():
            yield _server(document, root, names)


def _server(document: Document, root: Table, names: dict[str, str]) -> LaunchFacts:
    section = Section(document, root, casts="plain")
    engine = "sglang" if _SGLANG & names.keys() else "vllm"
    place = document.place(root.at)
    said = {key: section.at(name) for key, name in names.items()}
    command = Command(At(engine, engine, place, engine), "serve", words=tuple(_flags(said)))
    found = {_NAMES[key]: at for key, at in said.items() if key in _NAMES and at is not None}
    command = replace(command, **found)  # type: ignore[arg-type]
    return LaunchFacts("engine_config", place, commands=(command,), role="serve", shared_memory_elsewhere=True)


def _flags(said: dict[str, At | None]) -> Iterator[At]:
    """The options as words, for rules that look for one by its name."""
    for key, at in said.items():
        if at is not None:
            yield replace(at, value=f"--{key}", raw=f"--{key}")


FORMAT = Format(
    name="engine_config",
    words=(
        "max_model_len",
        "max-model-len",
        "tensor",
        "tp_size",
        "tp-size",
        "gpu",
        "mem",
        "served",
        "max_num",
        "max-num",
    ),
    telltale=re.compile(
        r"^(tensor[_-]parallel[_-]size|tp[_-]size|max[_-]model[_-]len|gpu[_-]memory[_-]utilization"
        r"|mem[_-]fraction[_-]static|served[_-]model[_-]name|max[_-]num[_-](seqs|batched[_-]tokens))[ \t]*:",
        re.M,
    ),
    name_hint=re.compile(r"(^|[/_.-])(vllm|sglang)[^/]*\.ya?ml$", re.I),
    read=read,
    readers=("yaml",),
)
