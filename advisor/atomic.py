"""Files are replaced whole or not at all, several as one, whatever stops the writer."""

import contextlib
import errno
import os
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from advisor.errors import Lacking

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name))
_REMEDIES = {
    errno.ENOSPC: "free some space on the disk and run the command again",
    errno.EDQUOT: "free some of your quota and run the command again",
    errno.EFBIG: "raise the limit on file sizes (ulimit -f) and run the command again",
    errno.EACCES: "give yourself permission to write there, or use --out DIR",
    errno.EPERM: "give yourself permission to write there, or use --out DIR",
    errno.EROFS: "the file system is read-only: use --out DIR",
    errno.EISDIR: "a folder stands where the file should be: move it away",
    errno.ENOTDIR: "a file stands where a folder should be: move it away",
    errno.EEXIST: "a file stands where a folder should be: move it away",
    errno.ELOOP: "symbolic links lead back to themselves: remove one of them",
}


_LEFT_OVER_S = 60.0


def replace_text(path: Path, text: str) -> None:
    """Puts `text` (UTF-8, line ends as they are) in place of `path`; as `write_together` for one file."""
    write_together({path: text.encode("utf-8", "surrogatepass")})


def write_together(files: Mapping[Path, bytes | None]) -> None:
    """Writes all the files, or leaves everything as it was and raises Lacking with the place and a remedy.

    A file that is to hold None is removed, once the others have their place. Missing folders are made, modes are
    kept, links are followed. A signal to stop waits until the files are whole; it takes milliseconds.
    """
    with _signals_wait():
        made: list[Path] = []
        drafts: dict[Path, Path] = {}
        place = next(iter(files), Path())
        try:
            for place, content in files.items():
                if content is None:
                    continue
                _make_folder(place.parent, made)
                drafts[Path(os.path.realpath(place))] = _draft(Path(os.path.realpath(place)), content)
            _replace_all(drafts, [place for place, content in files.items() if content is None])
        except OSError as error:
            for draft in drafts.values():
                draft.unlink(missing_ok=True)
            _remove_folders(made)
            reason = (error.strerror or type(error).__name__).lower()
            remedy = _REMEDIES.get(error.errno or 0, "see to it and run the command again")
            raise Lacking(
                f"cannot be written: {reason}; nothing was changed", where=str(place), remedy=remedy
            ) from None


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [folder, *folder.parents]
    missing = missing[: next((i for i, parent in enumerate(missing) if parent.exists()), 0)]
    for parent in reversed(missing):
        parent.mkdir()
        made.append(parent)


def _remove_folders(made: list[Path]) -> None:
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _draft(path: Path, content: bytes) -> Path:
    """A whole copy of the content beside `path`, on the disk; removed again when it cannot be written."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    _remove_left_over(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            draft.chmod(path.stat().st_mode & 0o7777)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _remove_left_over(path: Path) -> None:
    """A writer that was killed leaves its draft behind."""
    for draft in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > _LEFT_OVER_S:
                draft.unlink()


def _replace_all(drafts: Mapping[Path, Path], gone: Iterable[Path]) -> None:
    """Puts each draft in its place, then removes what is to go; when one cannot be, all get their old content back."""
    before: dict[Path, bytes | None] = {}
    try:
        for path, draft in drafts.items():
            before[path] = path.read_bytes() if path.exists() else None
            os.replace(draft, path)
            _settle_folder(path.parent)
        for path in gone:
            before[path] = path.read_bytes()
            path.unlink()
    except OSError:
        for path, content in before.items():
            if path in drafts and drafts[path].exists():
                continue
            path.unlink(missing_ok=True)
            if content is not None:
                os.replace(_draft(path, content), path)
        raise


def _settle_folder(folder: Path) -> None:
    """Makes the new name survive a power cut, where the system allows it."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _signals_wait() -> Iterator[None]:
    """Holds back what would stop the process in the middle; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        """Remembers a signal for later."""
        came.append(number)

    before = {number: signal.signal(number, note) for number in _SIGNALS if signal.getsignal(number) is not None}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            os.kill(os.getpid(), number)
