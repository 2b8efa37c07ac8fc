"""The date that a command takes for today."""

from datetime import date, datetime

from advisor.errors import BadInput


def day(text: str) -> date:
    """The date of --as-of, or today's. Raises BadInput for what is no date."""
    if not text:
        return datetime.now().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no date", where="--as-of", remedy="write it as 2026-11-25") from None
