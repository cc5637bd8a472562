"""A plan -> the YAML files: only the fields that change are touched, comments and order stay.

All is tried on a copy first; the files themselves change only where the copy can be served.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import date
from pathlib import Path

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge.load import load
from bot.knowledge.model import Base, Entry, Review
from bot.knowledge.roundtrip import approve, make_entry, open_editor, set_field, write_yaml
from bot.knowledge.spreadsheet.columns import read
from bot.knowledge.spreadsheet.plan import Change, Plan
from bot.knowledge.writing import write_all
from bot.language.fold import tidy

NEW_FILE = "entries/99-nhap-tu-bang-tinh"


def apply_plan(plan: Plan, folder: Path, today: date, by: str = "") -> tuple[str, ...]:
    """Carry out a plan; the names of the files that changed.

    `by` is the person who approves the new words of entries that are said.
    Raises `InputRefused` where the plan has faults, where such a person is missing, or where the
    base has changed since the plan was made; `KnowledgeFaulty` where the files could not be served
    afterwards.
    """
    if plan.faults:
        raise InputRefused("Bảng tính còn lỗi nên chưa nhập gì. Hãy sửa các lỗi đã nêu.")
    if plan.to_approve and not by.strip():
        raise InputRefused(
            "Có câu đang dùng bị sửa chữ. Hãy ghi tên người duyệt: --by «Họ và tên»."
        )
    before = load(folder, today)
    if before.base.version != plan.version:
        raise InputRefused("Kho đã thay đổi từ lúc so sánh với bảng tính. Hãy so sánh lại.")
    texts = _texts(plan, folder, before.base, Review(tidy(by), today))
    if not texts:
        return ()
    with tempfile.TemporaryDirectory(prefix="kho-") as scratch:
        copy = Path(scratch) / "knowledge"
        shutil.copytree(folder, copy)
        for name, text in texts.items():
            (copy / name).write_text(text, encoding="utf-8", newline="")
        after = load(copy, today)
    known = {(fault.entry, fault.sentence) for fault in before.blocking}
    made = [fault for fault in after.blocking if (fault.entry, fault.sentence) not in known]
    if made:
        raise KnowledgeFaulty(made)
    write_all({folder / name: text for name, text in texts.items()})
    return tuple(texts)


def _texts(plan: Plan, folder: Path, base: Base, review: Review) -> dict[str, str]:
    """The new text of every file that changes."""
    by_file: dict[str, list[Change]] = defaultdict(list)
    for change in plan.changes:
        by_file[plan.files[change.entry]].append(change)
    texts = {
        name: _edited(folder / name, changes, plan.to_approve, review)
        for name, changes in sorted(by_file.items())
    }
    by_part: dict[str, list[Entry]] = defaultdict(list)
    for entry in plan.new:
        by_part[entry.part].append(entry)
    for part, entries in by_part.items():
        name = _file_for(part, base, texts)
        start = texts.get(name) or _read(folder / name)
        texts[name] = _with_new(start, part, entries)
    return texts


def _file_for(part: str, base: Base, texts: dict[str, str]) -> str:
    """A file has one part; new rows of a second part go to a file of their own."""
    first = f"{NEW_FILE}.yaml"
    here = {entry.part for entry in base.entries.values() if entry.place.file == first}
    taken = first in texts and part not in here
    return f"{NEW_FILE}-{part}.yaml" if taken or here - {part} else first


def _read(path: Path) -> str:
    # Line ends as they are: a file from Windows keeps its own.
    return path.read_bytes().decode("utf-8-sig") if path.exists() else ""


def _edited(path: Path, changes: Sequence[Change], approved: Set[str], review: Review) -> str:
    text = _read(path)
    editor = open_editor()
    root = editor.load(text)
    entries = {str(entry["id"]): entry for entry in root["entries"]}
    for change in changes:
        set_field(entries[change.entry], change.field, read(change.field, change.after))
    for entry_id in dict.fromkeys(change.entry for change in changes if change.entry in approved):
        approve(entries[entry_id], review)
    return write_yaml(editor, root, text)


def _with_new(text: str, part: str, entries: Sequence[Entry]) -> str:
    editor = open_editor()
    root = editor.load(text) if text else CommentedMap(part=part, title="Nhập từ bảng tính")
    if not root.get("entries"):
        root["entries"] = CommentedSeq()
    root["entries"].extend(make_entry(entry) for entry in entries)
    return write_yaml(editor, root, text)
