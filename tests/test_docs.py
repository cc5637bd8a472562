"""The guides tell the truth: commands run, settings have their row, files that are named exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import app
from bot.settings import Settings
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = {path.name: path.read_text(encoding="utf-8") for path in DOCS}
OPERATORS = WRITTEN["huong-dan-van-hanh.md"]
_COMMAND = re.compile(r"python -m bot ([^`\n|]+)")
_MAKE = re.compile(r"(?:`|^ +|^)make ([a-z]+)", re.MULTILINE)
_PATH = re.compile(r"`((?:bot|tests|benchmarks|knowledge|docs)/[^`\s*<]*|[a-z_]+\.py)`")
_ROW = re.compile(r"^\| (.+?) \| (.*?) \| (.+) \|$", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    """Every command line of this program that stands in a guide, with the guide's name."""
    found = ((name, line) for name, text in WRITTEN.items() for line in _COMMAND.findall(text))
    return sorted({(name, line.split("  #")[0].strip()) for name, line in found})


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words of every command of the program."""
    for name, below in getattr(command, "commands", {}).items():
        if getattr(below, "commands", None):
            yield from leaves(below, (*words, name))
        else:
            yield (*words, name)


def parse(line: str) -> None:
    """Let the program's own parser read a command line, without running it."""
    words = shlex.split(line)
    command: Any = typer.main.get_command(app)
    while getattr(command, "commands", None):
        assert words, line
        assert words[0] in command.commands, f"there is no command «{words[0]}»: {line}"
        command = command.commands[words.pop(0)]
    _, rest, _ = command.make_parser(command.context_class(command)).parse_args(words)
    assert rest == [], f"{rest} is too much: {line}"


def test_the_guides_name_commands() -> None:
    assert len(commands()) >= 10


@pytest.mark.parametrize(("guide", "line"), commands())
def test_a_command_of_a_guide_is_one_of_the_program(guide: str, line: str) -> None:
    parse(line)


@pytest.mark.parametrize("line", ["kb import a.pdf --aus b.yaml", "ask eins zwei", "kb exprot"])
def test_a_command_with_a_slip_is_seen(line: str) -> None:
    with pytest.raises(Exception, match="no command|too much|No such option"):
        parse(line)


def test_every_command_stands_in_a_guide() -> None:
    told = "\n".join(WRITTEN.values())
    untold = [
        " ".join(words)
        for words in leaves(typer.main.get_command(app))
        # The many commands for organizers tell themselves by `contest --help`.
        if words[0] != "contest"
        and not re.search(rf"(?<![\w-])(?:bot |`){' '.join(words)}(?![\w-])", told)
    ]
    assert untold == []


def test_every_make_target_of_a_guide_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {target for text in WRITTEN.values() for target in _MAKE.findall(text)}
    assert targets
    assert {t for t in targets if f"\n{t}:" not in makefile} == set()


def test_every_file_that_is_named_exists() -> None:
    modules = {path.name for path in (ROOT / "bot").rglob("*.py")}
    named = {(guide, path) for guide, text in WRITTEN.items() for path in _PATH.findall(text)}
    assert len(named) > 30
    missing = {
        (guide, path)
        for guide, path in named
        if path not in modules and not any(ROOT.glob(path.rstrip("/")))
    }
    assert missing == set()


def test_every_room_has_its_place_in_the_architecture() -> None:
    rooms = {path.name for path in (ROOT / "bot").iterdir()} - {"__init__.py", "__pycache__"}
    text = WRITTEN["architecture.md"]
    assert {room for room in rooms if f"`bot/{room}" not in text} == set()


def test_every_setting_has_a_row_with_its_default() -> None:
    rows = {
        name: default
        for names, default, _ in _ROW.findall(OPERATORS)
        for name in re.findall(r"`([A-Z_]+)`", names)
    }
    wrong = {
        alias: (rows.get(alias), field.default)
        for field in Settings.model_fields.values()
        if (alias := str(field.alias)) not in rows or not _tells(rows[alias], field.default)
    }
    assert wrong == {}


def _tells(cell: str, default: object) -> bool:
    """Whether a cell tells a default; a long address or an own folder may be described."""
    if isinstance(default, bool | int):
        return cell.replace(".", "") == str(default).lower()
    words = default if isinstance(default, str) else ""
    return cell != "" and (len(words) not in range(1, 13) or cell == words)


def test_no_row_tells_of_a_setting_that_is_none() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    told = set(re.findall(r"`((?:BOT|TELEGRAM|ZALO)_[A-Z_]+)[`=]", "\n".join(WRITTEN.values())))
    assert told <= known


def test_the_architecture_stays_short() -> None:
    assert len(WRITTEN["architecture.md"].splitlines()) <= 200


def test_links_between_the_guides_lead_somewhere() -> None:
    for path in DOCS:
        for target in re.findall(r"\]\(((?!https?:)[^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), (path.name, target)


def test_the_guides_hold_no_path_that_only_one_machine_has() -> None:
    assert [name for name, text in WRITTEN.items() if str(Path.home()) in text] == []
