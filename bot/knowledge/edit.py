"""One entry of the files, changed: its lines alone are written anew, all others stay to the letter.

An entry is its lines (`Written.text`); their fingerprint tells whether somebody else has changed
them since they were read. The lines are checked before they are written, and the file is put in
its place in one step.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from bot.errors import Fault, InputRefused, KnowledgeFaulty, reason_of
from bot.knowledge.model import Entry, Place, Review, Status
from bot.knowledge.parse import parse_entries
from bot.knowledge.roundtrip import approve, make_entry, open_editor, set_field, write_yaml
from bot.knowledge.source import Faults, open_text
from bot.knowledge.writing import write_whole

_HEAD = "entries:\n"
_PREFIX = "part: x\n"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class EntryChanged(InputRefused):
    """Somebody else changed the entry since it was read; `now` is what stands there."""

    def __init__(self, now: Written) -> None:
        super().__init__(
            "Trong lúc bạn sửa, câu này đã được người khác sửa. Máy chủ chưa lưu gì: bạn xem cả hai "
            "bản rồi quyết định."
        )
        self.now = now


class NoSuchEntry(InputRefused):
    """No file holds an entry with this id."""

    def __init__(self, entry_id: str) -> None:
        super().__init__(f"Trong kho không có câu nào mang mã «{entry_id}».")


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as it stands in its file; `line` is that of its first line, counted from 1."""

    entry: Entry
    file: str
    line: int
    text: str

    @property
    def mark(self) -> str:
        """The fingerprint of the lines."""
        return mark_of(self.text)


