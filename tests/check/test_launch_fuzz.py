"""Arbitrary text through every reader and format of launches: read or refused, never a crash, in linear time."""

import json
from contextlib import suppress

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.check.checking import gathered, judged
from advisor.check.launch.aligned import offsets
from advisor.check.launch.hardware import gpu, gpus_of
from advisor.check.launch.models import model, weight_bytes
from advisor.check.launch.quantities import docker_bytes, kubernetes_quantity, slurm_bytes, slurm_seconds
from advisor.check.launch.shell_values import Word
from advisor.check.launch.shell_words import shell_lines
from advisor.check.pbtxt_text import read_pbtxt
from advisor.check.reading import read
from advisor.check.templated import masked
from advisor.check.tree import Document, Leaf, Sequence, Table, Unreadable
from advisor.check.yaml_text import read_yaml

SHELL = st.lists(
    st.sampled_from(
        [
            *("torchrun ", "--nproc_per_node ", "8", "\n", "$A", "${A[@]}", "${A:-3}", "A=", "A+=", "(", ")", '"', "'"),
            *("\\\n", "\\", ";", "&&", "|", "#", "if ", "then ", "else ", "fi\n", "done\n", "<<EOF\n", "EOF\n", ">x"),
            *("srun ", "bash -c ", "docker run ", "--gpus ", "vllm serve ", " ", "\t", "\r\n", "é", "#SBATCH --nodes="),
            *("case ", "$(", "}", "`", "export ", "for ", "<", "*"),
        ]
    ),
    max_size=40,
).map("".join)


def judge(path: str, text: str) -> None:
    readings = [read(path, text.encode("utf-8", "replace"), named=True)]
    for finding in judged(gathered(readings, (), {}), {path: text}):
        assert finding.place.line <= text.count("\n") + 1
        assert finding.message
        assert finding.remedy


@given(SHELL)
@settings(deadline=None)
def test_any_script(text: str) -> None:
    """Shell text of any shape is read, and what is found stands in it."""
    for line in shell_lines(text, {"A": Word("1 2", 0)}):
        assert all(0 <= word.at <= len(text) for word in line.words)
    judge("a.sh", text)
    judge("Dockerfile", text)


@given(st.text(max_size=60))
@settings(deadline=None)
def test_any_text(text: str) -> None:
    """No text, of whatever characters, stops a reader."""
    list(shell_lines(text))
    masked(text)
    with suppress(Unreadable):
        read_pbtxt(text)
    for path in ("a.sbatch", "Dockerfile", "config.pbtxt", "a.yaml"):
        judge(path, text)


MARKS = [*"{}[]<>:,;\"'#\n", "a", "b: 1", "max_batch_size: 8 ", "input ", "-1 "]


@given(st.lists(st.sampled_from(MARKS)).map("".join))
def test_any_message(text: str) -> None:
    """Text protobuf of any shape is read or refused with a place in it."""
    at = 0
    try:
        read_pbtxt(text)
    except Unreadable as refused:
        at = refused.at
    assert 0 <= at <= len(text)


def test_a_message() -> None:
    """Fields, messages with and without a colon, lists, repeated fields, texts side by side and comments."""
    text = "a: 1 # x\nb { c: 'x' \"y\" }\nb: < c: -2.5f >\nd: [1, 2]\nd: 3\ne: true;f: KIND_GPU\n"
    (root,), _ = read_pbtxt(text)
    assert isinstance(root, Table)
    assert plain(root) == {"a": 1, "b": [{"c": "xy"}, {"c": -2.5}], "d": [1, 2, 3], "e": True, "f": "KIND_GPU"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: }", (1, 4)),
        ("a {\n b: 1", (2, 6)),
        ("a: [1\n", (2, 1)),
        ('a: "x\n', (1, 4)),
        ("a { ]", (1, 5)),
        ("a { " * 200, (1, 403)),
    ],
)
def test_a_broken_message_says_where(text: str, place: tuple[int, int]) -> None:
    """Each mistake has the line and column that an editor shows."""
    with pytest.raises(Unreadable) as caught:
        read_pbtxt(text)
    found = Document("f", text).place(caught.value.at)
    assert (found.line, found.column) == place


def plain(node: object) -> object:
    if isinstance(node, Table):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(each) for each in node.items]
    assert isinstance(node, Leaf)
    return node.value


