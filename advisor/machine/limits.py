"""The smallest of several limits, said with where it comes from and what it is smaller than."""

from collections.abc import Callable, Iterable

from advisor.figure import Fact, gap
from advisor.machine.cgroup import Limit


def smallest(id: str, unit: str, host: Limit | None, limits: Iterable[Limit], say: Callable[[float], str]) -> Fact:
    """The fact `id`: the host's own size unless a limit is smaller; a gap when neither is known."""
    found = list(limits)
    if host is None and not found:
        return gap(id, "the system does not say, and no limit is set", unit)
    least = min([*([host] if host else []), *found], key=lambda limit: limit.value)
    value = int(least.value) if float(least.value).is_integer() else round(least.value, 2)
    if host is None or least is host:
        return Fact(id, value, unit, source=least.source)
    return Fact(id, value, unit, source=f"{say(least.value)} of {say(host.value)}: {least.source}")
