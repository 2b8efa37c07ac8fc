"""Architectures by the names that people use."""

import re

import pytest

from advisor.catalog.models import key_of, models
from advisor.predict import files
from advisor.predict.detail import size_of
from advisor.predict.training import read

GROUND = files.ground()
SIZED = {key: float(found[1]) for key in models() if (found := re.search(r"-(\d+(?:\.\d+)?)b(?![a-z])", key))}
ROUNDED = {"llama-3.2-1b": 1.24, "gemma-2b": 2.51, "gemma-7b": 8.54, "gemma-2-2b": 2.61}
"""Billions of those whose names say much less: their model cards count the tables of tokens too."""
NOMINAL = 0.16
"""How far the number in a name may lie from the parameters."""


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b-instruct"),
        ("llama-3.3-70b", "llama-3.3-70b-instruct"),
        ("mistralai/Mistral-7B-Instruct-v0.3", "mistral-7b"),
        ("Qwen/Qwen3-235B-A22B-Instruct-2507", "qwen3-235b-a22b"),
        ("Llama-3.1-8B", "llama-3.1-8b"),
        ("nobody/knows-this", ""),
        ("", ""),
    ],
)
def test_a_model_is_found_by_its_public_name(name: str, key: str) -> None:
    """What stands beside the architecture (who published it, instruct, a date) does not matter; unknown is empty."""
    assert key_of(name, models()) == key


@pytest.mark.parametrize("key", SIZED)
def test_the_parameters_are_those_of_the_name(key: str) -> None:
    """Counting the weights of a row gives the billions that its name says, mixtures of experts included."""
    cells = {
        "config_id": "x",
        "arch_key": key,
        "gpu": "h100-sxm5-80gb",
        "gpus": "8",
        "seq": "4096",
        "global_batch": "8",
    }
    run = read(cells, GROUND.models, GROUND.accelerators).run
    assert run is not None
    assert size_of(run) / 1e9 == pytest.approx(ROUNDED.get(key, SIZED[key]), rel=NOMINAL)
