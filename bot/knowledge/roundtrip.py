"""YAML that is changed and stays as it was written: comments, order and quotes around a change.

Each function changes one field of one entry as ruamel.yaml read it; what does not change is not touched.
"""

from __future__ import annotations

import io
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

from bot.knowledge.model import Citation, Entry, Review, Status
from bot.knowledge.writing import is_plain

APPROVED_FIELDS = ("question", "answer", "detail", "citations", "status")
"""What a person stands for who approves an entry."""

_ORDER = (
    "id", "family", "question", "phrasings", "answer", "detail", "citations", "related", "audience",
    "status", "reviewed", "valid",
)  # fmt: skip
_NEW_FIELDS = ("phrasings", "answer", "detail", "citations", "related", "audience")


def open_editor() -> YAML:
    """Reads and writes YAML in the way the files are written."""
    editor = YAML()
    editor.preserve_quotes = True
    editor.width = 100_000
    editor.indent(mapping=2, sequence=4, offset=2)
    return editor


def write_yaml(editor: YAML, root: CommentedMap, text: str) -> str:
    """The changed content as text, with the line ends of the text it was read from."""
    out = io.StringIO()
    editor.dump(root, out)
    written = out.getvalue()
    return written.replace("\n", "\r\n") if "\r\n" in text else written


def make_entry(entry: Entry) -> CommentedMap:
    """A new entry, ready to be put into a list of entries."""
    made = CommentedMap(id=entry.id, question=_scalar(entry.question))
    for field in _NEW_FIELDS:
        set_field(made, field, getattr(entry, field))
    made["status"] = entry.status.value
    for field in ("valid_from", "valid_to"):
        set_field(made, field, getattr(entry, field))
    return made


def set_field(entry: CommentedMap, field: str, value: Any) -> None:
    """Gives a field of an entry another value, as `Entry` holds it; nothing takes it away."""
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


def approve(entry: CommentedMap, review: Review) -> None:
    """Puts a person's name under the words of an entry."""
    reviewed = CommentedMap(by=_scalar(review.by, in_flow=True), on=review.on)
    reviewed.fa.set_flow_style()
    _put(entry, "status", Status.APPROVED.value)
    _put(entry, "reviewed", reviewed)


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
