"""The language of the program that will call the model, where the project leaves no doubt."""

import re
from collections.abc import Mapping
from pathlib import Path

from advisor.answers.detect.reading.bounded import Unreadable, chunk, decoded
from advisor.answers.detect.reading.listing import Entry
from advisor.answers.detect.reading.packages import packages_in
from advisor.answers.detect.reading.sight import Found, Sight

_SOURCES: Mapping[str, tuple[str, ...]] = {
    "cpp": (".cpp", ".cc", ".cxx"), "jvm": (".java", ".scala"), "go": (".go",), "rust": (".rs",), "csharp": (".cs",),
    "swift": (".swift",), "kotlin": (".kt",), "js": (".js", ".ts", ".jsx", ".tsx", ".mjs"),
}  # fmt: skip
_BUILDS: Mapping[str, str] = {
    "cmakelists.txt": "cpp", "pom.xml": "jvm", "build.gradle": "jvm", "build.gradle.kts": "jvm", "go.mod": "go",
    "cargo.toml": "rust", "podfile": "swift", "package.swift": "swift", "package.json": "js",
}  # fmt: skip
_PYTHON_EXTENSION = re.compile(r"pybind11|Python3?_add_library|torch_python|nanobind|pyo3|maturin|setuptools-rust")


def find(sight: Sight) -> Found:
    """A fact only when exactly one language beside Python has a build file and sources."""
    found = Found()
    builds: dict[str, str] = {}
    for file in sight.files:
        language = _language(file, sight)
        if language and sight.suffixed(*_SOURCES[language]):
            builds.setdefault(language, sight.name(file.path))
    if len(builds) == 1:
        language, where = next(iter(builds.items()))
        count = len(sight.suffixed(*_SOURCES[language]))
        found.say("serving.caller", language, f"{where} and {count} source files of that language")
    elif builds:
        names = ", ".join(f"{where} ({language})" for language, where in builds.items())
        found.notes.append(f"several languages could call the model: {names}; please answer serving.caller")
    return found


def _language(file: Entry, sight: Sight) -> str:
    """The language that a build file stands for; "" for one that builds a Python extension or holds only tools."""
    name = file.name.lower()
    language = "csharp" if name.endswith(".csproj") else _BUILDS.get(name, "")
    if not language:
        return ""
    if language == "js":
        return "js" if _has_dependencies(Path(file.path)) else ""
    try:
        text = decoded(chunk(file.path, sight.limits.small_file_bytes), cut=True)
    except Unreadable:
        return ""
    if _PYTHON_EXTENSION.search(text):
        return ""
    return (
        "kotlin" if language == "jvm" and sight.suffixed(".kt") and not sight.suffixed(".java", ".scala") else language
    )


def _has_dependencies(path: Path) -> bool:
    try:
        return bool(packages_in(path))
    except Unreadable:
        return False
