"""Code, configurations, dependencies and languages of the project."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.answers.detect import look
from advisor.answers.detect.reading.bounded import Unreadable, json_of, yaml_of
from advisor.answers.detect.reading.packages import packages_in
from advisor.answers.detect.reading.sight import Limits
from advisor.figure import Fact


def facts_of(tmp_path: Path, **files: str) -> dict[str, Fact]:
    """Facts of a project with these files: `train_py` is train.py, `a__b_py` is a/b.py."""
    for name, text in files.items():
        path = tmp_path / ".".join(name.replace("__", "/").rsplit("_", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return dict(look(tmp_path).facts)


@pytest.mark.parametrize(
    "code",
    [
        "import transformers\nTrainingArguments('o')\ntrainer.train(resume_from_checkpoint=True)\n",
        "import transformers\nTrainingArguments('o')\ntrainer.train(resume_from_checkpoint=args.resume)\n",
        "import torch\ntorch.save(x, 'c')\noptimizer.load_state_dict(torch.load('c'))\n",
        "from accelerate import Accelerator\na = Accelerator()\na.save_state('x')\na.load_state('x')\n",
        "import lightning\nModelCheckpoint()\ntrainer.fit(m, ckpt_path='last')\n",
    ],
)
def test_code_that_saves_and_resumes(code: str, tmp_path: Path) -> None:
    """Training that saves and loads what it saved can be resumed; the source names the line."""
    fact = facts_of(tmp_path, train_py=code)["train.resumable"]
    assert fact.value is True
    assert fact.source.startswith("train.py:")


@pytest.mark.parametrize(
    "code",
    [
        "import torch\ntorch.save(model.state_dict(), 'm')\n",
        "import torch\nmodel.load_state_dict(torch.load('m'))\n",
        "import transformers\nTrainingArguments('o')\ntrainer.train(resume_from_checkpoint=False)\n",
    ],
)
def test_resuming_is_never_ruled_out(code: str, tmp_path: Path) -> None:
    """Code that only saves, or only loads, shows nothing: there is no fact, not even no."""
    assert "train.resumable" not in facts_of(tmp_path, train_py=code)


OPTIMIZERS = {
    "import torch\ntorch.optim.SGD(p, lr=1)": "sgd",
    "import bitsandbytes as bnb\nbnb.optim.AdamW8bit(p)": "adamw8bit",
    "import bitsandbytes as bnb\nbnb.optim.PagedAdamW8bit(p)": "paged8bit",
    "from transformers import *\nTrainingArguments('o', optim='adafactor')": "adafactor",
    "from transformers import *\nTrainingArguments('o', optim='adamw_torch', bf16=True)": "adamw_mixed",
    "from peft import LoraConfig\nLoraConfig(r=8)": "lora_adamw",
    "from peft import LoraConfig\nfrom transformers import BitsAndBytesConfig\n"
    "BitsAndBytesConfig(load_in_4bit=True)\nLoraConfig(r=8)": "qlora",
    "import torch\ntorch.optim.AdamW(p)": None,
    "import torch\ntorch.optim.SGD(p)\ntorch.optim.AdamW(p)": None,
    "from transformers import *\nTrainingArguments('o', optim=name)": None,
}


@pytest.mark.parametrize("code", OPTIMIZERS)
def test_optimisers(code: str, tmp_path: Path) -> None:
    """An optimiser that fixes the memory policy is a fact; AdamW alone, or two of them, is none."""
    fact = facts_of(tmp_path, train_py=code).get("train.optimizer")
    assert (fact.value if fact else None) == OPTIMIZERS[code]


def test_shared_preprocessing(tmp_path: Path) -> None:
    """A service and a training file that import one module of features share their preprocessing."""
    facts = facts_of(
        tmp_path,
        features_py="def clean(x): return x\n",
        train_py="import torch\nfrom features import clean\nloss.backward()\n",
        serve_py="from fastapi import FastAPI\nfrom features import clean\napp = FastAPI()\n",
    )
    assert facts["preprocessing.same_code"].value is True
    assert "features" in facts["preprocessing.same_code"].source


def test_a_service_of_its_own_shares_nothing(tmp_path: Path) -> None:
    """Two files that import only libraries alike say nothing about shared preprocessing."""
    facts = facts_of(
        tmp_path,
        train_py="import torch\nfrom transformers import AutoFeatureExtractor\nloss.backward()\n",
        serve_py="from fastapi import FastAPI\nfrom transformers import AutoFeatureExtractor\napp = FastAPI()\n",
    )
    assert "preprocessing.same_code" not in facts


def test_a_saved_pipeline(tmp_path: Path) -> None:
    """A scikit-learn pipeline that is saved whole carries its preprocessing to serving."""
    code = "import joblib\nfrom sklearn.pipeline import make_pipeline\np = make_pipeline(a, b)\njoblib.dump(p, 'x')\n"
    assert facts_of(tmp_path, train_py=code)["preprocessing.same_code"].value is True


TASKS = {
    "from transformers import AutoModelForSequenceClassification as A\n"
    "import transformers\ntransformers.AutoModelForSequenceClassification.from_pretrained('x')": "text_clf",
    "from xgboost import XGBRegressor\nXGBRegressor()": "tabular_reg",
    "from sklearn.ensemble import RandomForestClassifier\nRandomForestClassifier()": "tabular_clf",
    "from torchvision.datasets import ImageFolder\nimport torch\nImageFolder('x')": "image_clf",
    "from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor\n"
    "RandomForestClassifier()\nRandomForestRegressor()": None,
}


@pytest.mark.parametrize("code", TASKS)
def test_code_names_the_task(code: str, tmp_path: Path) -> None:
    """A class that serves one task names it; two of different tasks name none."""
    task = facts_of(tmp_path, train_py=code).get("task")
    assert (task.value if task else None) == TASKS[code]


def test_what_the_code_uses(tmp_path: Path) -> None:
    """Parallelism, export, tracking and loading are listed once each."""
    code = """
