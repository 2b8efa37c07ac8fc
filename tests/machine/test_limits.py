"""How many CPUs and how much memory this process may use."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.machine import cpu, memory
from advisor.machine.world import World

GIB = 2**30
V2 = {"/proc/self/cgroup": "0::/jobs.slice/job7\n"}
V1_MOUNTS = (
    "30 20 0:25 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "31 20 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "32 20 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
)
V1 = {
    "/proc/self/cgroup": "4:memory:/a/b\n3:cpuset:/a/b\n2:cpu,cpuacct:/a/b\n1:name=systemd:/\n0::/\n",
    "/proc/self/mountinfo": V1_MOUNTS,
}


def test_an_unlimited_machine_is_itself(make_world):
    """Without any limit the host's own CPUs and memory are the answer, and the source says so."""
    world = make_world()
    assert cpu.usable(world).value == 64
    assert "nothing limits" in cpu.usable(world).source
    assert memory.usable(world).value == 500_000_000 * 1024


def test_quota_of_own_group(make_world):
    """A v2 quota on the process's own group limits its CPUs; the source names the file and the host's total."""
    fact = cpu.usable(make_world({**V2, "/sys/fs/cgroup/jobs.slice/job7/cpu.max": "1600000 100000\n"}))
    assert fact.value == 16
    assert fact.source == "16 of 64: cgroup quota /sys/fs/cgroup/jobs.slice/job7/cpu.max"


def test_quota_of_an_ancestor(make_world):
    """A quota on any ancestor counts, also when the process's own group has a larger one or none."""
    files = {
        **V2,
        "/sys/fs/cgroup/jobs.slice/job7/cpu.max": "max 100000\n",
        "/sys/fs/cgroup/jobs.slice/cpu.max": "800000 100000\n",
        "/sys/fs/cgroup/cpu.max": "3200000 100000\n",
    }
    fact = cpu.usable(make_world(files))
    assert fact.value == 8
    assert "/sys/fs/cgroup/jobs.slice/cpu.max" in fact.source


def test_fraction_of_a_cpu_is_kept(make_world):
    """A quota of one and a half CPUs is 1.5: it is CPU time, and time need not come in whole CPUs."""
    assert cpu.usable(make_world({**V2, "/sys/fs/cgroup/jobs.slice/cpu.max": "150000 100000"})).value == 1.5


def test_v1_quota_and_memory_of_an_ancestor(make_world):
    """The same holds for cgroup v1, whose controllers are mounted apart and joined with commas."""
    files = {
        **V1,
        "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "400000\n",
        "/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
        "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
        "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": f"{8 * GIB}\n",
    }
    world = make_world(files)
    assert cpu.usable(world).value == 4
    assert memory.usable(world).value == 8 * GIB
    assert "/sys/fs/cgroup/memory/a/memory.limit_in_bytes" in memory.usable(world).source


