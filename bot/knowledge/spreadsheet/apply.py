"""A plan -> the YAML files: only the fields that change are touched, comments and order stay.

All is tried on a copy first; the files themselves change only where the copy can be served.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import date
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from bot.errors import InputRefused, KnowledgeFaulty
from bot.knowledge.load import load
from bot.knowledge.model import Base, Citation, Entry, Review, Status
from bot.knowledge.spreadsheet.columns import read
from bot.knowledge.spreadsheet.plan import Change, Plan
from bot.knowledge.writing import is_plain, write_all
from bot.language.fold import tidy

NEW_FILE = "entries/99-nhap-tu-bang-tinh"
_ORDER = (
    "id", "family", "question", "phrasings", "answer", "detail", "citations", "related", "audience",
    "status", "reviewed", "valid",
)  # fmt: skip


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


def _yaml() -> YAML:
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 100_000
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def _edited(path: Path, changes: Sequence[Change], approved: Set[str], review: Review) -> str:
    text = _read(path)
    editor = _yaml()
    root = editor.load(text)
    entries = {str(entry["id"]): entry for entry in root["entries"]}
    for change in changes:
        _set(entries[change.entry], change.field, read(change.field, change.after))
    for entry_id in dict.fromkeys(change.entry for change in changes if change.entry in approved):
        _approve(entries[entry_id], review)
    return _dumped(editor, root, text)


def _approve(entry: CommentedMap, review: Review) -> None:
    reviewed = CommentedMap(by=_scalar(review.by, in_flow=True), on=review.on)
    reviewed.fa.set_flow_style()
    _put(entry, "status", Status.APPROVED.value)
    _put(entry, "reviewed", reviewed)


def _dumped(editor: YAML, root: CommentedMap, text: str) -> str:
    out = io.StringIO()
    editor.dump(root, out)
    written = out.getvalue()
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def _with_new(text: str, part: str, entries: Sequence[Entry]) -> str:
    editor = _yaml()
    root = editor.load(text) if text else CommentedMap(part=part, title="Nhập từ bảng tính")
    if not root.get("entries"):
        root["entries"] = CommentedSeq()
    listed = root["entries"]
    for entry in entries:
        made = CommentedMap(id=entry.id, question=_scalar(entry.question))
        for field in ("phrasings", "answer", "detail", "citations", "related", "audience"):
            _set(made, field, getattr(entry, field))
        made["status"] = entry.status.value
        for field in ("valid_from", "valid_to"):
            _set(made, field, getattr(entry, field))
        listed.append(made)
    return _dumped(editor, root, text)


def _set(entry: CommentedMap, field: str, value: Any) -> None:
    if field in ("valid_from", "valid_to"):
        _set_period(entry, field.removeprefix("valid_"), value)
    elif not value:
        _remove(entry, field)
    elif field in ("answer", "detail"):
        _put(entry, field, LiteralScalarString(f"{value}\n"))
    elif field == "citations":
        _set_items(entry, field, [_citation(citation) for citation in value])
    elif field in ("phrasings", "related", "audience"):
        in_flow = field != "phrasings"
        _set_items(entry, field, [_scalar(item, in_flow=in_flow) for item in value])
    else:
        _put(entry, field, _scalar(str(value)))


def _put(entry: CommentedMap, key: str, value: Any) -> None:
    if key in entry:
        # A comment below a block of text hangs on the text itself.
        if comment := getattr(entry[key], "comment", None):
            value.comment = comment
        entry[key] = value
        return
    place = sum(_ORDER.index(str(k)) < _ORDER.index(key) for k in entry if k in _ORDER)
    entry.insert(place, key, value)


def _remove(entry: CommentedMap, key: str) -> None:
    if key in entry:
        del entry[key]


def _set_items(entry: CommentedMap, key: str, items: list[Any]) -> None:
    """Change a list item by item, so that comments beside the others stay."""
    if key not in entry:
        listed = CommentedSeq(items)
        if key in ("related", "audience"):
            listed.fa.set_flow_style()
        _put(entry, key, listed)
        return
    listed = entry[key]
    tail = listed.ca.items.pop(len(listed) - 1, None)
    steps = SequenceMatcher(None, [_plain(i) for i in listed], [_plain(i) for i in items], False)
    for _, start, end, first, last in reversed(steps.get_opcodes()):
        if [_plain(i) for i in listed[start:end]] == [_plain(i) for i in items[first:last]]:
            continue
        for place in range(end - 1, start - 1, -1):
            del listed[place]
        for offset, item in enumerate(items[first:last]):
            listed.insert(start + offset, item)
    if tail is not None:
        listed.ca.items[len(listed) - 1] = tail


def _plain(item: Any) -> str:
    return str(dict(item)) if isinstance(item, dict) else str(item)


def _set_period(entry: CommentedMap, key: str, value: Any) -> None:
    period = entry.get("valid")
    if value is not None:
        if period is None:
            period = CommentedMap()
            period.fa.set_flow_style()
            _put(entry, "valid", period)
        period[key] = value
    elif period is not None:
        period.pop(key, None)
        if not period:
            _remove(entry, "valid")


def _citation(citation: Citation) -> CommentedMap:
    parts = {
        "law": _scalar(citation.law, in_flow=True),
        "article": citation.article,
        "clause": citation.clause,
        "point": _scalar(citation.point, in_flow=True) if citation.point else None,
    }
    made = CommentedMap((key, part) for key, part in parts.items() if part is not None)
    made.fa.set_flow_style()
    return made


def _scalar(text: str, *, in_flow: bool = False) -> str:
    """A text in quotes where the loader would take it for something else."""
    return text if is_plain(text, in_flow=in_flow) else DoubleQuotedScalarString(text)
