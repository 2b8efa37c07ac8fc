"""ADV005: a configuration names another file that is not there."""

import difflib
import os.path
from collections.abc import Iterator

from advisor.check.material import Material, absolute
from advisor.check.rulebook import Example, Rule, finding, written
from advisor.values.configs import At, ConfigFacts
from advisor.values.finding import Finding
from advisor.values.launches import LaunchFacts

_ENDINGS = (".json", ".yaml", ".yml")
_MOST_FOLDERS = 40
_NEAR_FOLDERS = 6  # above that a folder of the same name is another's


def find(material: Material) -> Iterator[Finding]:
    """Each relative path to a configuration that leads nowhere from the file's folder and the ones above."""
    for config in material.configs:
        for at in config.files:
            path = at.value
            if isinstance(path, str) and path.lower().endswith(_ENDINGS) and _is_relative(path):
                yield from _missing(material, config, at, path)
    for launch in material.launches:
        named = [at for command in launch.commands for at in (command.config, *command.files) if at is not None]
        for at in dict.fromkeys((*named, *launch.needed_files)) if launch.local else ():
            yield from _launched(material, launch, at)


def _launched(material: Material, launch: LaunchFacts, at: At) -> Iterator[Finding]:
    """A file that a launch names: told only where its folder, or a file of nearly the same name, is in the project."""
    paths = material.paths(launch, at)[:_NEAR_FOLDERS]
    path = at.value
    if not paths or not isinstance(path, str) or not path.lower().endswith((*_ENDINGS, ".toml", ".py")):
        return
    if any(material.is_there(each) for each in paths):
        return
    mapped = os.path.isabs(path)
    folder = os.path.dirname(paths[0]) if mapped else os.path.dirname(path)
    here = (
        any(material.exists(os.path.dirname(each)) for each in paths) if folder and (mapped or "/" in path) else False
    )
    alike = material.like(os.path.basename(path))
    if here or alike:
        told = f"{written(at)} does not exist" + (", its folder does" if here else "")
        yield finding(RULE.id, "warning", told, f"did you mean {alike}?" if alike else RULE.remedy, at)


def _missing(material: Material, config: ConfigFacts, at: At, path: str) -> Iterator[Finding]:
    folders = _folders_up(config.place.path)
    wanted = [os.path.normpath(os.path.join(folder, path)) for folder in folders]
    if any(material.is_config(each) or material.exists(each) for each in wanted):
        return
    beside = os.path.dirname(path)
    named = [os.path.normpath(os.path.join(folder, beside)) for folder in folders]
    near = [folder for folder in named if beside not in ("", ".", "..") and material.exists(folder)]
    names = sorted({name for folder in near or named[:1] for name in material.names_in(folder)})
    alike = difflib.get_close_matches(os.path.basename(path), names, 1, 0.8)
    if near or alike:
        told = f"{written(at)} does not exist" + (f", the folder {beside} does" if near else "")
        yield finding(RULE.id, "warning", told, f"did you mean {alike[0]}?" if alike else RULE.remedy, at)
    else:
        told = f"{written(at)} is not in this project: looked beside the file and in the folders above"
        yield finding(RULE.id, "note", f"{told}; it may be where the run starts", RULE.remedy, at)


def _is_relative(path: str) -> bool:
    return not path.startswith(("/", "~", "\\")) and ":" not in path and "\x00" not in path and len(path) < 1000


def _folders_up(path: str) -> list[str]:
    folders = [os.path.dirname(absolute(path))]
    while len(folders) < _MOST_FOLDERS and os.path.dirname(folders[-1]) != folders[-1]:
        folders.append(os.path.dirname(folders[-1]))
    return folders


RULE = Rule(
    id="ADV005",
    title="Configuration file that is named does not exist",
    severity="warning",
    group="consistency",
    formats=(
        "accelerate",
        "axolotl",
        "llamafactory",
        "pipelines",
        "shell",
        "skypilot",
        "torchserve",
        "training_arguments",
    ),
    condition="A relative path to a DeepSpeed configuration leads to nothing from the file's folder or one above "
    "it, and its folder does exist, or a file of nearly the same name beside the configuration. Where neither exists "
    "this is a note: the path may belong to the place where the run starts. Absolute paths and placeholders do not "
    "count. A file that a launch line names is told only in the first case, after what the task copies where.",
    remedy="Correct the path, or add the file.",
    why="The tool opens the file after the job has started, often only when the model is already loaded.",
    evidence=(
        "huggingface/accelerate, src/accelerate/utils/deepspeed.py, HfDeepSpeedConfig: Expected a string path to an "
        "existing deepspeed config",
    ),
    bad=Example(
        {
            "train.yaml": "per_device_train_batch_size: 1\nnum_train_epochs: 1\ndeepspeed: ds_zero_3.json\n",
            "ds_zero3.json": '{"zero_optimization": {"stage": 3}}\n',
        },
        line=3,
    ),
    good=Example(
        {
            "train.yaml": "per_device_train_batch_size: 1\nnum_train_epochs: 1\ndeepspeed: ds_zero3.json\n",
            "ds_zero3.json": '{"zero_optimization": {"stage": 3}}\n',
        }
    ),
    find=find,
)
