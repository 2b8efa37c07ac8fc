"""The configuration formats that are read: one file each, and this list.

A format recognises its configurations by content and turns them into the facts of
`advisor.values.configs`; rules see facts and never know a format's keys.
"""

from advisor.check.format import Format
from advisor.check.formats import accelerate, deepspeed, training_arguments

FORMATS: tuple[Format, ...] = (accelerate.FORMAT, deepspeed.FORMAT, training_arguments.FORMAT)
