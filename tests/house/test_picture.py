"""The drawing of a terminal in the README."""

import importlib.util
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pyte
import pytest

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """docs/make/picture.py."""
    specification = importlib.util.spec_from_file_location("make_picture", ROOT / "docs" / "make" / "picture.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _screen(text: str) -> pyte.Screen:
    screen = pyte.Screen(60, 20)
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))
    return screen


def test_every_letter_is_drawn_in_its_cell(maker: ModuleType) -> None:
    """Each run of letters stands where the terminal had it, as wide as its cells, and is escaped."""
    drawing = ElementTree.fromstring(maker.drawn(_screen("$ a <b> & c\n\n  far\x1b[32mgreen    gap\x1b[0m")))
    runs = {run.text: run for run in drawing.iter(f"{SVG}text")}
    assert list(runs) == ["$ a <b> & c", "far", "green", "gap"]
    assert float(runs["far"].get("x", 0)) == pytest.approx(maker.MARGIN + 2 * maker.CELL_WIDTH, abs=0.1)
    assert float(runs["green"].get("textLength", 0)) == pytest.approx(5 * maker.CELL_WIDTH, abs=0.1)
    assert runs["green"].get("fill") == maker.COLOURS["green"]
    heights = [float(run.get("y", 0)) for run in runs.values()]
    assert heights[1] - heights[0] == pytest.approx(2 * maker.LINE_HEIGHT, abs=0.2)


def test_the_text_can_be_read_aloud(maker: ModuleType) -> None:
    """The drawing carries the whole text as its description, for those who do not see it."""
    drawing = ElementTree.fromstring(maker.drawn(_screen("Machine  2 CPUs\nSo far   here")))
    assert drawing.findtext(f"{SVG}desc") == "Machine  2 CPUs\nSo far   here"


def test_the_picture_of_the_readme() -> None:
    """The picture is well-formed, and refers to nothing outside itself."""
    text = (ROOT / "docs" / "pictures" / "plan.svg").read_text(encoding="utf-8")
    drawing = ElementTree.fromstring(text)
    assert len(list(drawing.iter(f"{SVG}text"))) > 20
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
