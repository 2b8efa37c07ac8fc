"""The pages of docs/rules, made from the rules: `python -m advisor.check.docs [FOLDER]`."""

import sys
from pathlib import Path

from advisor.check.rulebook import Example, Rule
from advisor.check.rules import RULES
from advisor.values.expected import Expected

_MADE = "<!-- made from {source} by python -m advisor.check.docs -->"


_KINDS = {"json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "sh": "sh", "slurm": "sh", "sbatch": "sh"}
_KINDS |= {"dockerfile": "dockerfile", "properties": "properties", "py": "python", "md": "yaml"}
"""How the examples are coloured, by the end of their names; of a record they show the front matter."""


def pages() -> dict[str, str]:
    """The text of each page by its name."""
    return {"README.md": _index()} | {f"{rule.id}.md": _page(rule) for rule in RULES}


def write(folder: Path) -> None:
    """Writes the pages into `folder`, and removes pages of rules that no longer exist."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    for old in folder.glob("ADV*.md"):
        if old.name not in made:
            old.unlink()


def _index() -> str:
    rows = [f"| [{rule.id}]({rule.id}.md) | {rule.title} | {rule.severity} | {rule.group} |" for rule in RULES]
    head = ["# Rules of `advisor check`", "", _MADE.format(source="advisor/check/rules"), ""]
    return "\n".join([*head, "| rule | title | usually | group |", "| --- | --- | --- | --- |", *rows, ""])


def _page(rule: Rule) -> str:
    article = "an" if rule.severity == "error" else "a"
    lines = [
        f"# {rule.id}: {rule.title}",
        "",
        _MADE.format(source=f"advisor/check/rules/{rule.find.__module__.rpartition('.')[2]}.py"),
        "",
        f"Usually {article} {rule.severity} · {rule.group} · {', '.join(rule.formats)}",
    ]
    for title, body in (("What is found", rule.condition), ("Why it matters", rule.why), ("What to do", rule.remedy)):
        lines += ["", f"## {title}", "", _sentence(body)]
    lines += ["", "## Wrong", "", *_example(rule.bad), "", "## Right", "", *_example(rule.good)]
    lines += ["", "## Evidence", "", *(f"- {_linked(each)}" for each in rule.evidence), ""]
    return "\n".join(lines)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"


def _example(example: Example) -> list[str]:
    lines: list[str] = []
    for path, text in example.files.items():
        kind = _KINDS.get(path.rpartition("/")[2].rpartition(".")[2].lower(), "text")
        lines += [*([""] if lines else []), f"`{path}`", "", f"```{kind}", *text.rstrip("\n").split("\n"), "```"]
    if example.expected is not None:
        lines += ["", f"The record decided {_said(example.expected)}."]
    return lines


def _said(expected: Expected) -> str:
    parts = [f"parallelism `{expected.parallelism}`"] if expected.parallelism else []
    parts += [f"{expected.gpus} GPUs"] if expected.gpus else []
    parts += [f"precision {expected.precision}"] if expected.precision else []
    parts += [f"the model {expected.model}"] if expected.model else []
    parts += [f"at most ${expected.budget_usd:,.0f} a run"] if expected.budget_usd else []
    return ", ".join(parts)


def _linked(evidence: str) -> str:
    address, _, rest = evidence.partition(" ")
    return f"<{address}>{' ' + rest if rest else ''}" if address.startswith("https://") else evidence


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/rules"))
