"""A small, faultless knowledge folder for tests, and the ways to spoil it."""

from __future__ import annotations

from pathlib import Path

from bot.knowledge.load import Loaded, load
from tests.conftest import TODAY

BASE = """\
name: Hỏi đáp thử
organisation: Sở Tư pháp
contact: Hãy hỏi Ủy ban nhân dân xã.
welcome: Chào bạn!
notice: Thông tin chung.
parts:
  - {id: cu-tri, title: Cử tri}
  - {id: ung-cu, title: Ứng cử}
audiences:
  - {id: nguoi-bau, title: Tôi là cử tri}
"""
LAWS = """\
laws:
  luat-bau-cu:
    number: 85/2015/QH13
    short: Luật Bầu cử
    title: Luật Bầu cử đại biểu Quốc hội
    in_force: {from: 2015-09-01}
  luat-sua:
    number: 83/2025/QH15
    short: Luật sửa đổi Luật Bầu cử
    title: Luật sửa đổi, bổ sung một số điều của Luật Bầu cử
  hien-phap:
    number: Hiến pháp 2013
    short: Hiến pháp 2013
    title: Hiến pháp
"""
ELECTIONS = """\
reference: ky-2026
next: null
elections:
  ky-2026:
    name: Bầu cử năm 2026
    date: 2026-03-15
    assembly_term: XVI
    council_term: "2026-2031"
milestones:
  - id: nop-ho-so
    what: Hạn nộp hồ sơ ứng cử
    days_before: 42
    kind: deadline
    citations:
      - {law: luat-bau-cu, article: 35}
  - id: rieng
    what: Công bố ngày bầu cử bổ sung
    days_before: 30
    kind: deadline
    scope: bau-bo-sung
"""
REVIEWED = "2026-01-01"


def entry(
    entry_id: str,
    question: str,
    *phrasings: str,
    article: int = 2,
    more: str = "",
    answer: str = "",
) -> str:
    """One entry of six lines; `more` lines follow them, the phrasings come last."""
    lines = [
        f"  - id: {entry_id}",
        f"    question: {question}",
        f"    answer: {answer or 'Trả lời ngắn.'}",
        f"    citations: [{{law: luat-bau-cu, article: {article}}}]",
        "    status: starter",
        f"    reviewed: {{by: bản khởi tạo, on: {REVIEWED}}}",
        *(f"    {line}" for line in more.splitlines()),
    ]
    if phrasings:
        lines += ["    phrasings:", *(f"      - {phrasing}" for phrasing in phrasings)]
    return "\n".join(lines) + "\n"


def entries(*written: str) -> str:
    """A file of entries; the first one starts on line 4."""
    return "part: cu-tri\ntitle: Cử tri\nentries:\n" + "".join(written)


ENTRIES = entries(
    entry("tuoi", "Bao nhiêu tuổi thì được đi bầu?", "mấy tuổi được bầu", answer="Đủ 18 tuổi."),
    entry("the", "Mất thẻ cử tri thì làm sao?", "mất thẻ", article=30, answer="Hãy báo tổ bầu cử."),
)
_FILES = {
    "base": ("base.yaml", BASE),
    "laws": ("laws.yaml", LAWS),
    "elections": ("elections.yaml", ELECTIONS),
    "more": ("entries/b.yaml", None),
    "affairs": ("affairs.yaml", None),
    "short": ("words/viet-tat.yaml", "short: {ko: không, đbqh: đại biểu quốc hội}\n"),
    "fillers": ("words/mo-dau-ket-thuc.yaml", "openers: [dạ, cho em hỏi]\nclosers: [với ạ, ạ]\n"),
    "concepts": ("words/dong-nghia.yaml", "concepts:\n  - [hòm phiếu, thùng phiếu]\n"),
    "smalltalk": ("words/tro-chuyen.yaml", "remarks: [{id: a, reply: Chào bạn!, exact: [chào]}]\n"),
    "refusals": ("words/tu-choi.yaml", "remarks: [{id: b, reply: Xin lỗi., parts: [đảng nào]}]\n"),
    "outside": (
        "words/ngoai-pham-vi.yaml",
        "subjects: [{id: d, title: Đất, phrasings: [sổ đỏ]}]\n",
    ),
}


def write_folder(
    folder: Path, entries: str | bytes | None = ENTRIES, **files: str | bytes | None
) -> Path:
    """Write the faultless folder with some files in other words; None leaves a file out."""
    assert files.keys() <= _FILES.keys(), files.keys() - _FILES.keys()
    wanted = {name: files.get(key, content) for key, (name, content) in _FILES.items()}
    for name, written in {**wanted, "entries/a.yaml": entries}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if written is not None:
            path.write_bytes(written.encode() if isinstance(written, str) else written)
    return folder


def swap(text: str, old: str, new: str) -> str:
    """The text with one place in other words; fails where that place is missing or not alone."""
    assert text.count(old) == 1, (old, text.count(old))
    return text.replace(old, new)


def look(folder: Path) -> Loaded:
    """What loading the folder gives."""
    return load(folder, TODAY)


def told(folder: Path) -> list[str]:
    """Every fault of the folder, as an editor reads it."""
    return [str(fault) for fault in look(folder).faults]
