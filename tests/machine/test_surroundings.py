"""Containers and schedulers."""

import pytest

from advisor.machine import surroundings


@pytest.mark.parametrize(
    ("files", "environ", "expected"),
    [
        ({}, {}, "none"),
        ({"/.dockerenv": ""}, {}, "docker"),
        ({"/run/.containerenv": ""}, {}, "podman"),
        ({"/.dockerenv": ""}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({}, {"APPTAINER_CONTAINER": "/x.sif"}, "apptainer"),
        ({}, {"container": "lxc"}, "lxc"),
        ({"/run/systemd/container": "systemd-nspawn\n"}, {}, "systemd-nspawn"),
        ({"/proc/self/cgroup": "0::/kubepods.slice/pod1\n"}, {}, "kubernetes"),
        ({"/proc/self/cgroup": "4:memory:/docker/0123\n"}, {}, "docker"),
        ({"/proc/self/cgroup": "0::/user.slice/dockerfans.scope\n"}, {}, "none"),
    ],
)
def test_container(make_world, files, environ, expected):
    """A container is told by its file, its variable or its cgroup, the most specific first."""
    fact = surroundings.container(make_world(files, environ=environ))
    assert fact.value == expected
    assert fact.source


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "none"),
        ({"SLURM_JOB_ID": "7"}, "slurm"),
        ({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "kubernetes"),
        ({"SLURM_JOB_ID": "7", "KUBERNETES_SERVICE_HOST": "10.0.0.1"}, "slurm"),
        ({"PBS_JOBID": "7"}, "pbs"),
    ],
)
def test_scheduler(make_world, environ, expected):
    """The scheduler whose job this is, with the variable that says so."""
    assert surroundings.scheduler(make_world(environ=environ)).value == expected
