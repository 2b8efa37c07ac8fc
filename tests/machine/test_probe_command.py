"""`advisor probe`, and the probe of this very machine."""

import json
import subprocess
import sys

import pytest

from advisor.cli import probe as command
from advisor.figure import Fact, gap
from advisor.machine import UNITS, World, probe
from advisor.values.facts import Device, Machine


def shown(*facts: Fact, devices: tuple[Device, ...] = (), width: int | None = None) -> str:
    return command.table(Machine({fact.id: fact for fact in facts}, devices), width)


def test_this_machine(tmp_path):
    """On the machine at hand every fact has a value and a source, or a gap and a reason."""
    machine = probe(tmp_path, World())
    for fact in machine.facts.values():
        assert fact.id in UNITS
        assert fact.source if fact.known else fact.gap, fact.id
    assert machine.facts["machine.cpus"].number > 0
    assert machine.facts["machine.memory"].number > 2**20


def test_json_is_one_document(tmp_path):
    """`--json` prints one document with every fact, and nothing else."""
    run = [sys.executable, "-m", "advisor", "probe", "--json", str(tmp_path)]
    done = subprocess.run(run, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert done.stderr == ""
    assert said["schema"] == 1
    assert {"machine.cpus", "machine.memory", "machine.gpus"} <= set(said["machine"]["facts"])


def test_probe_loads_nothing_heavy(tmp_path):
    """Looking at the machine imports none of the packages that cost a first screen its time."""
    program = "import sys, pathlib, advisor.machine as m; m.probe(pathlib.Path('.')); print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert not {"numpy", "torch", "rich", "yaml", "pynvml", "typer"} & set(done.stdout.split())


def test_table():
    """Facts in aligned columns as people read them; what is unknown stands last, with its reason."""
    text = shown(
        gap("machine.gpus", "no NVIDIA driver here"),
        Fact("machine.memory", 64 * 10**9, "bytes", source="/proc/meminfo"),
        Fact("machine.cpu_flags", ("avx2", "fma"), source="/proc/cpuinfo"),
    )
    lines = text.splitlines()
    assert [line.split()[0] for line in lines] == ["fact", "machine.memory", "machine.cpu_flags", "machine.gpus"]
    assert "avx2 fma" in lines[2]
    assert "unknown" in lines[3]
    assert lines[3].endswith("no NVIDIA driver here")
    assert len({line.index(word) for line, word in zip(lines, ("value", "64 GB", "avx2", "unknown"), strict=True)}) == 1


def test_devices_are_listed_with_their_row():
    """Each GPU stands with the row that the estimates take it for."""
    text = shown(Fact("machine.gpus", 1), devices=(Device(0, "NVIDIA A10", "a10", 24e9),))
    assert text.splitlines()[-1].split() == ["gpu", "0", "a10", "NVIDIA", "A10"]


@pytest.mark.parametrize("width", [20, 40, 80, 100, 120])
def test_narrow_terminals(width):
    """No line is wider than the terminal, and no word is lost."""
    source = "16 of 64: cgroup quota /sys/fs/cgroup/x/cpu.max"
    flags = tuple(f"avx512_{index:02}" for index in range(12))
    text = shown(Fact("machine.cpus", 16, source=source), Fact("machine.cpu_flags", flags), width=width)
    words = text.split()
    assert set(flags) <= set(words)
    assert "".join(source.split()) in "".join(text.replace("machine.cpus  16", "").split()).replace(
        "machine.cpus16", ""
    )
    assert max(len(line) for line in text.splitlines()) <= width


def test_control_characters_do_not_reach_the_terminal():
    """A name with an escape sequence in it is shown without it."""
    text = shown(Fact("machine.cpu_model", "EPYC\x1b[2J", source="a\nb"), devices=(Device(0, "A\x07", "", 1),))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert len(text.splitlines()) == 3
