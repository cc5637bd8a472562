"""A small, faultless contest for tests, and the ways to change it."""

from __future__ import annotations

import copy
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.contest.load import Contests, Definition, load_contests
from bot.knowledge.load import load
from bot.knowledge.model import Base
from tests.conftest import TODAY
from tests.knowledge.folder import write_folder

NAME = "thu"
CONTEST: dict[str, Any] = yaml.safe_load(
    """
id: thu
title: Cuộc thi thử
organizers: [Sở Tư pháp]
rounds:
  - id: w1
    label: Tuần 1
    opens_at: "2026-02-27T08:00:00"
    closes_at: "2026-03-09T00:00:00"
    closing_words: hết ngày 08/3
    prizes: weekly
  - id: w2
    label: Tuần 2
    opens_at: "2026-03-09T00:00:00"
    closes_at: "2026-03-16T00:00:00"
    closing_words: 24h00 ngày 15/3/2026
    prizes: weekly
eligibility: {min_age: 14}
registration:
  fields:
    - {key: ho_ten, type: name}
    - {key: ngay_sinh, type: date}
    - {key: dien_thoai, type: phone, unique: soft, required: false}
    - {key: don_vi, type: unit, tree: don_vi_du_thi, required: false}
    - {key: doi_tuong, type: enum, options: [Học sinh, Cán bộ, Khác], required: false}
  consent:
    purposes:
      - {key: to_chuc_thi, required: true, text: Đồng ý dùng thông tin để tổ chức thi.}
      - {key: cong_bo_giai, text: Đồng ý công bố tên khi đạt giải.}
attempts: {max_per_round: 3}
papers:
  main:
    question_count: 4
    time_limit_s: 600
    question_pool: {bank: thu}
prediction:
  enabled: true
  text: Có bao nhiêu người trả lời đúng tất cả các câu?
ranking:
  keys:
    - {key: correct, order: desc}
    - {key: prediction_distance, order: asc}
    - {key: duration_ms, order: asc}
    - {key: submitted_at, order: asc}
  last_resort: draw_lots
prizes:
  weekly:
    individual:
      - {name: Nhất, count: 1, value: 5000000}
      - {name: Nhì, count: 2, value: 3000000}
data: {controller: Sở Tư pháp}
"""
)
UNITS: dict[str, Any] = {
    "tree": "don_vi_du_thi",
    "units": [
        {"id": "so", "name": "Sở Tư pháp", "level": "so", "headcount": 50},
        {"id": "phong-1", "name": "Phòng Phổ biến", "level": "phong", "parent": "so"},
        {"id": "truong", "name": "Trường Chu Văn An", "level": "so", "headcount": 900},
    ],
}


def question(number: int, **more: Any) -> dict[str, Any]:
    """A question whose right answer is option b."""
    return {
        "id": f"cau-{number:02}",
        "topic": "chung" if number % 2 else "rieng",
        "level": 1 + number % 3,
        "text": f"Câu hỏi số {number}?",
        "options": [{"id": i, "text": f"Phương án {i} của câu {number}"} for i in "abcd"],
        "key": ["b"],
        "explain": "Luật nói như vậy.",
        "citations": [{"law": "luat-bau-cu", "article": 2}],
        "status": "starter",
        "valid": {"from": "2025-07-01"},
        **more,
    }


BANK: dict[str, Any] = {"bank": NAME, "questions": [question(n) for n in range(1, 13)]}


def changed(tree: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The tree with some values in other words: `changed(CONTEST, papers__main__mode="fixed")`.

    A number in the path is a place in a list; the value `DELETED` takes the key away.
    """
    found: dict[str, Any] = copy.deepcopy(tree)
    for path, value in changes.items():
        *around, last = path.split("__")
        node: Any = found
        for step in around:
            node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
        if value is DELETED:
            del node[int(last) if isinstance(node, list) else last]
        elif isinstance(node, list):
            node[int(last)] = value
        else:
            node[last] = value
    return found


DELETED = object()


def write_contest(
    folder: Path,
    contest: dict[str, Any] | str = CONTEST,
    bank: dict[str, Any] | str = BANK,
    units: dict[str, Any] | str | None = UNITS,
    name: str = NAME,
) -> Path:
    """Write the files of one contest; gives the knowledge folder that they are in."""
    place = folder / "contests" / name
    place.mkdir(parents=True, exist_ok=True)
    for file, what in (("contest", contest), ("questions", bank), ("units", units)):
        if what is not None:
            text = what if isinstance(what, str) else dump(what)
            (place / f"{file}.yaml").write_text(text, encoding="utf-8")
    return folder


def dump(tree: dict[str, Any]) -> str:
    # Through JSON, so that nothing used twice becomes an anchor.
    return yaml.safe_dump(json.loads(json.dumps(tree)), allow_unicode=True, sort_keys=False)


def load_folder(folder: Path) -> Contests:
    return load_contests(folder, small_base(), TODAY)


@cache
def small_base() -> Base:
    """A small base, with the laws that the questions cite."""
    with tempfile.TemporaryDirectory() as folder:
        return load(write_folder(Path(folder)), TODAY).base


def define(folder: Path, **changes: Any) -> Definition:
    """The definition of the small contest with some values changed; it must be faultless."""
    contests = load_folder(write_contest(folder, changed(CONTEST, **changes)))
    assert contests.faults == (), "\n".join(map(str, contests.faults))
    return contests.definitions[NAME]