NAMES = st.sampled_from(
    [
        "kind", "apiVersion", "spec", "template", "containers", "resources", "limits", "requests", "nvidia.com/gpu",
        "image", "command", "args", "env", "name", "value", "volumes", "emptyDir", "volumeMounts", "mountPath",
        "replicas", "parallelism", "nodeSelector", "leaderWorkerTemplate", "size", "workerTemplate",
        "rayClusterConfig", "headGroupSpec", "workerGroupSpecs", "serveConfigV2", "rayStartParams", "accelerators",
        "use_spot", "num_nodes", "file_mounts", "run", "setup", "envs", "services", "deploy", "reservations",
        "devices", "shm_size", "model", "tensorrtLlm", "parallelism", "tensor", "gpu", "servingEngineSpec",
        "modelSpec", "vllmConfig", "livenessProbe", "initialDelaySeconds", "minWorkers", "torchrun", "deviceIds",
        "stages", "cmd", "deps", "predictor", "trainer", "pytorchReplicaSpecs", "Worker", "metadata", "items",
        "entry_points", "main", "service",
    ]
)  # fmt: skip
LEAVES = st.sampled_from(
    [
        *(
            1,
            8,
            0,
            -1,
            "8",
            "2.5",
            "",
            None,
            True,
            "H100:8",
            "Pod",
            "Job",
            "Deployment",
            "RayService",
            "v1",
            "ray.io/v1",
        ),
        *(
            "vllm serve meta-llama/Llama-3.1-8B --tensor-parallel-size 8\n",
            "64Gi",
            "/dev/shm",
            "${X}",
            "Memory",
            "true",
        ),
        *("InferenceService", "PyTorchJob", "TrainJob", "JobSet", "torchrun --nproc_per_node 8 train.py --bf16"),
        *("LeaderWorkerSet", "CronJob", "List"),
    ]
)
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=25
)


@given(st.dictionaries(NAMES, TREES, max_size=8))
@settings(deadline=None)
def test_any_manifest(tree: dict[str, object]) -> None:
    """Manifests, charts' values, tasks and services with anything in the place of anything are read without a crash."""
    judge("a.yaml", yaml.safe_dump(tree))
    judge("a.json", json.dumps(tree))


@given(st.text(alphabet="ab \n\t-#", min_size=1, max_size=30), st.sampled_from(["|", ">", '"', "'"]))
def test_places_inside_scalars(text: str, style: str) -> None:
    """Each visible character of a scalar's value has the place where it stands in the file."""
    written = yaml.dump({"k": text}, default_style=style)
    (root,), _ = read_yaml(written)
    assert isinstance(root, Table)
    leaf = root.entries["k"].node
    assert isinstance(leaf, Leaf)
    document = Document("f", written)
    place = offsets(document, leaf)
    value = str(leaf.value)
    places = [place(index) for index, letter in enumerate(value) if not letter.isspace()]
    assert [written[at] for at in places] == [letter for letter in value if not letter.isspace()]
    assert places == sorted(places)


@given(st.text(max_size=40))
def test_any_word(word: str) -> None:
    """Names and quantities are known or unknown, and never stop the reading."""
    gpu(word), gpus_of(word), model(word), weight_bytes(word, word, word)
    for read_number in (kubernetes_quantity, docker_bytes, slurm_bytes, slurm_seconds):
        number = read_number(word)
        assert number is None or number >= 0


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a='x'\n" * 20_000, "a.sh"),
        ('A="$A$A"\n' * 40 + "torchrun $A x.py\n", "a.sh"),
        ("A+=(x y)\n" * 3000 + "torchrun ${A[@]} x.py\n", "a.sh"),
        ("$(" * 20_000, "a.sh"),
        ("<<E\n" * 5000, "a.sh"),
        ("torchrun \\\n" * 20_000, "Dockerfile"),
        ("a { " * 20_000, "config.pbtxt"),
        ("max_batch_size: 8\n" * 10_000, "config.pbtxt"),
        ("x: {{ a }}\n" * 20_000, "values.yaml"),
        ("services:\n" + "".join(f"  s{n}: {{command: torchrun x.py}}\n" for n in range(3000)), "compose.yaml"),
    ],
    ids=range(10),
)
def test_long_and_hostile(name: str, path: str) -> None:
    """Text that repeats, doubles or nests is read in time that grows with its length."""
    judge(path, name)
