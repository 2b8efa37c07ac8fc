"""What we vouch for, as rows with sources: accelerators, prices, options, gates, lifecycle, tasks."""

from advisor.catalog.load import load

__all__ = ["load"]
