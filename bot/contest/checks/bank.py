"""What must hold in a bank of questions beyond its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bot.contest.bank import Bank, Question
from bot.errors import Fault
from bot.knowledge.model import Base, Status
from bot.language.fold import fold

_LONGEST_QUESTION = 600
_LONGEST_OPTION = 300
_LONGEST_ID = 60
_OPTIONS = (2, 8)
LEVELS = (1, 2, 3)
_ALL_OF = ("tat ca cac", "ca ba ", "ca hai ", "ca bon ", "cac y tren", "cac dap an tren")


def check_bank(bank: Bank, base: Base) -> Iterator[Fault]:
    """Every fault of a bank; `base` has the laws that questions may cite."""
    for question in bank.questions:
        place = bank.places.get(question.id)
        for sentence in (*_question(question), *_lengths(question), *_basis(question, base)):
            if place is not None:
                yield Fault(place.file, place.line, question.id, sentence, blocking=False)


def _question(question: Question) -> Iterator[str]:
    ids = [option.id for option in question.options]
    if not _OPTIONS[0] <= len(ids) <= _OPTIONS[1]:
        yield f"Câu này có {len(ids)} phương án; cần từ {_OPTIONS[0]} đến {_OPTIONS[1]}."
    for name, times in Counter(ids).items():
        if times > 1:
            yield f"Mã phương án «{name}» dùng {times} lần."
    if not question.key:
        yield "Câu này chưa có đáp án (key)."
    for name in question.key:
        if name not in ids:
            yield f"Đáp án «{name}» không phải là mã của phương án nào."
    if ids and set(ids) <= set(question.key):
        yield "Mọi phương án đều là đáp án."
    if question.level not in LEVELS:
        yield f"Mức độ (level) phải là 1, 2 hoặc 3, không phải {question.level}."
    if question.version < 1:
        yield "Phiên bản (version) phải từ 1 trở lên."


def _lengths(question: Question) -> Iterator[str]:
    texts = [fold(option.text) for option in question.options]
    if len(set(texts)) < len(texts):
        yield "Có hai phương án giống nhau."
    if not question.keep_order and any(word in f"{t} " for t in texts for word in _ALL_OF):
        yield "Có phương án kiểu «tất cả các ý trên»: hãy ghi keep_order: true."
    if len(question.text) > _LONGEST_QUESTION:
        yield f"Câu hỏi dài {len(question.text)} chữ cái, tối đa {_LONGEST_QUESTION}."
    for option in question.options:
        if len(option.text) > _LONGEST_OPTION:
            length = len(option.text)
            yield f"Phương án «{option.id}» dài {length} chữ cái, tối đa {_LONGEST_OPTION}."
    if len(question.id) > _LONGEST_ID:
        yield f"Mã câu hỏi dài {len(question.id)} chữ cái, tối đa {_LONGEST_ID}."


def _basis(question: Question, base: Base) -> Iterator[str]:
    if question.status in (Status.STARTER, Status.APPROVED):
        if not question.citations:
            yield "Chưa có căn cứ pháp lý (citations)."
        if not question.explain:
            yield "Chưa giải thích vì sao đáp án đúng (explain)."
    for law in dict.fromkeys(c.law for c in question.citations):
        if law not in base.laws:
            yield f"Không có văn bản nào mang mã «{law}» trong laws.yaml."
    start, end = question.valid.from_, question.valid.to
    if start and end and end < start:
        yield "Ngày hết hiệu lực đứng trước ngày bắt đầu."
