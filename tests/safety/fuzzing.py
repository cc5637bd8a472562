"""What is thrown at everything that reads something from outside, and who must take it.

Inputs are made from real ones (payloads, questions, files) by breaking them at random, and from a list
of nasty strings. Whatever a reader does not understand it must say so in its own way; any other error
is a fault of ours.
"""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.calculators.calculate import calculate
from bot.channels.base import Channel
from bot.channels.sealed import seal, unseal
from bot.dialogue.advise import advise
from bot.dialogue.contest.codes import read_act
from bot.dialogue.presses import read_press
from bot.dialogue.snapshot import Snapshot
from bot.dialogue.states import State, read_choice
from bot.errors import InputRefused
from bot.knowledge.booklet import import_booklet
from bot.knowledge.load import load
from bot.language.fold import fold, tidy
from bot.language.keys import decode_keys
from bot.language.mask import mask_numbers
from tests.conftest import ROOT, SEALER, TODAY
from tests.contest.folder import BANK, CONTEST, UNITS, dump, load_folder, write_contest
from tests.contract.cases import CASES
from tests.knowledge.folder import BASE, ELECTIONS, ENTRIES, LAWS, write_folder
from tests.safety.nasty import NASTY

VALUES = list(NASTY.values())
PRESSES = [
    "a:tuoi-bau-cu", "d:the-cu-tri", "r:x", "c:7:tuoi", "n:7", "u:7:1", "m:", "m:a", "p:cu-tri:2",
    "g:nguoi-bau:1", "t:tuoi:0", "w:00001:thon-1", "k:o:abc", "k:s:abc:0:1", "k:a:5:1:2", "k:f:n:s:v",
    "k:h:5:1", "k:e:5:3", "k:l:5", "k:r:5",
]  # fmt: skip
QUESTIONS = [
    json.loads(line)["text"]
    for name in ("dev-questions", "dev-noisy", "dev-offtopic")
    for line in (ROOT / "tests" / "queries" / f"{name}.jsonl").read_text("utf-8").splitlines()
]
BOOKLET = """\
Câu 1. Ai được bầu cử?
Trả lời: Công dân đủ mười tám tuổi (khoản 1 Điều 2 Luật Bầu cử).

Câu 2. Bầu ở đâu?
Trả lời: Ở phòng bỏ phiếu.
12
Phần II. NGƯỜI ỨNG CỬ
Hỏi 3: Ai được ứng cử?
Đáp: Công dân đủ hai mươi mốt tuổi1.
1 Xem Điều 3.
"""
_ODD: list[Any] = [
    None, True, False, 0, -1, 2**31, 2**63, 10**400, 1e308, float("nan"), float("inf"), "", " ", "0",
    [], {}, [[]], {"": ""}, "2026-02-30", "9999-12-31T23:59:59", "\ud800", "\0", "a" * 70_000,
]  # fmt: skip

Make = Callable[[Random], Any]
Take = Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Target:
    """A reader: how to make its inputs, who takes them, and what of a million it gets."""

    name: str
    make: Make
    take: Take
    share: float


def break_text(chance: Random, text: str) -> str:
    """A text with pieces cut, doubled, swapped, or replaced by something nasty."""
    letters = list(text)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(letters) + 1)
        match chance.randrange(7):
            case 0:
                del letters[at : at + chance.randint(1, 9)]
            case 1:
                letters[at:at] = letters[at : at + chance.randint(1, 30)]
            case 2:
                letters[at:at] = list(chance.choice(VALUES)[:400])
            case 3:
                top = chance.choice((0x300, 0x2100, 0x110000))
                letters[at:at] = [chr(chance.randrange(top))]
            case 4:
                letters[at : at + 1] = chance.choice(
                    ("\n", "\t", ":", "- ", "#", "'", '"', "{", "[", "&")
                )
            case 5:
                letters[at:] = reversed(letters[at:])
            case _:
                letters[at:at] = list(
                    chance.choice(("0", "18", "15/3/2026", "31/2", "-5", "9" * 40))
                )
    return "".join(letters)


def break_tree(chance: Random, tree: Any) -> Any:
    """Plain data with some of its values gone, exchanged or of another kind."""
    broken = copy.deepcopy(tree)
    for _ in range(chance.randint(1, 4)):
        spot = _spot(chance, broken)
        if spot is None:
            return chance.choice(_ODD)
        around, key = spot
        match chance.randrange(6):
            case 0:
                del around[key]
            case 1:
                around[key] = chance.choice(_ODD)
            case 2:
                around[key] = [around[key]] * chance.randint(1, 3)
            case 3:
                around[key] = {"a": around[key]}
            case 4:
                around[key] = chance.choice(VALUES)
            case _:
                value = around[key]
                around[key] = break_text(chance, value) if isinstance(value, str) else str(value)
    return broken


