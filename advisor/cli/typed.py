"""Reads what was typed on the command line without pydantic, whose import takes longer than most commands."""

import os
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, get_args, get_origin

_OTHER = object()
"""Stands for a value that is left to typer: it knows how to refuse it."""


def read_plainly(command: Any) -> None:
    """Makes the options of a command read text, whole numbers, paths and choices on their own; typer does the rest.

    A value that cannot be taken as it stands still goes to typer, whose message names what is wrong. `--help` is an
    option too, so all of them are taken from where the command gives them out.
    """
    typers_own = command.get_params

    def plainly(ctx: Any) -> Any:
        options = typers_own(ctx)
        for option in options:
            if "get_runtime_param" not in vars(option):
                option.get_runtime_param = partial(_Reader, option, option.get_runtime_param)
        return options

    command.get_params = plainly


class _Reader:
    """In the place of typer's reader of one option."""

    def __init__(self, option: Any, typers_own: Any) -> None:
        self._option, self._typers_own = option, typers_own

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        option = self._option
        many = option.multiple or option.nargs == -1
        if value is None:
            return () if many else None
        info, annotation = option.type_descriptor.parameter_info, option.type_descriptor.annotation
        if info.parser is None:
            read = _all(annotation, info, value) if many else _one(annotation, info, value)
            if read is not _OTHER:
                return read
        return self._typers_own().coerce(value, param=param, ctx=ctx)


def _all(annotation: Any, info: Any, values: Any) -> Any:
    if get_origin(annotation) is not list or not isinstance(values, list | tuple):
        return _OTHER
    read = [_one(get_args(annotation)[0], info, value) for value in values]
    return _OTHER if any(each is _OTHER for each in read) else read


def _one(annotation: Any, info: Any, value: Any) -> Any:
    kinds: Any = (str, annotation) if isinstance(annotation, type) else str
    if not isinstance(value, kinds):
        return _OTHER
    if annotation is str:
        return value
    if annotation is Path:
        return _path(info, value)
    if annotation is int:
        return _whole(info, value)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next((each for each in annotation if value in (each, each.value)), _OTHER)
    return _OTHER


def _path(info: Any, value: str | Path) -> Any:
    asks_more = info.exists or info.resolve_path or info.writable or not (info.file_okay and info.dir_okay)
    refused = info.readable and os.path.exists(value) and not os.access(value, os.R_OK)
    return _OTHER if asks_more or refused else Path(value)


def _whole(info: Any, value: str | int) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 18):
        return _OTHER
    number = int(value)
    low, high = info.min, info.max
    within = (low is None or number >= low) and (high is None or number <= high)
    return number if within else _OTHER
