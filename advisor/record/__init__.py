"""The record: an architecture decision as a document that people and their tools read, and its evidence."""

from advisor.record.index import index
from advisor.record.life import accept, chosen, evidence_of, found, listed
from advisor.record.read import Record, read, text_of
from advisor.record.sections import body
from advisor.record.write import Written, write

__all__ = [
    "Record", "Written", "accept", "body", "chosen", "evidence_of", "found", "index", "listed", "read", "text_of",
    "write",
]  # fmt: skip
