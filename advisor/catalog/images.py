"""Networks of images by name, as rows of text: parameters, multiplications and values a sample.

Counted on the definitions of timm 1.0.31 and diffusers 0.42.1 with tensors that hold nothing, on 2026-11-25: `gmacs`
are products and sums of convolutions, matrix products and attention [1e9], `macts` what they put out [1e6 values],
`kept_m` what is saved for backward, `scores_m` the attention scores in both, `peak_m` the largest input and output of
one operation, `kernels` operations that move values, all of one sample of `image` pixels a side. Of diffusion a sample
is one pass of the network that is trained.
"""

import csv
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

Model = Mapping[str, str]

_FILE = Path(__file__).with_name("images.csv")


@lru_cache(maxsize=1)
def image_models() -> Mapping[str, Model]:
    """Every row by its key. All cells are text, as in a table that a person gives."""
    with _FILE.open(newline="", encoding="utf-8") as lines:
        return {row["key"]: {**row, "arch_key": row["key"]} for row in csv.DictReader(lines)}


def image_model(name: str) -> Model | None:
    """The row that a name means: timm's, torchvision's or a model card's, in any case, with or without hyphens and
    the size of the image; None for none."""
    low = name.lower()
    bare = low.rsplit("/", 1)[-1]
    rows = _by_letters()
    tried = (low, bare, re.sub(r"[-_ ](\d{3})$", "", bare), f"{bare}_224")
    return next((rows[letters] for one in tried if (letters := _letters(one)) in rows), None)


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", name)


@lru_cache(maxsize=1)
def _by_letters() -> Mapping[str, Model]:
    named = {_letters(other): row for row in image_models().values() for other in row["also"].split()}
    return {**named, **{_letters(key): row for key, row in image_models().items()}}
