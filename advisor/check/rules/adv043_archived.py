"""ADV043: a runtime that is archived, closed or has a successor."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import ANY, Example, Rule
from advisor.check.source import Source
from advisor.check.supplies import dependencies, images, package_name, repository
from advisor.check.tree import Leaf, Table
from advisor.values.catalog import Lifecycle
from advisor.values.finding import Finding, Place, Severity

_OVER = frozenset({"archived", "service_closed", "end_of_life", "dead"})
_KEYS_OF_A_FILE = 3
Hit = tuple[Place, str]


def find(material: Material) -> Iterator[Finding]:
    """Images, packages, commands, Kubernetes kinds and configuration files of what is over; once a file and runtime."""
    rows = [(row, _words(row)) for row in material.lifecycle]
    for source in material.sources:
        text = _plain(source.text)
        for row in [row for row, words in rows if any(word in text for word in words)]:
            hits = [*_images(source, row), *_packages(source, row), *_commands(source, row), *_kinds(source, row)]
            hits = hits or [*_files(source, row)]
            if hits:
                place, what = min(hits, key=lambda hit: (hit[0].line, hit[0].column))
                yield _finding(row, place, what)


def _words(row: Lifecycle) -> tuple[str, ...]:
    """What a file that uses it says somewhere."""
    kinds = (kind.rpartition(" ")[2] for kind in row.kinds)
    return tuple(dict.fromkeys(map(_plain, (*row.packages, *row.images, *row.commands, *kinds, *row.files))))


def _plain(text: str) -> str:
    return text.lower().replace("_", "-")


def _finding(row: Lifecycle, place: Place, what: str) -> Finding:
    severity: Severity = "warning" if row.status in _OVER else "note"
    since = f" since {row.since}" if row.since else ""
    whose = "" if what.lower() == row.name.lower() else f"{what}: "
    remedy = f"move to {row.use}" if row.use else "look for a successor"
    return Finding(RULE.id, severity, f"{whose}{row.name} is {row.status.replace('_', ' ')}{since}", remedy, place)


def _images(source: Source, row: Lifecycle) -> Iterator[Hit]:
    for image in images(source) if row.images else ():
        name = repository(image.text)
        if any(name == known or name.endswith(f"/{known}") for known in row.images):
            yield image.place, image.text[:100]


def _packages(source: Source, row: Lifecycle) -> Iterator[Hit]:
    known = {package_name(package) for package in row.packages}
    for word in dependencies(source) if known else ():
        if package_name(word.text) in known:
            yield word.place, package_name(word.text)


def _commands(source: Source, row: Lifecycle) -> Iterator[Hit]:
    for command in source.commands(map(str.lower, row.commands)) if row.commands else ():
        if command[0].text.lstrip("[").rpartition("/")[2].rstrip(",") in row.commands:
            yield command[0].place, command[0].text.strip("[],")


def _kinds(source: Source, row: Lifecycle) -> Iterator[Hit]:
    for root in source.document.roots if row.kinds else ():
        if isinstance(root, Table) and {"apiVersion", "kind"} <= root.entries.keys():
            version, kind = root.entries["apiVersion"].node, root.entries["kind"]
            if (
                isinstance(version, Leaf)
                and isinstance(kind.node, Leaf)
                and f"{version.raw} {kind.node.raw}" in row.kinds
            ):
                yield source.document.place(kind.at), f"{kind.node.raw} of {version.raw}"


def _files(source: Source, row: Lifecycle) -> Iterator[Hit]:
    for root in source.document.roots if row.files else ():
        if isinstance(root, Table):
            present = [root.entries[key].at for key in row.files if key in root.entries]
            if len(present) >= _KEYS_OF_A_FILE:
                yield source.document.place(min(present)), row.name


RULE = Rule(
    id="ADV043",
    title="Runtime is archived, closed or superseded",
    severity="warning",
    group="lifecycle",
    formats=ANY,
    condition="An image, a package (also in requirements files and pyproject.toml), a command or a Kubernetes kind "
    "is in the catalogue's table of what is over (`advisor/catalog/lifecycle.yaml`, each row with its date and "
    "source). Archived or closed is a warning; wound down, deprecated or superseded is a note.",
    remedy="move to the successor that the message names",
    why="No fixes, no new models, no security patches.",
    evidence=(
        "https://github.com/pytorch/serve/issues/3396",
        "https://github.com/huggingface/text-generation-inference README: maintenance mode, commit db931fc",
        "https://github.com/meta-pytorch/torchtune/issues/2883",
        "https://kubeflow.org/docs/components/trainer/operator-guides/migration",
    ),
    bad=Example({"compose.yaml": "services:\n  model:\n    image: pytorch/torchserve:0.11.1-gpu\n"}, line=3),
    good=Example({"compose.yaml": "services:\n  model:\n    image: vllm/vllm-openai:v0.11.0\n"}),
    find=find,
)
