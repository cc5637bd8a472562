"""The lists of `knowledge/words/`: abbreviations, greetings around a question, synonyms, remarks."""

from __future__ import annotations

from bot.knowledge.model import Remark, Subject
from bot.knowledge.source import Value
from bot.language.fold import fold
from bot.language.read import Fillers, split_words

Phrase = tuple[str, ...]


def _phrases(value: Value | None) -> list[Phrase]:
    """Phrases as the folded words that reading compares."""
    return [tuple(map(fold, phrase)) for phrase in _marked(value)]


def parse_short(root: Value) -> dict[str, tuple[str, ...]]:
    """Abbreviations and what they stand for (viet-tat.yaml)."""
    top = root.mapping()
    top.allow("short")
    listed = top.need("short")
    if listed is None:
        return {}
    short: dict[str, tuple[str, ...]] = {}
    for key, value in listed.mapping():
        words = split_words(key)
        if len(words) != 1:
            value.fault(f"«{key}» phải là một từ viết liền.")
            continue
        short[words[0]] = tuple(split_words(value.text()))
    return short


def parse_fillers(root: Value) -> tuple[Fillers, Fillers]:
    """Openers and closers that stand around a question (mo-dau-ket-thuc.yaml)."""
    top = root.mapping()
    top.allow("openers", "closers")
    return _fillers(top.need("openers")), _fillers(top.need("closers"))


def _fillers(value: Value | None) -> Fillers:
    return (
        Fillers(split_words(item.line_text()) for item in value.items()) if value else Fillers([])
    )


def parse_concepts(root: Value) -> tuple[tuple[Phrase, ...], ...]:
    """Groups of phrases that mean the same (dong-nghia.yaml)."""
    top = root.mapping()
    top.allow("concepts")
    listed = top.need("concepts")
    return tuple(tuple(_phrases(item)) for item in listed.items()) if listed else ()


def parse_remarks(root: Value) -> tuple[Remark, ...]:
    """Small talk or refusals: what people say, and what is answered (tro-chuyen, tu-choi)."""
    top = root.mapping()
    top.allow("remarks")
    listed = top.need("remarks")
    return tuple(_remark(item) for item in listed.items()) if listed else ()


def parse_outside(root: Value) -> tuple[Subject, ...]:
    """Subjects outside the base and how people ask about them (ngoai-pham-vi.yaml)."""
    top = root.mapping()
    top.allow("subjects")
    listed = top.need("subjects")
    return tuple(_subject(item) for item in listed.items()) if listed else ()


def _subject(item: Value) -> Subject:
    keys = item.named(item.peek("id")).mapping()
    keys.allow("id", "title", "phrasings")
    named = keys.need("id")
    title, phrasings = keys.need("title"), keys.need("phrasings")
    return Subject(
        named.text() if named else "",
        title.line_text() if title else "",
        phrasings.texts() if phrasings else (),
    )


def _remark(item: Value) -> Remark:
    keys = item.named(item.peek("id")).mapping()
    keys.allow("id", "reply", "exact", "parts")
    named = keys.need("id")
    said = keys.need("reply")
    return Remark(
        id=named.text() if named else "",
        reply=said.text() if said else "",
        exact=frozenset(" ".join(phrase) for phrase in _phrases(keys.get("exact"))),
        parts=_marked(keys.get("parts")),
    )


def _marked(value: Value | None) -> tuple[Phrase, ...]:
    """Phrases with their marks, which tell "câm đi" from "cấm đi"."""
    found = []
    for item in value.items() if value else ():
        text = item.line_text()
        phrase = tuple(split_words(text))
        if text and not phrase:
            item.fault("Dòng này không có chữ nào.")
        found.append(phrase)
    return tuple(filter(None, found))
