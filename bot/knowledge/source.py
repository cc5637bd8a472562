"""YAML with line numbers: reads a file into nodes and checks each value where it is taken.

Editors write these files by hand, so a fault names its line, says in Vietnamese what is wrong and,
where it can, what was meant. Reading goes on after a fault: all of them are reported at once.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bot.errors import Fault, reason_of
from bot.language.fold import tidy

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR = "tag:yaml.org,2002:str"
_NULL = "tag:yaml.org,2002:null"
_BRACKET = re.compile(r"[\[\]{}]")
_DEEPEST = 1_000
_DASHES = re.compile(r"(?:[-?:]\s{1,9}){1000}")
LARGEST_FILE = 20_000_000
"""Bytes; a knowledge file beyond this is a mistake, not knowledge."""


class Faults:
    """Collects the faults of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Fault] = []

    def add(self, line: int, entry: str, sentence: str) -> None:
        """Note a fault; reading goes on."""
        self.found.append(Fault(self.file, line, entry, sentence))


@dataclass(frozen=True, slots=True)
class Value:
    """One node of a file with the name of the entry that it belongs to, for its faults."""

    node: yaml.Node
    faults: Faults
    entry: str = ""

    @property
    def line(self) -> int:
        """The line of the value, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def fault(self, sentence: str) -> None:
        """Note a fault of this value."""
        self.faults.add(self.line, self.entry, sentence)

    def named(self, entry: str) -> Value:
        """The same value, whose faults are told under the name of an entry."""
        return Value(self.node, self.faults, entry)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written here."""
        return self.node.tag == _NULL

    @property
    def is_mapping(self) -> bool:
        """Whether names with values are written here."""
        return isinstance(self.node, yaml.MappingNode)

    def text(self) -> str:
        """A text; a value that YAML would take for something else is a fault."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.fault("Chỗ này phải là một dòng chữ.")
            return ""
        written = str(self.node.value)
        if self.node.tag == _NULL or not written.strip():
            self.fault("Chỗ này đang bỏ trống.")
        elif self.node.tag != _STR:
            self.fault(f'YAML không hiểu «{written}» là chữ. Hãy đặt trong ngoặc kép: "{written}".')
        return written.strip()

    def line_text(self) -> str:
        """A text on one line, tidied."""
        return tidy(self.text())

    def whole(self) -> int:
        """A whole number."""
        written = self._scalar()
        try:
            return int(written)
        except ValueError:
            self.fault(f"«{written}» không phải là số nguyên.")
            return 0

    def number(self) -> int:
        """A whole number from 1 up: what articles and clauses are counted by."""
        told = len(self.faults.found)
        written = self.whole()
        if written < 1 and len(self.faults.found) == told:
            self.fault(f"«{written}» không dùng được ở đây: số phải từ 1 trở lên.")
        return written

    def day(self) -> date | None:
        """A date written 2026-03-15; None after a fault."""
        written = self._scalar()
        try:
            return date.fromisoformat(written)
        except ValueError:
            self.fault(f"«{written}» không phải là ngày. Hãy viết như 2026-03-15.")
            return None

    def one_of(self, allowed: list[str]) -> str:
        """One of the allowed words."""
        written = self._scalar()
        if written not in allowed:
            meant = _did_you_mean(written, allowed)
            self.fault(
                f"«{written}» không dùng được ở đây{meant}. Các từ dùng được: {', '.join(allowed)}."
            )
        return written

    def items(self) -> list[Value]:
        """The items of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.fault("Chỗ này phải là một danh sách, mỗi dòng bắt đầu bằng dấu gạch ngang.")
            return []
        return [Value(item, self.faults, self.entry) for item in self.node.value]

    def texts(self) -> tuple[str, ...]:
        """A list of one-line texts."""
        return tuple(item.line_text() for item in self.items())

    def mapping(self) -> Mapping:
        """The keys and values standing here."""
        if not isinstance(self.node, yaml.MappingNode):
            self.fault("Chỗ này phải có dạng «tên: giá trị».")
            return Mapping(self, {}, {})
        keys: dict[str, Value] = {}
        values: dict[str, Value] = {}
        for key_node, value_node in self.node.value:
            key = Value(key_node, self.faults, self.entry)
            name = str(key_node.value)
            if name in values:
                key.fault(f"Khóa «{name}» viết hai lần.")
            keys[name] = key
            values[name] = Value(value_node, self.faults, self.entry)
        return Mapping(self, values, keys)

    def peek(self, key: str) -> str:
        """What is written under a key, if anything; its faults are left to whoever takes it."""
        if isinstance(self.node, yaml.MappingNode):
            for key_node, value in self.node.value:
                if key_node.value == key and isinstance(value, yaml.ScalarNode):
                    return "" if value.tag == _NULL else str(value.value).strip()
        return ""

    def _scalar(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode):
            self.fault("Chỗ này phải là một giá trị đơn.")
            return ""
        return str(self.node.value).strip()


