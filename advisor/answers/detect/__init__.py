"""Looking at the project: every fact its files can give without a question, each with its source.

Nothing is executed, imported or unpickled, and every read is bounded (`reading.sight.Limits`). To add a kind of
evidence, write one file with a function `find(sight) -> Found` and name it below.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from advisor.answers.detect.reading.listing import Bounds, walk
from advisor.answers.detect.reading.places import DATA_FOLDERS, scheme_of
from advisor.answers.detect.reading.sight import Found, Limits, Sight
from advisor.errors import BadInput
from advisor.values.evidence import Look

DETECTORS = (
    "data_location",
    "data_folder",
    "safetensors",
    "hf_config",
    "license",
    "configs",
    "code",
    "requirements",
    "languages",
)
"""Kinds of evidence, in the order in which they are believed: the first fact of an id stands."""

CONCLUSIONS = ("task", "sequence")
"""What follows from several kinds together."""


def look(
    project: Path, *, model: Path | None = None, data: tuple[Path, ...] = (), limits: Limits | None = None
) -> Look:
    """What the project's files say. Raises BadInput for a project, `model` or `data` that is not there or not usable.

    `data` may hold addresses (`s3://bucket/key`): they are noted, not opened. Whatever is wrong with a file that
    was found, not given, becomes a note.
    """
    found = Found()
    sight = _sight(project, model, data, limits or Limits(), found)
    for name in DETECTORS:
        find: Callable[[Sight], Found] = import_module(f"{__name__}.{name}").find
        found.add(find(sight))
    found.add(import_module(f"{__name__}.task").conclude(found.hints))
    found.add(import_module(f"{__name__}.sequence").conclude(found.facts))
    return Look(found.facts, tuple(dict.fromkeys(found.notes)))


def _sight(project: Path, model: Path | None, data: tuple[Path, ...], limits: Limits, found: Found) -> Sight:
    project = Path(project).absolute()
    if not project.is_dir():
        raise BadInput("there is no such folder", where=str(project), remedy="give the folder of the project")
    given = tuple(path if scheme_of(path) else Path(path).absolute() for path in data)
    for path in given:
        if not scheme_of(path) and not path.exists():
            raise BadInput(
                "there are no such data", where=str(path), remedy="give --data a file, a folder or an address"
            )
    aside = {str(path) for path in given} | {str(project / name) for name in DATA_FOLDERS}
    bounds = Bounds(limits.project_entries, limits.scan_s, depth=8, follow=False, clock=limits.clock)
    scan = walk(str(project), bounds, skip=lambda path, _name: path in aside)
    if scan.cut:
        found.notes.append(f"the project has many files: {scan.count:,} beside the data were looked at")
    found.notes.extend(f"{Path(path).relative_to(project)} was skipped: {why}" for path, why in scan.refused[:5])
    kept = tuple(file for file in scan.files if file.path not in aside)
    return Sight(project, kept, model.absolute() if model else None, given, limits)
