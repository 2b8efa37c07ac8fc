"""advisor.yaml as it is written: people's words stay, and the file is whole at every moment."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.answers import load_questions, read_value
from advisor.errors import AdvisorError, BadInput, Lacking
from advisor.figure import Fact
from advisor.project import answers_file
from advisor.shelf import shelf
from advisor.values.facts import Question

QUESTIONS = load_questions(shelf("questionnaires"))
BY_ID = {row.id: row for row in QUESTIONS}
HEAD = "# yaml-language-server: $schema=advisor.schema.json\n"


def _said(**raw: Any) -> dict[str, Fact | None]:
    return {
        id: read_value(BY_ID[id], value)
        for id, value in ((key.replace("__", "."), value) for key, value in raw.items())
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "advisor.yaml"


def test_the_first_write(file: Path) -> None:
    """The first write puts the line for editors, the schema and the answer, each in its plainest form."""
    answers_file.save(file, _said(task="text_clf"))
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    assert lines[0] == HEAD
    assert lines[2:] == ["schema: 1\n", "task: text_clf\n"]


@pytest.mark.parametrize(
    ("id", "raw", "line"),
    [
        ("serving.latency", "50", "{value: 50, unit: ms}"),
        ("data.bytes", "80GB", "{value: 80, unit: GB}"),
        ("data.bytes", "12345678901", "{value: 12345678901, unit: bytes}"),
        ("data.samples", "12,140", "12140"),
        ("train.utilisation", "0.00001e1", "0.0001"),
        ("preprocessing.cost", "10us", "{value: 1.0e-05, unit: s/sample}"),
        ("metrics.target", "1.2340", "1.2340"),
        ("data.may_leave", "yes", '"yes"'),
        ("serving.offline", "no", "false"),
        ("data.formats", "csv,jsonl", "[csv, jsonl]"),
        ("purpose.goal", "sort mails", "sort mails"),
        ("purpose.goal", 'a: "b" #c', '"a: \\"b\\" #c"'),
        ("purpose.goal", "null", '"null"'),
        ("purpose.goal", "2026-01-01", '"2026-01-01"'),
        ("team", None, "null"),
    ],
)
def test_how_answers_are_written(file: Path, id: str, raw: object, line: str) -> None:
    """A value stands plain, or with its unit where the key does not tell it; what YAML could mistake is quoted."""
    fact = read_value(BY_ID[id], raw)
    answers_file.save(file, {id: fact})
    assert file.read_text(encoding="utf-8").splitlines()[-1] == f"{id}: {line}"
    assert answers_file.read(file, QUESTIONS) == {id: fact}


PEOPLES = """\
# Our project, by hand.
task: text_clf   # we sort mails

serving.latency:
  value: 50      # from the contract
  unit: ms
# about the data
data.formats:
  - csv          # the old ones
  - jsonl
data.bytes: 80 GB
team:
purpose.goal: |
  Sort mails
  into folders.

rules.explain: yes

