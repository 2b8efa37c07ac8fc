"""How fast all layouts of a machine are searched: `python tests/benchmarks/search.py`.

Prints layouts a second on one core, the whole search and its estimates alone, and the memory of the process; ends with
1 where a limit is missed. Only layouts that can exist count. Not a test: it needs a core that is otherwise idle.
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import resource
import sys
import time

from advisor.estimate.holding import held
from advisor.estimate.steps import step
from advisor.predict import files
from advisor.predict.search import measured, search
from advisor.predict.space import spreads
from advisor.predict.training import read
from advisor.values.runs import Run

CASES = (
    ("llama-3.1-8b", 8, 512, 0), ("llama-3-70b", 1024, 2048, 0), ("llama-3.1-405b", 16384, 16384, 0),
    ("deepseek-v3", 2048, 15360, 256), ("deepseek-v3", 46080, 46080, 256),
)  # fmt: skip
ROUNDS = 5
FASTEST_PER_S, MOST_MB, ONE_MS = 1e6, 1000.0, 1.0
LARGE = 100_000
"""From so many layouts on the limit counts; smaller searches take some milliseconds whatever they do."""


def main() -> int:
    """Measures every case; 1 if a large one is slower than a million layouts a second, or memory exceeds 1 GB."""
    ground, good = files.ground(), True
    print(f"{'model':<16}{'devices':>8}{'layouts':>10}{'fit':>9}{'search/s':>12}{'estimates/s':>13}{'front':>7}")
    for model, devices, batch, experts in CASES:
        row = {"arch_key": model, "gpu": "h100-sxm5-80gb", "gpus": str(devices), "global_batch": str(batch)}
        run = read({**row, "seq": "4096", "micro_batch": "1", "framework": "megatron-core"}, ground.models,
                   ground.accelerators).run  # fmt: skip
        assert run is not None
        whole, found = least(lambda run=run, experts=experts: search(run, experts, ground.constants))
        alone, _ = least(lambda run=run, experts=experts: estimates(run, experts, ground.constants))
        speed = found.estimated / whole
        good &= found.estimated < LARGE or speed >= FASTEST_PER_S
        print(f"{model:<16}{devices:>8}{found.estimated:>10}{found.fitting:>9}{speed:>12,.0f}"
              f"{found.estimated / alone:>13,.0f}{len(found.front):>7}")  # fmt: skip
    single, _ = least(lambda: (step(run, ground.constants).total, held(run, ground.constants).process))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(f"one estimate alone {single * 1e3:.3f} ms (at most {ONE_MS:g}); peak {peak:.0f} MB (at most {MOST_MB:g})")
    return 0 if good and peak <= MOST_MB and single * 1e3 <= ONE_MS else 1


def estimates(run: Run, experts: int, k: object) -> None:
    """The estimates of a search without looking for the best."""
    for spread in spreads(run, experts):
        measured(spread, run, k)  # type: ignore[arg-type]


def least(work: object) -> tuple[float, object]:
    """The least seconds of some rounds, and what the work gave."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        given = work()  # type: ignore[operator]
        times.append(time.perf_counter() - began)
    return min(times), given


if __name__ == "__main__":
    sys.exit(main())
