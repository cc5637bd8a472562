"""Nodes of the knowledge files -> the values of `model`; one function for each sort of file."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from datetime import date
from typing import TypeVar

from bot.knowledge.model import (
    Affair,
    Change,
    Citation,
    Election,
    Elections,
    Entry,
    Figure,
    Law,
    Milestone,
    Place,
    Review,
    Service,
    Status,
    Topic,
)
from bot.knowledge.source import Mapping, Value
from bot.language.fold import tidy

T = TypeVar("T")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ENTRY_KEYS = (
    "id", "family", "question", "phrasings", "answer", "detail", "citations", "related", "audience",
    "status", "reviewed", "valid",
)  # fmt: skip
_PARAGRAPHS = re.compile(r"\n{3,}")


def _maybe(value: Value | None, take: Callable[[Value], T], default: T) -> T:
    return default if value is None else take(value)


def _long_text(value: Value) -> str:
    lines = (tidy(line) for line in value.text().splitlines())
    return _PARAGRAPHS.sub("\n\n", "\n".join(lines)).strip()


def _id(value: Value) -> str:
    written = value.text()
    if not _ID.fullmatch(written):
        value.fault(f"Mã «{written}» chỉ được gồm chữ thường không dấu, số và gạch nối.")
    return written


def parse_affairs(root: Value) -> tuple[Affair, ...]:
    """What people ask about, each with the entries that answer it (affairs.yaml)."""
    top = root.mapping()
    top.allow("affairs")
    listed = top.need("affairs")
    return tuple(
        Affair(name, value.named(name).texts(), value.line)
        for name, value in (listed.mapping() if listed else ())
    )


def parse_entries(root: Value) -> list[Entry]:
    """The entries of one file of `entries/`."""
    top = root.mapping()
    top.allow("part", "title", "entries")
    part = _maybe(top.need("part"), Value.text, "")
    listed = top.need("entries")
    return [_entry(item, part) for item in listed.items()] if listed else []


def _entry(item: Value, part: str) -> Entry:
    entry_id = item.peek("id")
    keys = item.named(entry_id or "(chưa có mã)").mapping()
    keys.allow(*_ENTRY_KEYS)
    if (written_id := keys.need("id")) is not None:
        _id(written_id)
    valid_from, valid_to = _period(keys.get("valid"))
    return Entry(
        id=entry_id,
        part=part,
        question=_maybe(keys.need("question"), Value.line_text, ""),
        phrasings=_maybe(keys.get("phrasings"), Value.texts, ()),
        answer=_maybe(keys.need("answer"), _long_text, ""),
        detail=_maybe(keys.get("detail"), _long_text, ""),
        citations=_maybe(keys.get("citations"), _citations, ()),
        related=_maybe(keys.get("related"), Value.texts, ()),
        audience=_maybe(keys.get("audience"), Value.texts, ()),
        status=_status(keys),
        reviewed=_maybe(keys.get("reviewed"), _review, None),
        valid_from=valid_from,
        valid_to=valid_to,
        place=Place(item.faults.file, item.line),
        family=_maybe(keys.get("family"), Value.text, "") or entry_id,
    )


def _status(keys: Mapping) -> Status:
    written = _maybe(keys.need("status"), lambda v: v.one_of([s.value for s in Status]), "draft")
    return Status(written) if written in list(Status) else Status.DRAFT


def _review(value: Value) -> Review | None:
    keys = value.mapping()
    keys.allow("by", "on")
    day = _maybe(keys.need("on"), Value.day, None)
    by = _maybe(keys.need("by"), Value.line_text, "")
    return Review(by, day) if day else None


def _period(value: Value | None) -> tuple[date | None, date | None]:
    if value is None:
        return None, None
    keys = value.mapping()
    keys.allow("from", "to")
    start = _maybe(keys.get("from"), Value.day, None)
    end = _maybe(keys.get("to"), Value.day, None)
    if start and end and end < start:
        value.fault("Ngày hết hiệu lực đứng trước ngày bắt đầu.")
    return start, end


def _citations(value: Value) -> tuple[Citation, ...]:
    return tuple(_citation(item) for item in value.items())


def _citation(value: Value) -> Citation:
    keys = value.mapping()
    keys.allow("law", "article", "clause", "point")
    if keys.get("clause") and not keys.get("article"):
        value.fault("Có khoản thì phải có điều (article).")
    return Citation(
        law=_maybe(keys.need("law"), Value.text, ""),
        article=_maybe(keys.get("article"), Value.number, None),
        clause=_maybe(keys.get("clause"), Value.number, None),
        point=_maybe(keys.get("point"), Value.text, None),
    )


def parse_laws(root: Value) -> dict[str, Law]:
    """The documents of laws.yaml by their key."""
    top = root.mapping()
    top.allow("laws")
    listed = top.need("laws")
    laws = dict(listed.mapping()) if listed else {}
    return {key: _law(key, value, laws.keys()) for key, value in laws.items()}


def _law(key: str, value: Value, known: Set[str]) -> Law:
    keys = value.named(key).mapping()
    keys.allow("number", "short", "title", "issuer", "passed", "in_force", "changes", "note")
    start, end = _period(keys.get("in_force"))
    changes = keys.get("changes")
    return Law(
        id=key,
        number=_maybe(keys.need("number"), Value.line_text, ""),
        short=_maybe(keys.need("short"), Value.line_text, ""),
        title=_maybe(keys.need("title"), Value.line_text, ""),
        in_force_from=start,
        in_force_to=end,
        changes=tuple(filter(None, (_change(c, known) for c in changes.items())))
        if changes
        else (),
    )


def _change(value: Value, known: Set[str]) -> Change | None:
    keys = value.mapping()
    keys.allow("by", "on", "articles")
    by, on, articles = keys.need("by"), keys.need("on"), keys.need("articles")
    day = _maybe(on, Value.day, None)
    if by is None or day is None or articles is None:
        return None
    written = by.text()
    if written not in known:
        by.fault(f"Không có văn bản nào mang mã «{written}» trong laws.yaml.")
    return Change(written, day, frozenset(item.number() for item in articles.items()))


def parse_elections(root: Value) -> Elections:
    """The elections and milestones of elections.yaml."""
    top = root.mapping()
    top.allow("reference", "next", "elections", "milestones")
    listed = top.need("elections")
    found = [_election(k, v) for k, v in listed.mapping()] if listed else []
    elections = {e.id: e for e in found if e is not None}

    def named(value: Value | None) -> Election | None:
        if value is None:
            return None
        written = value.text()
        if written not in elections:
            value.fault(f"Không có kỳ bầu cử nào mang mã «{written}».")
        return elections.get(written)

    return Elections(
        reference=named(top.need("reference")),
        next=named(top.get("next")),
        all=tuple(elections.values()),
        milestones=_milestones(top.get("milestones")),
    )


def _milestones(value: Value | None) -> tuple[Milestone, ...]:
    found: dict[str, Milestone] = {}
    for item in value.items() if value else ():
        milestone = _milestone(item)
        if milestone.id in found:
            item.named(milestone.id).fault("Mã này đã dùng cho một mốc khác.")
        found[milestone.id] = milestone
    return tuple(found.values())


def _election(key: str, value: Value) -> Election | None:
    keys = value.named(key).mapping()
    keys.allow("name", "date", "assembly_term", "council_term", "figures")
    day = _maybe(keys.need("date"), Value.day, None)
    figures = keys.get("figures")
    if day is None:
        return None
    return Election(
        id=key,
        name=_maybe(keys.need("name"), Value.line_text, ""),
        day=day,
        assembly_term=_maybe(keys.need("assembly_term"), Value.line_text, ""),
        council_term=_maybe(keys.need("council_term"), Value.line_text, ""),
        figures=tuple(_figure(k, v) for k, v in figures.mapping()) if figures else (),
    )


def _figure(key: str, value: Value) -> Figure:
    keys = value.named(key).mapping()
    keys.allow("value", "text", "what", "scope", "as_of", "citation", "source", "note")
    return Figure(
        key,
        _maybe(keys.need("text"), Value.line_text, ""),
        _maybe(keys.need("what"), Value.line_text, ""),
    )


def _milestone(value: Value) -> Milestone:
    keys = value.named(value.peek("id")).mapping()
    keys.allow("id", "what", "days_before", "kind", "who", "scope", "citations", "actual", "note")
    actual = keys.get("actual")
    days = {k: v.day() for k, v in actual.mapping()} if actual else {}
    return Milestone(
        id=_maybe(keys.need("id"), _id, ""),
        what=_maybe(keys.need("what"), Value.line_text, ""),
        days_before=_maybe(keys.need("days_before"), Value.whole, 0),
        kind=_maybe(keys.need("kind"), lambda v: v.one_of(["deadline", "start", "day"]), "day"),
        who=_maybe(keys.get("who"), Value.line_text, ""),
        scope=_maybe(keys.get("scope"), Value.text, "tong-tuyen-cu"),
        citations=_maybe(keys.get("citations"), _citations, ()),
        actual={k: d for k, d in days.items() if d},
        line=value.line,
    )


def parse_service(root: Value) -> Service:
    """Whose service this is: base.yaml."""
    keys = root.mapping()
    keys.allow(
        "name", "organisation", "contact", "welcome", "notice", "parts", "audiences", "leaflet"
    )
    return Service(
        name=_maybe(keys.need("name"), Value.line_text, ""),
        organisation=_maybe(keys.need("organisation"), Value.line_text, ""),
        contact=_maybe(keys.need("contact"), _long_text, ""),
        welcome=_maybe(keys.need("welcome"), _long_text, ""),
        notice=_maybe(keys.need("notice"), _long_text, ""),
        parts=_topics(keys.need("parts")),
        audiences=_topics(keys.need("audiences")),
        leaflet=_maybe(keys.get("leaflet"), Value.texts, ()),
    )


def _topics(value: Value | None) -> tuple[Topic, ...]:
    if value is None:
        return ()
    topics: dict[str, Topic] = {}
    for item in value.items():
        keys = item.mapping()
        keys.allow("id", "title")
        named = _maybe(keys.need("id"), _id, "")
        if named in topics:
            item.fault(f"Mã «{named}» viết hai lần.")
        topics[named] = Topic(named, _maybe(keys.need("title"), Value.line_text, ""))
    return tuple(topics.values())
