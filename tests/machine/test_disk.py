"""The disk below the data."""

import os
from pathlib import Path

import pytest

from advisor.machine import disk

ROOT = "20 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n"


def facts(world, path="/data/set"):
    place = world.place(path)
    place.mkdir(parents=True, exist_ok=True)
    return {fact.id.removeprefix("machine.disk_"): fact for fact in disk.facts(world, place)}


def block(world, device: str, folder: str, rotational: str) -> None:
    """A block device as /sys shows it: major:minor is a link to the device's folder."""
    home = world.place(folder)
    (home / "queue").mkdir(parents=True)
    (home / "queue" / "rotational").write_text(f"{rotational}\n")
    link = world.place(f"/sys/dev/block/{device}")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(home, link.parent))


def test_longest_mount_point_wins(make_world):
    """The data's own mount is found among those above it, by whole folder names."""
    lines = ROOT + "21 20 8:1 / /data rw - xfs /dev/sda1 rw\n22 20 0:50 / /data/se rw - tmpfs tmpfs rw\n"
    fact = facts(make_world({"/proc/self/mountinfo": lines}))["filesystem"]
    assert (fact.value, fact.source) == ("xfs", "/proc/self/mountinfo: /dev/sda1 on /data")


def test_mount_over_a_mount(make_world):
    """Of two mounts on one point the later one is what can be seen."""
    lines = ROOT + "21 20 8:1 / /data rw - xfs /dev/sda1 rw\n22 21 0:50 / /data rw - nfs4 server:/x rw\n"
    assert facts(make_world({"/proc/self/mountinfo": lines}))["filesystem"].value == "nfs4"


def test_spaces_in_mount_points(make_world):
    """A space in a mount point, which the kernel escapes, is no obstacle."""
    lines = ROOT + "21 20 8:1 / /my\\040data rw - btrfs /dev/sda1 rw\n"
    assert facts(make_world({"/proc/self/mountinfo": lines}), "/my data/set")["filesystem"].value == "btrfs"


@pytest.mark.parametrize(
    ("kind", "source", "expected"),
    [
        ("nfs4", "server:/export", "network"),
        ("lustre", "mgs@tcp:/scratch", "network"),
        ("fuse.gcsfuse", "bucket", "network"),
        ("tmpfs", "tmpfs", "memory"),
    ],
)
def test_kind_from_the_file_system(make_world, kind, source, expected):
    """Network file systems and memory are told by their type alone."""
    lines = ROOT + f"21 20 0:40 / /data rw - {kind} {source} rw\n"
    assert facts(make_world({"/proc/self/mountinfo": lines}))["type"].value == expected


def test_partition_of_an_nvme_disk(make_world):
    """A partition has no queue of its own: its disk, one folder above, says whether it turns."""
    world = make_world({"/proc/self/mountinfo": ROOT})
    disk_folder = "/sys/devices/pci0000:00/nvme/nvme0/nvme0n1"
    block(world, "259:0", disk_folder, "0")
    world.place(f"{disk_folder}/nvme0n1p1").mkdir()
    link = world.place("/sys/dev/block/259:1")
    link.symlink_to(os.path.relpath(world.place(f"{disk_folder}/nvme0n1p1"), link.parent))
    assert facts(world)["type"].value == "nvme"


@pytest.mark.parametrize(("rotational", "expected"), [("0", "ssd"), ("1", "hdd")])
def test_rotational(make_world, rotational, expected):
    """A disk that turns is an hdd, another an ssd."""
    world = make_world({"/proc/self/mountinfo": ROOT + "21 20 8:16 / /data rw - ext4 /dev/sdb rw\n"})
    block(world, "8:16", "/sys/devices/pci0000:00/ata1/block/sdb", rotational)
    assert facts(world)["type"].value == expected


def test_anonymous_device_number(make_world):
    """btrfs has a device number of its own; the device's name leads to its disk."""
    world = make_world({"/proc/self/mountinfo": ROOT + "21 20 0:33 / /data rw - btrfs /dev/sdb rw\n"})
    block(world, "8:16", "/sys/devices/pci0000:00/ata1/block/sdb", "0")
    link = world.place("/sys/class/block/sdb")
    link.parent.mkdir(parents=True)
    link.symlink_to(os.path.relpath(world.place("/sys/devices/pci0000:00/ata1/block/sdb"), link.parent))
    assert facts(world)["type"].value == "ssd"


def test_virtual_disks_are_not_believed_to_turn(make_world):
    """A virtual disk says that it turns whatever lies beneath: that is a gap, not an hdd."""
    world = make_world({"/proc/self/mountinfo": "20 1 254:0 / / rw - ext4 /dev/vda rw\n"})
    block(world, "254:0", "/sys/devices/pci0000:00/virtio0/block/vda", "1")
    fact = facts(world)["type"]
    assert not fact.known
    assert "virtual disk" in fact.gap


def test_overlay_hides_the_disk(make_world):
    """In a container's own layer the medium cannot be seen, and the file system still is a fact."""
    found = facts(make_world({"/proc/self/mountinfo": "20 1 0:60 / / rw - overlay overlay rw\n"}))
    assert found["filesystem"].value == "overlay"
    assert found["type"].gap


def test_path_that_does_not_exist_yet(make_world):
    """Data that is still to be downloaded is judged by the nearest folder above it."""
    world = make_world({"/proc/self/mountinfo": ROOT})
    found = disk.facts(world, world.place("/") / "not" / "here")
    assert found[0].value == "ext4"
    assert found[2].value == 4 * 10**11


def test_free_space_refused(make_world):
    """A file system that does not answer is a gap with the system's words."""

    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    assert "Permission denied" in facts(make_world(space=refuse))["free"].gap


def test_no_mountinfo(make_world):
    """Without the list of mounts nothing is guessed."""
    found = facts(make_world())
    assert found["filesystem"].gap
    assert found["type"].gap
