"""What every file of the house keeps to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

LONGEST = 400
FOLDERS = ("bot", "knowledge", "tests", "benchmarks", "docs", ".ci")
WRITTEN = {
    ".py",
    ".yaml",
    ".yml",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".js",
    ".css",
    ".json",
    ".sh",
    "",
}
# Put together here, so that this file may be looked at as well; the last two mark an unfinished merge.
_HALVES = (
    "py pi.org",
    "python hosted.org",
    "registry. npmjs",
    "proxy. golang",
    "/wo rk/",
    "<<< <<<<",
    ">>> >>>>",
)
FORBIDDEN = tuple(halves.replace(" ", "") for halves in _HALVES)


def sources(root: Path) -> list[Path]:
    return sorted((root / "bot").rglob("*.py"))


def too_long(root: Path) -> Iterator[str]:
    """Every source file with more lines than one subject needs."""
    for path in sources(root):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST:
            yield f"{path.relative_to(root)}: {lines}"


def without_docstring(root: Path) -> Iterator[str]:
    """Every module that holds something and does not say what."""
    for path in sources(root):
        module = ast.parse(path.read_text(encoding="utf-8"))
        if module.body and not ast.get_docstring(module):
            yield str(path.relative_to(root))


def tied_to_a_machine(root: Path) -> Iterator[str]:
    """Every file that names a package registry's host or a folder of the makers' machine."""
    inside = (path for folder in FOLDERS for path in (root / folder).rglob("*"))
    for path in sorted([*root.glob("*"), *inside]):
        written = path.is_file() and path.suffix in WRITTEN
        # Git keeps a file of its own where a second tree of the same repository was checked out.
        if written and path.name != ".git" and "__pycache__" not in path.parts:
            text = path.read_text(encoding="utf-8", errors="replace")
            yield from (f"{path.relative_to(root)}: {word}" for word in FORBIDDEN if word in text)


def test_no_source_file_is_longer_than_one_subject() -> None:
    assert list(too_long(ROOT)) == []


def test_every_module_says_what_it_gives() -> None:
    assert list(without_docstring(ROOT)) == []


def test_no_file_names_a_registry_or_a_path_of_this_machine() -> None:
    assert list(tied_to_a_machine(ROOT)) == []


def test_imports_name_their_module_in_full() -> None:
    # `test_imports.py` reads absolute imports only.
    relative = [
        str(path.relative_to(ROOT))
        for path in sources(ROOT)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('"""Says it."""\n', (0, 0, 0)),
        ("", (0, 0, 0)),
        ('"""Says it."""\n' + "x = 1\n" * LONGEST, (1, 0, 0)),
        ("x = 1\n", (0, 1, 0)),
        (f'"""Says it."""\nx = "{FORBIDDEN[0]}"\n', (0, 0, 1)),
        (f'"""Says it."""\nx = "{FORBIDDEN[-1]}main"\n', (0, 0, 1)),
    ],
)
def test_the_walkers_see_what_they_look_for(
    tmp_path: Path, text: str, faults: tuple[int, int, int]
) -> None:
    path = tmp_path / "bot" / "room" / "thing.py"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    walkers = (too_long, without_docstring, tied_to_a_machine)
    assert tuple(len(list(walk(tmp_path))) for walk in walkers) == faults
