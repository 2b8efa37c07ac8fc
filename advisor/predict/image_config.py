"""A configuration of a network of images (transformers' or diffusers' config.json) as the cells of a row."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from advisor.errors import BadInput
from advisor.predict.cells import Row

PATCHED = frozenset({"vit", "deit", "beit", "dinov2", "vit_mae", "vit_msn", "siglip_vision_model", "clip_vision_model"})
"""Plain vision transformers: their numbers follow from layers, width, patch and image."""
KEPT_OF_BLOCKS, KERNELS_A_BLOCK = 1.47, 17.0
"""Values kept over those put out, and kernels of a block (ViT-B/16 and ViT-L/16, counted)."""
CLASSES = 1000.0
ALIKE: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("resnet", {"depths": [2, 2, 2, 2], "layer_type": "basic"}, "resnet18"),
    ("resnet", {"depths": [3, 4, 6, 3], "layer_type": "basic"}, "resnet34"),
    ("resnet", {"depths": [3, 4, 6, 3]}, "resnet50"),
    ("resnet", {"depths": [3, 4, 23, 3]}, "resnet101"),
    ("resnet", {"depths": [3, 8, 36, 3]}, "resnet152"),
    ("convnext", {"depths": [3, 3, 9, 3]}, "convnext_tiny"),
    ("convnext", {"depths": [3, 3, 27, 3], "hidden_sizes": [96, 192, 384, 768]}, "convnext_small"),
    ("convnext", {"depths": [3, 3, 27, 3], "hidden_sizes": [128, 256, 512, 1024]}, "convnext_base"),
    ("convnext", {"depths": [3, 3, 27, 3], "hidden_sizes": [192, 384, 768, 1536]}, "convnext_large"),
    ("swin", {"embed_dim": 96, "depths": [2, 2, 6, 2]}, "swin_tiny_patch4_window7_224"),
    ("swin", {"embed_dim": 96, "depths": [2, 2, 18, 2]}, "swin_small_patch4_window7_224"),
    ("swin", {"embed_dim": 128}, "swin_base_patch4_window7_224"),
    ("swin", {"embed_dim": 192}, "swin_large_patch4_window7_224"),
    ("UNet2DConditionModel", {"cross_attention_dim": 768}, "stable-diffusion-1.5"),
    ("UNet2DConditionModel", {"cross_attention_dim": 1024}, "stable-diffusion-2.1"),
    ("UNet2DConditionModel", {"cross_attention_dim": 2048}, "stable-diffusion-xl"),
    ("DiTTransformer2DModel", {"num_layers": 28, "sample_size": 32}, "dit-xl-2"),
    ("DiTTransformer2DModel", {"num_layers": 28, "sample_size": 64}, "dit-xl-2-512"),
    ("SD3Transformer2DModel", {"num_layers": 24}, "stable-diffusion-3-medium"),
    ("FluxTransformer2DModel", {"num_layers": 19}, "flux.1-dev"),
)
"""Networks in stages, by what their configuration says, and the counted one that they are."""
KINDS = frozenset({*PATCHED, *(kind for kind, _, _ in ALIKE)})


def image_cells(path: Path) -> Row | None:
    """The cells of a folder or file whose configuration is one of images; None for any other. Raises BadInput for a
    network of such a kind whose numbers do not follow."""
    file = path / "config.json" if path.is_dir() else path
    try:
        said = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    kind = str(said.get("model_type") or said.get("_class_name") or "") if isinstance(said, dict) else ""
    if kind not in KINDS:
        return None
    if kind in PATCHED:
        return _patched(said, str(file))
    found = next((key for of, what, key in ALIKE if of == kind and _agrees(said, what)), "")
    if not found:
        raise BadInput(
            f"a {kind} of these stages is not counted",
            where=str(file),
            remedy="give --parameters, --gmacs, --activations",
        )
    return {"arch_key": found}


def _agrees(said: Mapping[str, Any], what: Mapping[str, Any]) -> bool:
    return all(said.get(name) == value for name, value in what.items())


def _patched(said: Mapping[str, Any], where: str) -> Row:
    """n tokens of h values through L blocks: 4 h^2 + 2 h f weights each, scores n^2 for each head."""
    names = ("num_hidden_layers", "hidden_size", "num_attention_heads", "image_size", "patch_size")
    numbers = [said.get(name) for name in names]
    if not all(isinstance(one, int) and one > 0 for one in numbers):
        raise BadInput(f"one of {', '.join(names)} is missing", where=where, remedy="take its config.json as published")
    layers, h, heads, image, patch = (float(one) for one in numbers)  # type: ignore[arg-type]
    f = float(said.get("intermediate_size") or 4.0 * h)
    n = (image // patch) ** 2 + 1.0
    weights, scores = 4.0 * h * h + 2.0 * h * f, heads * n * n
    embedded = 3.0 * patch * patch * h
    values = layers * (n * (6.0 * h + f) + scores) + n * h
    return {
        "model": str(said.get("_name_or_path") or said.get("model_type")),
        "params_m": f"{(layers * weights + embedded + n * h + CLASSES * h) / 1e6:.6g}",
        "gmacs": f"{(layers * (n * weights + 2.0 * n * n * h) + n * embedded + CLASSES * h) / 1e9:.6g}",
        "macts": f"{values / 1e6:.6g}", "kept_m": f"{KEPT_OF_BLOCKS * values / 1e6:.6g}",
        "scores_m": f"{layers * scores / 1e6:.6g}", "kernels": f"{KERNELS_A_BLOCK * layers:g}", "image": f"{image:g}",
    }  # fmt: skip