import torch, wandb, deepspeed
from torch.distributed.fsdp import fully_shard
fully_shard(model)
torch.compile(model)
re.compile("x")
torch.onnx.export(model, x, "m.onnx")
torch.utils.data.DataLoader(d, num_workers=4)
deepspeed.initialize()
wandb.init()
"""
    used = facts_of(tmp_path, train_py=code)["project.uses"].value
    assert used == ("compile", "data_loader", "deepspeed", "fsdp", "onnx_export", "wandb")


def test_code_is_never_run(tmp_path: Path) -> None:
    """Looking at a project does not run it, nor its settings."""
    text = f"import torch, pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
    facts_of(tmp_path, train_py=text, setup_py=text, conftest_py=text)
    assert not (tmp_path / "ran").exists()


def test_code_that_does_not_parse_is_a_note(tmp_path: Path) -> None:
    """A file with a syntax error, with null bytes, or nested without end is named; the others are read."""
    (tmp_path / "good.py").write_text("import torch\ntorch.optim.SGD(p)\n")
    (tmp_path / "bad.py").write_text("import torch\ndef (\n")
    (tmp_path / "null.py").write_bytes(b"import torch\0\n")
    (tmp_path / "deep.py").write_text("import torch\nx = " + "(" * 3000 + ")" * 3000)
    found = look(tmp_path)
    assert found.facts["train.optimizer"].value == "sgd"
    assert any(note.startswith("bad.py does not parse as Python (line 2)") for note in found.notes)
    assert any(note.startswith("deep.py does not parse") for note in found.notes)


def test_much_code_is_read_in_part(tmp_path: Path) -> None:
    """Past the limit of files the rest is left out, and a note says how many were read."""
    for number in range(9):
        (tmp_path / f"m{number}.py").write_text("import torch\n")
    assert any("4 of 9 Python files were read" in note for note in look(tmp_path, limits=Limits(code_files=4)).notes)


def test_other_peoples_code_is_left_out(tmp_path: Path) -> None:
    """Virtual environments, node_modules and hidden folders are not the project."""
    for folder in ("venv", "node_modules", ".git", "__pycache__"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "train.py").write_text("import torch\ntorch.optim.SGD(p)\n")
    assert not look(tmp_path).facts


DEEPSPEED = {"train_batch_size": 256, "zero_optimization": {"stage": 2}, "bf16": {"enabled": True}}
ARGUMENTS = {
    "output_dir": "o",
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 4,
    "num_train_epochs": 2,
}
ACCELERATE = "compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\nnum_processes: 8\nmixed_precision: bf16\n"


def test_configurations_are_recognised_by_content(tmp_path: Path) -> None:
    """DeepSpeed, Accelerate and Trainer settings are known by their keys, whatever their names."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "one.json").write_text(json.dumps(DEEPSPEED))
    (tmp_path / "conf" / "two.yaml").write_text(ACCELERATE)
    (tmp_path / "conf" / "three.yml").write_text("\n".join(f"{key}: {value}" for key, value in ARGUMENTS.items()))
    (tmp_path / "conf" / "other.yaml").write_text("name: x\n")
    (tmp_path / "package.json").write_text('{"name": "x"}')
    found = look(tmp_path)
    assert found.facts["project.configs"].value == ("conf/one.json", "conf/three.yml", "conf/two.yaml")


