"""How an estimate of what works in whole passes looks in a terminal: networks of images, encoders that answer."""

from advisor.cli.predicted import answer_line, bound_by, change_lines, memory_lines, note_lines, ranged, share_lines
from advisor.cli.worded import worded
from advisor.predict.detail import Estimated, used_share
from advisor.predict.variants import Changed


def image_text(found: Estimated, helps: tuple[Changed, ...], moves: tuple[Changed, ...], *, plain: bool) -> str:
    """The answer of `estimate train` or `serve`, and its tables."""
    total, layout = found.head["step_s"], found.run.layout
    trained = found.run.software.backward > 0
    share = f"{used_share(found.run, total.value):.0%}"
    said = worded(
        "answers", "image_speed", images=ranged(found.head["samples_per_s"], ""), share=share, batch=f"{layout.micro:g}"
    )
    lines = [
        answer_line("step" if trained else "latency", f"{ranged(total, 's')}, {bound_by(found)}"),
        answer_line("image_count" if found.run.shape.image else "text_count", said),
        *memory_lines(found),
        *note_lines(found),
        *share_lines("time" if trained else "answer", found.time, "parts", "s", plain=plain),
        *share_lines("memory", found.memory, "kept", "bytes", plain=plain),
        *change_lines("helps", helps, found),
        *change_lines("moves", moves, found),
    ]
    return "\n".join(lines)
