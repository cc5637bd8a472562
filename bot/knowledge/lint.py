"""What must hold between the files: the checks of `kb lint` beyond the shape of each file.

Two sorts of faults: blocking ones keep a base from being served; the others (something went stale
or ran out) are for an editor to look at, while the base goes on serving.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from bot.clock import show_date
from bot.errors import Fault
from bot.knowledge.citations import changes_of
from bot.knowledge.model import Base, Citation, Entry, Status
from bot.knowledge.variables import fill, names_in, variables_of
from bot.language.fold import fold_word
from bot.language.read import split_words

LONGEST_ANSWER = 600
LONGEST_DETAIL = 1_900
"""Letters; with title and citations an answer still fits one Zalo message of 2,000."""
LONGEST_QUESTION = 200


def check_base(base: Base, entries: Sequence[Entry], today: date) -> Iterator[Fault]:
    """Every fault between the files; `entries` holds doubles that the base's mapping lost."""
    yield from check_wordings(entries)
    yield from check_entries(base, entries, today)


def check_entries(
    base: Base, entries: Sequence[Entry], today: date, unread: Collection[str] = ()
) -> Iterator[Fault]:
    """Every fault that `check_wordings` does not look for; other files and the day matter for it.

    `entries` holds doubles that the base's mapping lost. What stands in the `unread` files is not
    known, so nothing is said to be missing from them.
    """
    whole = not any(name.startswith("entries/") for name in unread)
    if not entries and whole:
        yield Fault("entries", 1, "", "Chưa có mục hỏi đáp nào trong thư mục entries/.")
    variables = variables_of(base.elections)
    for entry in entries:
        yield from _check_entry(base, entry, variables, today, unread)
    yield from _lists(base, unread, whole)


def check_wordings(entries: Sequence[Entry]) -> Iterator[Fault]:
    """Every id and wording that stands twice, or says nothing: nothing else matters for these."""
    sayable = [[_sayable(text) for text in entry.questions] for entry in entries]
    yield from _doubles(entries)
    yield from _collisions(entries, sayable)
    for entry, said in zip(entries, sayable, strict=True):
        yield from _repeats(entry, said)


def _check_entry(
    base: Base,
    entry: Entry,
    variables: Mapping[str, str],
    today: date,
    unread: Collection[str] = (),
) -> Iterator[Fault]:
    """The faults of one entry that no comparison of wordings is needed for."""
    if "elections.yaml" not in unread:
        yield from _variables(entry, variables)
    yield from _texts(entry, variables)
    if "base.yaml" not in unread:
        yield from _groups(base, entry)
    if not any(name.startswith("entries/") for name in unread):
        yield from _references(base, entry)
    if not entry.citations and entry.status is not Status.DRAFT:
        yield _fault(entry, "Chưa có căn cứ pháp lý (citations).")
    if "laws.yaml" not in unread:
        yield from _citations(base, entry)
    if entry.status in (Status.STARTER, Status.APPROVED):
        yield from _currency(base, entry, today)


