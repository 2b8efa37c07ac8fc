"""Where a project keeps its data and its models, by the names that everyone uses."""

from pathlib import Path

DATA_FOLDERS = ("data", "dataset", "datasets")
MODEL_FOLDERS = ("model", "models", "checkpoint", "weights", "base_model", "pretrained")


def data_roots(project: Path, given: tuple[Path, ...]) -> list[Path]:
    """The folders and files that hold the data: those given, else those in the project that are named so."""
    if given:
        return [path for path in given if not scheme_of(path)]
    return [project / name for name in DATA_FOLDERS if (project / name).is_dir()]


def scheme_of(path: Path) -> str:
    """The scheme of a URI that arrived as a path (`s3:/bucket/key`), "" for a file."""
    head, colon, _ = str(path).partition(":/")
    return head.lower() if colon and head.isalnum() and len(head) > 1 else ""


def model_folders(project: Path, folders: set[str]) -> list[Path]:
    """The project's own folder, those named for a model, and one floor below them, of those in `folders`."""
    homes = [project / name for name in MODEL_FOLDERS]
    near = [project, *homes]
    below = sorted(Path(folder) for folder in folders if Path(folder).parent in homes)
    return [folder for folder in (*near, *below) if str(folder) in folders and "checkpoint-" not in folder.name]
