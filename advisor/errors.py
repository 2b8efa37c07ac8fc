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
        place = f"{self.where}: " if self.where else ""
        advice = f"\n  {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{advice}"


class BadInput(AdvisorError):
    """Usage, an answer, or a project file that cannot be used as it is."""

    exit_status = 2


class Lacking(AdvisorError):
    """The environment lacks something: a terminal, torch, permission, space on the disk."""

    exit_status = 3


class Interrupted(AdvisorError):
    """The person interrupted; everything answered so far is on disk."""

    exit_status = 130
