"""A file is replaced whole or not at all, whatever stops the writer."""

import contextlib
import errno
import os
import time
from pathlib import Path

from advisor.errors import Lacking

_REMEDIES = {
    errno.ENOSPC: "free some space and run the command again",
    errno.EDQUOT: "free some of your quota and run the command again",
    errno.EFBIG: "the limit on file sizes (ulimit -f) is too low",
    errno.EACCES: "check who may write to this folder",
    errno.EPERM: "check who may write to this folder",
    errno.EROFS: "the file system can only be read: choose another folder",
    errno.EISDIR: "a folder stands where the file should be: move it away",
    errno.ENOENT: "make the folder first",
    errno.ELOOP: "the link leads to itself: remove it",
}
_LEFT_OVER_S = 60.0


def replace_text(path: Path, text: str) -> None:
    """Puts `text` (UTF-8, line ends as they are) in place of `path`, keeping its mode; a link is followed.

    Raises Lacking with the reason; the old file is then as it was.
    """
    try:
        _replace(Path(os.path.realpath(path)), text.encode("utf-8", "surrogatepass"))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        remedy = _REMEDIES.get(error.errno or 0, "see to it and run the command again")
        raise Lacking(f"cannot be written ({reason}); it is as it was", where=str(path), remedy=remedy) from None


def _replace(target: Path, content: bytes) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    _remove_left_over(target)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        with open(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileNotFoundError):
            os.chmod(draft, target.stat().st_mode & 0o7777)
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _settle_folder(target.parent)


def _remove_left_over(target: Path) -> None:
    """A writer that was killed leaves its draft behind."""
    for draft in target.parent.glob(f".{target.name}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > _LEFT_OVER_S:
                draft.unlink()


def _settle_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where the system allows it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
