"""The facts that the probe looks for, with the unit of each: the keys that a person may override."""

from collections.abc import Mapping

UNITS: Mapping[str, str] = {
    "machine.cpus": "",
    "machine.cpu_model": "",
    "machine.cpu_flags": "",
    "machine.cpu_ghz": "GHz",
    "machine.memory": "bytes",
    "machine.shm": "bytes",
    "machine.disk_filesystem": "",
    "machine.disk_type": "",
    "machine.disk_free": "bytes",
    "machine.container": "",
    "machine.scheduler": "",
    "machine.gpus": "",
    "machine.gpu_driver": "",
    "machine.gpu_name": "",
    "machine.gpu_memory": "bytes",
    "machine.gpu_compute_capability": "",
    "machine.gpu_mig": "",
}

NUMBERS = frozenset(
    {
        "machine.cpus", "machine.cpu_ghz", "machine.memory", "machine.shm", "machine.disk_free", "machine.gpus",
        "machine.gpu_memory",
    }
)  # fmt: skip
