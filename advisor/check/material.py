"""What the rules see: facts and flaws of everything that was read, never a format or a file."""

import os.path
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from advisor.check.flaws import Flaw
from advisor.check.source import Source
from advisor.values.catalog import Lifecycle
from advisor.values.configs import At, ConfigFacts, Shortfall
from advisor.values.expected import Expected
from advisor.values.launches import LaunchFacts, ServedModel
from advisor.values.revisit import Revisit


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
    shortfall: Callable[[ConfigFacts], Shortfall | None] | None = None

    def expected_of(self, config: ConfigFacts) -> Expected | None:
        """The decision of the nearest project around a configuration."""
        if self.expected:
            for folder in _folders_up(config.place.path):
                if folder in self.expected:
                    return self.expected[folder]
        return None

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
