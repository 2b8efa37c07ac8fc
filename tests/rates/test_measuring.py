import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from advisor import machine, rates
from advisor.rates import cache
from advisor.rates.programs import PROGRAMS, programs_for
from advisor.rates.report import Report, heard, rates_of

CPU = PROGRAMS["cpu"]
WITHOUT_TORCH = "import sys; sys.modules['torch'] = None\n"


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the code in a fresh interpreter."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, env={**os.environ, **environment}, check=False
    )


def test_the_real_child_measures_every_program_of_the_cpu() -> None:
    """With hardly any time each kernel still runs often enough for a rate with an interval, in its own unit."""
    pytest.importorskip("torch")
    command = [sys.executable, "-m", "advisor.rates.child", "--seconds", "0.1", "--threads", "1"]
    command += [program.rate for program in CPU]
    report = Report()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            report = heard(report, json.loads(line))
    assert child.returncode == 0
    facts = rates_of(report, CPU, "f1", "").facts
    for program in CPU:
        fact = facts[program.rate]
        assert fact.known, fact.gap
        assert fact.unit == program.unit
        assert 0 < fact.range[0] <= fact.number <= fact.range[1]
        assert f"kernels/{program.kernel}.py" in fact.source
        assert "1 thread," in fact.source


def test_a_gpu_that_torch_cannot_use_costs_only_its_own_numbers() -> None:
    """On a torch without CUDA each rate of the GPU is a gap with the reason, the CPU's number stays."""
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this torch can use a GPU")
    told: list[dict[str, object]] = []
    from advisor.rates.child import measure

    measure(torch, [CPU[1], *PROGRAMS["gpu0"]], 0.0, lambda event, **said: told.append({"event": event, **said}))
    report = Report()
    for message in told:
        report = heard(report, message)
    facts = rates_of(report, (CPU[1], *PROGRAMS["gpu0"]), "f1", "").facts
    assert facts[CPU[1].rate].known
    assert all("cannot use this machine's GPU" in facts[program.rate].gap for program in PROGRAMS["gpu0"])


