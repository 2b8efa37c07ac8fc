"""A picture of predictions over measurements, both on logarithmic axes, one colour a source."""

from typing import Any

import numpy

SIZE, EDGE = 480.0, 40.0
COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#222255", "#997700")
REST, OTHERS = "#bbbbbb", "others"
"""Colour and name of sources smaller than those that have a colour of their own."""


def scatter(title: str, measured: Any, errors: Any, source: Any) -> str:
    """An SVG; `errors` are log(predicted / measured). The lines are equality and a third off either way."""
    places, predicted = numpy.log10(measured), numpy.log10(measured) + errors / numpy.log(10.0)
    least, most = min(places.min(), predicted.min()), max(places.max(), predicted.max())

    def at(value: Any) -> Any:
        return EDGE + (value - least) / (most - least) * (SIZE - 2.0 * EDGE)

    colour = _colours(source)
    dots = [
        f'<circle cx="{at(x):.1f}" cy="{SIZE - at(y):.1f}" r="2.5" fill="{colour.get(name, REST)}" '
        f'fill-opacity="0.7"><title>{name}</title></circle>'
        for x, y, name in zip(places, predicted, source, strict=True)
    ]
    lines = [_line(at(least), at(most), off * (at(least + 0.125) - at(least))) for off in (0.0, 1.0, -1.0)]
    words = [_word(SIZE / 2, 20, title), _word(SIZE / 2, SIZE - 12, "measured (each tick a factor of ten)")]
    ticks = [
        _word(at(power), SIZE - EDGE + 14, f"1e{power:.0f}") for power in numpy.arange(numpy.ceil(least) + 0.0, most)
    ]
    inside = "\n".join([*lines, *dots, *words, *ticks, *_legend(colour, source)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE:g} {SIZE:g}" role="img" font-family="sans-serif" '
        f'font-size="12">\n<title>{title}</title>\n<rect width="{SIZE:g}" height="{SIZE:g}" fill="#fff"/>\n'
        f"{inside}\n</svg>\n"
    )


def _colours(source: Any) -> dict[str, str]:
    """A colour for each of the largest sources."""
    names, counts = numpy.unique(source, return_counts=True)
    largest = [str(names[place]) for place in numpy.argsort(-counts, kind="stable")]
    return dict(zip(largest, COLOURS, strict=False))


def _legend(colour: dict[str, str], source: Any) -> list[str]:
    rest = {OTHERS: REST} if len(set(source)) > len(colour) else {}
    return [
        f'<circle cx="{EDGE:g}" cy="{EDGE + 14 * row:g}" r="3.5" fill="{hue}"/>'
        f'<text x="{EDGE + 8:g}" y="{EDGE + 14 * row + 4:g}" font-size="10">{name}</text>'
        for row, (name, hue) in enumerate({**colour, **rest}.items())
    ]


def _line(begin: float, end: float, shift: float) -> str:
    dash = "" if shift == 0.0 else ' stroke-dasharray="4"'
    return (
        f'<line x1="{begin:.1f}" y1="{SIZE - begin - shift:.1f}" x2="{end:.1f}" y2="{SIZE - end - shift:.1f}" '
        f'stroke="#888"{dash}/>'
    )


def _word(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{words}</text>'
