"""A small, faultless knowledge folder for tests, and the ways to spoil it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.knowledge.load import load

DAY = date(2026, 11, 23)

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
    changes:
      - by: luat-sua-doi
        on: 2025-07-01
        articles: [2, 29]
  luat-sua-doi:
    number: 83/2025/QH15
    short: Luật sửa đổi Luật Bầu cử
    title: Luật sửa đổi Luật Bầu cử
  hien-phap:
    number: Hiến pháp 2013
    short: Hiến pháp 2013
    title: Hiến pháp
"""
ELECTIONS = """\
reference: bau-cu-2026
next: null
elections:
  bau-cu-2026:
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
  - id: bo-sung-cong-bo
    what: Công bố ngày bầu cử bổ sung
    days_before: 30
    kind: deadline
    scope: bau-bo-sung
"""
ENTRIES = """\
part: cu-tri
title: Cử tri
entries:
  - id: tuoi-bau-cu
    question: Bao nhiêu tuổi thì được đi bầu cử?
    phrasings:
      - mấy tuổi được đi bầu
      - chưa đủ 18 tuổi có được bầu không
    answer: Đủ 18 tuổi tính đến ngày bầu cử ({ngay_bau_cu}).
    detail: Tuổi tính theo ngày sinh.
    citations:
      - {law: luat-bau-cu, article: 2}
    related: [the-cu-tri]
    audience: [nguoi-bau]
    status: starter
    reviewed: {by: bản khởi tạo, on: 2026-01-10}
    valid: {from: 2025-07-01}
  - id: the-cu-tri
    question: Mất thẻ cử tri thì làm sao?
    phrasings:
      - mất thẻ cử tri
    answer: Hãy báo cho tổ bầu cử.
    citations:
      - {law: luat-bau-cu, article: 29, clause: 1}
      - {law: hien-phap, article: 27}
    status: starter
    reviewed: {by: bản khởi tạo, on: 2026-01-10}
"""
_FILES = {
    "base": ("base.yaml", BASE),
    "laws": ("laws.yaml", LAWS),
    "elections": ("elections.yaml", ELECTIONS),
    "entries": ("entries/01.yaml", ENTRIES),
    "more": ("entries/02.yaml", None),
    "short": ("words/viet-tat.yaml", "short: {ko: không, đbqh: đại biểu quốc hội}\n"),
    "fillers": ("words/mo-dau-ket-thuc.yaml", "openers: [dạ, cho em hỏi]\nclosers: [với ạ, ạ]\n"),
    "concepts": ("words/dong-nghia.yaml", "concepts:\n  - [hòm phiếu, thùng phiếu]\n"),
    "smalltalk": (
        "words/tro-chuyen.yaml",
        "remarks:\n  - {id: chao, reply: Chào bạn!, exact: [chào]}\n",
    ),
    "refusals": (
        "words/tu-choi.yaml",
        "remarks:\n  - {id: dang, reply: Xin lỗi., parts: [đảng nào]}\n",
    ),
    "outside": (
        "words/ngoai-pham-vi.yaml",
        "subjects:\n  - {id: dat, title: Đất, phrasings: [sổ đỏ]}\n",
    ),
}


def write_folder(folder: Path, **files: str | bytes | None) -> Path:
    """Write the faultless folder with some files in other words; None leaves a file out."""
    unknown = files.keys() - _FILES.keys()
    assert not unknown, unknown
    for key, (name, content) in _FILES.items():
        written = files.get(key, content)
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


def faults_in(folder: Path, today: date = DAY) -> list[str]:
    """What loading the folder has to say, as an editor reads it."""
    return [str(fault) for fault in load(folder, today).faults]
