"""One question of a questions.yaml as a form: its own lines are written anew, all others stay.

A question that people may have been asked keeps its words under its old version: where the text, an
option or the key changes, the version goes up by itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.errors import InputRefused
from bot.knowledge.edit import blocks_in
from bot.knowledge.roundtrip import open_editor, write_yaml
from bot.knowledge.writing import is_plain
from bot.language.fold import fold

_HEAD = "questions:\n"
STATUSES = {
    "draft": "Bản nháp, không dùng",
    "starter": "Có sẵn cùng phần mềm",
    "approved": "Đã duyệt",
    "retired": "Ngừng dùng",
}


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What the form shows of a question, and the first line of it in the file, counted from 1."""

    id: str
    text: str
    options: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    explain: str
    level: str
    status: str
    version: int
    line: int

    def holds(self, wanted: str) -> bool:
        """Whether all these words, with or without marks, stand in the question."""
        text = fold(f"{self.id} {self.text}")
        return all(word in text for word in fold(wanted).split())


def list_questions(text: str) -> list[QuestionForm]:
    """Every question of the file in its order; those that cannot be read are left out."""
    lines = text.splitlines()
    found = []
    for start, end in blocks_in(text, "questions"):
        read = _read("\n".join(lines[start:end]), start + 1)
        if read is not None:
            found.append(read)
    return found


def change_question(text: str, question_id: str, values: Mapping[str, Any]) -> str:
    """The file with other values in a question: text, options (id to words), key, explain, level, status.

    Raises `InputRefused` where there is no such question, or where a value is missing.
    """
    lines = text.splitlines(keepends=True)
    for start, end in blocks_in(text, "questions"):
        block = "".join(lines[start:end])
        if f"id: {question_id}" not in block:
            continue
        editor, question = _load(block)
        if question is None or str(question.get("id")) != question_id:
            continue
        _change(question, values)
        written = write_yaml(editor, CommentedMap(questions=CommentedSeq([question])), block)
        own = written.partition("\n")[2]
        return "".join([*lines[:start], own if own.endswith("\n") else f"{own}\n", *lines[end:]])
    raise InputRefused(f"Ngân hàng không có câu nào mang mã «{question_id}».")


def _change(question: CommentedMap, values: Mapping[str, Any]) -> None:
    if not values["text"] or not values["key"]:
        raise InputRefused("Câu hỏi cần có lời và ít nhất một đáp án.")
    changed = [
        _put(question, "text", values["text"]),
        *(_put(o, "text", values["options"][str(o["id"])]) for o in question["options"]),
    ]
    if sorted(map(str, question["key"])) != sorted(values["key"]):
        question["key"] = _flow(values["key"])
        changed.append(True)
    _put(question, "explain", values["explain"])
    _put(question, "status", values["status"])
    if str(question.get("level")) != values["level"]:
        question["level"] = int(values["level"])
    if any(changed):
        question["version"] = int(question.get("version", 1)) + 1


def _put(node: CommentedMap, key: str, text: str) -> bool:
    """Whether the words under a key changed."""
    if " ".join(str(node.get(key, "")).split()) == text:
        return False
    plain = is_plain(text, in_flow=True) and not isinstance(node.get(key), DoubleQuotedScalarString)
    node[key] = text if plain else DoubleQuotedScalarString(text)
    return True


def _flow(items: Sequence[str]) -> CommentedSeq:
    listed = CommentedSeq(items)
    listed.fa.set_flow_style()
    return listed


def _load(block: str) -> tuple[Any, CommentedMap | None]:
    editor = open_editor()
    # Lists are indented as they are in this file.
    dash = len(block) - len(block.lstrip(" "))
    editor.indent(mapping=2, sequence=dash + 2, offset=dash)
    try:
        root = editor.load(_HEAD + block)
    except YAMLError:
        return editor, None
    items = root.get("questions") if isinstance(root, dict) else None
    first = items[0] if items else None
    is_whole = isinstance(first, CommentedMap) and first.get("options")
    return editor, first if is_whole else None


def _read(block: str, line: int) -> QuestionForm | None:
    question = _plain(block)
    if question is None:
        return None
    try:
        options = tuple((_word(o["id"]), _word(o["text"])) for o in question["options"])
        key = tuple(map(_word, question["key"]))
        told = {
            name: _word(question.get(name) or "") for name in ("id", "text", "explain", "level")
        }
    except (KeyError, TypeError):
        return None
    version = question.get("version", 1)
    return QuestionForm(
        **told,
        options=options,
        key=key,
        status=str(question.get("status", "draft")),
        version=version if isinstance(version, int) else 1,
        line=line,
    )


def _word(value: object) -> str:
    """A value as a text. Raises `TypeError` for a list: nested by names, one may have no end."""
    if isinstance(value, list | dict):
        raise TypeError
    return str(value)


def _plain(block: str) -> Mapping[str, Any] | None:
    # Hundreds of questions are listed at once; this reader is quick, the other keeps comments.
    try:
        root = yaml.load(_HEAD + block, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 it is a safe one
    except (yaml.YAMLError, ValueError):
        return None
    items = root.get("questions") if isinstance(root, dict) else None
    return items[0] if items and isinstance(items[0], dict) else None
