"""Predictions for runs that are described in rows or flags: reads them, estimates them, says what was assumed."""
