"""The threat model names tests, and all of them are there."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT

MODEL = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def names_of_tests() -> set[str]:
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_test_that_the_threat_model_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", MODEL))
    assert len(named) > 40
    assert named - names_of_tests() == set()


def test_every_guard_has_its_proof() -> None:
    rows = re.findall(r"^\| (?!he tries|who|---|a prankster)(.+) \|$", MODEL, re.MULTILINE)
    guards = [row.split(" | ") for row in rows if len(row.split(" | ")) == 3]
    people = {"a contestant", "a collector of data", "a political forger", "somebody inside"}
    without = [cells[0] for cells in guards if cells[0] not in people and "`test_" not in cells[2]]
    assert without == []
    assert len(guards) > 30
