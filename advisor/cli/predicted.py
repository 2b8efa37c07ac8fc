"""How one estimate looks in a terminal: the answer, where time and memory go, what would help, what was assumed."""

from collections.abc import Iterator, Mapping
from typing import Any

from advisor.cli.worded import paragraph, worded, words
from advisor.predict.detail import Estimated, Part, Parts, most_requests, used_share
from advisor.predict.table import Ground
from advisor.predict.variants import Changed
from advisor.units import bar, digits, say

SMALLEST = 0.003
"""Parts below this share of the whole get no line."""
_LABEL, _BAR, _MARKS, _PLAIN = 14, 8, "█░", "#."
_UNSEEN = 0.005
"""Changes of less than this share are not said."""
_SLOW = 0.5
"""A network below this share of the links in a node is slow for tensor parallelism."""


def training_text(
    found: Estimated, takes: Parts, helps: tuple[Changed, ...], moves: tuple[Changed, ...], *, plain: bool
) -> str:
    """The answer of `estimate train`, with what a whole run takes where its tokens are known, and its tables."""
    step, layout = found.head["step_s"], found.run.layout
    tokens = layout.batch * found.run.shape.sequence / layout.devices / step.value
    share = used_share(found.run, step.value)
    speed = worded("answers", "speed", tokens=say(tokens, ""), share=f"{share:.0%}")
    lines = [
        answer_line("step", f"{ranged(step, 's')}, {bound_by(found)}"),
        answer_line("tokens", speed),
        *_spent(takes),
        *memory_lines(found),
        *_host(found),
        *note_lines(found),
        *(answer_line("warning", text) for text in warnings(found)),
        *share_lines("time", found.time, "parts", "s", plain=plain),
        *share_lines("memory", found.memory, "kept", "bytes", plain=plain),
        *change_lines("helps", helps, found),
        *change_lines("moves", moves, found),
    ]
    return "\n".join(lines)


def serving_text(
    found: Estimated,
    takes: Parts,
    helps: tuple[Changed, ...],
    moves: tuple[Changed, ...],
    ground: Ground,
    *,
    plain: bool,
) -> str:
    """The answer of `estimate serve`, with what a million tokens cost where the machine has a price, and its tables."""
    speed = worded("answers", "total", tokens=ranged(found.head["tokens_per_s"], ""))
    lines = [
        answer_line("first", ranged(found.head["ttft_s"], "s")),
        answer_line("further", f"{ranged(found.head['tpot_s'], 's')}, {bound_by(found)}"),
        answer_line("throughput", speed),
        *_spent(takes),
        answer_line("requests", worded("answers", "most", count=f"{most_requests(found, ground):,}")),
        *memory_lines(found),
        *note_lines(found),
        *share_lines("token", found.time, "parts", "s", plain=plain),
        *share_lines("memory", found.memory, "kept", "bytes", plain=plain),
        *change_lines("helps", helps, found),
        *change_lines("moves", moves, found),
    ]
    return "\n".join(lines)


def ranged(part: Part, unit: str) -> str:
    """`3.2 s (2.5–4.3)`."""
    return say(part.value, unit, part.low, part.high).replace("  (", " (")


def dollars(part: Part) -> str:
    """`$1,370 (907–2,800)`."""
    return f"${digits(part.value)} ({digits(part.low)}–{digits(part.high)})"


def _spent(takes: Parts) -> Iterator[str]:
    if "run_s" in takes:
        hours = worded("answers", "device_hours", hours=digits(takes["device_s"].value / 3600.0))
        yield answer_line("run", f"{ranged(takes['run_s'], 's')}, {hours}")
        yield answer_line("cost", dollars(takes["cost_usd"]) if "cost_usd" in takes else worded("search", "no_price"))
    if "energy_j" in takes:
        yield answer_line("energy", ranged(takes["energy_j"], "J"))
    if "million_tokens_usd" in takes:
        yield answer_line("cost", worded("answers", "a_million", cost=dollars(takes["million_tokens_usd"])))


def warnings(found: Estimated) -> Iterator[str]:
    """What can exist and is still unwise."""
    layout, device = found.run.layout, found.run.device
    if layout.tensor > layout.node and device.fabric < _SLOW * device.link:
        yield worded(
            "answers", "slow_fabric", tensor=f"{layout.tensor:g}", node=f"{layout.node:g}",
            fabric=say(float(device.fabric), "bytes"), link=say(float(device.link), "bytes"),
        )  # fmt: skip


