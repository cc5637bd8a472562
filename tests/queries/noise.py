"""Garbles questions the way phones, hurry and habit do, the same way every time.

One function a tag of noise; `python -m tests.queries.noise` makes the noisy twins of the labelled
questions that were written for this project, seeded by the question's id.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from bot.language.fold import fold

HERE = Path(__file__).parent
MADE = {
    "fit-noisy-2": (["fit-questions-2"], 3),
    "fit-noisy-4": (["fit-questions-3a", "fit-questions-3b", "fit-questions-4"], 2),
    "fit-offtopic-noisy": (
        ["fit-offtopic", "fit-offtopic-2", "fit-offtopic-3a", "fit-offtopic-3b", "fit-offtopic-4"],
        3,
    ),
    "held-noisy": (["held-questions"], 3),
}
"""The files that are made here: of which ones, and of every how many questions."""

_TELEX_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
_VNI_TONES = {"\u0300": "2", "\u0301": "1", "\u0309": "3", "\u0303": "4", "\u0323": "5"}
_TELEX_SHAPES = {"\u0302": None, "\u031b": "w", "\u0306": "w"}
_VNI_SHAPES = {"\u0302": "6", "\u031b": "7", "\u0306": "8"}
_BESIDE = {"a": "s", "e": "r", "i": "o", "o": "p", "u": "y", "n": "b", "m": "n", "t": "r", "h": "g", "c": "v", "g": "h", "b": "v"}  # fmt: skip
_CHAT = {
    "không": "ko", "được": "đc", "gì": "j", "thế nào": "ntn", "như thế nào": "ntn", "bao nhiêu": "bn",
    "người": "ng", "với": "vs", "vậy": "v", "rồi": "r", "biết": "bít", "bây giờ": "bi h", "mình": "mk",
    "cũng": "cx", "nhưng": "nhg", "những": "nhữg", "trước": "trc", "sao": "s",
}  # fmt: skip
_SPOKEN = {
    "không": "hông", "thế nào": "răng", "tôi": "tui", "gì": "chi", "này": "ni", "đâu": "mô",
    "bố": "ba", "mẹ": "má", "anh ấy": "ảnh", "bà ấy": "bả", "ông ấy": "ổng", "vậy": "rứa", "thật": "thiệt",
}  # fmt: skip
_BY_EAR = (("tr", "ch"), ("x", "s"), ("s", "x"), ("ch", "tr"), ("r", "d"), ("l", "n"), ("gi", "d"))
_AROUND = (
    ("Ad ơi cho em hỏi với ạ, ", " Em cảm ơn ad nhiều 🙏"),
    ("Dạ chào anh chị, ", " ạ, mong được giải đáp sớm"),
    ("hello bot 😊 ", " thanks nha"),
    ("Cho mình hỏi chút, ", " cảm ơn bạn nhé ❤️"),
    ("Kính gửi cơ quan, tôi xin hỏi: ", " Xin chân thành cảm ơn."),
)

Noise = Callable[[str, random.Random], str]


def _keys(text: str, tones: dict[str, str], shapes: dict[str, str | None], bar: str) -> str:
    """The keys behind each word, the tone typed last."""
    typed = []
    for word in re.split(r"(\W+)", text):
        letters: list[str] = []
        tone = ""
        for letter in unicodedata.normalize("NFD", word.replace("đ", bar).replace("Đ", bar)):
            if letter in tones:
                tone = tones[letter]
            elif letter in shapes:
                letters.append(shapes[letter] or letters[-1])
            else:
                letters.append(letter)
        typed.append("".join(letters) + tone)
    return "".join(typed)


def telex(text: str, _: random.Random) -> str:
    return _keys(text.lower(), _TELEX_TONES, _TELEX_SHAPES, "dd")


def vni(text: str, _: random.Random) -> str:
    return _keys(text.lower(), _VNI_TONES, dict(_VNI_SHAPES), "d9")


def nodia(text: str, _: random.Random) -> str:
    return fold(text)


def partial(text: str, chance: random.Random) -> str:
    return " ".join(fold(w) if chance.random() < 0.5 else w for w in text.split())


def typo(text: str, chance: random.Random) -> str:
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) > 3]
    for at in chance.sample(long, min(len(long), 1 + len(words) // 6)):
        words[at] = _mistype(words[at], chance)
    return " ".join(words)


def _mistype(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word) - 1)
    kind = chance.choice(("drop", "double", "swap", "beside"))
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + _BESIDE.get(word[at], word[at]) + word[at + 1 :]


def nopunct(text: str, _: random.Random) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.lower()).split())


def teen(text: str, _: random.Random) -> str:
    return _replaced(text.lower().rstrip("?. "), _CHAT)


def nospace(text: str, chance: random.Random) -> str:
    return "".join(w if chance.random() < 0.4 else w + " " for w in text.split()).strip()


def caps(text: str, chance: random.Random) -> str:
    return (fold(text) if chance.random() < 0.4 else text).upper()


def filler(text: str, chance: random.Random) -> str:
    before, after = chance.choice(_AROUND)
    return before + text[0].lower() + text[1:] + after


def nfd(text: str, _: random.Random) -> str:
    return unicodedata.normalize("NFD", text)


def dialect(text: str, chance: random.Random) -> str:
    if chance.random() < 0.5:
        return _replaced(text.lower(), _SPOKEN)
    words = text.lower().split()
    for at in range(0, len(words), 2):
        for one, other in _BY_EAR:
            if words[at].startswith(one):
                words[at] = other + words[at][len(one) :]
                break
    return " ".join(words)


def stretch(text: str, chance: random.Random) -> str:
    return " ".join(w + w[-1] * 3 if chance.random() < 0.35 and w[-1].isalpha() else w for w in text.split())  # fmt: skip


def _replaced(text: str, words: dict[str, str]) -> str:
    for full in sorted(words, key=len, reverse=True):
        text = re.sub(rf"\b{full}\b", words[full], text)
    return text


NOISES: dict[str, Noise] = {
    noise.__name__: noise
    for noise in (
        nodia, partial, telex, vni, typo, nopunct, teen, nospace, caps, filler, nfd, dialect, stretch,
    )
}  # fmt: skip


def twins(questions: list[dict[str, object]], every: int) -> list[dict[str, object]]:
    """A noisy twin of every so many questions, the tags in turn."""
    made: list[dict[str, object]] = []
    for number, question in enumerate(questions[::every]):
        tag = list(NOISES)[number % len(NOISES)]
        chance = random.Random(str(question["id"]))
        text = NOISES[tag](str(question["text"]), chance)
        labels = {key: question[key] for key in ("topic", "also") if key in question}
        made.append({"id": f"{question['id']}n", "base": question["id"], "text": text, "noise": [tag]} | labels)  # fmt: skip
    return made


if __name__ == "__main__":
    for name, (sources, every) in MADE.items():
        files = [HERE / "labelled" / f"{source}.jsonl" for source in sources]
        lines = [
            json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()
        ]
        made = "".join(json.dumps(twin, ensure_ascii=False) + "\n" for twin in twins(lines, every))
        (HERE / "labelled" / f"{name}.jsonl").write_text(made, encoding="utf-8")
