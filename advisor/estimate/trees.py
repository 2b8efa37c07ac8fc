"""Boosted trees: how long they take, and what their table and its bins hold in memory."""

from advisor.number import Number

VALUES_PER_S = (2e7, 6e7, 1.5e8)
"""Values (rows x features x trees) a CPU bins a second in histogram boosting: EXPERT, from public HIGGS runs."""
TREE_OVERHEAD_S = 2e-3
PAGED_SLOWER = (1.3, 2.0, 4.0)
"""Trees whose bins are read from disk at every level over trees in memory (EXPERT, after XGB_EXTMEM)."""
COPIES = (1.2, 1.8, 3.0)
"""The decoded table, its histogram bins and a copy for the booster, over the table alone (EXPERT)."""
PAGED_ROW_BYTES = (24.0, 48.0, 96.0)
"""Gradients, predictions, labels and the node of a row, which stay in memory when the bins are on disk (EXPERT)."""
PAGE_BYTES = 4e9
"""Batches of the table on their way from disk (EXPERT)."""
PROCESS_BYTES = (0.3e9, 0.6e9, 1.2e9)
"""A Python process with its libraries: EXPERT."""


def tree_time(rows: Number, features: Number, trees: Number, cpus: Number, values_per_s: Number) -> Number:
    """Histogram boosting: every tree passes over every value, plus what a tree costs in itself."""
    return rows * features * trees / (cpus * values_per_s) + trees * TREE_OVERHEAD_S
