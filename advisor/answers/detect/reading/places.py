"""Where a project keeps its data and its models: by the names that everyone uses, else by what lies there."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from advisor.answers.detect.reading.listing import Entry

MEDIA = frozenset(
    (
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".tif",
        ".tiff",
        ".bmp",
        ".dcm",
        ".nii",
        ".wav",
        ".flac",
        ".mp3",
        ".ogg",
        ".opus",
    )
)
_MANY = 50
"""So many pictures or recordings in one folder are data, whatever it is called; fewer may illustrate a page."""

DATA_FOLDERS = ("data", "dataset", "datasets")
MODEL_FOLDERS = ("model", "models", "checkpoint", "weights", "base_model", "pretrained")


def data_roots(project: Path, given: tuple[Path, ...]) -> list[Path]:
    """The folders and files that hold the data: those given, else those in the project that are named so."""
    if given:
        return [path for path in given if not scheme_of(path)]
    return [project / name for name in DATA_FOLDERS if (project / name).is_dir()]


def media_folders(project: Path, files: Iterable[Entry]) -> list[Path]:
    """The project's own folders that hold many pictures or recordings and no code."""
    counts: Counter[Path] = Counter()
    code: set[Path] = set()
    for file in files:
        inside = Path(file.path).relative_to(project)
        top = project / inside.parts[0]
        if len(inside.parts) > 1 and file.suffix in MEDIA:
            counts[top] += 1
        elif file.suffix in (".py", ".html", ".css", ".js"):
            code.add(top)
    return sorted(folder for folder, count in counts.items() if count >= _MANY and folder not in code)


def scheme_of(path: Path) -> str:
    """The scheme of a URI that arrived as a path (`s3:/bucket/key`), "" for a file."""
    head, colon, _ = str(path).partition(":/")
    return head.lower() if colon and head.isalnum() and len(head) > 1 else ""


def model_folders(project: Path, folders: set[str]) -> list[Path]:
    """Of `folders`: the project's own, those named for a model, those one floor below them, then any other."""
    homes = [project / name for name in MODEL_FOLDERS]
    inside = sorted(Path(folder) for folder in folders)
    below = [folder for folder in inside if folder.parent in homes]
    others = [folder for folder in inside if folder.parent == project]
    wanted = dict.fromkeys((project, *homes, *below, *others))
    return [folder for folder in wanted if str(folder) in folders and "checkpoint-" not in folder.name]