def mark_of(text: str) -> str:
    """The fingerprint of an entry's lines, whatever their ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def read_entry(folder: Path, entry_id: str, file: str) -> Written:
    """The entry as it stands now; `file` is where it was seen last.

    Raises `NoSuchEntry`, or `KnowledgeFaulty` where its file cannot be read.
    """
    names = [path.name for path in sorted((folder / "entries").glob("*.y*ml"))]
    names.sort(key=lambda name: f"entries/{name}" != file)
    for name in names:
        path = folder / "entries" / name
        if entry_id in (text := _read(path)):
            found = _find(text, entry_id, f"entries/{name}")
            if found:
                return found
            _require_readable(text, f"entries/{name}")
    raise NoSuchEntry(entry_id)


def _require_readable(text: str, file: str) -> None:
    faults = Faults(file)
    if open_text(text, faults) is None:
        raise KnowledgeFaulty(faults.found)


def read_lines(text: str, part: str, file: str, line: int) -> tuple[Entry | None, list[Fault]]:
    """The one entry that some lines hold, with every fault of their form.

    Lines of the faults are counted from the first of these lines.
    """
    faults = Faults(file)
    root = open_text(f"{_PREFIX}{_HEAD}{text}\n", faults)
    entries = parse_entries(root) if root else []
    told = [replace(fault, line=max(1, fault.line - 2)) for fault in faults.found]
    if len(entries) != 1:
        if not told:
            told.append(Fault(file, 1, "", "Ở đây phải có đúng một mục, bắt đầu bằng «- id:»."))
        return None, told
    return replace(entries[0], part=part, place=Place(file, line)), told


def change_fields(
    text: str, changes: Mapping[str, Any], review: Review | None = None, status: str = ""
) -> str:
    """The lines of an entry with some fields (as `Entry` names them) given other values.

    With `review` the entry is approved under that name, otherwise `status` is written if given.
    Raises `InputRefused` for lines that hold no entry.
    """
    editor = open_editor()
    try:
        root = editor.load(f"{_HEAD}{text}\n")
        entry = root["entries"][0]
    except (YAMLError, KeyError, IndexError, TypeError) as error:
        raise InputRefused("Không đọc được mục này trong tệp. Hãy sửa ở dạng YAML.") from error
    for field, value in changes.items():
        set_field(entry, field, value)
    if review:
        approve(entry, review)
    elif status:
        set_field(entry, "status", status)
    return write_yaml(editor, root, "").removeprefix(_HEAD).rstrip("\n")


def write_new(entry: Entry) -> str:
    """The lines of a new entry."""
    editor = open_editor()
    root = CommentedMap(entries=CommentedSeq([make_entry(entry)]))
    return write_yaml(editor, root, "").removeprefix(_HEAD).rstrip("\n")


def replace_entry(folder: Path, before: Written, text: str) -> Written:
    """Puts other lines in the place of an entry's.

    Raises `EntryChanged` where it is no longer as it was in `before`, `KnowledgeFaulty` where the
    lines hold no faultless entry of the same id, `InputRefused` where they cannot be written.
    """
    with locked(folder):
        now = read_entry(folder, before.entry.id, before.file)
        if now.mark != before.mark:
            raise EntryChanged(now)
        first, end = now.line - 1, now.line - 1 + len(now.text.splitlines())
        return _put(folder, now.file, (first, end), text, before.entry.id)


def append_entry(folder: Path, file: str, entry_id: str, text: str) -> Written:
    """Puts the lines of a new entry after the last one of a file. Raises as `replace_entry`."""
    with locked(folder):
        blocks = list(blocks_in(_read(folder / file)))
        if not blocks:
            raise InputRefused(f"Tệp {file} chưa có mục nào nên không thêm được vào đó.")
        end = blocks[-1][1]
        return _put(folder, file, (end, end), text, entry_id)


def _put(folder: Path, file: str, place: tuple[int, int], text: str, entry_id: str) -> Written:
    """Writes a file with other lines in a place, once it is sure what they would be read as."""
    whole = _read(folder / file)
    lines = whole.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    first, end = place
    after = "".join([*lines[:first], *_ends(text, whole), *lines[end:]])
    entry, faults = read_lines(text, "", file, first + 1)
    if entry is None or faults:
        raise KnowledgeFaulty(faults)
    more = 1 if first == end else 0
    found = _find(after, entry_id, file) if entry.id == entry_id else None
    if found is None or len(list(blocks_in(after))) != len(list(blocks_in(whole))) + more:
        sentence = (
            f"Mục này phải giữ mã «{entry_id}» và cách thụt dòng như cũ, để các mục khác trong tệp "
            "không bị ảnh hưởng."
        )
        raise KnowledgeFaulty([Fault(file, 1, entry_id, sentence)])
    write_whole(folder / file, after)
    return found


def _find(text: str, entry_id: str, file: str) -> Written | None:
    lines = text.splitlines()
    for start, end in blocks_in(text):
        block = "\n".join(lines[start:end])
        if entry_id not in block:
            continue
        entry, _ = read_lines(block, _part_of(text), file, start + 1)
        if entry and entry.id == entry_id:
            return Written(entry, file, start + 1, block)
    return None


def _part_of(text: str) -> str:
    for line in text.splitlines():
        if line.startswith("part:"):
            return line.removeprefix("part:").partition(" #")[0].strip().strip("\"'")
    return ""


def blocks_in(text: str, key: str = "entries") -> Iterator[tuple[int, int]]:
    """For each item under a key of a file its first line and the line after its last, from 0.

    Empty lines and comments between two entries belong to neither.
    """
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError:
        return
    items, end = _items(root, key)
    lines = text.splitlines()
    # A dash stands before its entry, on the same line or on one above.
    starts = [_dash_before(lines, item.start_mark.line) for item in items]
    for start, item, after in zip(starts, items, [*starts[1:], end], strict=False):
        column = int(item.start_mark.column)
        last = min(after, len(lines))
        while last > start + 1 and _is_between(lines[last - 1], column):
            last -= 1
        yield start, last


def _items(root: yaml.Node | None, wanted: str) -> tuple[list[yaml.Node], int]:
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value == wanted and isinstance(value, yaml.SequenceNode) and not value.flow_style:
            end = value.end_mark
            return value.value, end.line + (1 if end.column and not end.line else 0)
    return [], 0


def _dash_before(lines: list[str], line: int) -> int:
    while line and not lines[line].lstrip().startswith("-"):
        line -= 1
    return line


def _is_between(line: str, column: int) -> bool:
    bare = line.lstrip()
    return not bare or (bare.startswith("#") and len(line) - len(bare) <= column)


def _ends(text: str, whole: str) -> list[str]:
    end = "\r\n" if "\r\n" in whole else "\n"
    return [f"{line}{end}" for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        told = reason_of(error) if isinstance(error, OSError) else "tệp không phải UTF-8"
        raise InputRefused(f"Không đọc được tệp {path.name}: {told}.") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lets programs that edit the same folder take turns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_said(entry: Entry) -> bool:
    """Whether the words of the entry are said to citizens."""
    return entry.status in (Status.STARTER, Status.APPROVED)