def test_running_out_of_memory_costs_that_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel whose arrays do not fit is a gap that says `out of memory`; the next one is measured."""
    torch = pytest.importorskip("torch")
    from advisor.rates import child

    honest = child._kernel

    def greedy(stem: str) -> object:
        module = honest(stem)
        if stem == "stream":
            module.ELEMENTS = {"cpu": 2**50}
        return module

    monkeypatch.setattr(child, "_kernel", greedy)
    told: list[tuple[str, dict[str, object]]] = []
    child.measure(torch, [CPU[1], CPU[0]], 0.0, lambda event, **said: told.append((event, said)))
    assert ("failed", {"rate": CPU[1].rate, "reason": "out of memory"}) in told
    assert [said["rate"] for event, said in told if event == "block"] == [CPU[0].rate]


def test_the_parent_never_imports_torch(tmp_path: Path) -> None:
    """Measuring from start to stop leaves torch out of the parent, and so does the help of `bench`."""
    pytest.importorskip("torch")
    code = """
        import sys, time
        from pathlib import Path
        from advisor import rates
        from advisor.values.facts import Machine
        assert rates.can_measure()
        running = rates.start(Machine({}), Path(sys.argv[1]), fingerprint="f1", budget_s=2.0)
        time.sleep(0.5)
        running.finish(0)
        from advisor.cli.shell import run
        run(["bench", "--help"])
        print(sorted({"torch", "numpy", "rich"} & set(sys.modules)), file=sys.stderr)
    """
    done = python(code, str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "[]"


def test_without_torch_every_rate_is_a_gap_that_says_so(tmp_path: Path) -> None:
    """No torch: nothing is started, and the reason stands where the numbers would."""
    code = """
        from pathlib import Path
        from advisor import rates
        from advisor.values.facts import Machine
        running = rates.start(Machine({}), Path(sys.argv[1]), fingerprint="f1")
        print(rates.can_measure(), running.done, {fact.gap for fact in running.finish().facts.values()})
    """
    done = python(WITHOUT_TORCH + textwrap.dedent(code), str(tmp_path))
    assert done.stdout.strip() == "False True {'torch is not installed'}", done.stderr


def test_a_torch_that_does_not_load_is_a_reason(tmp_path: Path) -> None:
    """A torch that is there but cannot be imported gives gaps with its own last words."""
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / "__init__.py").write_text("raise ImportError('libtorch_cpu.so: cannot open')")
    code = """
        import sys
        from pathlib import Path
        from advisor import rates
        from advisor.values.facts import Machine
        facts = rates.start(Machine({}), Path(sys.argv[1]), fingerprint="f1").finish().facts
        print({fact.gap for fact in facts.values()})
    """
    done = python(code, str(tmp_path / "cache"), PYTHONPATH=str(tmp_path))
    assert done.stdout.strip() == "{'ImportError: libtorch_cpu.so: cannot open'}", done.stderr


def test_nothing_is_empty_or_says_why() -> None:
    """Without a reason there are no facts; with one each rate of the CPU is a gap with it."""
    assert rates.nothing().facts == {}
    assert {fact.gap for fact in rates.nothing("--no-bench").facts.values()} == {"--no-bench"}


def test_bench_without_torch_says_how_to_get_it() -> None:
    """Exit status 3 and one line to paste."""
    done = python(WITHOUT_TORCH + "from advisor.cli import main; sys.argv = ['advisor', 'bench']; main()")
    assert done.returncode == 3
    assert "pip install 'ml-architecture-advisor[bench]'" in done.stderr
    assert done.stdout == ""


@pytest.fixture
def kept_here(tmp_path: Path) -> dict[str, str]:
    """An environment whose cache holds a measurement of this machine."""
    here = machine.probe(Path.cwd())
    programs = programs_for(len(here.devices))
    key = cache.key(machine.fingerprint(here), programs, rates._usable_cpus(here.facts["machine.cpus"]))
    hello = {"event": "torch", "version": "2.13.0", "threads": 2, "cpus": 2, "devices": {}}
    block = {"event": "block", "rate": CPU[0].rate, "work": 1e9, "seconds": [0.004, 0.005, 0.005, 0.005, 0.008]}
    cache.save(tmp_path / "advisor", key, 20.0, [hello, {**block, "others": 0.0}])
    return {"XDG_CACHE_HOME": str(tmp_path)}


def test_bench_prints_one_json_document(kept_here: dict[str, str]) -> None:
    """`--json`: the numbers with interval and source, the gaps with their reason, nothing else on stdout."""
    pytest.importorskip("torch")
    done = python("from advisor.cli import main; main()", "bench", "--json", **kept_here)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["schema"] == 1
    matmul = document["rates"][CPU[0].rate]
    assert (matmul["value"], matmul["low"], matmul["high"], matmul["unit"]) == (2e11, 1.25e11, 2.5e11, "flop/s")
    assert "median of 5 runs" in matmul["source"]
    assert document["rates"][CPU[1].rate]["gap"]


def test_bench_prints_a_row_a_rate(kept_here: dict[str, str]) -> None:
    """People read Gflop/s with the range beside it; a gap is a dash with its reason."""
    pytest.importorskip("torch")
    done = python("from advisor.cli import main; main()", "bench", **kept_here)
    rows = done.stdout.splitlines()
    assert len(rows) >= len(CPU)
    assert "cpu matmul float32" in rows[0]
    assert "200 Gflop/s (125–250)" in rows[0]
    assert " -  " in rows[1]
    assert done.stderr == ""


def test_usable_cpus_are_the_thread_count() -> None:
    """A quota of 1.5 CPUs gives one thread; an unknown count falls back to what the system says."""
    from advisor.figure import Fact, gap

    assert rates._usable_cpus(Fact("machine.cpus", 1.5)) == 1
    assert rates._usable_cpus(Fact("machine.cpus", 7)) == 7
    assert rates._usable_cpus(gap("machine.cpus", "unreadable")) >= 1
