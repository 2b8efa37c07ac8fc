"""The package as people install it: a wheel, an editable install, a bare checkout."""

import json
import os
import shutil
import site
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("questionnaires", "templates", "kernels")
SHIPPED = (*FOLDERS, "advisor")
IGNORED = ("kernels/__pycache__/old.pyc", "questionnaires/.advisor-cache/rates.json", "advisor/.venv/secret.txt")
WHERE = """
import json
from advisor.shelf import shelf
found = {name: str(shelf(name)) for name in ("questionnaires", "templates", "kernels")}
import advisor
print(json.dumps({"advisor": advisor.__file__, **found}))
"""

pytestmark = pytest.mark.xdist_group("packaging")  # one worker, so that the wheel is built once


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is shipped, with files in it that git ignores."""
    place = tmp_path_factory.mktemp("checkout") / "project"
    for name in SHIPPED:
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (".gitignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, place / name)
    for name in IGNORED:
        (place / name).parent.mkdir(parents=True)
        (place / name).touch()
    return place


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the copy."""
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(checkout)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = out.glob("*.whl")
    return path


def _installed(place: Path, *what: str) -> Path:
    """A fresh environment that sees this one's packages, but not this one's advisor; returns its scripts."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    python = place / "bin" / "python"
    (packages,) = (place / "lib").glob("python*/site-packages")
    (packages / "borrowed.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", "--quiet"]
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", *options, *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return place / "bin"


def _output(command: list[str], elsewhere: Path, **variables: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | variables
    done = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _places(output: str) -> Mapping[str, Path]:
    return {name: Path(place) for name, place in json.loads(output).items()}


def test_wheel(wheel: Path, tmp_path: Path) -> None:
    """From another folder, an installed wheel finds its folders inside itself and runs its commands."""
    scripts = _installed(tmp_path / "fresh", str(wheel))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    places = _places(_output([str(scripts / "python"), "-c", WHERE], elsewhere))
    assert all(place.is_relative_to(tmp_path / "fresh") for place in places.values())
    assert "plan" in _output([str(scripts / "advisor"), "--help"], elsewhere)
    assert json.loads(_output([str(scripts / "advisor"), "schema"], elsewhere))["properties"]


def test_editable(checkout: Path, tmp_path: Path) -> None:
    """An editable install finds the folders of the checkout and runs its commands."""
    scripts = _installed(tmp_path / "fresh", "--editable", str(checkout))
    places = _places(_output([str(scripts / "python"), "-c", WHERE], tmp_path))
    assert places == {"advisor": checkout / "advisor" / "__init__.py", **{name: checkout / name for name in FOLDERS}}
    assert json.loads(_output([str(scripts / "advisor"), "schema"], tmp_path))["properties"]


def test_bare_checkout(checkout: Path, tmp_path: Path) -> None:
    """A checkout that is only on the path finds the folders too."""
    places = _places(_output([sys.executable, "-c", WHERE], tmp_path, PYTHONPATH=str(checkout)))
    assert places == {"advisor": checkout / "advisor" / "__init__.py", **{name: checkout / name for name in FOLDERS}}
    module = [sys.executable, "-m", "advisor", "schema"]
    assert json.loads(_output(module, tmp_path, PYTHONPATH=str(checkout)))["properties"]


def test_wheel_has_what_is_shipped_and_nothing_else(wheel: Path, checkout: Path) -> None:
    """Every file of the package and of the folders is in the wheel; nothing that git ignores is, and no tests."""
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    wanted = {
        ("" if folder == "advisor" else "advisor/_shelf/") + str(path.relative_to(checkout))
        for folder in SHIPPED
        for path in (checkout / folder).rglob("*")
        if path.is_file() and not _ignored(path.relative_to(checkout))
    }
    assert names == wanted


def _ignored(path: Path) -> bool:
    return str(path) in IGNORED or "__pycache__" in path.parts


def test_wheel_says_what_it_is(wheel: Path) -> None:
    """The wheel has the licence, the command, and torch only as an extra."""
    with zipfile.ZipFile(wheel) as opened:
        (about,) = [name for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = opened.read(about).decode()
        entry_points = opened.read(about.replace("METADATA", "entry_points.txt")).decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "advisor = advisor.cli:main" in entry_points
    torch = [line for line in metadata.splitlines() if line.startswith("Requires-Dist: torch")]
    assert torch
    assert all("extra == 'bench'" in line for line in torch)
