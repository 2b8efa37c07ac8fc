"""Which words start a launcher or a server, and what may stand before them.

Names from the tools' own documentation: torchrun and torch.distributed.run (pytorch), accelerate launch,
deepspeed, srun, `vllm serve` and vllm.entrypoints, sglang.launch_server, text-generation-launcher.
"""

import re
from collections.abc import Sequence

from advisor.check.launch.shell_values import Word

_PROGRAMS = {
    "torchrun": "torchrun",
    "deepspeed": "deepspeed",
    "accelerate-launch": "accelerate",
    "text-generation-launcher": "tgi",
    "tritonserver": "triton",
    "composer": "composer",
}
_SECOND = {
    ("accelerate", "launch"): "accelerate",
    ("tune", "run"): "torchtune",
    ("vllm", "serve"): "vllm",
    ("sglang", "serve"): "sglang",
    ("axolotl", "train"): "axolotl",
    ("llamafactory-cli", "train"): "llamafactory",
    **{("trl", method): "trl" for method in ("sft", "dpo", "grpo", "kto", "reward", "rloo")},
    **{("litgpt", stage): "litgpt" for stage in ("pretrain", "finetune", "finetune_full", "finetune_lora")},
}
_MODULES = {
    "torch.distributed.run": "torchrun",
    "torch.distributed.launch": "torchrun",
    "accelerate.commands.launch": "accelerate",
    "vllm.entrypoints.openai.api_server": "vllm",
    "vllm.entrypoints.api_server": "vllm",
    "sglang.launch_server": "sglang",
    "deepspeed.launcher.runner": "deepspeed",
}
_WRAPPERS = frozenset(
    {
        "srun",
        "mpirun",
        "mpiexec",
        "env",
        "nohup",
        "time",
        "exec",
        "sudo",
        "numactl",
        "docker",
        "podman",
        "singularity",
        "apptainer",
        "enroot",
        "uv",
        "poetry",
        "conda",
        "micromamba",
        "timeout",
        "stdbuf",
        "nsys",
        "ncu",
        "ssh",
        "taskset",
        "ts",
        "python",
        "python3",
        "ray",
        "pixi",
        "hatch",
        "rye",
        "pipenv",
        "tini",
        "dumb-init",
    }
)
_NOT_RUN = frozenset({"build", "pull", "push", "install", "pip", "create", "exec", "help", "--version"})
SHELLS = frozenset({"bash", "sh", "zsh", "dash"})
_PYTHON = re.compile(r"(python|pypy)[\d.]*$")

LAUNCHERS = frozenset({"torchrun", "accelerate", "deepspeed", "composer", "torchtune"})
SERVERS = frozenset({"vllm", "sglang", "tgi", "triton"})


def base(text: str) -> str:
    """The name of a program without its folder."""
    return text.rpartition("/")[2]


def program_at(words: Sequence[Word]) -> tuple[str, int, int] | None:
    """The program, the index of its first word and of its first argument; None when the words start none."""
    if not words:
        return None
    direct = _starts(words, 0)
    if direct is not None:
        return (direct[0], 0, direct[1])
    first = base(words[0].text)
    if first not in _WRAPPERS and not _PYTHON.match(first) and words[0].known:
        return None
    if len(words) > 1 and words[1].text in _NOT_RUN and first not in ("docker", "podman"):
        return None
    for index in range(1, len(words)):
        found = _starts(words, index)
        if found is not None:
            return (found[0], index, found[1])
    return None


def _starts(words: Sequence[Word], index: int) -> tuple[str, int] | None:
    """The program that the words at `index` start, and the index of its first argument."""
    name = base(words[index].text)
    following = words[index + 1].text if index + 1 < len(words) else ""
    if name in _PROGRAMS:
        return (_PROGRAMS[name], index + 1)
    if (name, following) in _SECOND:
        return (_SECOND[name, following], index + 2)
    if _PYTHON.match(name):
        return _python(words, index)
    if name.endswith(".py") and words[index].known:
        return ("python", index)
    return None


def _python(words: Sequence[Word], index: int) -> tuple[str, int] | None:
    """What `python … -m module` or `python … script.py` starts."""
    at = index + 1
    while at < len(words) and re.fullmatch(r"-[bBdEiIOqsSuvx]+|-[WX].*", words[at].text):
        at += 1
    if at + 1 < len(words) and words[at].text == "-m":
        module = words[at + 1].text
        return (_MODULES.get(module, "python"), at + 2 if module in _MODULES else at)
    if at < len(words) and not words[at].text.startswith("-"):
        return ("python", at)
    return None
