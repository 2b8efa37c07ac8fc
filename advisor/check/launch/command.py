"""From the words of a command line to what it starts and what that is told."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from advisor.check.launch.arguments import Arguments, Scene, parsed
from advisor.check.launch.programs import LAUNCHERS, SERVERS, SHELLS, base, program_at
from advisor.check.launch.shell_values import Line, Word
from advisor.check.launch.shell_words import shell_lines
from advisor.values.configs import At, Renamed
from advisor.values.finding import Place
from advisor.values.launches import Command, Role

_FLAGS = frozenset(
    # options of launchers that take no value: torch/distributed/run.py, accelerate/commands/launch.py,
    # deepspeed/launcher/runner.py
    {
        "standalone",
        "no_python",
        "run_path",
        "multi_gpu",
        "cpu",
        "tpu",
        "use_deepspeed",
        "use_fsdp",
        "use_megatron_lm",
        "use_xpu",
        "same_network",
        "quiet",
        "q",
        "debug",
        "use_cpu",
        "dynamo_use_fullgraph",
        "dynamo_use_dynamic",
        "module",
        "m",
        "force_multi",
        "no_local_rank",
        "save_pid",
        "enable_each_rank_log",
        "use_env",
        "no_ssh",
        "force",
    }
)
_AROUND = 1 << 40
"""What is added to the places of values that a script inside another one gets from around it."""
_SCRIPT_FLAGS = frozenset({"bf16", "fp16", "resume", "auto_resume", "gradient_checkpointing", "do_train"})
_TRAINS = re.compile(
    r"train|finetun|fine_tun|fine-tun|sft|dpo|grpo|pretrain|axolotl|llamafactory|lora|nanogpt|trl\b", re.I
)
_CONFIGS = re.compile(r"\.(json|ya?ml|toml)$", re.I)
_OUTPUTS = ("output_dir", "save", "save_dir", "output_path", "checkpoint_dir", "ckpt_dir", "save_path", "out_dir")
_MODELS = ("model_name_or_path", "model_id", "model_name", "base_model", "pretrained_model_name_or_path", "model")


def commands_of(lines: Iterable[Line], scene: Scene, depth: int = 0) -> Iterator[Command]:
    """The launchers and servers that the lines start, in order; scripts in `bash -c` included."""
    for line in lines:
        nested = _nested(line.words)
        if nested is not None and depth < 5:
            outer = wrapped(line.words[: line.words.index(nested)], scene)
            known = {name: replace(word, at=word.at + _AROUND) for name, word in line.environment.items()}
            for inner in commands_of(shell_lines(nested.text, known), _inside(scene, nested), depth + 1):
                yield inner if inner.under_srun is not None or outer is None else _under(inner, outer)
            continue
        found = program_at(line.words)
        if found is not None:
            yield _command(line, found, scene)


def _nested(words: Sequence[Word]) -> Word | None:
    """The script of `bash -c script`, wherever it stands behind wrappers; what is unknown in it stays unknown."""
    for index, word in enumerate(words[:-1]):
        if base(word.text) in SHELLS and re.fullmatch(r"-[a-z]*c", words[index + 1].text):
            return words[index + 2] if index + 2 < len(words) else None
    return None


def _inside(scene: Scene, word: Word) -> Scene:
    def place(at: int) -> Place:
        return scene.place(at - _AROUND if at >= _AROUND else word.written_at(at) if at >= 0 else at)

    return Scene(place)


def _command(line: Line, found: tuple[str, int, int], scene: Scene) -> Command:
    program, start, arguments_at = found
    words = line.words
    at = At(program, words[start].text, scene.place(words[start].at), program)
    role: Role = "serve" if program in SERVERS else "train"
    renamed = tuple(_renamed(words[start:arguments_at], scene))
    command = Command(at, role, words=tuple(scene.at(word) for word in words[arguments_at:]), renamed=renamed)
    outer = wrapped(words[:start], scene)
    if outer is not None:
        command = _under(command, outer)
    visible = line.assigned.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        command = replace(command, visible_devices=scene.at(visible, "CUDA_VISIBLE_DEVICES"))
    if program in SERVERS:
        return served(command, parsed(words[arguments_at:], scene))
    return _started(command, words[arguments_at:], scene)


def _renamed(words: Sequence[Word], scene: Scene) -> Iterator[Renamed]:
    """Launchers under the name of a module that has a successor (pytorch.org, torch.distributed.launch)."""
    for word in words:
        if word.text == "torch.distributed.launch":
            fate = "PyTorch has deprecated the module, and it passes --local-rank"
            yield Renamed(scene.at(word, word.text), "torchrun", fate, "note")


def _started(command: Command, words: Sequence[Word], scene: Scene) -> Command:
    """A launcher with the script that it starts, or the script alone."""
    program = str(command.program.value)
    split = _script_index(words, 0) if program in LAUNCHERS else 0
    launcher = parsed(words[:split], scene, _FLAGS)
    script = parsed(words[split + 1 :], scene, _SCRIPT_FLAGS)
    name = words[split].text if split < len(words) else ""
    if name in ("-m", "--module") and split + 1 < len(words):
        name = words[split + 1].text
    if program == "python" and not _TRAINS.search(name) and "bf16" not in script.options:
        command = replace(command, role="other")
    command = _trained(_launched(command, program, launcher), script)
    is_file = name.endswith(".py") or _CONFIGS.search(name) is not None  # axolotl train config.yml
    named = [scene.at(words[split])] if split < len(words) and is_file else []
    configs = (command.config, script.first("deepspeed", "deepspeed_config", "ds_config", "config"))
    files = [*named, *(each for each in configs if each is not None and _is_config(each))]
    files += [each for each in script.positional if _is_config(each)]
    return replace(command, files=tuple(files), open_ended=launcher.open_ended or script.open_ended)


def _script_index(words: Sequence[Word], start: int) -> int:
    """Where the script stands behind a launcher's own options."""
    index = start
    while index < len(words):
        text = words[index].text
        if text in ("-m", "--module") or text.endswith(".py"):
            return index
        if not text.startswith("-"):
            if words[index].known or "$" not in text:
                return index
            index += 1
            continue
        name = text.lstrip("-").replace("-", "_")
        takes_value = "=" not in text and name not in _FLAGS
        following = words[index + 1].text if index + 1 < len(words) else ""
        index += 2 if takes_value and following and not following.startswith("-") else 1
    return len(words)


