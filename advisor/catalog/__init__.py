"""What we vouch for, as rows with sources: accelerators, prices, options, gates, lifecycle, tasks."""

from advisor.catalog.load import lifecycle, load

__all__ = ["lifecycle", "load"]
