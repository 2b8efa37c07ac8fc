"""Bounded ways to reach files: nothing here reads more than it is told to."""