def test_the_global_batch(tmp_path: Path) -> None:
    """A global batch is taken as it stands; a batch a device is multiplied by the processes that Accelerate names."""
    (tmp_path / "ds.json").write_text(json.dumps(DEEPSPEED))
    assert look(tmp_path).facts["train.batch"].value == 256
    (tmp_path / "ds.json").unlink()
    (tmp_path / "args.json").write_text(json.dumps(ARGUMENTS))
    alone = look(tmp_path).facts
    assert alone["train.batch"].value == 32
    assert alone["train.batch"].range == (32, 256)
    assert alone["train.batch"].provenance == "assumed"
    assert alone["train.epochs"].value == 2
    (tmp_path / "accelerate.yaml").write_text(ACCELERATE)
    together = look(tmp_path).facts["train.batch"]
    assert (together.value, together.provenance) == (256, "measured")


def test_auto_is_no_number(tmp_path: Path) -> None:
    """ "auto" in a DeepSpeed file leaves the batch open."""
    (tmp_path / "ds.json").write_text(json.dumps({**DEEPSPEED, "train_batch_size": "auto"}))
    facts = look(tmp_path).facts
    assert facts["project.configs"].value == ("ds.json",)
    assert "train.batch" not in facts


def test_configurations_that_disagree(tmp_path: Path) -> None:
    """Two files with different epochs give none, and a note names them."""
    for name, epochs in (("a.json", 1), ("b.json", 3)):
        (tmp_path / name).write_text(json.dumps({**ARGUMENTS, "num_train_epochs": epochs}))
    found = look(tmp_path)
    assert "train.epochs" not in found.facts
    assert any("a.json, b.json name different values of train.epochs" in note for note in found.notes)


def test_a_broken_configuration_is_a_note(tmp_path: Path) -> None:
    """A settings file that does not parse is named with line and column."""
    (tmp_path / "ds.json").write_text('{"train_batch_size": 8,\n "zero_optimization": }')
    assert any(note.startswith("ds.json is not JSON (line 2, column 23") for note in look(tmp_path).notes)


PACKAGES = {
    "requirements.txt": "torch>=2  # comment\n-r other.txt\nScikit_Learn[all]==1.5\n\nhttps://x/y.whl\ngit+https://z\n",
    "requirements-dev.txt": "torch\nscikit-learn\ngit\n",
    "pyproject.toml": '[project]\ndependencies = ["torch>=2", "scikit.learn; python_version > \'3\'"]\n'
    '[dependency-groups]\ndev = ["git", {include-group = "x"}]\n',
    "environment.yml": "dependencies:\n  - pytorch::torch=2\n  - scikit-learn\n  - pip:\n    - git==1\n",
    "setup.cfg": "[options]\ninstall_requires =\n    torch>=2\n    scikit-learn\n    git\n\n[other]\n",
}


@pytest.mark.parametrize("name", PACKAGES)
def test_dependencies_are_read(name: str, tmp_path: Path) -> None:
    """Every usual file of dependencies gives normal package names."""
    (tmp_path / name).write_text(PACKAGES[name])
    assert look(tmp_path).facts["project.requirements"].value == ("git", "scikit-learn", "torch")


def test_poetry(tmp_path: Path) -> None:
    """Poetry's tables are read, Python itself left out."""
    tables = (
        '[tool.poetry.dependencies]\npython = "^3.11"\ntorch = "2"',
        '[tool.poetry.group.dev.dependencies]\npytest = "*"',
    )
    text = "\n".join(tables)
    (tmp_path / "pyproject.toml").write_text(text)
    assert packages_in(tmp_path / "pyproject.toml") == ("torch", "pytest")


def test_a_dependency_alone_is_no_task(tmp_path: Path) -> None:
    """A package that hints at a task is not enough by itself; with a like sign in the code it is."""
    assert "task" not in facts_of(tmp_path, requirements_txt="ultralytics\n")
    code = "from ultralytics import YOLO\nYOLO('x')\n"
    task = facts_of(tmp_path, train_py=code)["task"]
    assert task.value == "detection"
    assert "requirements.txt" in task.source
    assert "train.py:2" in task.source