# the end
"""


def test_comments_and_order_stay(file: Path) -> None:
    """Only the words of an answer change: comments, order, blank lines and other answers stay."""
    file.write_text(PEOPLES, encoding="utf-8")
    answers_file.save(
        file,
        _said(task="asr", serving__latency="2 s", data__formats="parquet", team="solo", purpose__goal="write them",
              serving__offline="y"),
    )  # fmt: skip
    assert file.read_text(encoding="utf-8") == (
        "# Our project, by hand.\n"
        "schema: 1\n"
        "task: asr   # we sort mails\n"
        "\n"
        "serving.latency:\n"
        "  value: 2000      # from the contract\n"
        "  unit: ms\n"
        "# about the data\n"
        "data.formats: [parquet]\n"
        "data.bytes: 80 GB\n"
        "team: solo\n"
        "purpose.goal: write them\n"
        "\n"
        "rules.explain: yes\n"
        "serving.offline: true\n"
        "\n"
        "# the end\n"
    )


def test_the_same_answers_change_nothing(file: Path) -> None:
    """Answers that say the same already stay as people wrote them, byte for byte."""
    file.write_text("schema: 1\n" + PEOPLES, encoding="utf-8")
    before = file.stat()
    answers_file.save(file, dict(answers_file.read(file, QUESTIONS)))
    assert file.read_text(encoding="utf-8") == "schema: 1\n" + PEOPLES
    assert file.stat().st_mtime_ns == before.st_mtime_ns


def test_taking_an_answer_out(file: Path) -> None:
    """None takes an entry out, with the comment on its line; the rest stays."""
    file.write_text("schema: 1\n" + PEOPLES, encoding="utf-8")
    answers_file.save(file, {"serving.latency": None, "task": None, "data.samples": None})
    text = file.read_text(encoding="utf-8")
    assert "latency" not in text
    assert "contract" not in text
    assert "# about the data" in text
    assert "data.bytes: 80 GB" in text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("schema: 1\r\n# mine\r\ntask: asr\r\n", "schema: 1\r\n# mine\r\ntask: tts\r\nteam: solo\r\n"),
        ("schema: 1\ntask: asr", "schema: 1\ntask: tts\nteam: solo\n"),
        ("---\nschema: 1\ntask: asr\n...\n", "---\nschema: 1\ntask: tts\nteam: solo\n...\n"),
        ("  schema: 1\n  task: asr\n", "  schema: 1\n  task: tts\n  team: solo\n"),
        ("schema: 1\ntask: 'asr' # é\n", "schema: 1\ntask: tts # é\nteam: solo\n"),
        ("schema: 1\ntask:   # none yet\n", "schema: 1\ntask: tts   # none yet\nteam: solo\n"),
        ("schema: 1\ntask: >-\n  asr\n\n", "schema: 1\ntask: tts\nteam: solo\n\n"),
        ("'schema': 1\n\"task\": asr\n", "'schema': 1\n\"task\": tts\nteam: solo\n"),
        ("# nothing yet\n", "# nothing yet\nschema: 1\ntask: tts\nteam: solo\n"),
    ],
)
def test_unusual_files(file: Path, before: str, after: str) -> None:
    """Line ends, indentation, quotes, document marks and blocks of other people's files survive."""
    file.write_bytes(before.encode())
    answers_file.save(file, _said(task="tts", team="solo"))
    assert file.read_bytes().decode() == after


@pytest.mark.parametrize("text", ["{schema: 1, task: asr}\n", "task: [\n", "task: asr\n? team\n", "schema: 1\n--- x\n"])
def test_a_file_that_cannot_be_changed(file: Path, text: str) -> None:
    """A file that cannot be changed in place is refused and left as it is."""
    file.write_text(text, encoding="utf-8")
    try:
        answers_file.save(file, _said(team="solo"))
    except BadInput as error:
        assert error.remedy  # noqa: PT017
        assert file.read_text(encoding="utf-8") == text
    else:
        assert answers_file.read(file, QUESTIONS)["team"].value == "solo"


def _answer(row: Question) -> st.SearchStrategy[object]:
    match row.type:
        case "choice":
            return st.sampled_from(row.choices)
        case "choices":
            only = [name for name in row.choices if name not in ("none", "nobody")]
            return st.sets(st.sampled_from(only), min_size=1).map(sorted)
        case "yes_no":
            return st.booleans()
        case "number":
            return st.floats(row.minimum or 1, row.maximum or 1e12).filter(lambda x: x > 0) | st.just(
                row.maximum or 1.234
            )
    return st.text(min_size=1, max_size=30)


COMMENTS = st.text(
    st.characters(blacklist_categories=["Cc", "Cs"], blacklist_characters="\ufeff\ufffe\uffff\u2028\u2029"), max_size=10
)


@st.composite
def _facts(draw: st.DrawFn) -> dict[str, Fact]:
    rows = draw(st.lists(st.sampled_from(QUESTIONS), max_size=6, unique_by=lambda row: row.id))
    facts = {}
    for row in rows:
        try:
            facts[row.id] = read_value(row, draw(st.none() | _answer(row)))
        except BadInput:
            continue
    return facts


@settings(deadline=None)
@given(_facts(), _facts(), COMMENTS)
def test_what_is_saved_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, Fact], second: dict[str, Fact], comment: str
) -> None:
    """Any answers, saved over any others, are read back equal, and a comment between them stays."""
    file = tmp_path_factory.getbasetemp() / "round.yaml"
    file.unlink(missing_ok=True)
    answers_file.save(file, dict(first))
    with file.open("a", encoding="utf-8", newline="") as stream:
        stream.write(f"# {comment}\n")
    answers_file.save(file, dict(second))
    assert answers_file.read(file, QUESTIONS) == {**first, **second}
    text = file.read_bytes().decode()
    assert f"# {comment}\n" in text
    assert text.startswith(HEAD)
    assert isinstance(yaml.safe_load(text), dict)