def _spot(chance: Random, tree: Any) -> tuple[Any, Any] | None:
    """Some place in the tree, as its container and key; None where there is none."""
    spots: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list):
            keys = list(node) if isinstance(node, dict) else range(len(node))
            spots += [(node, key) for key in keys]
            waiting += [node[key] for key in keys]
    return chance.choice(spots) if spots else None


def _typed(chance: Random) -> str:
    return break_text(chance, chance.choice(QUESTIONS))


def _press(chance: Random) -> str:
    return break_text(chance, chance.choice(PRESSES))


def _payloads(folder: str) -> list[Any]:
    paths = sorted((ROOT / "tests" / "payloads" / folder).glob("*.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def _payload_target(folder: str, share: float) -> Target:
    payloads = _payloads(folder)
    channel: Channel = next(case.build() for case in CASES if case.name == folder)

    def take(payload: Any) -> None:
        for incoming in channel.parse(payload):
            # What is understood must also survive the inbox.
            lies = seal(incoming, SEALER)
            unseal(incoming.channel, incoming.external_id, lies, SEALER)

    return Target(f"{folder} payloads", lambda c: break_tree(c, c.choice(payloads)), take, share)


def _take_words(text: str) -> None:
    mask_numbers(fold(tidy(text)))
    decode_keys(text[:40])
    read_choice(text)


def _take_press(code: str) -> None:
    read_press(code)
    read_act(code)


def _take_state(data: Any) -> None:
    if isinstance(data, dict):
        State.from_data(data)


def _knowledge_target(folder: Path) -> Target:
    files = {"base": BASE, "laws": LAWS, "elections": ELECTIONS}

    def make(chance: Random) -> dict[str, str]:
        name = chance.choice(("entries", "entries", *files))
        return {name: break_text(chance, files.get(name, ENTRIES))}

    def take(files: dict[str, str]) -> None:
        written: dict[str, Any] = {k: v.encode("utf-8", "replace") for k, v in files.items()}
        load(write_folder(folder, **{"entries": ENTRIES, **written}), TODAY)

    return Target("knowledge files", make, take, 0.005)


def _contest_target(folder: Path) -> Target:
    def make(chance: Random) -> tuple[str, str]:
        name, tree = chance.choice((("contest", CONTEST), ("bank", BANK), ("units", UNITS)))
        if chance.random() < 0.5:
            return name, break_text(chance, dump(tree))
        try:
            return name, dump(break_tree(chance, tree))
        except (ValueError, OverflowError):
            return name, break_text(chance, dump(tree))

    def take(made: tuple[str, str]) -> None:
        name, text = made
        files: dict[str, Any] = {name: text.encode("utf-8", "replace").decode()}
        load_folder(write_contest(folder, **files))

    return Target("contest files", make, take, 0.003)


def _booklet_target(folder: Path, snapshot: Snapshot) -> Target:
    path = folder / "sach.txt"

    def take(text: str) -> None:
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            import_booklet(path, snapshot.base, lambda _question: None)
        except InputRefused:
            return

    return Target("booklets", lambda c: break_text(c, BOOKLET * c.randint(1, 3)), take, 0.0005)


def build_targets(folder: Path, snapshot: Snapshot) -> Sequence[Target]:
    """Every reader of the program; `folder` is for the files that some of them read."""
    for name in ("kho", "thi", "sach"):
        (folder / name).mkdir()
    return (
        Target("words", _typed, _take_words, 0.2515),
        Target("language", _typed, snapshot.matcher.read, 0.1),
        Target("questions", _typed, lambda text: advise(snapshot, text, TODAY), 0.02),
        Target("calculators", _typed, lambda t: calculate(t, snapshot.base, TODAY), 0.05),
        Target("button codes", _press, _take_press, 0.22),
        Target("states", lambda c: break_tree(c, _STATE), _take_state, 0.05),
        _payload_target("telegram", 0.1),
        _payload_target("zalo_bot", 0.1),
        _payload_target("zalo_oa", 0.1),
        _knowledge_target(folder / "kho"),
        _contest_target(folder / "thi"),
        _booklet_target(folder / "sach", snapshot),
    )


_STATE = {
    "offered": [["a:x", "Một"], ["b:y", "Hai"]],
    "at": "2026-03-01T02:00:00+00:00",
    "form": "tuoi",
    "task": {"kind": "form", "contest": "thu", "sealed": "x", "position": 3},
}


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """A folder for `build_targets`, in memory where the machine has one."""
    fast = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None)
