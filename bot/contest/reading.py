"""Reads YAML (or published JSON) into the frozen rule classes, by their types, telling every fault.

The classes are the schema: a field without a default must be written, an unknown key is told with
what was probably meant, a wrong word with the words that would do.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache, partial
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

import yaml

from bot.clock import VIETNAM
from bot.contest.words import Id
from bot.knowledge.source import Faults, Mapping, Value
from bot.language.fold import tidy

T = TypeVar("T")
_BROKEN: Final = object()
_TAG = "tag:yaml.org,2002:"
_PUBLISHED = "json"
_LONGEST = 4_000
_MOST = 1_000_000_000_000
"""Letters of a text and the greatest whole number: more is a mistake, and no database's limit."""


def read(kind: type[T], value: Value) -> T | None:
    """The object written here; None after a fault that leaves nothing to make it of.

    Where a faulty value has a default, that is taken, and reading goes on: see `value.faults`.
    """
    found = _read(kind, value)
    return None if found is _BROKEN else found


def from_json(kind: type[T], text: str) -> T:
    """What `to_json` wrote. Raises ValueError where it is damaged."""
    faults = Faults(_PUBLISHED)
    found = read(kind, Value(_node(json.loads(text)), faults))
    if found is None or faults.found:
        raise ValueError("; ".join(map(str, faults.found)))
    return found