def test_the_mode_stays(file: Path) -> None:
    """A file that only its owner may read stays so; a new one gets what the umask leaves."""
    answers_file.save(file, _said(team="solo"))
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask
    file.chmod(0o600)
    answers_file.save(file, _said(team="platform_team"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_followed(file: Path, tmp_path: Path) -> None:
    """Where advisor.yaml is a symbolic link, the file it points at is changed and the link stays."""
    (tmp_path / "shared").mkdir()
    real = tmp_path / "shared" / "answers.yaml"
    real.write_text("schema: 1\ntask: asr\n", encoding="utf-8")
    file.symlink_to(Path("shared") / "answers.yaml")
    answers_file.save(file, _said(task="tts"))
    assert file.is_symlink()
    assert real.read_text(encoding="utf-8") == "schema: 1\ntask: tts\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["advisor.yaml", "shared"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Saving into a folder that is not there makes it; where it cannot be made, the place is told."""
    answers_file.save(tmp_path / "new" / "advisor.yaml", _said(team="solo"))
    assert "team: solo" in (tmp_path / "new" / "advisor.yaml").read_text()
    (tmp_path / "file").write_text("")
    with pytest.raises(Lacking, match="cannot be written") as caught:
        answers_file.save(tmp_path / "file" / "advisor.yaml", _said(team="solo"))
    assert caught.value.exit_status == 3


FULL = """
import errno, os, resource, sys
from pathlib import Path
from advisor.errors import AdvisorError
from advisor.figure import Fact
from advisor.project import answers_file
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    answers_file.save(Path(sys.argv[1]), {"purpose.goal": Fact("purpose.goal", "x" * 900)})
except AdvisorError as error:
    print(error)
    sys.exit(error.exit_status)
"""


def test_no_room_for_the_file(file: Path) -> None:
    """When the system stops the write half-way, the old file is intact, nothing is left behind, and status is 3."""
    answers_file.save(file, _said(task="asr"))
    before = file.read_bytes()
    done = subprocess.run([sys.executable, "-c", FULL, str(file), "300"], capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert "file too large" in done.stdout
    assert "nothing was changed" in done.stdout
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["advisor.yaml"]


def test_a_full_disk(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when the data are forced out is told as such, and the old file is intact."""
    answers_file.save(file, _said(task="asr"))
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Lacking, match="no space left on device") as caught:
        answers_file.save(file, _said(task="tts"))
    assert "free some space" in caught.value.remedy
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["advisor.yaml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(file: Path) -> None:
    """Without permission the error says so, and who may change it."""
    file.parent.chmod(0o500)
    try:
        with pytest.raises(Lacking, match="permission denied"):
            answers_file.save(file, _said(team="solo"))
    finally:
        file.parent.chmod(0o700)


def test_a_draft_that_was_left_behind(file: Path) -> None:
    """What a writer that was killed long ago left behind is removed; a fresh draft of another is not."""
    old, fresh = (file.with_name(f".advisor.yaml.{pid}.part") for pid in (1, 2))
    for draft in (old, fresh):
        draft.write_text("half", encoding="utf-8")
    os.utime(old, (time.time() - 3600,) * 2)
    answers_file.save(file, _said(team="solo"))
    assert not old.exists()
    assert fresh.exists()


WRITER = """
import sys
from pathlib import Path
from advisor.figure import Fact
from advisor.project import answers_file
path, turn = Path(sys.argv[1]), 0
while True:
    turn += 1
    answers_file.save(path, {"purpose.goal": Fact("purpose.goal", f"turn {turn} " + "x" * (turn % 900))})
    if turn == 1:
        print("ready", flush=True)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_killed_while_writing(file: Path, sign: signal.Signals) -> None:
    """However often a writer is killed in the middle, the file is whole and has all the earlier answers."""
    answers_file.save(file, _said(task="asr", purpose__goal="start"))
    for attempt in range(6):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(file)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.01 + 0.007 * attempt)
            writer.send_signal(sign)
        facts = answers_file.read(file, QUESTIONS)
        assert facts["task"].value == "asr"
        assert str(facts["purpose.goal"].value).startswith("turn")


def test_errors_are_ours(file: Path) -> None:
    """A folder in place of the file is told as an error of the environment or of the input, never a traceback."""
    file.mkdir()
    with pytest.raises(AdvisorError, match="not a file"):
        answers_file.save(file, _said(team="solo"))
