"""A picture of an estimate: the memory of a device and the time of a step or token, by component."""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from advisor.cli.predicted import SMALLEST, ranged
from advisor.cli.worded import worded, words
from advisor.predict.detail import Estimated, Parts
from advisor.units import say

_WIDTH, _LEFT, _RIGHT, _ROW, _BAR = 800, 255, 190, 26, 14
_STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
  .heading { font-weight: 600; font-size: 15px; }
  .faint { fill: #59636e; }
  .memory { fill: #0969da; } .time { fill: #8250df; }
  .range { stroke: #1f2328; stroke-width: 1.5; }
  .back { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .faint { fill: #9198a1; } .back { fill: #0d1117; }
    .memory { fill: #4493f8; } .time { fill: #ab7df8; } .range { stroke: #f0f6fc; }
  }
"""


def picture(found: Estimated, model: str, machine: str) -> str:
    """An SVG 800 wide whose text is text; it follows the reader's light or dark background."""
    time = found.head["step_s"] if "step_s" in found.head else found.head["tpot_s"]
    process = found.head["process_bytes"]
    title = worded("picture", "title", model=model, machine=machine)
    kept, spent = list(_shown(found.memory)), list(_shown(found.time))
    told = worded("picture", "described", memory=_listed(kept, found.memory, "kept", "bytes"),
                  time=_listed(spent, found.time, "parts", "s"))  # fmt: skip
    memory_head = worded("picture", "memory", process=ranged(process, "bytes"), room=say(found.room, "bytes"))
    time_head = worded("picture", "time", total=ranged(time, "s"))
    top = 60 + _ROW * (len(kept) + 1)
    height = top + 40 + _ROW * (len(spent) + 1)
    body = [
        f'<text class="heading" x="20" y="28">{escape(title)}</text>',
        *_chart(kept, found.memory, ("kept", "memory", "bytes"), memory_head, 60),
        *_chart(spent, found.time, ("parts", "time", "s"), time_head, top + 40),
    ]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}" '
        'role="img" aria-labelledby="title desc">',
        f'<title id="title">{escape(title)}</title>', f'<desc id="desc">{escape(told)}</desc>',
        f"<style>{_STYLE}</style>", f'<rect class="back" width="{_WIDTH}" height="{height}"/>', *body, "</svg>\n",
    ])  # fmt: skip


def _shown(parts: Parts) -> Iterator[str]:
    """Parts worth a bar, the largest first."""
    total = sum(part.value for part in parts.values()) or 1.0
    ranked = sorted(parts, key=lambda name: -parts[name].value)
    yield from (name for name in ranked if parts[name].value / total > SMALLEST)


def _listed(names: list[str], parts: Parts, group: str, unit: str) -> str:
    return ", ".join(f"{words()[group][name]} {say(parts[name].value, unit)}" for name in names)


def _chart(names: list[str], parts: Parts, kind: tuple[str, str, str], head: str, top: int) -> Iterator[str]:
    """One bar a part with its range as a line; the longest range fills the space."""
    group, colour, unit = kind
    yield f'<text class="heading" x="20" y="{top}">{escape(head)}</text>'
    space = _WIDTH - _LEFT - _RIGHT
    longest = max((parts[name].high for name in names), default=1.0)
    for place, name in enumerate(names):
        part, middle = parts[name], top + 10 + _ROW * place + _ROW // 2
        start, low, high = (round(size / longest * space, 1) for size in (part.value, part.low, part.high))
        said = f"{say(part.value, unit)} ({ranged(part, unit).partition('(')[2]}"
        yield from (
            f'<text x="{_LEFT - 12}" y="{middle + 4}" text-anchor="end">{escape(words()[group][name])}</text>',
            f'<rect class="{colour}" x="{_LEFT}" y="{middle - _BAR // 2}" width="{max(start, 1.0)}" height="{_BAR}"/>',
            f'<line class="range" x1="{_LEFT + low}" y1="{middle}" x2="{_LEFT + high}" y2="{middle}"/>',
            f'<text class="faint" x="{_WIDTH - _RIGHT + 12}" y="{middle + 4}">{escape(said)}</text>',
        )
