"""One run from flags: the same cells as a row of a table, from a model's name or files and a machine in words."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from advisor.catalog.images import image_models
from advisor.catalog.models import key_of, spelled
from advisor.errors import BadInput
from advisor.predict import gguf
from advisor.predict.cells import Row
from advisor.predict.devices import accelerator
from advisor.predict.image_config import image_cells
from advisor.predict.training import Models
from advisor.values.catalog import Accelerator

FACTS = {
    "model.layers": "layers", "model.hidden": "hidden", "model.heads": "heads", "model.kv_heads": "kv_heads",
    "model.head_dim": "head_dim", "model.ffn": "ffn", "model.vocabulary": "vocab", "model.experts": "experts",
    "model.experts_active": "topk",
}  # fmt: skip
MODEL_FILES = "a name such as llama-3.1-8b, or a folder with config.json, a .safetensors or a .gguf file"


def check_given(model: str, on: str) -> None:
    """Raises BadInput where the model or the machine is missing."""
    if not model or not on:
        missing = "--model" if not model else "--on"
        raise BadInput(f"{missing} is missing", where=missing, remedy='--model llama-3.1-8b --on "8x H100-SXM-80GB"')


def model_cells(model: str, models: Models) -> Row:
    """The cells of the model: of a catalogue row by name, or of what its files say. Raises BadInput for neither."""
    if key := key_of(model, models):
        return {"arch_key": key}
    if (network := models.get(model)) is not None:
        return {"arch_key": network["arch_key"]}
    if Path(model).exists():
        return image_cells(Path(model)) or _from_files(Path(model))
    near = get_close_matches(spelled(model), [*models, *image_models()], n=3, cutoff=0.7)
    hint = f"did you mean {' or '.join(near)}? or give " if near else "give "
    raise BadInput(f"no model and no file is called {model!r}", where="MODEL", remedy=hint + MODEL_FILES)


def _from_files(path: Path) -> Row:
    if path.suffix == ".gguf" and path.is_file():
        return _whole({**gguf.cells(path), "mlp": "silu"}, path)
    from advisor.answers import detect

    facts = detect.look(path if path.is_dir() else path.parent, model=path).facts
    cells = {column: f"{facts[id].number:g}" for id, column in FACTS.items() if id in facts and facts[id].known}
    gated, tied = facts.get("model.gated"), facts.get("model.tied")
    cells["mlp"] = "silu" if gated is None or gated.value else "gelu"
    cells["tied_embeddings"] = str(bool(tied.value)) if tied is not None and tied.known else ""
    return _whole(cells, path)


def _whole(cells: dict[str, str], path: Path) -> Row:
    if "layers" not in cells or "hidden" not in cells:
        raise BadInput("its files do not tell the number of layers and the hidden size", where=str(path),
                       remedy=f"give {MODEL_FILES}")  # fmt: skip
    return cells


def machine_cells(on: str, accelerators: Mapping[str, Accelerator]) -> Row:
    """`8x H100-SXM-80GB` as cells. Raises BadInput for what names no accelerator."""
    found = re.fullmatch(r"\s*(?:(\d{1,6})\s*[x×*]\s*)?(\S.*?)\s*", on, re.I)
    if not found or re.match(r"[-+.\d]+\s*[x×*]", found[2]) or (found[1] and not int(found[1])):
        raise BadInput(f"{on!r} names no accelerator", where="--on", remedy='for instance --on "1x RTX 4090"')
    if re.match(r"cpu\b|xeon|epyc|ryzen|core i\d", found[2], re.I):
        what = f"{on!r} is a processor, and estimates are of accelerators"
        raise BadInput(what, where="--on", remedy="advisor plan weighs the processors of a machine too")
    try:
        row = accelerator(found[2], accelerators)
    except BadInput as error:
        raise BadInput(error.what, where="--on", remedy='for instance --on "1x RTX 4090"') from None
    return {"gpu": row.id, "gpus": found[1] or "1"}
