"""The commands, in the order in which help lists them: name, and the first line of its docstring.

Each is a module of this folder with a function `command` (or a Typer `app`, for a group), imported
only when it is used. A test holds this list against the folder.
"""

from collections.abc import Mapping

COMMANDS: Mapping[str, str] = {
    "plan": "Decide the architecture of a project and write the record.",
    "check": "Check that the decision still holds and the configs agree.",
    "adr": "Read, accept, reject, supersede and index decision records.",
    "estimate": "Estimate a training run or a service, from flags or a table.",
    "fits": "Say whether a model can be trained and served on a machine.",
    "explain": "Explain a decision, option, question, rule, formula or term.",
    "catalog": "List the rows that advisor decides from, kind by kind.",
    "probe": "Show what this machine is, with the source of each fact.",
    "bench": "Measure how fast this machine is.",
    "schema": "Print the JSON Schema of advisor.yaml, for editors.",
}
