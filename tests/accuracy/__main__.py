"""`python -m tests.accuracy` writes docs/accuracy.md and its pictures."""

from runpy import run_module

run_module("tests.accuracy.page", run_name="__main__")
