"""What the project's Python does: saving and resuming, optimiser, parallelism, shared preprocessing, the task."""

import re
from collections.abc import Mapping
from pathlib import Path

from advisor.answers.detect.reading import recipe
from advisor.answers.detect.reading.bounded import Unreadable
from advisor.answers.detect.reading.sight import Found, Sight
from advisor.answers.detect.reading.source import Module, module_of

_USES: Mapping[str, tuple[str, ...]] = {
    "fsdp": ("FullyShardedDataParallel", "FSDP", "fully_shard"),
    "ddp": ("DistributedDataParallel", "DDP"),
    "deepspeed": ("deepspeed.initialize", "DeepSpeedPlugin"),
    "accelerate": ("Accelerator",),
    "lora": ("LoraConfig", "get_peft_model"),
    "quantised_base": ("BitsAndBytesConfig",),
    "compile": ("compile",),
    "torch_export": ("export.export",),
    "onnx_export": ("onnx.export", "dynamo_export"),
    "torchscript": ("jit.script", "jit.trace"),
    "gradient_checkpointing": ("gradient_checkpointing_enable", "checkpoint_sequential"),
    "data_loader": ("DataLoader",),
    "trainer": ("Trainer", "SFTTrainer", "Seq2SeqTrainer"),
    "mlflow": ("mlflow.start_run", "mlflow.autolog"),
    "wandb": ("wandb.init",),
}
"""What is called, by the end of its dotted name."""

_SAVES = ("save_checkpoint", "save_state", "ModelCheckpoint", "save_pretrained", "TrainingArguments", "SFTConfig")
_RESUMES = ("resume_from_checkpoint", "ckpt_path")
_TASKS: Mapping[str, tuple[str, int]] = {
    "AutoModelForSequenceClassification": ("text_clf", 4), "AutoModelForTokenClassification": ("text_clf", 3),
    "AutoModelForCausalLM": ("text_gen", 3), "AutoModelForSeq2SeqLM": ("text_gen", 3), "SFTTrainer": ("text_gen", 3),
    "AutoModelForImageClassification": ("image_clf", 4), "ImageFolder": ("image_clf", 3),
    "AutoModelForObjectDetection": ("detection", 4), "YOLO": ("detection", 3),
    "AutoModelForSemanticSegmentation": ("segmentation", 4), "AutoModelForSpeechSeq2Seq": ("asr", 4),
    "AutoModelForCTC": ("asr", 4), "WhisperForConditionalGeneration": ("asr", 4),
    "SentenceTransformer": ("embedding_search", 2),
    "XGBRegressor": ("tabular_reg", 3), "LGBMRegressor": ("tabular_reg", 3), "CatBoostRegressor": ("tabular_reg", 3),
    "RandomForestRegressor": ("tabular_reg", 3), "HistGradientBoostingRegressor": ("tabular_reg", 3),
    "XGBClassifier": ("tabular_clf", 3), "LGBMClassifier": ("tabular_clf", 3), "CatBoostClassifier": ("tabular_clf", 3),
    "RandomForestClassifier": ("tabular_clf", 3), "HistGradientBoostingClassifier": ("tabular_clf", 3),
}  # fmt: skip
_SERVERS = ("FastAPI", "Flask", "Sanic", "Starlette", "APIRouter", "LitServer")
_PIPELINES = ("Pipeline", "make_pipeline")
_PREPARES = re.compile(r"preprocess|transform|feature|tokeni[sz]|clean|prepare", re.IGNORECASE)
_WORDS = re.compile(
    r"torch|transformers|sklearn|xgboost|lightgbm|catboost|deepspeed|accelerate|peft|bitsandbytes|fastapi|flask|litserve|"
    r"keras|tensorflow|joblib|ultralytics|lightning|mlflow|wandb"
)


def find(sight: Sight) -> Found:
    found = Found()
    modules = _modules(sight, found)
    if not modules:
        return found
    uses = sorted(use for use, names in _USES.items() if any(_calls(module, names) for module in modules))
    if uses:
        found.say("project.uses", tuple(uses), "calls in the project's Python files")
    _say_resumable(modules, sight, found)
    _say_optimizer(modules, uses, sight, found)
    _say_same_code(modules, sight, found)
    _say_arguments(modules, sight, found)
    _hint(modules, sight, found)
    return found


def _modules(sight: Sight, found: Found) -> list[Module]:
    limits = sight.limits
    modules: list[Module] = []
    left = limits.code_bytes
    files = [file for file in sight.suffixed(".py") if not file.name.startswith("test_")]
    for read, file in enumerate(files):
        left -= file.size
        if left < 0 or read >= limits.code_files:
            found.notes.append(f"{read} of {len(files):,} Python files were read")
            break
        try:
            module = module_of(Path(file.path), limits.small_file_bytes, _WORDS)
        except Unreadable as error:
            found.notes.append(f"{sight.name(file.path)} {error}")
            continue
        if module is not None:
            modules.append(module)
    return modules


def _calls(module: Module, names: tuple[str, ...]) -> str:
    """The first call whose dotted name ends with one of the names."""
    for call, _, _ in module.calls:
        if any(call == name or call.endswith(f".{name}") for name in names):
            if names == ("compile",) and not call.startswith("torch"):
                continue
            return call
    return ""


