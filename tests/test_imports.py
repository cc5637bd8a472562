"""Imports run one way, so that a reader knows where a thing may be used from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

# From the ground up; a room may import from rooms on lower floors, and from itself.
FLOORS = (
    ("errors", "clock", "fast_json", "keep", "memory"),
    ("language", "sealing"),
    ("knowledge", "store"),
    ("contest", "matching", "calculators"),
    ("dialogue", "reports"),
    ("channels",),
    ("admin",),
    ("settings",),
    ("secret_key", "adapters"),
    ("wing",),
    ("commands", "server"),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def room_of(path: Path, root: Path) -> str:
    """The room a file belongs to: the folder or module right under bot/."""
    return path.relative_to(root / "bot").parts[0].removesuffix(".py")


def wrong_imports(root: Path) -> Iterator[str]:
    """Every import that runs upwards or sideways, as "file imports module"."""
    for path in sorted((root / "bot").rglob("*.py")):
        here = room_of(path, root)
        for module in imported(path):
            there = module.split(".")[1]
            if here in ("__init__", there):
                continue
            sideways = FLOOR[there] == FLOOR[here] and {here, there} != {"commands", "server"}
            if FLOOR[there] > FLOOR[here] or (sideways and here not in ("errors", "clock")):
                yield f"{path.relative_to(root)} imports {module}"


def imported(path: Path) -> Iterator[str]:
    """The modules of bot that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{a.name}" for a in node.names]
        yield from (name for name in names if name.startswith("bot.") and name.count(".") >= 1)


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(path, ROOT) for path in (ROOT / "bot").rglob("*.py")} - {"__init__"}
    assert rooms <= set(FLOOR)


def test_imports_run_one_way() -> None:
    assert list(wrong_imports(ROOT)) == []


@pytest.mark.parametrize(
    ("file", "line", "is_wrong"),
    [
        ("language/fold.py", "from bot.knowledge.model import Entry", True),
        ("knowledge/load.py", "from bot.store import people", True),
        ("dialogue/turn.py", "from bot.store import people", False),
        ("store/people.py", "import bot.dialogue.turn", True),
        ("matching/find.py", "def f():\n    from bot.channels.console import render", True),
    ],
)
def test_the_walker_sees_a_wrong_import(
    tmp_path: Path, file: str, line: str, is_wrong: bool
) -> None:
    path = tmp_path / "bot" / file
    path.parent.mkdir(parents=True)
    path.write_text(line + "\n", encoding="utf-8")
    assert bool(list(wrong_imports(tmp_path))) is is_wrong
