"""How an outcome is printed: one file a format, and this list. All formats show the same findings in the same order."""

from collections.abc import Callable, Mapping

from advisor.check.outcome import Outcome
from advisor.check.report import github, json, text

Report = Callable[[Outcome, bool], str]
"""An outcome as text; the second argument asks for colour, which only `text` has."""

REPORTS: Mapping[str, Report] = {"text": text.report, "json": json.report, "github": github.report}
