"""The templates, and what they were compiled to: compiling takes longer than all else about a record."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from advisor.shelf import shelf, user_cache

if TYPE_CHECKING:
    import jinja2
    from jinja2.bccache import Bucket


def environment(filters: Mapping[str, Callable[..., str]], language: str = "en") -> "jinja2.Environment":
    """Templates of a language with these filters; a name that is not given to one is an error."""
    import jinja2  # reading records does without it

    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shelf("templates") / language),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # the filters escape for Markdown; HTML escaping would show as text
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_kept(),
    )
    templates.filters |= filters
    return templates


def _kept() -> "jinja2.BytecodeCache | None":
    """Compiled templates in the user's cache, by the text they were compiled from; none where it is not theirs alone.

    What lies there is run, so a folder that others may write to is left alone.
    """
    import jinja2

    folder = user_cache() / "templates"
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        if hasattr(os, "getuid") and (found.st_uid != os.getuid() or found.st_mode & 0o022):
            return None

        class Kept(jinja2.FileSystemBytecodeCache):
            def load_bytecode(self, bucket: "Bucket") -> None:
                try:
                    super().load_bytecode(bucket)
                except Exception:  # a file that was cut short fails in many ways, and is as good as none
                    bucket.reset()

            def dump_bytecode(self, bucket: "Bucket") -> None:
                with suppress(OSError):  # a full disk makes it slower, not wrong
                    super().dump_bytecode(bucket)

        return Kept(str(folder))
    return None