def test_v1_without_limit_is_a_huge_number(make_world):
    """What v1 writes for "no limit" is no limit."""
    files = {**V1, "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}
    assert "nothing limits" in memory.usable(make_world(files)).source
    assert not memory.usable(make_world({**files, "/proc/meminfo": ""})).known


def test_v1_ancestors_outside_the_container(make_world):
    """A limit above the container is found in memory.stat, where the kernel adds up what cannot be seen."""
    files = {
        **V1,
        "/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
        "/sys/fs/cgroup/memory/a/b/memory.stat": f"cache 1\nhierarchical_memory_limit {2 * GIB}\ntotal_rss 5\n",
    }
    assert memory.usable(make_world(files)).value == 2 * GIB


def test_container_that_mounts_its_own_group(make_world):
    """Docker with v1 mounts only the container's group: the path below the mount is what remains of it."""
    files = {
        "/proc/self/cgroup": "4:memory:/docker/abc\n",
        "/proc/self/mountinfo": "31 20 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes": f"{3 * GIB}",
    }
    assert memory.usable(make_world(files)).value == 3 * GIB


def test_group_below_that_of_the_container(make_world):
    """A group that was made inside such a container is found below the mount."""
    files = {
        "/proc/self/cgroup": "4:memory:/docker/abc/inner\n",
        "/proc/self/mountinfo": "31 20 0:26 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        "/sys/fs/cgroup/memory/inner/memory.limit_in_bytes": f"{3 * GIB}",
    }
    assert memory.usable(make_world(files)).value == 3 * GIB


def test_group_outside_the_namespace(make_world):
    """A group that lies outside what is mounted here (`/../..`) leaves the mount itself to be read."""
    files = {
        "/proc/self/cgroup": "0::/../../other\n",
        "/sys/fs/cgroup/memory.max": f"{5 * GIB}",
        "/sys/other/memory.max": f"{GIB}",
    }
    assert memory.usable(make_world(files)).value == 5 * GIB


def test_memory_takes_the_smallest_of_all(make_world):
    """memory.max and memory.high of every ancestor: the smallest number wins and is named."""
    files = {
        **V2,
        "/sys/fs/cgroup/jobs.slice/job7/memory.max": f"{64 * GIB}",
        "/sys/fs/cgroup/jobs.slice/job7/memory.high": f"{48 * GIB}",
        "/sys/fs/cgroup/jobs.slice/memory.max": "max",
    }
    fact = memory.usable(make_world(files))
    assert fact.value == 48 * GIB
    assert fact.source == "51.5 GB of 512 GB: cgroup limit /sys/fs/cgroup/jobs.slice/job7/memory.high"


def test_affinity(make_world):
    """taskset and pinned containers count."""
    fact = cpu.usable(make_world(affinity=lambda: 6))
    assert (fact.value, fact.source) == (6, "6 of 64: affinity (os.sched_getaffinity)")


def test_no_affinity_on_this_system(make_world):
    """macOS has no affinity; its CPUs are those that are there."""
    assert cpu.usable(make_world(affinity=lambda: None)).value == 64


def test_cpuset(make_world):
    """CPU sets are counted over their ranges."""
    file = "/sys/fs/cgroup/jobs.slice/cpuset.cpus.effective"
    fact = cpu.usable(make_world({**V2, file: "0-3,8,10-11\n"}))
    assert (fact.value, fact.source) == (7, f"7 of 64: cpuset {file}")


def test_cpuset_v1(make_world):
    """An empty v1 cpuset says nothing; its ancestor's does."""
    files = {**V1, "/sys/fs/cgroup/cpuset/a/b/cpuset.cpus": "\n", "/sys/fs/cgroup/cpuset/a/cpuset.cpus": "0-1\n"}
    assert cpu.usable(make_world(files)).value == 2


@settings(max_examples=30)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12))
def test_cpu_lists_count_what_they_name(lengths):
    """A list of CPU ranges, however cut up, counts as many as it names."""
    starts = [sum(lengths[:index]) + index for index in range(len(lengths))]
    ranges = [
        f"{start}" if length == 1 else f"{start}-{start + length - 1}"
        for start, length in zip(starts, lengths, strict=True)
    ]
    with TemporaryDirectory() as folder:
        for name, text in (("proc/self/cgroup", "0::/\n"), ("sys/fs/cgroup/cpuset.cpus.effective", ",".join(ranges))):
            Path(folder, name).parent.mkdir(parents=True)
            Path(folder, name).write_text(text)
        world = World(Path(folder), {}, cpu_count=lambda: 1000, affinity=lambda: None)
        assert cpu.usable(world).value == sum(lengths)


@pytest.mark.parametrize("nonsense", ["", "max", "0 100000", "100000", "-1 100000", "a b", "100000 0"])
def test_broken_quota_files_limit_nothing(make_world, nonsense):
    """A quota file that is empty, malformed or zero is no limit and no crash."""
    assert cpu.usable(make_world({**V2, "/sys/fs/cgroup/jobs.slice/cpu.max": nonsense})).value == 64


def test_job_of_slurm(make_world):
    """A SLURM job's CPUs and memory (MiB) count, whether the cluster enforces them or not."""
    environ = {"SLURM_JOB_ID": "42", "SLURM_CPUS_ON_NODE": "12", "SLURM_MEM_PER_NODE": "65536"}
    world = make_world(environ=environ)
    assert cpu.usable(world).source == "12 of 64: SLURM job, SLURM_CPUS_ON_NODE=12"
    assert memory.usable(world).value == 64 * GIB


def test_memory_per_cpu_of_slurm(make_world):
    """SLURM may give memory by the CPU; 0 by the node means all of it."""
    environ = {
        "SLURM_JOB_ID": "42", "SLURM_CPUS_ON_NODE": "4", "SLURM_MEM_PER_CPU": "2048", "SLURM_MEM_PER_NODE": "0",
    }  # fmt: skip
    assert memory.usable(make_world(environ=environ)).value == 8 * GIB


def test_stale_slurm_variable_without_a_job(make_world):
    """Without a job id the other variables of SLURM mean nothing."""
    assert cpu.usable(make_world(environ={"SLURM_CPUS_ON_NODE": "1"})).value == 64


def test_nothing_known(make_world):
    """A system that tells nothing gives gaps with a reason, not a guess."""
    world = make_world({"/proc/meminfo": "garbage\n"}, cpu_count=lambda: None, affinity=lambda: None)
    assert not cpu.usable(world).known
    assert not memory.usable(world).known
    assert cpu.usable(world).gap


def test_shared_memory(make_world):
    """/dev/shm is the size of its file system; without it there is a gap."""
    assert memory.shared(make_world()).gap == "this system has no /dev/shm"
    assert memory.shared(make_world({"/dev/shm/x": ""})).value == 10**12
