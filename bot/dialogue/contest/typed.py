"""What people type around a contest: "thi", "câu 4", "đáp án b", "3 b", "nộp bài".

Each of these is a whole message; anything longer or else is for the rest of the dialogue.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from bot.language.fold import fold, tidy

Wish: TypeAlias = Literal["list", "practice", "mine", "data", "complain"]
Move: TypeAlias = Literal["hand", "look", "next", "back", "show"]

_WISHES: dict[Wish, frozenset[str]] = {
    "list": frozenset(
        {
            "/thi",
            "cuoc thi",
            "cac cuoc thi",
            "lam bai thi",
            "lam bai",
            "vao thi",
            "du thi",
            "tham gia thi",
            "tham gia cuoc thi",
            "dang ky thi",
            "dang ky du thi",
            "toi muon thi",
            "toi muon du thi",
            "cho toi thi",
            "em muon thi",
            "bat dau thi",
            "thi tiep",
            "lam tiep",
            "lam bai tiep",
            "tiep tuc thi",
            "tiep tuc lam bai",
            "thi trac nghiem",
            "thi truc tuyen",
            "thi online",
            "dang ky tiep",
            "the le",
            "the le cuoc thi",
        }
    ),
    "practice": frozenset(
        {"/luyentap", "luyen tap", "lam thu", "thi thu", "luyen thi", "bai luyen tap"}
    ),
    "mine": frozenset(
        {
            "/diem",
            "diem cua toi",
            "diem cua em",
            "diem thi cua toi",
            "diem thi",
            "xem diem",
            "xem diem thi",
            "ket qua cua toi",
            "ket qua thi cua toi",
            "ket qua bai thi",
            "bai thi cua toi",
        }
    ),
    "complain": frozenset(
        {
            "khieu nai cuoc thi",
            "khieu nai bai thi",
            "khieu nai ket qua thi",
            "khieu nai diem thi",
            "toi muon khieu nai bai thi",
        }
    ),
    "data": frozenset(
        {
            "/dulieu",
            "du lieu cua toi",
            "thong tin cua toi",
            "xoa du lieu",
            "xoa du lieu cua toi",
            "xoa thong tin cua toi",
            "rut lai su dong y",
            "rut dong y",
        }
    ),
}
_MOVES: dict[Move, frozenset[str]] = {
    "hand": frozenset({"nop bai", "nop", "nop bai thi", "nop luon", "xong", "lam xong", "/nop"}),
    "look": frozenset(
        {"xem lai", "xem lai bai", "xem lai nop bai", "bang cau hoi", "kiem tra lai"}
    ),
    "next": frozenset({"tiep", "tiep theo", "cau tiep", "cau tiep theo", "cau sau", "bo qua"}),
    "back": frozenset({"cau truoc", "quay lai", "lui", "lui lai"}),
    "show": frozenset({"xem de", "xem lai de", "de bai", "xem cau hoi", "con bao nhieu phut"}),
}
_YES = frozenset(
    {"dong y", "co", "co dong y", "toi dong y", "em dong y", "ok", "oke", "yes", "vang", "da", "u"}
)
_NO = frozenset({"khong dong y", "khong", "ko", "k", "hong", "no", "toi khong dong y", "khong dau"})
_TAIL = re.compile(r"(?: (?:a|nhe|nha|di|voi))+$")
_JUMP = re.compile(
    r"(?:(?:xem|lam|sua|toi|den|ve|quay lai|chuyen|sang) )*cau (?:so |hoi )?(\d{1,3})"
)
_ANSWER = re.compile(
    r"(?:cau (?:so )?)?(?:(?P<question>\d{1,3})\s*(?:[.:)\-]\s*)?)?"
    r"(?:(?:chon|lay|la|dap an|phuong an|cau tra loi|y|toi|em|minh|bam|tra loi)\s+){0,4}"
    r"(?P<letters>[a-h](?:\s*(?:(?:[,;.&+]|va)\s*)?[a-h])*)\s*[.)!]?"
)
_LETTER = re.compile(r"[a-h]")


def wish_in(text: str) -> Wish | None:
    """What of contests the message asks for; None where it is about something else."""
    typed = tidy(text).lower()
    if typed.rstrip(".!") == "thi":
        # With a mark it is another word: "thì", "thị".
        return "list"
    line = _line(text)
    return next((wish for wish, words in _WISHES.items() if line in words), None)


def move_in(text: str) -> Move | None:
    """Where the person wants to go in his paper."""
    line = _line(text)
    return next((move for move, words in _MOVES.items() if line in words), None)


def question_in(text: str) -> int | None:
    """The question that "câu 4" or "quay lại câu số 4" names."""
    found = _JUMP.fullmatch(_line(text))
    return int(found[1]) if found else None


def answer_in(text: str) -> tuple[int | None, str] | None:
    """The question, where one is named, and the letters of an answer: "b", "đáp án B", "3. a, c".

    None for any other message.
    """
    typed = tidy(text).lower()
    line = fold(typed)
    found = _ANSWER.fullmatch(_TAIL.sub("", line)) if len(line) == len(typed) else None
    if found is None:
        return None
    start, end = found.span("letters")
    if not typed[start:end].replace("và", "va").replace("đ", "d").isascii():
        # "à" and "ạ" are no choice of "a".
        return None
    letters = "".join(sorted(set(_LETTER.findall(found["letters"].replace("va", " ")))))
    question = found["question"]
    return (int(question) if question else None), letters.upper()


def is_yes(text: str) -> bool:
    """Whether the message agrees."""
    return _line(text) in _YES


def is_no(text: str) -> bool:
    """Whether the message declines."""
    return _line(text) in _NO


def _line(text: str) -> str:
    return _TAIL.sub("", " ".join(fold(tidy(text)).replace(",", " ").rstrip(".!?").split()))
