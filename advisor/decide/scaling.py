"""What more accelerators of the same kind would buy: the number that says when they do not help."""

from advisor.decide.readings import Winner
from advisor.figure import rounded
from advisor.values.candidates import UNTRAINED
from advisor.values.decision import Scaling
from advisor.values.estimates import TrainingTable


def scaling(winner: Winner, table: TrainingTable) -> Scaling | None:
    """The next larger number of the same accelerators for the same kind of training, in the fastest way that fits.

    Numbers are rounded as those that are written with a range, so that both say the same. None where nothing is trained
    on accelerators, or where there are no more of them that fit.
    """
    chosen = winner.candidate
    if chosen.mode in UNTRAINED or chosen.site.kind not in ("own_gpu", "rented") or winner.run.value <= 0:
        return None
    now = 1 if chosen.parallel == "independent_runs" else chosen.count
    more = [
        (candidate.count, float(table.run_s[row, 0]), row)
        for row, candidate in enumerate(table.candidates)
        if (candidate.site.id, candidate.mode) == (chosen.site.id, chosen.mode)
        and candidate.parallel not in ("none", "independent_runs")
        and candidate.count > now
        and table.fits(row)
    ]
    if not more:
        return None
    count, run_s, row = min(more)
    faster = winner.run.value / run_s
    return Scaling(
        now=now,
        count=count,
        parallel=table.candidates[row].parallel,
        run_s=rounded(run_s),
        faster=faster,
        efficiency=faster * now / count,
        cost_usd=rounded(float(table.cost_usd[row, 0])),
    )
