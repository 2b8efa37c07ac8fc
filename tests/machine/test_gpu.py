"""NVIDIA GPUs: the real binding in the real child process, on a stand-in for the driver's library."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.machine import devices_matched, gpu, probe
from advisor.values.facts import Machine

SOURCE = Path(__file__).with_name("fake_nvml.c")
PLENTY_S = 60.0
"""Patience where an answer will come: tests share their processors."""
BEFORE_IT_ENDS_S = 15.0
"""Less than the child allows itself before its own alarm clock ends it."""
Look = Callable[..., Machine]


def compiled(folder: Path, *flags: str) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no C compiler, and without one nobody tests the GPUs")
        pytest.skip("no C compiler here to build the stand-in for NVIDIA's library")
    library = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", *flags, "-o", library, SOURCE], check=True)
    return folder


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("nvml"))


@pytest.fixture(scope="session")
def old_driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("old_nvml"), "-DOLD")


@pytest.fixture
def look(make_world, driver, tmp_path) -> Look:
    """The machine under a driver in the given scenario."""

    def probed(scenario: str, patience_s: float = PLENTY_S, files=None, library: Path = driver, **environ: str):
        variables = {"LD_LIBRARY_PATH": str(library), "NVML_SCENARIO": scenario, **environ}
        return probe(tmp_path, make_world(files, environ=variables), patience_s)

    return probed


def test_two_healthy_gpus(look, accelerators):
    """Two H100s: count, name, memory, driver, compute capability and MIG, each with its source."""
    machine = look("healthy")
    values = {id: fact.value for id, fact in machine.facts.items() if "gpu" in id}
    assert values == {
        "machine.gpus": 2,
        "machine.gpu_driver": "570.148.08",
        "machine.gpu_name": "NVIDIA H100 80GB HBM3",
        "machine.gpu_memory": 85520809984,
        "machine.gpu_compute_capability": "9.0",
        "machine.gpu_mig": False,
    }
    assert all("NVML" in machine.facts[id].source for id in values)
    assert [device.index for device in machine.devices] == [0, 1]
    assert [device.slug for device in devices_matched(machine, accelerators).devices] == ["h100-sxm5-80gb"] * 2


def test_no_driver_starts_no_process(make_world, tmp_path, monkeypatch):
    """Where the loader cannot find NVIDIA's library nothing is started, and the gap says why."""
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    machine = probe(tmp_path, make_world())
    assert machine.facts["machine.gpus"].gap == "no NVIDIA driver here"
    assert machine.facts["machine.gpu_driver"].gap == "no NVIDIA driver here"
    assert machine.devices == ()


def test_library_that_cannot_be_loaded(look, tmp_path):
    """A file of the right name that is no library is no driver either."""
    (tmp_path / "libnvidia-ml.so.1").write_bytes(b"not a library")
    assert look("healthy", library=tmp_path).facts["machine.gpus"].gap == "no NVIDIA driver here"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"/etc/ld.so.cache": "glibc\0libnvidia-ml.so.1\0/opt/libnvidia-ml.so.1\0"}, True),
        ({"/etc/ld.so.cache": "glibc\0libnvidia-ml.so.10\0"}, False),
        ({"/usr/lib/x86_64-linux-gnu/libnvidia-ml.so.1": ""}, True),
        ({}, False),
    ],
)
def test_where_the_library_is_looked_for(make_world, files, expected):
    """The library is looked for where the loader looks: its cache and its default folders."""
    assert gpu.library_present(make_world(files)) is expected


def test_gpu_on_the_bus_without_a_driver(make_world, tmp_path):
    """A GPU that the PCI bus shows although no driver speaks for it is told from no GPU at all."""
    folder = "/sys/bus/pci/devices/0000:3b:00.0"
    world = make_world({f"{folder}/vendor": "0x10de\n", f"{folder}/class": "0x030200\n"})
    reason = probe(tmp_path, world).facts["machine.gpus"].gap
    assert reason == "no NVIDIA driver here; the PCI bus shows a GPU of NVIDIA (0000:3b:00.0)"


def test_mismatch(look):
    """After an update of the driver's packages the gap says what to do, and the kernel's version is kept."""
    version = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19\nGCC version: 12\n"
    machine = look("mismatch", files={"/proc/driver/nvidia/version": version})
    assert machine.facts["machine.gpus"].gap == "driver and library versions differ: reload the driver"
    assert machine.facts["machine.gpu_driver"].value == "535.104.05"


@pytest.mark.parametrize(
    ("scenario", "reason"),
    [("not_loaded", "modprobe"), ("forbidden", "may not"), ("uncountable", "Unknown Error"), ("crash", "signal 11")],
)
def test_each_failure_has_its_reason(look, scenario, reason):
    """A driver that is not loaded, closed to this user, confused or crashing: each gap says which."""
    machine = look(scenario)
    assert reason in machine.facts["machine.gpus"].gap
    assert machine.devices == ()


@pytest.mark.parametrize("scenario", ["hang", "stubborn"])
def test_call_that_never_returns(make_world, driver, scenario):
    """A driver that hangs, even deaf to SIGTERM, is given up after the patience, and its process is gone."""
    world = make_world(environ={"LD_LIBRARY_PATH": str(driver), "NVML_SCENARIO": scenario})
    inquiry = gpu.ask(world, patience_s=0.5)
    facts, devices = inquiry.result()
    assert {fact.gap for fact in facts} == {"the driver did not answer in 0.5 s"}
    assert devices == ()
    assert inquiry.child is not None
    assert inquiry.child.wait(timeout=PLENTY_S) == -signal.SIGKILL