BOMB = "dependencies:\n- &a [torch]\n" + "".join(
    f"- &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "dependencies: " + "[" * 100_000,
        "dependencies: [a, {",
        "a: &x {b: *x}",
        "a: 2024-99-99",
        "%YAML 9.9\n---\na",
    ],
)
def test_hostile_yaml_is_a_note(text: str, tmp_path: Path) -> None:
    """A bomb, endless nesting, a cut-off file and impossible dates never hang or fail the look."""
    (tmp_path / "environment.yml").write_text(text)
    (tmp_path / "requirements.txt").write_text("torch\n")
    assert look(tmp_path).facts["project.requirements"].value == ("torch",)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_yaml_and_json_or_refused(text: str) -> None:
    """No text makes the readers fail in any other way than by saying why."""
    for read in (yaml_of, json_of):
        try:
            read(text)
        except Unreadable as error:
            assert str(error)  # noqa: PT017


@pytest.mark.parametrize(
    "name", ["requirements.txt", "pyproject.toml", "environment.yml", "package.json", "config.json", "train.py"]
)
def test_binary_files_with_usual_names(name: str, tmp_path: Path) -> None:
    """Binary junk under a usual name is a note or nothing, and never a traceback."""
    (tmp_path / name).write_bytes(os.urandom(500) + b"\0\xff torch")
    assert set(look(tmp_path).facts) <= {"project.requirements"}


LANGUAGES = {
    "cpp": {"CMakeLists_txt": "project(server)\n", "src__main_cpp": "int main(){}"},
    "go": {"go_mod": "module x", "main_go": "package main"},
    "rust": {"Cargo_toml": "[package]", "src__main_rs": "fn main(){}"},
    "jvm": {"pom_xml": "<project/>", "src__Main_java": "class Main{}"},
    "kotlin": {"build_gradle": "plugins{}", "app__Main_kt": "fun main(){}"},
    "swift": {"Package_swift": "x", "Main_swift": "x"},
    "csharp": {"app_csproj": "<x/>", "Main_cs": "x"},
    "js": {"package_json": '{"dependencies": {"express": "4"}}', "index_js": "x"},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_callers_language(language: str, tmp_path: Path) -> None:
    """One build file with sources of its language says who calls the model."""
    assert facts_of(tmp_path, train_py="import torch\n", **LANGUAGES[language])["serving.caller"].value == language


@pytest.mark.parametrize(
    "files",
    [
        {"CMakeLists_txt": "find_package(pybind11)\n", "a_cpp": "x"},
        {"package_json": '{"devDependencies": {"prettier": "3"}}', "a_js": "x"},
        {"CMakeLists_txt": "project(x)"},
        {**LANGUAGES["go"], **LANGUAGES["rust"]},
        {"train_py": "import torch"},
    ],
)
def test_a_doubtful_language_is_none(files: dict[str, str], tmp_path: Path) -> None:
    """A Python extension, a formatter, a lone build file, two languages, or only Python leave the caller open."""
    assert "serving.caller" not in facts_of(tmp_path, **files)


def test_the_base_model_is_named(tmp_path: Path) -> None:
    """A published model that the code loads is named; a folder of the project is no name."""
    code = "import transformers\ntransformers.AutoModel.from_pretrained({!r})\n"
    assert facts_of(tmp_path, train_py=code.format("org/base-v2"))["model.name"].value == "org/base-v2"
    (tmp_path / "org" / "base-v2").mkdir(parents=True)
    assert "model.name" not in facts_of(tmp_path)


def test_an_application_around_a_language_model(tmp_path: Path) -> None:
    """A chain, a model that is called and a store of texts together mean text; one of them alone means nothing."""
    alone = tmp_path / "alone"
    alone.mkdir()
    assert "task" not in facts_of(alone, requirements_txt="openai\nfastapi\n")
    facts = facts_of(tmp_path, requirements_txt="langchain==0.3\nchromadb\nopenai\nsentence-transformers\n")
    assert facts["task"].value == "text_gen"
    assert "langchain with openai with chromadb" in facts["task"].source


def test_a_base_model_in_a_folder_of_any_name(tmp_path: Path) -> None:
    """A model's config.json is found in any folder of the project; any other config.json is none."""
    config = {"model_type": "bert", "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    config |= {"intermediate_size": 128, "vocab_size": 1000, "max_position_embeddings": 128, "type_vocab_size": 2}
    facts = facts_of(tmp_path, llm__config_json=json.dumps(config), app__config_json='{"port": 80}')
    assert facts["model.parameters"].source.startswith("llm/config.json")