def to_json(thing: Any) -> str:
    """The object as JSON with the keys of the files; the same object gives the same text."""
    return json.dumps(plain(thing), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plain(thing: Any) -> Any:
    """The object in JSON's own types; instants in Vietnamese time."""
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        found: dict[str, Any] = {}
        for field in dataclasses.fields(thing):
            if field.compare:
                inner = plain(getattr(thing, field.name))
                found |= inner if field.metadata.get("rest") else {key_of(field.name): inner}
        return found
    if isinstance(thing, dict):
        return {str(key): plain(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return [plain(item) for item in thing]
    if isinstance(thing, datetime):
        return thing.astimezone(VIETNAM).replace(tzinfo=None).isoformat()
    if isinstance(thing, date | time):
        return thing.isoformat()
    return thing.value if isinstance(thing, Enum) else thing


def key_of(name: str) -> str:
    """The key of a field: `from` is no name in Python, so the field is called `from_`."""
    return name.rstrip("_")


def line_at(root: Value, path: Iterable[str | int]) -> int:
    """The line where the value at a path stands, or the nearest one around it."""
    node = root.node
    for step in path:
        inner = None
        if isinstance(node, yaml.MappingNode):
            inner = next((v for k, v in node.value if k.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            inner = node.value[step] if step < len(node.value) else None
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1


def _read(kind: Any, value: Value) -> Any:
    return _reader(kind)(value)


@cache
def _reader(kind: Any) -> Callable[[Value], Any]:
    """What reads values of a type; looked up once, for a bank holds thousands of them."""
    origin, args = get_origin(kind), get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return partial(_read_union, args)
    if origin is Literal:
        return partial(_read_word, args)
    if origin is tuple:
        return partial(_read_list, args[0])
    if origin is dict:
        return partial(_read_dict, args[1])
    if dataclasses.is_dataclass(kind):
        return partial(_read_object, kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return partial(_read_member, kind)
    return _READERS[kind]


def _read_member(kind: Any, value: Value) -> Any:
    found = _read_word([member.value for member in kind], value)
    return found if found is _BROKEN else kind(found)


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    """How a field is read: under which key, as what, and what holds where it is missing."""

    name: str
    key: str
    kind: Any
    has_default: bool
    may_be_none: bool
    may_be_blank: bool
    takes_rest: bool


@cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    """The fields of a class that stand in the files."""
    hints = typing.get_type_hints(kind)
    return tuple(
        _Field(
            field.name,
            key_of(field.name),
            hints[field.name],
            _has_default(field),
            type(None) in get_args(hints[field.name]),
            field.default == "",
            bool(field.metadata.get("rest")),
        )
        for field in dataclasses.fields(kind)
        if field.compare
    )


def _read_object(kind: Any, value: Value) -> Any:
    keys = value.mapping()
    if not value.is_mapping:
        return _BROKEN
    fields, found = _fields(kind), {}
    for field in fields:
        read_here = (
            _read_rest(kind, field.kind, keys) if field.takes_rest else _read_field(field, keys)
        )
        if read_here is not _BROKEN:
            found[field.name] = read_here
    if not any(field.takes_rest for field in fields):
        keys.allow(*(field.key for field in fields))
    needed = {field.name for field in fields if not field.has_default}
    return kind(**found) if needed <= found.keys() else _BROKEN


def _read_field(field: _Field, keys: Mapping) -> Any:
    """The field's value; broken where it is missing or faulty, so that the default holds."""
    value = keys.values.get(field.key)
    if value is None:
        return _BROKEN if field.has_default else (keys.need(field.key), _BROKEN)[1]
    if value.is_empty:
        if field.may_be_none:
            return None
        if not field.has_default:
            value.fault("Chỗ này đang bỏ trống.")
        return _BROKEN
    if field.may_be_blank and isinstance(value.node, yaml.ScalarNode) and not value.node.value:
        return ""
    return _read(field.kind, value)


def _read_rest(kind: Any, hint: Any, keys: Mapping) -> dict[str, Any]:
    """Every key that is no other field's: each names an object of its own."""
    known = {field.key for field in _fields(kind)}
    inner = get_args(hint)[1]
    rest = {name: _read(inner, value) for name, value in keys if name not in known}
    return {name: found for name, found in rest.items() if found is not _BROKEN}


def _read_union(options: tuple[Any, ...], value: Value) -> Any:
    if value.is_empty and type(None) in options:
        return None
    kinds = [kind for kind in options if kind is not type(None)]
    lists = [kind for kind in kinds if get_origin(kind) is tuple]
    if lists and isinstance(value.node, yaml.SequenceNode):
        return _read(lists[0], value)
    words = [word for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
    single = [kind for kind in kinds if get_origin(kind) not in (Literal, tuple)]
    written = _written(value)
    if written in words:
        return written
    if words and single and not _looks_like(single[0], written):
        value.fault(
            f"«{written}» không dùng được ở đây: hãy viết {' hoặc '.join(words)}, "
            f"hoặc {_ASKED[single[0]]}."
        )
        return _BROKEN
    return _read(single[0], value) if single else _read_word(words, value)


def _looks_like(kind: Any, written: str) -> bool:
    return bool(written) and written.replace("-", "").isdigit() if kind in (int, date) else True


_ASKED = {int: "một số nguyên", date: "một ngày như 2026-03-15"}


def _read_word(words: Iterable[Any], value: Value) -> Any:
    allowed = list(words)
    if allowed == [True]:
        found = _read_bool(value)
        if found is False:
            value.fault("Chỗ này chỉ được là true.")
        return found or _BROKEN
    written = value.one_of(allowed)
    return written if written in allowed else _BROKEN


def _read_list(kind: Any, value: Value) -> Any:
    if not isinstance(value.node, yaml.SequenceNode):
        value.items()
        return _BROKEN
    found = (_read(kind, item) for item in value.items())
    return tuple(item for item in found if item is not _BROKEN)


def _read_dict(kind: Any, value: Value) -> Any:
    found = {name: _read(kind, item) for name, item in value.mapping()}
    return {name: item for name, item in found.items() if item is not _BROKEN}


def _read_text(value: Value) -> Any:
    written = value.text()
    # What was published was let in before, and a whole rules text is longer than any value.
    if len(written) > _LONGEST and value.faults.file != _PUBLISHED:
        value.fault(f"Dài {len(written)} chữ cái, tối đa {_LONGEST}.")
        return _BROKEN
    return "\n".join(tidy(line) for line in written.splitlines()).strip()


def _read_id(value: Value) -> Any:
    written = value.text()
    if written and not _is_id(written):
        value.fault(f"Mã «{written}» chỉ được gồm chữ thường không dấu, số, gạch nối, gạch dưới.")
        return _BROKEN
    return Id(written) if written else _BROKEN


def _is_id(written: str) -> bool:
    bare = written.replace("-", "").replace("_", "")
    return written.isascii() and bare.isalnum() and written == written.lower()


def _read_whole(value: Value) -> Any:
    told = len(value.faults.found)
    found = value.whole()
    if abs(found) > _MOST:
        value.fault(f"Số này quá lớn, tối đa {_MOST}.")
    return _BROKEN if len(value.faults.found) > told else found


def _read_number(value: Value) -> Any:
    written = _written(value)
    try:
        found = float(written)
    except ValueError:
        found = float("nan")
    if not abs(found) <= _MOST:
        value.fault(f"«{written}» không phải là số.")
        return _BROKEN
    return found


def _read_bool(value: Value) -> Any:
    written = _written(value)
    if written in ("true", "false"):
        return written == "true"
    value.fault(f"«{written}» không dùng được ở đây: hãy viết true (có) hoặc false (không).")
    return _BROKEN


def _read_day(value: Value) -> Any:
    return value.day() or _BROKEN


def _read_instant(value: Value) -> Any:
    written = _written(value)
    try:
        if len(written) < len("2026-02-27T08:00"):
            raise ValueError(written)
        found = datetime.fromisoformat(written)
    except ValueError:
        value.fault(
            f"«{written}» không phải là ngày giờ. Hãy viết như 2026-03-15T19:00:00; "
            "24 giờ viết là 00:00:00 của ngày hôm sau."
        )
        return _BROKEN
    return (found if found.tzinfo else found.replace(tzinfo=VIETNAM)).astimezone(UTC)


def _read_time(value: Value) -> Any:
    # Read as it is written: YAML takes a bare 17:30 for the number 1050.
    written = _written(value)
    try:
        found = time.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.tzinfo or ":" not in written:
        value.fault(f'«{written}» không phải là giờ. Hãy viết như "07:30".')
        return _BROKEN
    return found


_READERS: dict[Any, Callable[[Value], Any]] = {
    str: _read_text,
    Id: _read_id,
    int: _read_whole,
    float: _read_number,
    bool: _read_bool,
    date: _read_day,
    datetime: _read_instant,
    time: _read_time,
}


def _written(value: Value) -> str:
    return str(value.node.value).strip() if isinstance(value.node, yaml.ScalarNode) else ""


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


def _node(thing: Any) -> yaml.Node:
    """JSON as YAML nodes, so that one reader serves both; its faults have no lines."""
    if isinstance(thing, dict):
        pairs = [(_node(str(key)), _node(value)) for key, value in thing.items()]
        return yaml.MappingNode(_TAG + "map", pairs, _START, _START)
    if isinstance(thing, list):
        return yaml.SequenceNode(_TAG + "seq", [_node(item) for item in thing], _START, _START)
    tag = {bool: "bool", type(None): "null", int: "int", float: "float"}.get(type(thing), "str")
    text = str(thing) if tag == "str" else json.dumps(thing)
    return yaml.ScalarNode(_TAG + tag, text, _START, _START)


_START = yaml.Mark("json", 0, 0, 0, "", 0)