@dataclass(slots=True)
class Mapping:
    """Keys with their values; knows which were asked for, so that the others can be faulted."""

    at: Value
    values: dict[str, Value]
    names: dict[str, Value]

    def need(self, key: str) -> Value | None:
        """The value of a key that must be there; None after a fault."""
        if key not in self.values and self.at.is_mapping:
            self.at.fault(f"Thiếu khóa «{key}».")
        return self.values.get(key)

    def get(self, key: str) -> Value | None:
        """The value of a key that may be missing or empty."""
        value = self.values.get(key)
        return None if value is None or value.is_empty else value

    def allow(self, *keys: str) -> None:
        """Fault every other key."""
        for name, key in self.names.items():
            if name not in keys:
                key.fault(f"Không có khóa nào tên «{name}»{_did_you_mean(name, list(keys))}.")

    def __iter__(self) -> Iterator[tuple[str, Value]]:
        return iter(self.values.items())


def _did_you_mean(word: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(word, allowed, n=1, cutoff=0.6)
    return f". Có phải ý bạn là «{near[0]}»" if near else ""


def open_source(path: Path, name: str, faults: Faults) -> Value | None:
    """The root value of a YAML file, or None after a fault that makes it unreadable."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            faults.add(1, "", "Tệp quá lớn.")
            return None
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        faults.add(1, "", "Tệp không phải UTF-8. Hãy lưu lại với bảng mã UTF-8.")
    except OSError as error:
        faults.add(1, "", f"Không đọc được tệp: {reason_of(error)}.")
    else:
        return open_text(text, faults)
    return None


def open_text(text: str, faults: Faults) -> Value | None:
    """The root value of a YAML text, or None after a fault that makes it unreadable."""
    root = _compose(text, faults)
    return None if root is None else Value(root, faults)


def _compose(text: str, faults: Faults) -> yaml.Node | None:
    if _is_too_deep(text):
        faults.add(1, "", "Quá nhiều dấu ngoặc hoặc gạch ngang lồng vào nhau.")
        return None
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if "quoted scalar" in (error.context or ""):
            mark = error.context_mark or mark  # where the quotes open, not where the file ends
        faults.add(mark.line + 1 if mark else 1, "", _explain(error))
        return None
    except yaml.YAMLError:
        faults.add(1, "", "Tệp có ký tự mà YAML không cho phép.")
        return None
    if root is None:
        faults.add(1, "", "Tệp trống.")
    elif _has_alias(root):
        faults.add(1, "", "Không dùng dấu & và * của YAML ở đây; hãy viết đủ ra.")
        return None
    return root


def _is_too_deep(text: str) -> bool:
    """Whether so much is nested that composing it would exhaust the stack and end the program."""
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += 1 if found.group() in "[{" else -1
        if depth > _DEEPEST:
            return True
    return _DASHES.search(text) is not None


def _explain(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or ""
    if "tab" in problem or "\\t" in problem:
        return "Có dấu tab ở đầu dòng. Hãy thụt dòng bằng dấu cách."
    if "mapping values" in problem:
        return 'Dấu hai chấm làm YAML hiểu sai. Hãy đặt cả câu trong ngoặc kép: "...".'
    if "found undefined alias" in problem or re.search("alias|anchor", error.context or ""):
        return "Câu bắt đầu bằng dấu * hoặc & phải đặt trong ngoặc kép."
    if "end of stream" in problem or "quoted scalar" in (error.context or ""):
        return "Một dấu ngoặc kép chưa được đóng lại."
    return "YAML không đọc được chỗ này: hãy xem lại thụt dòng, dấu hai chấm và ngoặc kép."


def _has_alias(root: yaml.Node) -> bool:
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.ScalarNode):
            continue
        if id(node) in seen:
            return True
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        else:
            waiting.extend(part for pair in node.value for part in pair)
    return False
