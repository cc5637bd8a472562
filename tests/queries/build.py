"""Makes the query files that `eval` reads out of the labelled ones.

`labelled/` holds what people type with the topic that is meant; `topics.yaml` says which entries of
the base answer a topic. Run after either changes:

    python -m tests.queries.build
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent


def topics() -> dict[str, list[str]]:
    """The entries that answer each topic."""
    found: dict[str, list[str]] = yaml.safe_load((HERE / "topics.yaml").read_text(encoding="utf-8"))
    return found


def labelled_files() -> list[Path]:
    """The labelled files, by name."""
    return sorted((HERE / "labelled").glob("*.jsonl"))


def queries_of(labelled: Path) -> str:
    """The query file that belongs to a labelled one, as text."""
    answers = topics()
    return "".join(
        json.dumps(_query(line, answers), ensure_ascii=False) + "\n" for line in _lines(labelled)
    )


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _query(line: dict[str, Any], answers: dict[str, list[str]]) -> dict[str, Any]:
    meant = [line["topic"], *line.get("also", [])] if "topic" in line else []
    expected = sorted({entry for topic in meant for entry in answers[topic]})
    query = {"text": line["text"], "expected": expected}
    return query | {key: line[key] for key in ("kind", "noise") if key in line}


if __name__ == "__main__":
    for path in labelled_files():
        (HERE / path.name).write_text(queries_of(path), encoding="utf-8")
