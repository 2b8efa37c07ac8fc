"""ADV010: a shell variable in an #SBATCH line."""

from collections.abc import Iterator

from advisor.check.material import Material
from advisor.check.rulebook import Example, Rule, finding
from advisor.values.finding import Finding


def find(material: Material) -> Iterator[Finding]:
    """Each directive with a `$NAME` in it."""
    for launch in material.launches:
        for at in launch.unexpanded:
            told = f"#SBATCH {at.raw[:80]}: Slurm reads the line as it stands, without the value of a variable"
            yield finding(RULE.id, "error", told, RULE.remedy, at)


RULE = Rule(
    id="ADV010",
    title="Shell variable in an #SBATCH line",
    severity="error",
    group="consistency",
    formats=("shell",),
    condition="An #SBATCH line before the first command holds $NAME or ${NAME}. Slurm's own patterns (%j, %x), lines "
    "of a here-document, and lines after the first command, which Slurm does not read, are left out.",
    remedy="Write the value, or give the option on sbatch's command line, or in an SBATCH_… variable.",
    why="To the shell the line is a comment, and sbatch does not expand it: a number is refused, a path becomes a "
    "folder named $NAME.",
    evidence=(
        "https://slurm.schedmd.com/sbatch.html (options of the script; environment variables)",
        "axolotl-ai-cloud/axolotl, examples/slurm/axolotl.slurm: #SBATCH --nodes=$NUM_NODES",
    ),
    bad=Example(
        {"train.sbatch": "#!/bin/bash\n#SBATCH --nodes=$NUM_NODES\n#SBATCH --time=10:00:00\n\nsrun python train.py\n"},
        line=2,
    ),
    good=Example({"train.sbatch": "#!/bin/bash\n#SBATCH --nodes=4\n#SBATCH --time=10:00:00\n\nsrun python train.py\n"}),
    find=find,
)
