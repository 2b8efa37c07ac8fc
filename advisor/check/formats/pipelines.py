"""MLflow's MLproject and DVC's dvc.yaml: commands, and the files that they need.

Keys as in mlflow.org/docs/latest/projects and dvc.org/doc/user-guide/project-structure/dvcyaml-files.
"""

import re
from collections.abc import Iterator

from advisor.check.format import Format
from advisor.check.launch import container as containers
from advisor.check.launch import walk
from advisor.check.launch.pod import role_of
from advisor.check.tree import Document, Leaf, Table
from advisor.values.configs import At
from advisor.values.launches import Command, LaunchFacts


def read(document: Document) -> Iterator[LaunchFacts]:
    """Each entry point of a project, or each stage of a pipeline."""
    for root in document.roots:
        if not isinstance(root, Table):
            continue
        points = walk.table(root, "entry_points")
        if points is not None:
            needed = [walk.at(document, root, key) for key in ("conda_env", "python_env")]
            yield _launch(document, root, points, "command", [at for at in needed if at is not None])
        stages = walk.table(root, "stages")
        if stages is not None and any(isinstance(walk.below(stages, name, "cmd"), Leaf) for name in stages.entries):
            yield _launch(document, root, stages, "cmd", list(_dependencies(document, stages)))


def _launch(document: Document, root: Table, parts: Table, key: str, needed: list[At]) -> LaunchFacts:
    commands: list[Command] = []
    for name in parts.entries:
        for leaf in containers.leaves(walk.below(parts, name, key)):
            commands.extend(containers.script(document, leaf, {}))
    return LaunchFacts(
        "pipelines",
        document.place(root.at),
        name=walk.text(root, "name"),
        commands=tuple(commands),
        role=role_of(tuple(commands)),
        needed_files=tuple(needed),
        shared_memory_elsewhere=True,
    )


def _dependencies(document: Document, stages: Table) -> Iterator[At]:
    """What stages depend on and no stage makes."""
    made = {
        leaf.raw
        for name in stages.entries
        for key in ("outs", "metrics", "plots")
        for leaf in containers.leaves(walk.below(stages, name, key))
    }
    for name in stages.entries:
        for leaf in containers.leaves(walk.below(stages, name, "deps")):
            if leaf.raw not in made and leaf.raw.endswith((".py", ".yaml", ".yml", ".json", ".toml", ".sh")):
                yield walk.leaf_at(document, leaf, "deps")


FORMAT = Format(
    name="pipelines",
    words=("\nentry_points", "\nstages"),
    telltale=re.compile(r"^(entry_points|stages)[ \t]*:", re.M),
    name_hint=re.compile(r"(^|/)(MLproject|dvc\.ya?ml)$"),
    read=read,
    readers=("yaml",),
)
