"""ADV049: an image, a package or a model changes without the project."""

import re
from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import ANY, Example, Rule
from advisor.check.source import Source, Word
from advisor.check.supplies import bases, is_requirements, package_name, packages
from advisor.check.taking import is_unresolved
from advisor.check.tree import Leaf, Table
from advisor.values.finding import Finding, Place

_MOVING = frozenset({"latest", "main", "master", "nightly", "dev", "edge", "devel", "head"})
_PACKAGES = frozenset(
    {"torch", "torchvision", "torchaudio", "transformers", "accelerate", "deepspeed", "trl", "peft", "vllm", "sglang"}
    | {"bitsandbytes", "flash-attn", "xformers", "datasets", "tokenizers", "triton", "tensorflow", "jax", "lightning"}
    | {"pytorch-lightning", "torchtune", "torchtitan", "axolotl", "unsloth", "onnxruntime", "onnxruntime-gpu", "ray"}
)
_REQUIREMENT = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?(?P<version>[=<>!~@].*)?$")
_REPOSITORY = re.compile(r"git\+[a-z]+://[^\s@\"']+(?:@(?P<at>[^\s#\"'&]+))?")
_REVISION = re.compile(r"(?:^|_)revision$")
_IMAGE = re.compile(r"(?![\d.]*$)(?!\w+://)[\w./:@+-]+")
Hit = tuple[Place, str]


def find(material: Material) -> Iterator[Finding]:
    """One finding a file for images, one for packages, one for models: the first, and how many more there are."""
    for source in material.sources:
        for kind in (_images, _packages, _models):
            hits = list(kind(source))
            if hits:
                place, message = min(hits, key=lambda hit: (hit[0].line, hit[0].column))
                more = f" (and {len(hits) - 1} more here)" if len(hits) > 1 else ""
                yield Finding(RULE.id, "note", f"{message}{more}", RULE.remedy, place)


def _images(source: Source) -> Iterator[Hit]:
    if not source.says(("image", "from ", "tag")):
        return
    for _, table in source.tables if source.document.reader != "python" else ():  # there an image may be a picture
        image, tag = table.entries.get("image"), table.entries.get("tag")
        if image is not None and isinstance(image.node, Leaf) and "build" not in table.entries:
            yield from _moving(image.node.raw, source.document.place(image.node.at))
        named = any(isinstance(_leaf(table, key), Leaf) for key in ("repository", "image", "imageName"))
        if tag is not None and named and isinstance(tag.node, Leaf) and tag.node.raw in _MOVING:
            yield source.document.place(tag.node.at), f"the tag {tag.node.raw} changes without you"
    for base in bases(source):
        yield from _moving(base.text, base.place)


def _moving(image: str, place: Place) -> Iterator[Hit]:
    if "@sha256:" in image or is_unresolved(image) or not _IMAGE.fullmatch(image):
        return
    repository, colon, tag = image.rpartition("/")[2].partition(":")
    if not repository:
        return
    if not colon:
        yield place, f"{image} has no tag, so it is {image}:latest, which changes without you"
    elif tag in _MOVING:
        yield place, f"{image} changes without you"


def _packages(source: Source) -> Iterator[Hit]:
    for word in packages(source) if source.says(("install",)) or is_requirements(source) else ():
        yield from _unpinned(word)


def _unpinned(word: Word) -> Iterator[Hit]:
    repository = _REPOSITORY.search(word.text)
    if repository is not None:
        at = repository["at"] or ""
        if "$" not in word.text and (not at or at in _MOVING):
            told = f"{repository.group().partition('@')[0][:100]} is installed from {at or 'its default branch'}"
            yield word.place, f"{told}, which changes without you"
        return
    found = _REQUIREMENT.match(word.text)
    if found is not None and package_name(found["name"]) in _PACKAGES and not found["version"]:
        yield word.place, f"{found['name']} is installed in whatever version is the newest"


def _models(source: Source) -> Iterator[Hit]:
    for at in source.settings if source.says(("revision",)) else ():
        if _REVISION.search(at.key) and at.word in _MOVING and at.word != "dev":
            yield at.place, f"{at.key} {at.raw} is a branch, which changes without you"


def _leaf(table: Table, key: str) -> object:
    entry = table.entries.get(key)
    return entry.node if entry is not None else None


RULE = Rule(
    id="ADV049",
    title="Image, package or model not pinned",
    severity="note",
    group="reproducibility",
    formats=ANY,
    condition="An image without a tag, or with a tag that moves (latest, main, nightly) and no digest; `pip install` "
    "or a requirements file with torch, transformers, vllm and their like in no version; a repository without a "
    "commit; a revision that is a branch. One finding of each kind a file. Images that Compose builds itself are left "
    "alone.",
    remedy="name a version (or a digest, or a commit), and change it in a change of its own",
    why="A new engine version changes defaults, memory and results, on the day when somebody else decides so.",
    evidence=(
        "https://kubernetes.io/docs/concepts/containers/images/#image-names",
        "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions",
        "https://pip.pypa.io/en/stable/topics/repeatable-installs/",
    ),
    bad=Example({"Dockerfile": "FROM vllm/vllm-openai:latest\nRUN pip install accelerate==1.4.0\n"}, line=1),
    good=Example({"Dockerfile": "FROM vllm/vllm-openai:v0.11.0\nRUN pip install accelerate==1.4.0\n"}),
    find=find,
)
