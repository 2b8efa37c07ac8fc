"""How an outcome is printed: one file a format, and this list. All formats show the same findings in the same order."""

from collections.abc import Callable, Mapping

from advisor.check.outcome import Outcome
from advisor.check.report import github, gitlab, json, junit, markdown, sarif, text

Report = Callable[[Outcome, bool], str]
"""An outcome as text; the second argument asks for colour, which only `text` has."""

REPORTS: Mapping[str, Report] = {
    "text": text.report,
    "json": json.report,
    "sarif": sarif.report,
    "github": github.report,
    "gitlab": gitlab.report,
    "junit": junit.report,
    "markdown": markdown.report,
}