def _place(module: Module, name: str, sight: Sight) -> str:
    line = module.line.get(name.rpartition(".")[2])
    return f"{sight.name(module.path)}:{line}" if line else sight.name(module.path)


def _say_resumable(modules: list[Module], sight: Sight, found: Found) -> None:
    """Only yes can be seen: code that saves and that also loads what it saved. Its absence shows nothing."""
    saves = any(module.called(*_SAVES) or _calls(module, ("torch.save",)) for module in modules)
    for module in modules if saves else ():
        for call, words, _ in module.calls:
            last = call.rpartition(".")[2]
            resumes = (
                last in ("load_state", "load_checkpoint")
                or (last == "load_state_dict" and "optim" in call.lower())
                or any(words.get(word) not in (None, False) for word in _RESUMES)
            )
            if resumes:
                named = next((word for word in _RESUMES if word in words), last)
                found.say("train.resumable", True, f"{_place(module, call, sight)}: {named}")
                return


def _say_optimizer(modules: list[Module], uses: list[str], sight: Sight, found: Found) -> None:
    """A memory policy where the code names exactly one."""
    if "lora" in uses:
        four_bit = any(words.get("load_in_4bit") is True for module in modules for _, words, _ in module.calls)
        found.say("train.optimizer", "qlora" if four_bit else "lora_adamw", "LoraConfig in the project's code")
        return
    named: dict[str, str] = {}
    for module in modules:
        for call, words, _ in module.calls:
            last = call.rpartition(".")[2]
            policy = recipe.OPTIMIZERS.get(last.lower(), "") if last[:1].isupper() else ""
            policy = policy or (recipe.optimizer(words) if last.endswith(("Arguments", "Config")) else "")
            if policy:
                named.setdefault(policy, f"{_place(module, call, sight)}: {last}")
            elif last in ("AdamW", "Adam"):
                named.setdefault("", "")
    if len(named) == 1 and "" not in named:
        policy, where = next(iter(named.items()))
        found.say("train.optimizer", policy, where)


def _say_same_code(modules: list[Module], sight: Sight, found: Found) -> None:
    """Yes when a service and a training file import the same preprocessing, or a fitted pipeline is saved whole."""
    servers = [module for module in modules if module.called(*_SERVERS)]
    trainers = [module for module in modules if module not in servers and module.called("fit", "train", "backward")]
    own = {Path(module.path).stem for module in modules} | {Path(file.path).stem for file in sight.suffixed(".py")}
    for server in servers:
        for trainer in trainers:
            shared = {name for name in server.imports & trainer.imports if name.strip(".").split(".")[-1] in own}
            named = sorted(name for name in shared if _PREPARES.search(name))
            if named:
                where = f"{sight.name(server.path)} and {sight.name(trainer.path)} import {named[0].lstrip('.')}"
                found.say("preprocessing.same_code", True, where)
                return
    for module in modules:
        saved = _calls(module, ("joblib.dump", "skops.io.dump", "sio.dump", "sklearn.save_model", "sklearn.log_model"))
        if module.called(*_PIPELINES) and saved and "sklearn.pipeline" in module.imports:
            found.say("preprocessing.same_code", True, f"{_place(module, saved, sight)}: a whole pipeline is saved")
            return


def _say_arguments(modules: list[Module], sight: Sight, found: Found) -> None:
    """Literal batch and epochs of TrainingArguments, and the name of the base model."""
    for module in modules:
        for call, words, first in module.calls:
            last = call.rpartition(".")[2]
            where = f"{_place(module, call, sight)}: {last}"
            if last.endswith(("TrainingArguments", "SFTConfig")):
                if (epochs := recipe.whole(words.get("num_train_epochs"))) is not None:
                    found.say("train.epochs", epochs, where, "epochs")
                if size := recipe.batch(words):
                    found.suppose(
                        "train.batch", round(size[0]), f"{where}, on one device", "samples", (size[0], 8 * size[0])
                    )
            elif last == "from_pretrained" and "Model" in call and _is_hub_name(first, sight):
                found.say("model.name", first, where)


def _is_hub_name(name: str, sight: Sight) -> bool:
    """Whether a literal names a published model rather than a folder of the project."""
    return (
        bool(re.fullmatch(r"[\w.-]+(/[\w.-]+)?", name))
        and not name.startswith(".")
        and not (sight.project / name).exists()
    )


def _hint(modules: list[Module], sight: Sight, found: Found) -> None:
    """One hint for the task that the code names; several tasks say nothing."""
    named: dict[str, tuple[int, str]] = {}
    for module in modules:
        for call, _, _ in module.calls:
            for part in call.split("."):
                if part in _TASKS:
                    task, strength = _TASKS[part]
                    here = f"{_place(module, call, sight)}: {part}"
                    named[task] = max(named.get(task, (0, "")), (strength, here))
        if named.keys() & {"tabular_clf"} and module.called("TfidfVectorizer", "CountVectorizer"):
            named.pop("tabular_clf")
            named["text_clf"] = (3, _place(module, "TfidfVectorizer", sight))
    if len(named) == 1:
        task, (strength, where) = next(iter(named.items()))
        found.hint(task, strength, "code", where)
