"""ADV046: weights from elsewhere are loaded through pickle."""

import re
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import ANY, Example, Rule
from advisor.check.source import Source
from advisor.values.configs import At
from advisor.values.finding import Finding, Place, Severity

_PUBLISHED = re.compile(
    r"(?:^|/)(?:(?:pytorch_model|diffusion_pytorch_model|adapter_model|tf_model)[\w.{}-]*\.bin"
    r"|consolidated[\w.-]*\.(?:pth|pt)|[\w.-]*\.ckpt)$"
)
_ADDRESS = re.compile(
    r"(?:https?|s3|gs|az|hf|abfss?)://[^\s\"'<>]+?(?:\.(?:pt|pth|ckpt|pkl|joblib)|(?:model|weights?|adapter|lora)"
    r"[\w.-]*\.bin)(?=[\s\"'?#)]|$)",
    re.I,
)
_KEYS = re.compile(
    r"(?i)(checkpoint_files?|weights?_(?:path|file)|weights?|model_files?|filename_format|pretrained(?:_path)?)$"
)
_WORDS = (".bin", ".pt", ".ckpt", ".pkl", ".joblib", "load_format", "load-format", "use_safetensors", "weights_only")
_SAID = ("checkpoint_file", "weight", "model_file", "pretrained", "safetensors", "load_format", "load-format")
_EXAMPLE = re.compile(r"(?i)[/.](your|my|path)[-_/]|/path/to/|<|\{")
_LOADS_TENSORS_ONLY = ("torchtune.",)
Hit = tuple[Place, str, Severity]
_OFF = {"use_safetensors": (False,), "weights_only": (False,), "load_format": ("pt",)}
_FLAG = re.compile(r"--load[-_]format(?:[= ]|[\"',]+\s*[\"']?)pt\b|\b(?:use_safetensors|weights_only)\s*=\s*False\b")


def find(material: Material) -> Iterator[Finding]:
    """Published weights in pickle files, one finding a list; settings and arguments that ask for pickle."""
    for source in material.sources:
        if not source.says(_WORDS):
            continue
        places: set[int] = set()
        for place, message, severity in (*_settings(source), *_texts(source)):
            if place.line not in places:
                places.add(place.line)
                yield Finding(RULE.id, severity, message, RULE.remedy, place)


def _settings(source: Source) -> Iterator[Hit]:
    if not source.says(_SAID):
        return
    lists: dict[str, list[At]] = {}
    for at in source.settings:
        key = at.key.partition("[")[0]
        word = at.word if isinstance(at.value, str) else at.value
        if word in _OFF.get(key.replace("-", "_"), ()) and word is not None:
            if source.document.reader != "python" or key != "weights_only":  # a program may load what it wrote itself
                yield at.place, f"{key} {at.raw} loads weights through pickle", "warning"
        elif isinstance(at.value, str) and _KEYS.search(key) and _PUBLISHED.search(at.value):
            lists.setdefault(at.yaml_path.partition("[")[0], []).append(at)
    for found in lists.values():
        name = found[0].raw.rpartition("/")[2][:80]
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        told = f"{name}{more}: weights in pickle files, which run code when they are loaded"
        if source.says(_LOADS_TENSORS_ONLY):
            yield found[0].place, f"{told} with a torch before 2.6, whatever weights_only says", "note"
        else:
            yield found[0].place, told, "warning"


def _texts(source: Source) -> Iterator[Hit]:
    in_python = source.document.reader == "python"
    for number, line in source.lines:
        match = _ADDRESS.search(line) if "://" in line else None
        if match is not None and not _EXAMPLE.search(match.group()):
            name = match.group().rpartition("/")[2][:80]
            told = f"{name} comes from elsewhere and is a pickle file, which runs code when it is loaded"
            severity: Severity = "note" if in_python else "warning"  # since 2.6 torch.load takes tensors only
            yield Place(source.path, number, match.start() + 1), told, severity
        flag = _FLAG.search(line) if source.document.reader not in ("python", "toml") else None
        if flag is not None:
            told = f"{flag.group()[:40]} loads weights through pickle"
            yield Place(source.path, number, flag.start() + 1), told, "warning"


RULE = Rule(
    id="ADV046",
    title="Weights loaded through pickle",
    severity="warning",
    group="security",
    formats=ANY,
    condition="Weights that others published (`pytorch_model*.bin`, `consolidated*.pth`, an address that ends in .pt, "
    ".pth, .ckpt or .pkl) are named, or a setting asks for pickle (`use_safetensors: false`, `weights_only: false`, "
    "`--load-format pt`). What the project itself writes and reads again is left alone, and so are addresses that are "
    "examples. Where the tool loads tensors only (torchtune, and torch.load in Python since 2.6) it is a note.",
    remedy="take the safetensors files of the same model, or convert them once in a sandbox",
    why="Unpickling runs whatever code the file holds; before torch 2.6 even with weights_only=True (CVE-2025-32434).",
    evidence=(
        "https://github.com/pytorch/pytorch/security/advisories/GHSA-53q9-r3pm-6pq6",
        "https://github.com/vllm-project/vllm/security/advisories/GHSA-rh4j-5rhw-hr54",
        "https://huggingface.co/docs/hub/security-pickle",
    ),
    bad=Example(
        {
            "tune.yaml": "checkpointer:\n  checkpoint_files:\n    - pytorch_model-00001-of-00002.bin\n"
            "    - pytorch_model-00002-of-00002.bin\n"
        },
        line=3,
    ),
    good=Example(
        {
            "tune.yaml": "checkpointer:\n  checkpoint_files:\n    - model-00001-of-00002.safetensors\n"
            "    - model-00002-of-00002.safetensors\n  recipe_checkpoint: recipe_state.pt\n"
        }
    ),
    find=find,
)