def _launched(command: Command, program: str, launcher: Arguments) -> Command:
    """What a launcher's own options say about processes and machines."""
    if program == "accelerate":
        return replace(
            command,
            processes=launcher.first("num_processes"),
            nodes=launcher.first("num_machines"),
            config=launcher.first("config_file"),
            bf16=_precision(launcher.first("mixed_precision"), "bf16"),
            fp8=_precision(launcher.first("mixed_precision"), "fp8"),
        )
    if program == "deepspeed":
        return replace(
            command, processes_a_node=launcher.first("num_gpus"), nodes=launcher.first("num_nodes", "num_nodes")
        )
    if program == "composer":
        return replace(command, processes_a_node=launcher.first("n", "nproc"), processes=launcher.first("world_size"))
    return replace(
        command,
        processes_a_node=launcher.first("nproc_per_node", "nproc"),
        nodes=launcher.first("nnodes"),
    )


def _trained(command: Command, script: Arguments) -> Command:
    """What the options of a training script say, by the names that most scripts share."""
    precision = script.first("mixed_precision", "precision", "dtype", "torch_dtype")
    bf16 = script.options.get("bf16")
    attention = script.first("attn_implementation", "flash_attn", "use_flash_attn", "use_flash_attention_2")
    resume = next((at for name, at in script.options.items() if "resume" in name), script.first("load", "ckpt_path"))
    return replace(
        command,
        bf16=bf16 if bf16 is not None and bf16.value is not False else _precision(precision, "bf16") or command.bf16,
        fp8=script.first("fp8_format", "fp8_hybrid", "fp8_e4m3") or _precision(precision, "fp8") or command.fp8,
        flash_attention=attention,
        output=script.first(*_OUTPUTS),
        resume=resume if resume is not None and resume.value is not False else None,
        model=script.first(*_MODELS),
        loader_workers=script.first("dataloader_num_workers", "num_workers", "workers"),
    )


def _precision(at: At | None, kind: str) -> At | None:
    """The setting when it asks for that precision."""
    word = at.word if at is not None else None
    names = {"bf16": ("bf16", "bfloat16", "bf16-mixed", "bf16-true", "amp_bf16"), "fp8": ("fp8", "amp_fp8")}
    return at if word in names[kind] else None


def served(command: Command, arguments: Arguments) -> Command:
    """What the options of vLLM, SGLang or TGI say; names from their argument parsers."""
    first = arguments.first
    model = first("model", "model_path", "model_id")
    if model is None and command.program.value in ("vllm", "sglang") and arguments.positional:
        model = replace(arguments.positional[0], yaml_path="model")
    return replace(
        command,
        model=model,
        tensor_parallel=first("tensor_parallel_size", "tp", "tp_size", "num_shard"),
        pipeline_parallel=first("pipeline_parallel_size", "pp", "pp_size"),
        data_parallel=first("data_parallel_size", "dp", "dp_size"),
        nodes=first("nnodes"),
        dtype=first("dtype"),
        quantization=first("quantization", "q", "quantize"),
        cache_dtype=first("kv_cache_dtype"),
        context_length=first("max_model_len", "context_length", "max_total_tokens"),
        memory_share=first("gpu_memory_utilization", "mem_fraction_static", "cuda_memory_fraction"),
        offload=first("cpu_offload_gb"),
        config=first("config"),
        open_ended=arguments.open_ended,
    )


def wrapped(words: Sequence[Word], scene: Scene) -> tuple[At, Arguments] | None:
    """The srun among the words before a program, with its own options; None where there is none."""
    for index, word in enumerate(words):
        if base(word.text) == "srun":
            step = words[index + 1 :]
            joined = [part for each in step for part in _short(each)]
            return scene.at(word, "srun"), parsed(joined, scene)
    return None


def _short(word: Word) -> Iterator[Word]:
    """`-n4` as `-n 4`."""
    match = re.fullmatch(r"(-[nN])(\d+)", word.text)
    if match is None:
        yield word
    else:
        yield Word(match[1], word.at)
        yield Word(match[2], word.at)


def _under(command: Command, outer: tuple[At, Arguments]) -> Command:
    srun, step = outer
    return replace(
        command,
        under_srun=srun,
        step_tasks=step.first("ntasks", "n"),
        step_tasks_a_node=step.first("ntasks_per_node"),
    )


def _is_config(at: At) -> bool:
    return bool(_CONFIGS.search(at.raw))


def environment(command: Command, variables: Mapping[str, At]) -> Command:
    """What TGI reads from the environment where the command line does not say it (launcher/src/main.rs)."""
    if command.program.value != "tgi":
        return command
    names = {
        "model": "MODEL_ID",
        "tensor_parallel": "NUM_SHARD",
        "quantization": "QUANTIZE",
        "dtype": "DTYPE",
        "context_length": "MAX_TOTAL_TOKENS",
    }
    missing = {
        name: variables[variable]
        for name, variable in names.items()
        if getattr(command, name) is None and variable in variables
    }
    return replace(command, **missing)  # type: ignore[arg-type]
