"""What can be looked up, as entries: one kind of row a function, and how an id is found among them."""

from advisor.reference import asked, rows
from advisor.reference.find import found, near

__all__ = ["asked", "found", "near", "rows"]
