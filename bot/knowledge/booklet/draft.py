"""Sections of a booklet -> drafts of entries, each with what should make an editor look twice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from bot.knowledge.booklet.cite import Citer
from bot.knowledge.booklet.letters import NOTE_MARK, drop_stray_marks
from bot.knowledge.booklet.lost_letters import lost_letters
from bot.knowledge.booklet.model import Doubt, Draft, Warned
from bot.knowledge.booklet.split import Section
from bot.knowledge.lint import LONGEST_ANSWER, LONGEST_QUESTION
from bot.knowledge.model import Base
from bot.language.fold import fold

Nearest = Callable[[str], tuple[str, float] | None]
_LONGEST_ID = 48
_BRACES = re.compile(r"\{([^{}]*)\}")


def slug(text: str) -> str:
    """Lower-case letters without marks, joined by hyphens: "Ai được bầu?" -> "ai-duoc-bau"."""
    words = re.findall(r"[a-z0-9]+", fold(text))
    short = ""
    for word in words:
        longer = f"{short}-{word}" if short else word
        if len(longer) > _LONGEST_ID:
            break
        short = longer
    return short


class Drafter:
    """Makes the drafts of one booklet; knows which ids and questions are taken."""

    def __init__(self, base: Base, notes: Sequence[str], nearest: Nearest) -> None:
        self._notes = notes
        self._nearest = nearest
        self._citer = Citer(base.laws)
        self._ids = set(base.entries)
        self._asked = {
            question_key(question): f"mục «{entry.id}» trong kho"
            for entry in base.entries.values()
            for question in entry.questions
        }
        self._numbers: Counter[tuple[str, int]] = Counter()

    def draft(self, section: Section) -> Draft:
        """One draft; the words of the booklet stay, only marks of footnotes go."""
        question, asked_notes = self._without_marks(section.question)
        answer, answer_notes = self._without_marks(section.answer)
        question, stray = drop_stray_marks(question)
        answer, more = drop_stray_marks(answer)
        notes = tuple(self._notes[n] for n in [*asked_notes, *answer_notes] if n < len(self._notes))
        cited = self._citer.cite("\n".join([answer, *notes]))
        warnings = [
            *self._doubts_of_words(section, question, answer),
            *_doubts_of_marks(len(asked_notes) + len(answer_notes), stray + more),
            *_doubts_of_laws(cited.unknown),
            *self._doubles(section, question),
        ]
        if _BRACES.search(answer):
            sentence = "Dấu { } dành cho biến của kho nên đã đổi thành ( )."
            warnings.append(Warned(Doubt.BRACES, sentence))
            answer = _BRACES.sub(r"(\1)", answer)
        return Draft(
            id=self._id(question, section.number),
            question=question,
            answer=answer,
            number=section.number,
            page=section.page,
            part=section.part,
            citations=cited.citations,
            notes=notes,
            nearest=self._nearest(question) if question else None,
            warnings=tuple(warnings),
        )

    def _without_marks(self, text: str) -> tuple[str, list[int]]:
        places = [int(place) for place in NOTE_MARK.findall(text)]
        return NOTE_MARK.sub("", text).strip(), places

    def _id(self, question: str, number: int) -> str:
        stem = slug(question) or f"cau-{number}"
        chosen, count = stem, 1
        while chosen in self._ids:
            count += 1
            chosen = f"{stem[: _LONGEST_ID - len(str(count)) - 1].rstrip('-')}-{count}"
        self._ids.add(chosen)
        return chosen

    def _doubts_of_words(self, section: Section, question: str, answer: str) -> Iterator[Warned]:
        if not question.endswith("?") and "?" not in question[-4:]:
            sentence = "Câu hỏi không có dấu hỏi; hãy xem chỗ cắt giữa câu hỏi và câu trả lời."
            yield Warned(Doubt.NO_QUESTION_MARK, sentence)
        if not answer:
            yield Warned(Doubt.NO_ANSWER, "Không thấy câu trả lời.")
        if len(answer) > LONGEST_ANSWER:
            yield Warned(Doubt.LONG_ANSWER, _too_long("Câu trả lời", answer, LONGEST_ANSWER))
        if len(question) > LONGEST_QUESTION:
            yield Warned(Doubt.LONG_QUESTION, _too_long("Câu hỏi", question, LONGEST_QUESTION))
        losses = lost_letters(f"{question}\n{answer}")
        if losses.count:
            samples = ", ".join(f"«{sample}»" for sample in losses.samples)
            sentence = f"Nghi ngờ thiếu chữ ở {losses.count} chỗ: {samples}."
            yield Warned(Doubt.LOST_LETTERS, sentence)

    def _doubles(self, section: Section, question: str) -> Iterator[Warned]:
        counted = (section.part, section.number)
        self._numbers[counted] += 1
        if self._numbers[counted] > 1:
            sentence = f"Số {section.number} đã có ở một câu trước trong cùng phần."
            yield Warned(Doubt.SAME_NUMBER, sentence)
        key = question_key(question)
        if key in self._asked:
            yield Warned(Doubt.SAME_QUESTION, f"Câu hỏi trùng với {self._asked[key]}.")
        self._asked.setdefault(key, f"Câu {section.number} trong tài liệu")


def question_key(question: str) -> str:
    """What makes two questions the same: their words without marks."""
    return " ".join(re.findall(r"[^\W_]+", fold(question)))


def _too_long(what: str, text: str, limit: int) -> str:
    return f"{what} dài {len(text)} chữ cái, tối đa {limit}; cần cắt gọn."


def _doubts_of_marks(notes: int, stray: int) -> Iterator[Warned]:
    if notes:
        yield Warned(
            Doubt.FOOTNOTES, f"Đã bỏ {notes} chú thích khỏi câu; nội dung ghi lại bên cạnh."
        )
    if stray:
        yield Warned(Doubt.FOOTNOTES, f"Đã bỏ {stray} dấu chú thích mà không thấy nội dung.")


def _doubts_of_laws(unknown: Sequence[str]) -> Iterator[Warned]:
    if unknown:
        places = "; ".join(unknown[:6])
        yield Warned(Doubt.UNKNOWN_LAW, f"Chưa rõ văn bản của căn cứ: {places}.")