def test_process_that_cannot_be_killed_delays_nothing(driver):
    """A child stuck in the kernel outlives its parent, which neither waits for it nor shares a pipe with it."""
    program = f"""
        import subprocess
        subprocess.Popen.kill = lambda child: print(child.pid)
        from advisor.machine import gpu, World
        world = World(environ={{"LD_LIBRARY_PATH": {str(driver)!r}, "NVML_SCENARIO": "stubborn"}})
        gpu.ask(world, patience_s=0.3).result()
    """
    parent = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(parent, capture_output=True, text=True, check=True, timeout=BEFORE_IT_ENDS_S)
    child = int(done.stdout)
    os.kill(child, 0)  # still there; raises when the parent waited for its end
    os.kill(child, signal.SIGKILL)


def test_hang_after_the_first_gpu(look):
    """What was learned before a call hung is kept, and the source says what is missing."""
    machine = look("hang_at_second", patience_s=3.0)
    assert machine.facts["machine.gpus"].value == 1
    assert machine.facts["machine.gpus"].source == "NVML; 1 of 2 left out: the driver did not answer in 3 s"
    assert [device.name for device in machine.devices] == ["NVIDIA H100 80GB HBM3"]


def test_gpu_that_fell_off_the_bus(look):
    """A lost GPU is left out by name; the others stay."""
    machine = look("lost")
    assert machine.facts["machine.gpus"].value == 1
    assert "GPU 1 left out: the GPU has fallen off the bus" in machine.facts["machine.gpus"].source


def test_half_a_driver(look):
    """A field that one GPU refuses is a gap that names the GPU; the other fields stay."""
    machine = look("half")
    assert machine.facts["machine.gpu_memory"].gap == "GPU 1: the driver says: Unknown Error"
    assert machine.facts["machine.gpu_name"].value == "NVIDIA H100 80GB HBM3"
    assert [device.memory_bytes for device in machine.devices] == [85520809984, 0]


def test_driver_too_old_for_some_questions(look, old_driver):
    """Functions that an old driver lacks are gaps, and the rest is read."""
    machine = look("healthy", library=old_driver)
    assert "Function Not Found" in machine.facts["machine.gpu_compute_capability"].gap
    assert "Function Not Found" in machine.facts["machine.gpu_mig"].gap
    assert machine.facts["machine.gpu_memory"].value == 85520809984


def test_mig(look):
    """A GPU in MIG mode is marked, and its memory is said to be that of the whole."""
    machine = look("mig")
    assert machine.facts["machine.gpu_mig"].value is True
    assert [device.mig for device in machine.devices] == [True, False]
    assert "one slice" in machine.facts["machine.gpu_memory"].source


def test_gpu_without_mig(look):
    """ "Not supported" is how a GPU says that it has no MIG: that is a no, not a gap."""
    assert look("no_mig").facts["machine.gpu_mig"].value is False


def test_different_gpus(look, accelerators):
    """Different GPUs are listed, the smallest memory counts, and each gets its own row."""
    machine = devices_matched(look("mixed"), accelerators)
    assert machine.facts["machine.gpu_name"].value == ("NVIDIA H100 80GB HBM3", "NVIDIA A10G")
    assert machine.facts["machine.gpu_memory"].value == 24146608128
    assert [device.slug for device in machine.devices] == ["h100-sxm5-80gb", "a10g"]


def test_driver_without_gpus(look):
    """A driver that answers "none" is a fact, not a gap."""
    machine = look("none")
    assert machine.facts["machine.gpus"].value == 0
    assert machine.facts["machine.gpu_driver"].value == "570.148.08"


@pytest.mark.parametrize("scenario", ["chatty", "garbled"])
def test_noise_is_survived(look, scenario):
    """Text that a driver prints by itself, or a name that is no text, spoils nothing else."""
    machine = look(scenario)
    assert machine.facts["machine.gpus"].value == 2
    assert machine.facts["machine.gpu_memory"].value == 85520809984
    assert machine.facts["machine.gpu_name"].known is (scenario == "chatty")


@pytest.mark.parametrize(
    ("visible", "indices"),
    [("1", [1]), ("1,0", [1, 0]), ("", []), ("-1", []), ("0,9,1", [0]), ("GPU-00000008", [1]), ("MIG-x", [0, 1])],
)
def test_visible_devices(look, visible, indices):
    """CUDA_VISIBLE_DEVICES hides GPUs from programs, so it hides them from the plan, and the source says so."""
    machine = look("healthy", CUDA_VISIBLE_DEVICES=visible)
    assert [device.index for device in machine.devices] == indices
    assert machine.facts["machine.gpus"].value == len(indices)
    assert ("CUDA_VISIBLE_DEVICES" in machine.facts["machine.gpus"].source) is (visible != "MIG-x")


def test_unified_memory(look, accelerators):
    """A driver that does not tell the memory leaves a gap, which the catalogue's row fills and says so."""
    machine = look("unified")
    assert machine.facts["machine.gpu_memory"].gap
    filled = devices_matched(machine, accelerators)
    assert filled.facts["machine.gpu_memory"].value == 80e9
    assert filled.facts["machine.gpu_memory"].provenance == "datasheet"
    assert "h100-sxm5-80gb" in filled.facts["machine.gpu_memory"].source


def test_missing_binding(make_world, driver, tmp_path, monkeypatch):
    """An installation without nvidia-ml-py says so instead of failing."""
    child = tmp_path / "child.py"
    child.write_text("import sys\nsys.modules['pynvml'] = None\n" + Path(gpu._CHILD).read_text())
    monkeypatch.setattr(gpu, "_CHILD", child)
    world = make_world(environ={"LD_LIBRARY_PATH": str(driver)})
    assert "nvidia-ml-py cannot be imported" in probe(tmp_path, world, PLENTY_S).facts["machine.gpus"].gap
