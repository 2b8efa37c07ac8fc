"""Which model of the project is meant, and which of its files hold what."""

from dataclasses import dataclass
from pathlib import Path

from advisor.answers.detect.content.magic import sniffed
from advisor.answers.detect.reading.bounded import Unreadable, json_of, mapping_of, text
from advisor.answers.detect.reading.listing import Bounds, walk
from advisor.answers.detect.reading.places import model_folders
from advisor.answers.detect.reading.sight import Found, Sight
from advisor.errors import BadInput

_CONFIG_BYTES = 1_000_000
_MARKS = ("config.json", "model_index.json", "adapter_config.json", "params.json")
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib")


@dataclass(frozen=True, slots=True)
class Place:
    """A model's folder. `given` says that a person pointed at it, so that what is wrong there is an error."""

    folder: Path
    given: bool
    only: Path | None = None

    @property
    def config(self) -> Path | None:
        path = self.folder / "config.json"
        return path if path.is_file() else None

    def names(self) -> tuple[str, ...]:
        """The files right in the folder."""
        scan = walk(str(self.folder), Bounds(entries=5_000, seconds=1.0, depth=0))
        return tuple(entry.name for entry in scan.files if entry.folder == str(self.folder))

    def tensors(self) -> tuple[Path, ...]:
        """The safetensors files of the model: those of the index, `model.safetensors`, its shards, or the only one."""
        if self.only is not None:
            return (self.only,)
        names = [name for name in self.names() if name.endswith(".safetensors") and not name.startswith("adapter")]
        shards = [name for name in names if "-of-" in name and not name.startswith("consolidated")]
        if "model.safetensors" in names:
            names = ["model.safetensors"]
        elif shards:
            names = shards
        return tuple(self.folder / name for name in sorted(names)) if len(names) == 1 or shards else ()


def place_of(sight: Sight, found: Found | None = None) -> Place | None:
    """The model that is meant: the one given, else the only one of the project. Raises BadInput for a wrong path."""
    if sight.model is not None:
        return _given(sight.model, sight)
    folders = {file.folder for file in sight.files if file.name in _MARKS or file.suffix == ".safetensors"}
    homes = [folder for folder in model_folders(sight.project, folders) if _is_model(folder)]
    if len(homes) > 1 and found is not None:
        names = ", ".join(sight.name(home) for home in homes[:4])
        found.notes.append(f"several models: {names}; the first is taken, --model chooses another")
    return Place(homes[0], False) if homes else None


def _is_model(folder: Path) -> bool:
    """Whether the folder holds tensors, or a config that names a model: any program may have a config.json."""
    place = Place(folder, False)
    if place.tensors() or (folder / "model_index.json").is_file() or (folder / "adapter_config.json").is_file():
        return True
    try:
        config = mapping_of(json_of(text(folder / "config.json", _CONFIG_BYTES)))
    except Unreadable:
        return False
    return "model_type" in config or "architectures" in config


def _given(path: Path, sight: Sight) -> Place:
    where = sight.name(path)
    if not path.exists():
        raise BadInput(
            "there is no such model",
            where=where,
            remedy="give --model a folder with config.json, or a .safetensors file",
        )
    if path.is_dir():
        return _given_folder(Place(path, True), where)
    if path.suffix == ".safetensors":
        return Place(path.parent, True, path)
    if path.suffix == ".json":
        return Place(path.parent, True)
    if path.suffix in PICKLES or sniffed(path) == "pickle":
        raise BadInput(
            "is a pickle, which can run code when it is opened: not opened", where=where,
            remedy="save the model as safetensors (model.save_pretrained(folder), or safetensors.torch.save_file)",
        )  # fmt: skip
    raise BadInput(
        "is no model that can be read",
        where=where,
        remedy="give --model a folder with config.json, or a .safetensors file",
    )


def _given_folder(place: Place, where: str) -> Place:
    names = place.names()
    if place.tensors() or any(name in names for name in _MARKS):
        return place
    pickles = [name for name in names if name.endswith(PICKLES)]
    if pickles:
        raise BadInput(
            f"holds only pickles ({pickles[0]}), which can run code when they are opened: not opened", where=where,
            remedy="save the model as safetensors, or put its config.json beside it",
        )  # fmt: skip
    loose = [name for name in names if name.endswith(".safetensors")]
    if loose:
        raise BadInput(f"holds several models ({', '.join(loose[:3])})", where=where, remedy="give --model one of them")
    raise BadInput(
        "has neither config.json nor .safetensors files", where=where, remedy="point --model at the folder of the model"
    )
