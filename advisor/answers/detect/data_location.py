"""Where the data lie: a remote address, or a disk that is surely not local.

A local disk yields no fact: whether it is a laptop's or a server's, the person knows best.
"""

import os

from advisor.answers.detect.reading.places import data_roots, scheme_of
from advisor.answers.detect.reading.sight import Found, Sight

_ADDRESS = {"jdbc": "warehouse_or_lake", "hive": "warehouse_or_lake", "kafka": "stream"}
_NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "lustre",
        "gpfs",
        "wekafs",
        "beegfs",
        "ceph",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "glusterfs",
        "pvfs2",
        "fuse.sshfs",
    ]
)
_STORES = ("s3fs", "gcsfuse", "goofys", "mountpoint-s3", "rclone", "blobfuse", "s3ql")
_MOUNTS = "/proc/self/mounts"


def find(sight: Sight) -> Found:
    found = Found()
    for path in sight.data:
        if scheme := scheme_of(path):
            found.say("data.location", _ADDRESS.get(scheme, "object_store"), f"--data {scheme}://")
            found.notes.append(f"{path} is remote: not opened; give its size and its samples as answers")
    for root in data_roots(sight.project, sight.data):
        kind = file_system(os.path.realpath(root))
        if kind in _NETWORK:
            found.say("data.location", "nfs_or_parallel_fs", f"{sight.name(root)} is mounted as {kind}")
        elif any(word in kind for word in _STORES):
            found.say("data.location", "object_store", f"{sight.name(root)} is mounted as {kind}")
    return found


def file_system(path: str) -> str:
    """The type of the file system that holds the path; "" where the kernel does not say."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="replace") as mounts:
            lines = [line.split() for line in mounts]
    except OSError:
        return ""
    holding = [
        (len(part[1]), part[2], part[0])
        for part in lines
        if len(part) > 2 and (path == part[1] or path.startswith(part[1].rstrip("/") + "/"))
    ]
    _, kind, device = max(holding, default=(0, "", ""), key=lambda mount: mount[0])
    return f"{kind} {device}" if kind == "fuse" else kind
