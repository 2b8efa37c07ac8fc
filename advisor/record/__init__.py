"""The record: an architecture decision as a document that people and their tools read, and its evidence."""

from advisor.record.edited import edited
from advisor.record.index import index
from advisor.record.life import accept, chosen, deprecate, evidence_of, found, lasting, listed, reject
from advisor.record.parts import digests
from advisor.record.read import Record, read, text_of
from advisor.record.sections import body
from advisor.record.troubles import same_numbers, troubles
from advisor.record.write import Written, is_split, write

__all__ = [
    "Record", "Written", "accept", "body", "chosen", "deprecate", "digests", "edited", "evidence_of", "found", "index",
    "is_split", "lasting", "listed", "read", "reject", "same_numbers", "text_of", "troubles", "write",
]  # fmt: skip