class Neighbours:
    """What the entries of one base mean for each other, so that a changed one is checked alone."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self._variables = variables_of(base.elections)
        self._said: dict[str, str] = {}
        self._pointing: dict[str, list[str]] = {}
        for entry in base.entries.values():
            for other in entry.related:
                self._pointing.setdefault(other, []).append(entry.id)
            if entry.status is not Status.RETIRED:
                for text in entry.questions:
                    self._said.setdefault(_sayable(text), entry.id)

    def check(self, entry: Entry, today: date) -> list[Fault]:
        """Every fault that the base would have with this entry in the place of the one before."""
        base = replace(self.base, entries={**self.base.entries, entry.id: entry})
        said = [_sayable(text) for text in entry.questions]
        return [
            *self._with_others(entry, said),
            *_repeats(entry, said),
            *_check_entry(base, entry, self._variables, today),
        ]

    def _with_others(self, entry: Entry, said: list[str]) -> Iterator[Fault]:
        if entry.status is Status.RETIRED:
            for other in self._pointing.get(entry.id, ()):
                yield _fault(entry, f"Mục «{other}» còn dẫn đến mục này ở phần liên quan.")
            return
        for text in dict.fromkeys(said):
            other = self._said.get(text, entry.id)
            if text and other != entry.id:
                yield _fault(entry, f"Cách hỏi «{text}» trùng với mục «{other}».")


def _fault(entry: Entry, sentence: str, *, blocking: bool = True) -> Fault:
    return Fault(entry.place.file, entry.place.line, entry.id, sentence, blocking)


def _doubles(entries: Iterable[Entry]) -> Iterator[Fault]:
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.id in first:
            place = first[entry.id].place
            yield _fault(entry, f"Mã này đã dùng ở {place.file}:{place.line}.")
        first.setdefault(entry.id, entry)


def _collisions(entries: Iterable[Entry], sayable: Iterable[list[str]]) -> Iterator[Fault]:
    first: dict[str, Entry] = {}
    for entry, texts in zip(entries, sayable, strict=True):
        if entry.status is Status.RETIRED:
            continue
        for text in dict.fromkeys(texts):
            other = first.setdefault(text, entry)
            if text and other.id != entry.id:
                yield _fault(entry, f"Cách hỏi «{text}» trùng với mục «{other.id}».")


def _sayable(text: str) -> str:
    return " ".join(map(fold_word, split_words(text)))


def _variables(entry: Entry, variables: Mapping[str, str]) -> Iterator[Fault]:
    for name in dict.fromkeys(names_in(entry.answer) + names_in(entry.detail)):
        if name not in variables:
            yield _fault(entry, f"Không có biến nào tên «{{{name}}}» trong elections.yaml.")
    for text in (entry.answer, entry.detail):
        rest = fill(text, dict.fromkeys(names_in(text), ""))
        if "{" in rest or "}" in rest:
            yield _fault(entry, "Có dấu ngoặc nhọn lẻ. Biến phải viết đủ hai dấu: {ten_bien}.")


def _texts(entry: Entry, variables: Mapping[str, str]) -> Iterator[Fault]:
    lengths = (
        ("Câu trả lời", fill(entry.answer, variables), LONGEST_ANSWER),
        ("Phần xem thêm", fill(entry.detail, variables), LONGEST_DETAIL),
        ("Câu hỏi", entry.question, LONGEST_QUESTION),
    )
    for what, text, limit in lengths:
        if len(text) > limit:
            yield _fault(entry, f"{what} dài {len(text)} chữ cái, tối đa {limit}.")


def _repeats(entry: Entry, said: list[str]) -> Iterator[Fault]:
    for text, times in Counter(said).items():
        if text and times > 1:
            yield _fault(entry, f"Cách hỏi «{text}» viết {times} lần.")
    # An empty one was told where it was read.
    if any(written and not text for written, text in zip(entry.questions, said, strict=True)):
        yield _fault(entry, "Có một cách hỏi không có chữ nào.")


def _groups(base: Base, entry: Entry) -> Iterator[Fault]:
    if entry.part not in {part.id for part in base.service.parts}:
        yield _fault(entry, f"Không có phần nào mang mã «{entry.part}» trong base.yaml.")
    for group in entry.audience:
        if group not in {audience.id for audience in base.service.audiences}:
            yield _fault(entry, f"Không có nhóm người đọc nào mang mã «{group}» trong base.yaml.")


def _references(base: Base, entry: Entry) -> Iterator[Fault]:
    if entry.family not in base.entries:
        yield _fault(entry, f"Nhóm «{entry.family}» không phải là mã của mục nào.")
    for other in entry.related:
        if other == entry.id:
            yield _fault(entry, "Mục liên quan trỏ về chính nó.")
        elif other not in base.entries:
            yield _fault(entry, f"Mục liên quan «{other}» không có.")
        elif base.entries[other].status is Status.RETIRED:
            yield _fault(entry, f"Mục liên quan «{other}» đã ngừng dùng.")


def _citations(base: Base, entry: Entry) -> Iterator[Fault]:
    for citation in entry.citations:
        if citation.law not in base.laws:
            yield _fault(entry, f"Không có văn bản nào mang mã «{citation.law}» trong laws.yaml.")


def _currency(base: Base, entry: Entry, today: date) -> Iterator[Fault]:
    if entry.reviewed is None:
        yield _fault(entry, "Chưa ghi ai duyệt và ngày duyệt (reviewed).")
    if entry.valid_to and entry.valid_to < today:
        yield _fault(entry, f"Đã hết hiệu lực từ {show_date(entry.valid_to)}.", blocking=False)
    # Two clauses of one article go stale with one sentence.
    yield from dict.fromkeys(f for c in entry.citations for f in _stale(base, entry, c, today))


def _stale(base: Base, entry: Entry, citation: Citation, today: date) -> Iterator[Fault]:
    law = base.laws.get(citation.law)
    if law is None or entry.reviewed is None:
        return
    if law.in_force_to and law.in_force_to < today:
        sentence = f"{law.short} đã hết hiệu lực từ {show_date(law.in_force_to)}."
        yield _fault(entry, sentence, blocking=False)
    for change in changes_of(citation, law):
        if change.on > entry.reviewed.on:
            yield _fault(
                entry,
                f"Điều {citation.article} {law.short} thay đổi từ {show_date(change.on)}, "
                f"sau lần duyệt {show_date(entry.reviewed.on)}. Hãy xem lại câu trả lời.",
                blocking=False,
            )


def _lists(base: Base, unread: Collection[str], whole: bool) -> Iterator[Fault]:
    if "laws.yaml" not in unread:
        yield from _milestones(base)
    if whole:
        yield from _leaflet(base)
        yield from _affairs(base)


def _milestones(base: Base) -> Iterator[Fault]:
    for milestone in base.elections.milestones:
        for citation in milestone.citations:
            if citation.law not in base.laws:
                sentence = f"Không có văn bản nào mang mã «{citation.law}» trong laws.yaml."
                yield Fault("elections.yaml", milestone.line, milestone.id, sentence)


def _affairs(base: Base) -> Iterator[Fault]:
    for affair in base.affairs:
        for wanted in affair.entries:
            if wanted not in base.entries:
                sentence = f"Có mục «{wanted}» không có trong entries/."
                yield Fault("affairs.yaml", affair.line, affair.id, sentence)


def _leaflet(base: Base) -> Iterator[Fault]:
    for wanted in base.service.leaflet:
        entry = base.entries.get(wanted)
        if entry is None:
            sentence = f"Tờ rơi (leaflet) có mục «{wanted}» không có trong entries/."
            yield Fault("base.yaml", 1, "", sentence, blocking=False)
        elif entry.status is Status.RETIRED:
            sentence = f"Tờ rơi (leaflet) có mục «{wanted}» đã ngừng dùng."
            yield Fault("base.yaml", 1, "", sentence, blocking=False)
