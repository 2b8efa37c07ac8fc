"""The rules that look at the text of any file: what they find, and what they must leave alone."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.catalog import lifecycle
from advisor.check import REPORTS, check
from advisor.check.checking import gathered, judged
from advisor.check.outcome import Outcome
from advisor.check.reading import read
from advisor.check.rules.adv045_secret import RULE as SECRET

CORPUS = Path(os.environ.get("ADVISOR_CORPUS", Path(__file__).parents[3] / "shared" / "configs"))
RULES = ("ADV043", "ADV045", "ADV046", "ADV047", "ADV048", "ADV049")
READ = {
    # every finding of these rules on the unmodified files, read by a person: all are true
    ("text-generation-inference.yaml", "ADV043", "warning", 32),
    ("fine-tune-l4-dws.yaml", "ADV048", "warning", 39),
    ("llama4_full_sft.yaml", "ADV047", "note", 5),
    ("falcon__train.yaml", "ADV049", "note", 27),
    ("gpt-oss-120b-sft.yaml", "ADV049", "note", 14),
    ("lora.yaml", "ADV049", "note", 34),
    ("lora.yaml", "ADV043", "note", 37),
    ("model-config.yaml", "ADV043", "warning", 2),
    ("70B-lora.yaml", "ADV043", "note", 24),
}
DRAWN = "QmZtRkLwPvXsYbNcDfGhJqTsWxYzAeRu4k"
HEX = "3f786850e387550fdab836ed7e6dc881de23001b"


def outcome(folder: Path, files: dict[str, str]) -> Outcome:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return check((folder,), rederive=lambda _: None, expect=lambda _: None, lifecycle=lifecycle)


def found(folder: Path, name: str, text: str) -> list[tuple[str, str, int]]:
    findings = outcome(folder, {name: text}).findings
    return [(each.rule, each.severity, each.place.line) for each in findings if each.rule in RULES]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.yaml", f"env:\n- name: HF_TOKEN\n  value: hf_{DRAWN}\n", 3),
        ("a.yaml", f"services:\n  m:\n    image: a/b:1\n    environment:\n      - WANDB_API_KEY={HEX}\n", 5),
        ("a.yaml", f"envs:\n  WANDB_API_KEY: {HEX}\n", 2),
        ("a.yaml", f"# HF_TOKEN=hf_{DRAWN} sky launch a.yaml\nnum_nodes: 1\n", 1),
        ("a.json", f'{{"hub": {{"hf_token": "hf_{DRAWN}"}}}}', 1),
        ("a.yaml", f"openaiApiKey: sk-proj-{DRAWN}\n", 1),
        ("run.sh", f"#!/bin/sh\nexport AWS_SECRET_ACCESS_KEY=wJalr7UtnFEMI4K7MDENGbPxRfiCYzk3y\n{DRAWN}\n", 2),
        ("run.sh", "#!/bin/sh\nexport AWS_ACCESS_KEY_ID=AKIAQ7X2M4Z9T3W5R8YB\n", 2),
        ("run.sh", f"#!/bin/sh\nvllm serve m --api-key {DRAWN}\n", 2),
        ("Dockerfile", f"FROM a/b:1\nENV HF_TOKEN {DRAWN}\n", 2),
        (".env", f"DB_PASSWORD={DRAWN}\n", 1),
        ("id.json", '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvAIBADANBgkq"}', 1),
        ("id.yaml", "data:\n  key: |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    b3Bl\n", 3),
    ],
)
def test_secrets_are_found(tmp_path: Path, name: str, text: str, line: int) -> None:
    """Tokens by their shape, even in a comment, and drawn values under names of secrets; an error at the line."""
    assert ("ADV045", "error", line) in found(tmp_path, name, text)


@pytest.mark.parametrize(
    "value",
    [
        "<YOUR TOKEN>", "<your-hf-access-token-value>", "YOUR_WANDB_KEY", "your_own_wandb_api_key",
        "PLACEHOLDER_HF_TOKEN",
        "HUGGINGFACE_TOKEN", "${HF_TOKEN}", "$HF_TOKEN", "{{ .Values.token }}", "'${{ secrets.HF_TOKEN }}'", "", "null",
        "xxx", "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "abc", "changeme", "TO" + "DO", "insert-token-here",
        "***", "...",
        "REPLACE_ME_1234567890ab", "hf_api_token", "my-secret-name-1", "true", "none", "/run/secrets/hf", "%(token)s",
        "AKIAIOSFODNN7EXAMPLE", "no-digits-in-this-value", "12345678901234567890",
    ],
)  # fmt: skip
@pytest.mark.parametrize("shape", ["envs:\n  HF_TOKEN: {}\n", "env:\n- name: HF_TOKEN\n  value: {}\n"])
def test_placeholders_are_no_secrets(tmp_path: Path, shape: str, value: str) -> None:
    """What stands for a secret, in every style that real files have, is left alone."""
    assert [each for each in found(tmp_path, "a.yaml", shape.format(value)) if each[0] == "ADV045"] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", f"revision: {HEX}\nimage: x/y@sha256:{HEX}\n"),
        ("a.yaml", f"run: |\n  pip install git+https://github.com/a/b.git@{HEX}\n"),
        ("a.yaml", "special_tokens:\n  pad_token: '[PAD0123456789]'\n  eos_token: </s>\n"),
        ("a.yaml", "env:\n- name: T\n  valueFrom:\n    secretKeyRef: {name: hf-secret-01, key: hf_api_token_01}\n"),
        ("a.yaml", "use_auth_token: true\nmax_new_tokens: 128\nsort_key: timestamp_2024_a\n"),
        ("t.json", '{"bos_token": "<|begin_of_text|>", "chat_template": "x9 y8", "image_token": "<image_0123456>"}'),
        ("pem.py", 'MARKER = "-----BEGIN RSA PRIVATE KEY-----"\nEND = "-----END RSA PRIVATE KEY-----"\n'),
        ("a.yaml", "style: sk-toggleable__label-arrow-icon sk-estimator-doc-link-2\n"),
        ("a.yaml", "database: postgres://user:${DB_PASSWORD}@db:5432/x\napi_key: x\n"),
    ],
)
def test_hashes_and_names_are_no_secrets(tmp_path: Path, name: str, text: str) -> None:
    """Commit hashes, digests, special tokens of a tokenizer and references to a secret are left alone."""
    assert [each for each in found(tmp_path, name, text) if each[0] == "ADV045"] == []


def test_a_typed_value_is_a_warning(tmp_path: Path) -> None:
    """A literal value that looks typed, not drawn, is still a value that everybody can read."""
    assert found(tmp_path, "values.yaml", 'servingEngineSpec:\n  vllmApiKey: "abc123XYZ987"\n') == [
        ("ADV045", "warning", 2)
    ]


@pytest.mark.parametrize("report", sorted(REPORTS))
def test_no_report_prints_a_secret(tmp_path: Path, report: str) -> None:
    """Neither the message nor the quoted line holds the value, whichever rule is shown there."""
    files = {
        "a.yaml": f"num_train_epochs: 1\nsave_strategy: no  # hf_{DRAWN}\napi_key: '{DRAWN}'\n",
        "b.yaml": f"url: https://bob:{DRAWN}@host/x\npassword: {DRAWN}\n",
    }
    result = outcome(tmp_path, files)
    assert {"ADV007", "ADV045"} <= {each.rule for each in result.findings}
    assert DRAWN not in REPORTS[report](result, False)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("t.yaml", "checkpoint_files: [pytorch_model-00001-of-00002.bin, pytorch_model-00002-of-00002.bin]\n", 1),
        ("t.yaml", "a: 1\nuse_safetensors: false\n", 2),
        ("s.sh", "#!/bin/sh\nvllm serve m --load-format pt\n", 2),
        ("k.yaml", "args:\n  - --load-format=pt\n", 2),
        ("s.sh", "#!/bin/sh\nwget https://example.org/models/resnet50.pth\n", 2),
        ("t.yaml", "weights: consolidated.00.pth\n", 1),
        ("t.yaml", "checkpoint_files:\n  filename_format: pytorch_model-{}-of-{}.bin\n  max_filename: 2\n", 2),
    ],
)
def test_pickle_is_found(tmp_path: Path, name: str, text: str, expected: int) -> None:
    """Published weights in pickle files, and settings that ask for pickle, are found once."""
    assert found(tmp_path, name, text) == [("ADV046", "warning", expected)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.yaml", "checkpoint_files: [model-00001-of-00002.safetensors]\nrecipe_checkpoint: recipe_state.pt\n"),
        ("dvc.yaml", "stages:\n  train:\n    cmd: python train.py\n    outs: [model.pkl]\n"),
        ("t.yaml", "resume: out/checkpoint-100/optimizer.pt\nload_path: ./ckpt/latest-rank0.pt\n"),
        ("s.sh", "#!/bin/sh\nrm /tmp/model/*.pt\nvllm serve m --load-format safetensors\n"),
        ("s.sh", "#!/bin/sh\n# wget https://example.org/models/resnet50.pth\n"),
    ],
)
def test_own_checkpoints_are_left_alone(tmp_path: Path, name: str, text: str) -> None:
    """What the project writes and reads itself is no news."""
    assert found(tmp_path, name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.yaml", "model_name_or_path: a/b\ntrust_remote_code: true\n", 2),
        ("a.yaml", "model: a/b\nrevision: main\ntrust_remote_code: true\n", 3),
        ("s.sh", "#!/bin/sh\nvllm serve a/b \\\n  --trust-remote-code\n", 3),
        ("k.yaml", 'args: ["--model=a/b", "--trust-remote-code"]\n', 1),
        ("a.yaml", "trust_remote_code: true\nother:\n  trust_remote_code: true\n", 1),
    ],
)
def test_remote_code_is_noted_once(tmp_path: Path, name: str, text: str, line: int) -> None:
    """Code of a model hub without a commit is noted at its first place."""
    assert [each for each in found(tmp_path, name, text) if each[0] == "ADV047"] == [("ADV047", "note", line)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "trust_remote_code: false\n"),
        ("a.yaml", f"trust_remote_code: true\nmodel_revision: {HEX}\n"),
        ("a.yaml", "model: /models/own\ntrust_remote_code: true\n"),
        ("s.sh", f"#!/bin/sh\nvllm serve a/b --trust-remote-code --revision {HEX}\n"),
        ("s.sh", "#!/bin/sh\npython train.py --trust_remote_code False\n"),
        ("a.yaml", "# trust_remote_code: true\nx: 1\n"),
    ],
)
def test_pinned_code_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    """A commit, a local folder or an off switch leave nothing to say."""
    assert found(tmp_path, name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("config.properties", "management_address=http://0.0.0.0:8081\n", ("ADV048", "warning", 1)),
        ("c.yaml", "services:\n  a:\n    image: x/y:1\n    privileged: true\n", ("ADV048", "warning", 4)),
        (
            "r.yaml",
            "headGroupSpec:\n  serviceType: LoadBalancer\n  rayStartParams:\n    dashboard-host: 0.0.0.0\n",
            ("ADV048", "warning", 4),
        ),
        ("s.sh", "#!/bin/sh\nray start --head --dashboard-host=0.0.0.0\n", ("ADV048", "note", 2)),
        ("s.sh", "#!/bin/sh\njupyter lab --ip 0.0.0.0 --NotebookApp.token=''\n", ("ADV048", "warning", 2)),
        ("s.sh", "#!/bin/sh\ndocker run --privileged x/y:1\n", ("ADV048", "warning", 2)),
        (
            "c.yaml",
            "services:\n  a:\n    image: vllm/vllm-openai:v0.11.0\n    ports: ['8000:8000']\n",
            ("ADV048", "note", 4),
        ),
    ],
)
def test_open_interfaces_are_found(tmp_path: Path, name: str, text: str, expected: tuple[str, str, int]) -> None:
    """What lets whoever comes run code is found where it stands."""
    assert found(tmp_path, name, text) == [expected]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.properties", "inference_address=http://0.0.0.0:8080\nmanagement_address=http://127.0.0.1:8081\n"),
        ("k.yaml", "spec:\n  containers:\n  - name: a\n    args: [--host=0.0.0.0, --port=8000]\n"),
        ("r.yaml", "headGroupSpec:\n  rayStartParams:\n    dashboard-host: 0.0.0.0\n"),
        ("d.yaml", "kind: DaemonSet\nspec:\n  c:\n    securityContext:\n      privileged: true\n"),
        ("c.yaml", "services:\n  a:\n    image: vllm/vllm-openai:v1\n    ports: ['127.0.0.1:8000:8000']\n"),
        (
            "c.yaml",
            "services:\n  a:\n    image: vllm/vllm-openai:v1\n    command: --api-key $K\n    ports: ['8000:8000']\n",
        ),
        ("k.yaml", "securityContext:\n  privileged: false\n"),
    ],
)
def test_what_has_to_be_open_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    """An inference port inside a container, a dashboard inside a cluster and device drivers are normal."""
    assert [each for each in found(tmp_path, name, text) if each[0] == "ADV048"] == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("k.yaml", "image: a/b:latest\n", 1),
        ("k.yaml", "image: a/b\n", 1),
        ("v.yaml", "image:\n  repository: a/b\n  tag: latest\n", 3),
        ("Dockerfile", "ARG V=1\nFROM nvidia/cuda:12.4.0-base AS base\nFROM base\nFROM ubuntu\n", 4),
        ("s.sh", "#!/bin/sh\npip install numpy \\\n  torch\n", 3),
        ("s.sh", "#!/bin/sh\nuv pip install 'vllm[audio]'\n", 2),
        ("requirements.txt", "numpy\ntransformers  # the newest\n", 2),
        ("s.sh", "#!/bin/sh\npip install git+https://github.com/a/b.git\n", 2),
        ("s.sh", "#!/bin/sh\npip install git+https://github.com/a/b.git@main\n", 2),
        ("a.yaml", "model_revision: main\n# trust_remote_code\n", 1),
    ],
)
def test_moving_targets_are_noted(tmp_path: Path, name: str, text: str, line: int) -> None:
    """Images, packages, repositories and revisions that change by themselves are noted where they stand."""
    assert found(tmp_path, name, text) == [("ADV049", "note", line)]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k.yaml", "image: a/b:2.7.0_cu128-latest\n"),
        ("k.yaml", f"image: a/b@sha256:{HEX}\n"),
        ("c.yaml", "services:\n  a:\n    image: gpt-neox\n    build: .\n"),
        ("k.yaml", "image: {{ .Values.image }}\nother: ${IMAGE}\n"),
        ("k.yaml", "image: registry:5000/a/b:1.2\n"),
        ("Dockerfile", "FROM scratch\nARG TAG\nFROM a/b:${TAG}\nRUN pip install torch==2.6.0 'trl>=0.20' numpy\n"),
        ("s.sh", f"#!/bin/sh\npip install -r requirements.txt git+https://github.com/a/b@{HEX}\n"),
        ("s.sh", "#!/bin/sh\n# pip install torch\necho pip install\n"),
        ("make.py", "from pathlib import Path\nimport torch  # pip install torch\n"),
    ],
)
def test_pinned_things_are_left_alone(tmp_path: Path, name: str, text: str) -> None:
    """Versions, digests, commits, local builds and unresolved values leave nothing to say."""
    assert found(tmp_path, name, text) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("k.yaml", "image: ghcr.io/huggingface/text-generation-inference:1.4.3\n", ("ADV043", "warning", 1)),
        ("Dockerfile", "FROM pytorch/torchserve:0.11.1-gpu\n", ("ADV043", "warning", 1)),
        ("s.sh", "#!/bin/sh\ndocker run --rm pytorch/torchserve:0.11.1\n", ("ADV043", "warning", 2)),
        ("requirements.txt", "numpy==2.0\ntorchserve==0.11.1\n", ("ADV043", "warning", 2)),
        ("pyproject.toml", '[project]\ndependencies = [\n  "neptune>=1.10",\n]\n# image:\n', ("ADV043", "warning", 3)),
        ("s.sh", "#!/bin/sh\ntorchserve --start --model-store m\n", ("ADV043", "warning", 2)),
        ("s.sh", "#!/bin/sh\npip install torchtune==0.6.1\n", ("ADV043", "note", 2)),
        ("j.yaml", "apiVersion: kubeflow.org/v1\nkind: PyTorchJob\n", ("ADV043", "note", 2)),
    ],
)
def test_what_is_over_is_found(tmp_path: Path, name: str, text: str, expected: tuple[str, str, int]) -> None:
    """Images, packages, commands and kinds of what is archived, with the date and where to go."""
    assert found(tmp_path, name, text) == [expected]
    (finding,) = outcome(tmp_path, {}).findings
    assert "use" in finding.remedy or "move to" in finding.remedy


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("k.yaml", "image: acme/not-text-generation-inference-at-all:1\nname: torchserve\n"),
        ("k.yaml", "image: rayproject/ray-ml:2.46.0.0e19ea-py39\n"),
        ("requirements.txt", "torchserve-client==1\nneptuneish==2\n"),
        ("t.yaml", "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\n"),
    ],
)
def test_what_only_sounds_alike_is_left_alone(tmp_path: Path, name: str, text: str) -> None:
    """Other images, packages and kinds are not taken for those that are over."""
    assert found(tmp_path, name, text) == []


def test_a_file_that_is_no_yaml_is_still_looked_at(tmp_path: Path) -> None:
    """Text that cannot be parsed and is no configuration of ours is no finding itself, but a token in it is."""
    text = f"{{ not: yaml\n  token = hf_{DRAWN}\n"
    assert [each.rule for each in outcome(tmp_path, {"odd.yaml": text}).findings] == ["ADV045"]


@pytest.mark.skipif(not (CORPUS / "seeded").is_dir(), reason="the corpus of configurations is not here")
def test_the_corpus() -> None:
    """On the unmodified files nothing is found but what was read and is true; every seeded defect is found."""
    result = check((CORPUS / "real",), rederive=lambda _: None, expect=lambda _: None, lifecycle=lifecycle)
    seen = {
        (Path(each.place.path).name.rpartition("__")[2], each.rule, each.severity, each.place.line)
        for each in result.findings
        if each.rule in RULES
    }
    assert seen == {(name.rpartition("__")[2], *rest) for name, *rest in READ}
    with (CORPUS / "seeded" / "index.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rule"] in RULES]
    assert len(rows) >= 18
    for row in rows:
        result = check(
            (CORPUS / "seeded" / row["file"],), rederive=lambda _: None, expect=lambda _: None, lifecycle=lifecycle
        )
        lines = {str(each.place.line) for each in result.findings if each.rule == row["rule"]}
        assert lines & set(row["lines_ok"].split(";")), row["file"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", "# advisor: ignore[ADV049] the base of the day\nFROM ubuntu\n"),
        ("Dockerfile", "FROM a/b:1\n# advisor: ignore[ADV049] nightly job\nRUN pip install numpy \\\n    torch\n"),
        ("s.sh", "#!/bin/sh\npip install torch  # advisor: ignore[ADV049] nightly job\n"),
        ("requirements.txt", "# advisor: ignore[ADV049] nightly job\ntorch\n"),
        ("c.properties", "# advisor: ignore[ADV048] a network of its own\nmanagement_address=http://0.0.0.0:8081\n"),
        (
            "k.yaml",
            "# advisor: ignore[ADV049] one\n# advisor: ignore[ADV043] and the other\n"
            "image: pytorch/torchserve:latest\n",
        ),
        (
            "pyproject.toml",
            "[project]\ndependencies = [\n  'neptune',  # advisor: ignore[ADV043] until the move\n]\n# image:\n",
        ),
    ],
)
def test_every_format_with_comments_has_suppressions(tmp_path: Path, name: str, text: str) -> None:
    """A comment with a reason hides its rule, on its line or on what follows, in every format that has comments."""
    assert outcome(tmp_path, {name: text}).findings == ()
    bare = "\n".join(line.partition("# advisor")[0] for line in text.split("\n"))
    assert outcome(tmp_path, {name: bare}).findings != ()


PIECES = st.sampled_from(
    [
        "hf_", "AKIA", "sk-", "image: ", "FROM a\n", "pip install ", "torch", "\\\n", "'", '"', "#", "--api-key ", "=",
        "\n", "- name: HF_TOKEN\n  value: ", "privileged: true", "{", "}", "[", "]", "://a:", "@",
        "trust_remote_code: true",
        "checkpoint_files: [", "a.bin", "\t", "\x00", "ü", "management_address=http://0.0.0.0", "    ", "${X}", "&a *a",
        "-----BEGIN PRIVATE KEY-----", "A" * 40, "1" * 40, "!!python/object:x ", "\r\n",
    ]
)  # fmt: skip
NAMES = st.sampled_from(
    ["a.yaml", "a.json", "Dockerfile", "a.sh", "requirements.txt", "pyproject.toml", ".env", "c.properties", "x.py"]
)


@settings(max_examples=150, deadline=None)
@given(NAMES, st.lists(PIECES | st.text(max_size=12), max_size=40).map("".join))
def test_no_text_breaks_the_rules(name: str, text: str) -> None:
    """Whatever a file holds, the rules end, and what they find lies inside it."""
    reading = read(name, text.encode("utf-8", "surrogatepass"), named=False)
    material = replace(gathered([reading], (), {}), lifecycle=lifecycle())
    for finding in judged(material, {name: reading.text}):
        assert 1 <= finding.place.line <= text.count("\n") + 1
        assert finding.place.column >= 1


HOSTILE = (
    *("a " * 60_000, "'" * 120_000, "A=1 " * 40_000, "http://" + "a" * 200_000, "http://a:" * 20_000),
    *("image: " + "a/" * 60_000, "pip install \\\n" * 15_000, "hf_" * 70_000, "sk-" * 60_000),
    *("--" + "key-" * 50_000, "token" * 40_000 + ":", "secret" * 40_000, "-" * 250_000),
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_ends(tmp_path: Path, text: str) -> None:
    """A quarter of a megabyte made to make patterns backtrack is read to its end."""
    files = dict.fromkeys(("a.yaml", "a.sh", "Dockerfile", "requirements.txt"), text)
    assert outcome(tmp_path, files).files >= 3


def test_a_file_full_of_beginnings_is_read_quickly() -> None:
    """A quarter of a megabyte of what tokens begin with: each is looked at once, not again from every letter."""
    text = "a: " + "sk-" * 80_000
    material = gathered([read("a.yaml", text.encode(), named=True)], (), {})
    assert [each for each in SECRET.find(material) if each.severity == "error"] == []
