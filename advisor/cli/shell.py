"""What surrounds every command: help without imports, messages instead of tracebacks, exit statuses."""

import errno
import gc
import importlib
import os
import signal
import sys
import traceback
from collections.abc import Iterable, Mapping
from types import FrameType, ModuleType
from typing import IO, Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from advisor import __version__
from advisor.cli.everywhere import add_what_lacks
from advisor.cli.roster import COMMANDS
from advisor.cli.typed import read_plainly
from advisor.errors import AdvisorError, Interrupted

BUG_STATUS = 70
LACKING_STATUS = 3
_BROKEN_PIPE_STATUS = 128 + signal.SIGPIPE if hasattr(signal, "SIGPIPE") else 1
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_COMPLETION_OPTIONS = ("install_completion", "show_completion")


def run(arguments: list[str] | None = None, commands: Mapping[str, str] = COMMANDS, room: str = "advisor.cli") -> int:
    """Runs `advisor` with the arguments (default: those of the process) and returns its exit status."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    gc.disable()  # a command is short and drops little: looking for circles costs a tenth of it, and frees nothing
    _leave_tidily_when_told_to()
    try:
        program(commands, room).main(args=arguments, prog_name="advisor")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    except OSError as error:  # help and the version are printed before any command runs
        status = _environment_failed(error)
        _point_at_nothing(sys.stdout)
        return status
    return 0


def _open_what_is_closed() -> None:
    """Gives the three standard streams somewhere to go; else the next file opened takes the number of a closed one."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - for the whole run


def program(commands: Mapping[str, str] = COMMANDS, room: str = "advisor.cli") -> TyperGroup:
    """The whole command line; no command's module is imported until its command is used or asked for help."""
    app = typer.Typer(
        cls=Shell,
        rich_markup_mode=None,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help", "-h"]},
        epilog="Exit status: 0 done, 1 findings, 2 wrong usage or answers, 3 something is lacking, 4 stale.",
    )
    app.callback()(_about)
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    for name, line in commands.items():
        group.add_command(Later(name, room, line))
    read_plainly(group)
    return group


class Shell(TyperGroup):
    """The group of all commands: turns what they raise into messages and exit statuses."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            _point_at_nothing(sys.stdout)
            raise typer.Exit(_BROKEN_PIPE_STATUS) from None
        except AdvisorError as error:
            _say(str(error) if isinstance(error, Interrupted) else f"Error: {error}")
            raise typer.Exit(error.exit_status) from None
        except OSError as error:
            raise typer.Exit(_environment_failed(error)) from None
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except Exception as error:
            raise typer.Exit(_is_a_bug(error)) from None
        return result


class Later(TyperCommand):
    """A command known by name and help line; its module is imported when the command is used."""

    def __init__(self, name: str, room: str, line: str) -> None:
        super().__init__(name, help=line, rich_markup_mode=None)
        self.module_name = f"{room}.{name.replace('-', '_')}"

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.loaded().make_context(info_name, args, parent, **extra)

    def loaded(self) -> TyperCommand | TyperGroup:
        """The real command; imports its module."""
        app = _app_of(importlib.import_module(self.module_name), self.name or "")
        command = get_command(app)
        assert isinstance(command, TyperCommand | TyperGroup)
        command.name = self.name
        command.params = [option for option in command.params if option.name not in _COMPLETION_OPTIONS]
        parts = getattr(command, "commands", {}).values()
        for each in parts or (command,):
            add_what_lacks(each)
        for each in (command, *parts):
            read_plainly(each)
        return command


def _app_of(module: ModuleType, name: str) -> typer.Typer:
    if hasattr(module, "app"):
        app: typer.Typer = module.app
    else:
        app = typer.Typer()
        app.command(name)(module.command)
    app.rich_markup_mode = None
    return app


def _about(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and leave.", is_eager=True, callback=lambda on: _version(on)),
    ] = False,
) -> None:
    """From questions, the machine and the data to a defended architecture decision."""


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"advisor {__version__}")
        raise typer.Exit


def _environment_failed(error: OSError) -> int:
    """Says which file the system refused and why; returns the exit status."""
    if error.errno is None:
        return _is_a_bug(error)
    place = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
    remedy = _REMEDIES.get(error.errno, "")
    _say(f"Error: {place}{error.strerror}" + (f"\n  {remedy}" if remedy else ""))
    _show_traceback_if_wanted(error)
    return LACKING_STATUS


_REMEDIES = {
    errno.ENOSPC: "free some space and run the command again; what was saved before is whole",
    errno.EDQUOT: "free some of your quota and run the command again; what was saved before is whole",
    errno.EACCES: "give yourself permission, or name another folder",
    errno.EPERM: "give yourself permission, or name another folder",
    errno.EROFS: "the file system is read-only: name another folder",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
    errno.ELOOP: "symbolic links lead back to themselves: remove one of them",
}


def _is_a_bug(error: Exception) -> int:
    """Says where advisor failed and how to report it; returns the exit status."""
    frames = traceback.extract_tb(error.__traceback__)
    last = next((frame for frame in reversed(frames) if frame.filename.startswith(_PACKAGE)), frames[-1])
    _say(
        f"Error: this is a bug in advisor {__version__}, not in your project: "
        f"{type(error).__name__}: {error} ({os.path.basename(last.filename)}:{last.lineno})\n"
        "  please report it with what ADVISOR_DEBUG=1 shows; what was answered is saved"
    )
    _show_traceback_if_wanted(error)
    return BUG_STATUS


def _show_traceback_if_wanted(error: Exception) -> None:
    if os.environ.get("ADVISOR_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)


def _say(message: str) -> None:
    try:
        typer.echo(message, err=True)
    except OSError:
        _point_at_nothing(sys.stderr)


def _point_at_nothing(stream: IO[str]) -> None:
    """Sends what is still buffered nowhere, so that Python does not fail on it while it ends."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except OSError:
        return


def _leave_tidily_when_told_to(signals: Iterable[str] = ("SIGTERM", "SIGHUP")) -> None:
    """Makes these signals unwind the stack, so that files are closed and child processes are stopped."""
    for name in signals:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)
