"""The organizers' guide cannot rot: it explains every key that the program reads, and no other."""

from __future__ import annotations

import dataclasses
import re
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

import pytest
import typer
import typer.core

from bot.cli import app
from bot.contest.bank import Bank, Units
from bot.contest.reading import key_of
from bot.contest.rules import Contest
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "huong-dan-to-chuc-thi.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^### `(.+)`$", re.MULTILINE)
FILES = (("contest.yaml", Contest), ("questions.yaml", Bank), ("units.yaml", Units))
# What the organizer names himself.
NAMED = {"papers": "papers.<tên đề>", "prizes.sets": "prizes.<bộ giải>", "sets": "<bộ giải>"}


class Row(NamedTuple):
    """One line of a table of the guide."""

    meaning: str
    values: str
    default: str


def tables() -> dict[str, dict[str, Row]]:
    """The tables of the guide by their heading, and their rows by the key."""
    parts = HEADING.split(GUIDE)[1:]
    found: dict[str, dict[str, Row]] = {}
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        cells = [
            [cell.strip() for cell in line.strip("|").split(" | ")]
            for line in text.splitlines()
            if line.startswith("| `")
        ]
        found[heading] = {key.strip("`"): Row(*rest) for key, *rest in cells}
    return found


TABLES = tables()


def sections(heading: str, kind: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every class of the model that the files are read into, with the heading it stands under."""
    yield heading, kind
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        inner = class_in(hints[field.name]) if field.compare else None
        if inner is None:
            continue
        if heading.startswith(("questions", "units")):
            below = f"{heading.split(':')[0]}: {field.name}"
            yield from sections(below, inner)
        else:
            below = f"{path}.{key_of(field.name)}".strip(".")
            below = NAMED.get(below, below)
            yield from sections(below, inner, below)


def class_in(hint: Any) -> Any:
    if dataclasses.is_dataclass(hint):
        return hint
    found = filter(None, map(class_in, typing.get_args(hint)))
    return next(found, None)


def words_in(hint: Any) -> list[str]:
    if typing.get_origin(hint) is typing.Literal:
        return ["true" if word is True else str(word) for word in typing.get_args(hint)]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [member.value for member in hint]
    return [word for inner in typing.get_args(hint) for word in words_in(inner)]


def shown(field: dataclasses.Field[Any]) -> str:
    """A default as the guide writes it."""
    missing = dataclasses.MISSING
    if field.default is not missing:
        value = field.default
    elif field.default_factory is not missing:
        value = field.default_factory()
    else:
        return "bắt buộc"
    if dataclasses.is_dataclass(value):
        return "xem mục đó"
    if value == "":
        return "trống"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    plain = value.value if isinstance(value, Enum) else value
    return "`null`" if plain is None else f"`{plain}`"


SECTIONS = dict(found for file, kind in FILES for found in sections(file, kind))


def test_every_part_of_the_files_has_its_table_and_no_table_is_left_over() -> None:
    assert set(SECTIONS) == set(TABLES)


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_table_explains_every_key_with_its_words_and_its_default(heading: str) -> None:
    kind, rows = SECTIONS[heading], TABLES[heading]
    hints = typing.get_type_hints(kind)
    fields = [f for f in dataclasses.fields(kind) if f.compare]
    keys = {NAMED.get(f.name, f.name) if "rest" in f.metadata else key_of(f.name) for f in fields}
    assert keys == set(rows)
    for field in fields:
        row = rows[NAMED.get(field.name, "") if "rest" in field.metadata else key_of(field.name)]
        assert row.default == shown(field), field.name
        missing = [word for word in words_in(hints[field.name]) if f"`{word}`" not in row.values]
        assert missing == [], field.name
        assert row.meaning.endswith("."), field.name


def test_every_command_in_the_guide_is_one() -> None:
    said = set(re.findall(r"bot contest ([\w-]+)", GUIDE))
    whole = typer.main.get_command(app)
    assert isinstance(whole, typer.core.TyperGroup)
    contest = whole.commands["contest"]
    assert isinstance(contest, typer.core.TyperGroup)
    assert said
    assert said <= set(contest.commands)
