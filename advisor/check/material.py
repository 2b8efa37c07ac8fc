"""What the rules see: facts and flaws of everything that was read, never a format or a file."""

import difflib
import os.path
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from advisor.check.flaws import Flaw
from advisor.check.source import Source
from advisor.values.catalog import Lifecycle
from advisor.values.configs import At, ConfigFacts, Short
from advisor.values.expected import Expected
from advisor.values.launches import Command, LaunchFacts, ServedModel
from advisor.values.revisit import Revisit

_MOST_FOLDERS = 40


@dataclass(frozen=True)
class Material:
    """All configurations, launches, served models and flaws, and the recorded decision of each project, by its
    folder's absolute path. `exists` says whether there is a file or folder at an absolute path.

    `sources` are the files themselves, for rules that look at any text; `lifecycle` what died or has a successor;
    `revisits` the records that call for another look. `shortfall` estimates memory, where whoever calls can.
    """

    configs: tuple[ConfigFacts, ...]
    flaws: tuple[Flaw, ...] = ()
    expected: Mapping[str, Expected] = field(default_factory=dict)
    launches: tuple[LaunchFacts, ...] = ()
    models: tuple[ServedModel, ...] = ()
    exists: Callable[[str], bool] = os.path.lexists
    sources: tuple[Source, ...] = ()
    lifecycle: tuple[Lifecycle, ...] = ()
    revisits: tuple[Revisit, ...] = ()
    shortfall: Short | None = None

    def expected_of(self, config: ConfigFacts | LaunchFacts) -> Expected | None:
        """The decision of the nearest project around a configuration or a launch."""
        if self.expected:
            for folder in _folders_up(config.place.path):
                if folder in self.expected:
                    return self.expected[folder]
        return None

    def written_in(self, path: str) -> tuple[ConfigFacts, ...]:
        """The configurations of one file, by its path as people see it."""
        return self._of_file.get(path, ())

    @cached_property
    def _of_file(self) -> dict[str, tuple[ConfigFacts, ...]]:
        found: dict[str, tuple[ConfigFacts, ...]] = {}
        for config in self.configs:
            found[config.place.path] = (*found.get(config.place.path, ()), config)
        return found

    def linked(self, config: ConfigFacts) -> ConfigFacts | None:
        """The DeepSpeed configuration that `config` names, looked for beside it and in the folders above."""
        path: At | None = config.deepspeed_file
        if path is None or not isinstance(path.value, str) or "\x00" in path.value:
            return None
        for folder in _folders_up(config.place.path):
            other = self._by_path.get(os.path.normpath(os.path.join(folder, path.value)))
            if other is not None and other is not config:
                return other
        return None

    def configs_of(self, launch: LaunchFacts, command: Command) -> tuple[ConfigFacts, ...]:
        """The configurations that a command names, as far as they were read."""
        named = (command.config, *command.files)
        found = [self.config_at(launch, at) for at in named if at is not None]
        return tuple(dict.fromkeys(each for each in found if each is not None))

    def config_at(self, launch: LaunchFacts, at: At) -> ConfigFacts | None:
        """The configuration at a path that a launch names."""
        paths = self.paths(launch, at)
        return next((self._by_path[path] for path in paths if path in self._by_path), None)

    def like(self, name: str) -> str:
        """The name of a configuration that was read and is nearly `name`; "" when there is none."""
        near = [each for each in self._names if each[:1] == name[:1] and abs(len(each) - len(name)) < 4]
        return next(iter(difflib.get_close_matches(name, near, 1, 0.8)), "")

    @cached_property
    def _names(self) -> list[str]:
        return sorted({os.path.basename(config.place.path) for config in self.configs})

    def beside(self, path: str, name: str) -> tuple[str, ...]:
        """Where a relative path may lead from a file: from its folder and the ones above, up to a bound."""
        return tuple(os.path.join(folder, name) for folder in list(_folders_up(path))[:_MOST_FOLDERS])

    def is_there(self, path: str) -> bool:
        """Whether an absolute path leads to something, on the disk or among what was read."""
        return path in self._by_path or self.exists(path)

    def paths(self, launch: LaunchFacts, at: At) -> tuple[str, ...]:
        """Where in the project a path of a launch may lead: through what is copied from it, from its working folder,
        from the file's own folder and the ones above. Nothing for a path that only the machine has.
        """
        path = at.value
        if not isinstance(path, str) or "\x00" in path or len(path) > 1000 or ":" in path:
            return ()
        folder = os.path.dirname(absolute(launch.place.path))
        for mount in launch.mounts:
            inside, source = mount.path.raw.rstrip("/"), mount.source
            if mount.kind == "local" and source is not None and (path == inside or path.startswith(f"{inside}/")):
                return (os.path.normpath(os.path.join(folder, str(source.value), path[len(inside) :].lstrip("/"))),)
        if path.startswith(("/", "~")):
            return ()
        workdir = launch.workdir.value if launch.workdir is not None else None
        above = list(_folders_up(launch.place.path))
        bases = [os.path.join(folder, workdir), *above] if isinstance(workdir, str) else above
        return tuple(os.path.normpath(os.path.join(base, path)) for base in bases[:_MOST_FOLDERS])

    def is_config(self, path: str) -> bool:
        """Whether a configuration was read from an absolute path."""
        return path in self._by_path

    def names_in(self, folder: str) -> tuple[str, ...]:
        """The names of the configurations that were read from a folder, given by its absolute path."""
        return self._by_folder.get(folder, ())

    @cached_property
    def _by_folder(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self._by_path:
            folder, name = os.path.split(path)
            found.setdefault(folder, []).append(name)
        return {folder: tuple(sorted(names)) for folder, names in found.items()}

    @cached_property
    def _by_path(self) -> dict[str, ConfigFacts]:
        return {absolute(config.place.path): config for config in reversed(self.configs)}


def absolute(path: str) -> str:
    """The absolute path, links not followed."""
    return os.path.abspath(path)


def _folders_up(path: str) -> Iterator[str]:
    """The folder of a file, then each above it, as absolute paths."""
    folder = os.path.dirname(absolute(path))
    while folder != os.path.dirname(folder):
        yield folder
        folder = os.path.dirname(folder)
    yield folder