def judged(found: Estimated) -> str:
    """`fits, 10 GB to spare at worst`."""
    held, room = found.head["process_bytes"], found.room
    verdict = held.verdict(room)
    missing = (held.high if verdict == "probably" else held.value) - room
    return worded("verdicts", verdict, spare=say(room - held.high, "bytes"), short=say(missing, "bytes"))


def change_name(change: Changed) -> str:
    return worded("changes", change.name, value=change.value)


def effect(change: Changed) -> str:
    """`−19 GB, +3% time`: what moves enough to be seen."""
    parts = []
    if abs(change.saved) > _UNSEEN * change.before.room:
        parts.append(f"{'−' if change.saved > 0 else '+'}{say(abs(change.saved), 'bytes')}")
    if abs(change.time - 1.0) > _UNSEEN:
        sign = "−" if change.time < 1.0 else "+"
        parts.append(worded("answers", "slower", share=f"{sign}{abs(change.time - 1.0):.0%}"))
    return ", ".join(parts)


def answer_line(name: str, text: str) -> str:
    label = f"{worded('answers', name) if name else '':<{_LABEL}}"
    return "\n".join(paragraph(f"{label}{text}", _LABEL))


def bound_by(found: Estimated) -> str:
    kind, share = found.bound
    return f"{worded('bound', kind)} ({share:.0%})"


def memory_lines(found: Estimated) -> list[str]:
    process = found.head["process_bytes"]
    of = f"{ranged(process, 'bytes')} of {say(found.room, 'bytes')}"
    sizes = [name for name in ("allocated", "reserved", "process") if f"{name}_bytes" in found.head]
    return [
        answer_line("memory", f"{of}: {judged(found)}"),
        *(
            answer_line("", f"{ranged(found.head[f'{name}_bytes'], 'bytes'):<21} {worded('sizes', name)}")
            for name in sizes
            if len(sizes) > 1
        ),
    ]


def _host(found: Estimated) -> list[str]:
    away = found.head.get("host_bytes")
    return [answer_line("host", worded("answers", "on_host", size=ranged(away, "bytes")))] if away else []


def note_lines(found: Estimated) -> list[str]:
    return [answer_line("assumed", "; ".join(found.assumed))] if found.assumed else []


def share_lines(title: str, parts: Parts, names: str, unit: str, *, plain: bool) -> Iterator[str]:
    """The parts from the largest, with their range, share and bar."""
    total = sum(part.value for part in parts.values()) or 1.0
    yield from ("", worded("titles", title))
    for name, part in sorted(parts.items(), key=lambda pair: -pair[1].value):
        share = part.value / total
        if share > SMALLEST:
            drawn = bar(share, _BAR, _PLAIN if plain else _MARKS)
            yield f"  {words()[names][name]:<38} {ranged(part, unit):<22} {share:>4.0%} {drawn}".rstrip()


def change_lines(title: str, changes: tuple[Changed, ...], found: Estimated) -> Iterator[str]:
    if not changes:
        return
    yield from ("", worded("titles", title))
    unfit = found.head["process_bytes"].verdict(found.room) != "yes"
    for change in changes:
        said = f"; {worded('fits', change.fits)}" if unfit and title == "helps" else ""
        yield f"  {change_name(change):<32}{effect(change)}{said}"


def document(
    found: Estimated, takes: Parts, helps: tuple[Changed, ...], moves: tuple[Changed, ...]
) -> Mapping[str, Any]:
    """The same as one JSON document."""

    def changes(many: tuple[Changed, ...]) -> list[dict[str, Any]]:
        return [
            {"change": one.name, "value": one.value, "time": one.time, "saved_bytes": one.saved, "fits": one.fits}
            for one in many
        ]

    kind, share = found.bound
    away = found.head.get("host_bytes")
    return {
        **({"host_bytes": _plainly({"": away})[""]} if away else {}),
        "parts": {"time_s": _plainly(found.time), "memory_bytes": _plainly(found.memory)},
        **({"spent": _plainly(takes)} if takes else {}),
        "room_bytes": found.room,
        "verdict": found.head["process_bytes"].verdict(found.room),
        "bound": {"by": kind, "share": share},
        "assumed": list(found.assumed),
        "helps": changes(helps),
        "moves": changes(moves),
    }


def _plainly(parts: Parts) -> dict[str, dict[str, float]]:
    return {name: {"value": part.value, "low": part.low, "high": part.high} for name, part in parts.items()}
