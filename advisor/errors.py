"""What can go wrong, as one tree.

AdvisorError                  says what, where and what to do; carries the exit status
├── BadInput              2   usage, answers, unreadable project files
├── Lacking               3   the environment lacks something that the command needs
└── Interrupted         130   the person stopped; what was answered is saved

A finding of `advisor check` is a value (`values.finding.Finding`), never an error.
"""


class AdvisorError(Exception):
    """One message for a person: `what` is wrong, `where` (file:line:column), what to do (`remedy`)."""

    exit_status = 2

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{_shown(self.where)}: " if self.where else ""
        advice = f"\n  {_shown(self.remedy, keep=chr(10))}" if self.remedy else ""
        return f"{place}{_shown(self.what)}{advice}"


_LONGEST = 2000


def _shown(text: str, keep: str = "") -> str:
    """`text` so that what a file or a person put into it cannot move the cursor, and does not fill the screen."""
    safe = "".join(char if char.isprintable() or char in keep else repr(char)[1:-1] for char in text[: _LONGEST + 1])
    return safe if len(text) <= _LONGEST else f"{safe[:_LONGEST]}…"


class BadInput(AdvisorError):
    """Usage, an answer, or a project file that cannot be used as it is."""

    exit_status = 2


class Lacking(AdvisorError):
    """The environment lacks something: a terminal, torch, permission, space on the disk."""

    exit_status = 3


class Interrupted(AdvisorError):
    """The person interrupted; everything answered so far is on disk."""

    exit_status = 130
