"""The disk below the data: which file system, what kind of medium, how much is free."""

import os
from pathlib import Path

from advisor.figure import Fact, gap
from advisor.machine.mounts import MOUNTINFO, Mount, above, mounts
from advisor.machine.world import World

_IN_MEMORY = {"tmpfs", "ramfs"}
_NETWORK = {
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "gpfs", "ceph", "beegfs", "glusterfs", "afs", "ocfs2", "gfs2",
    "fuse.sshfs", "fuse.s3fs", "fuse.gcsfuse", "fuse.rclone", "fuse.juicefs", "fuse.glusterfs", "fuse.mount-s3",
    "fuse.blobfuse", "fuse.blobfuse2", "fuse.ceph", "fuse.goofys",
}  # fmt: skip


def facts(world: World, data_path: Path) -> tuple[Fact, ...]:
    """machine.disk_filesystem, machine.disk_type (nvme, ssd, hdd, network, memory) and machine.disk_free (bytes)."""
    place = _existing(data_path)
    mount = above(_as_seen(world, place), mounts(world))
    return (_filesystem(mount), _kind(world, mount), _free(world, place))


def _existing(path: Path) -> Path:
    """The path with links resolved, or the nearest folder above it that exists."""
    whole = Path(os.path.realpath(path))
    return next((place for place in (whole, *whole.parents) if os.path.exists(place)), whole)


def _as_seen(world: World, place: Path) -> str:
    """The path on the machine under the probe, which may be a folder of this one."""
    root = Path(os.path.realpath(world.root))
    return f"/{place.relative_to(root)}" if place.is_relative_to(root) else str(place)


def _filesystem(mount: Mount | None) -> Fact:
    if mount is None:
        return gap("machine.disk_filesystem", f"{MOUNTINFO} does not say what holds the data")
    return Fact("machine.disk_filesystem", mount.kind, source=f"{MOUNTINFO}: {mount.source} on {mount.point}")


def _kind(world: World, mount: Mount | None) -> Fact:
    id = "machine.disk_type"
    if mount is None:
        return gap(id, f"{MOUNTINFO} does not say what holds the data")
    source = f"file system {mount.kind} on {mount.point}"
    if mount.kind in _IN_MEMORY:
        return Fact(id, "memory", source=source)
    if mount.kind in _NETWORK:
        return Fact(id, "network", source=source)
    return _medium(world, mount)


def _medium(world: World, mount: Mount) -> Fact:
    id = "machine.disk_type"
    for folder in _queues(mount):
        spins = world.word(f"{folder}/queue/rotational")
        device = os.path.realpath(world.place(folder))
        source = f"{mount.source}: {folder}/queue/rotational is {spins}"
        if spins == "0":
            return Fact(id, "nvme" if "nvme" in device else "ssd", source=source)
        if spins == "1" and _virtual(world, device):
            return gap(id, f"{mount.source} is a virtual disk, and those say that they turn whatever lies beneath")
        if spins == "1":
            return Fact(id, "hdd", source=source)
    return gap(id, f"{mount.source} ({mount.kind}) has no entry in /sys that tells what lies beneath")


def _queues(mount: Mount) -> tuple[str, ...]:
    """Folders in /sys that may describe the device. A partition has no queue of its own; its disk is one above."""
    names = [f"/sys/dev/block/{mount.device}"]
    if mount.source.startswith("/dev/"):
        names.append(f"/sys/class/block/{os.path.basename(mount.source)}")
    return tuple(folder for name in names for folder in (name, f"{name}/.."))


def _virtual(world: World, device: str) -> bool:
    guest = " hypervisor" in (world.text("/proc/cpuinfo", 16384) or "")
    return guest or "virtio" in device or "/xvd" in device


def _free(world: World, place: Path) -> Fact:
    try:
        free = world.space(place).free_bytes
    except OSError as error:
        return gap("machine.disk_free", f"{place}: {error.strerror}", "bytes")
    return Fact("machine.disk_free", free, "bytes", source=f"statvfs {place}")
