"""The rules that organizers change most, as fields of a form over contest.yaml.

A field is a path in the file. What is changed is written there and nowhere else: comments, order and
every other key stay. What the form does not show is changed in the text of the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.contest.reading import line_at
from bot.contest.words import Counting, LastResort, Target
from bot.errors import Fault, InputRefused
from bot.knowledge.roundtrip import open_editor, write_yaml
from bot.knowledge.source import Faults, open_text
from bot.knowledge.writing import is_plain

Kind: TypeAlias = Literal["text", "lines", "number", "instant", "yes", "choice"]
Path: TypeAlias = tuple[str | int, ...]

_COUNTING: Mapping[Counting, str] = {
    "first": "Lượt đầu",
    "last": "Lượt cuối",
    "best": "Lượt tốt nhất",
    "sum": "Cộng điểm mọi lượt",
    "average": "Trung bình mọi lượt",
}
_TARGETS: Mapping[Target, str] = {
    "persons_all_correct": "Số người đúng tất cả",
    "persons": "Số người dự thi",
    "attempts": "Số lượt thi",
    "attempts_all_correct": "Số lượt đúng tất cả",
}
_RESORTS: Mapping[LastResort, str] = {
    "draw_lots": "Bốc thăm",
    "share": "Chia đều giải",
    "board_decision": "Ban tổ chức quyết định",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """A field with the value that stands in the file; `fault` is what is wrong there."""

    path: Path
    group: str
    label: str
    kind: Kind = "text"
    help: str = ""
    options: tuple[tuple[str, str], ...] = ()
    value: str = ""
    fault: str = ""

    @property
    def name(self) -> str:
        """The name of the field in a form."""
        return "__".join(map(str, self.path))


def read_fields(text: str, faults: Sequence[Fault] = ()) -> list[FormField]:
    """The fields of a contest.yaml, each with its value and the faults of its line.

    Raises `InputRefused` where the text is no YAML of a contest.
    """
    root = _load(text)[1]
    source = open_text(text, Faults("contest.yaml"))
    told = dict[int, list[str]]()
    for fault in faults:
        told.setdefault(fault.line, []).append(fault.sentence)
    found = []
    for field in _fields(root):
        stands = source and _at(root, field.path) is not None
        line = line_at(source, field.path) if source and stands else 0
        sentences = told.pop(line, [])
        found.append(
            FormField(
                field.path,
                field.group,
                field.label,
                field.kind,
                field.help,
                field.options,
                _show(_at(root, field.path)),
                " ".join(sentences),
            )
        )
    return found


def change_fields(text: str, values: Mapping[str, str]) -> str:
    """The text with other values in its fields; those not named, or unchanged, are not touched.

    Raises `InputRefused` for a number or an instant that is none.
    """
    editor, root = _load(text)
    changed = False
    for field in _fields(root):
        typed = values.get(field.name)
        if typed is None or _tidy(field, typed) == _tidy(field, _show(_at(root, field.path))):
            continue
        _put(root, field.path, _value(field, typed))
        changed = True
    return write_yaml(editor, root, text) if changed else text


def _fields(root: Mapping[str, Any]) -> Iterable[FormField]:
    yield FormField(("title",), "Chung", "Tên cuộc thi")
    yield FormField(("organizers",), "Chung", "Đơn vị tổ chức", "lines", "Mỗi dòng một đơn vị.")
    yield FormField(
        ("legal_refs",), "Chung", "Kế hoạch, thể lệ, quyết định", "lines", "Mỗi dòng một văn bản."
    )
    yield FormField(("expected_persons",), "Chung", "Số người dự kiến", "number")
    for n, one in enumerate(root.get("rounds") or []):
        group = f"Vòng {one.get('id', n + 1)}" if isinstance(one, dict) else f"Vòng {n + 1}"
        yield FormField(("rounds", n, "label"), group, "Tên vòng")
        yield FormField(("rounds", n, "opens_at"), group, "Mở lúc", "instant")
        yield FormField(("rounds", n, "closes_at"), group, "Đóng lúc", "instant")
        yield FormField(
            ("rounds", n, "closing_words"), group, "Lời ghi giờ đóng", "text",
            "Như trên giấy, ví dụ: hết ngày 08/3/2026. Hết ngày 8/3 là 00:00 ngày 9/3.",
        )  # fmt: skip
    yield FormField(("eligibility", "min_age"), "Người thi và lượt thi", "Tuổi nhỏ nhất", "number")
    yield FormField(
        ("attempts", "max_per_round"), "Người thi và lượt thi", "Số lượt mỗi vòng", "number",
        "Bỏ trống là không giới hạn.",
    )  # fmt: skip
    yield FormField(
        ("attempts", "counting"), "Người thi và lượt thi", "Lượt được tính", "choice",
        options=_options(Counting, _COUNTING),
    )  # fmt: skip
    for name in root.get("papers") or {}:
        group = f"Đề {name}"
        yield FormField(("papers", name, "question_count"), group, "Số câu", "number")
        yield FormField(("papers", name, "time_limit_s"), group, "Thời gian làm (giây)", "number")
        yield FormField(("papers", name, "pass_mark"), group, "Điểm đạt", "number")
    yield FormField(("prediction", "enabled"), "Câu dự đoán", "Có câu dự đoán", "yes")
    yield FormField(("prediction", "text"), "Câu dự đoán", "Lời câu hỏi")
    yield FormField(
        ("prediction", "target"), "Câu dự đoán", "Hỏi con số nào", "choice",
        options=_options(Target, _TARGETS),
    )  # fmt: skip
    yield FormField(
        ("ranking", "last_resort"), "Xếp hạng và giải", "Khi bằng nhau hết", "choice",
        options=_options(LastResort, _RESORTS),
    )  # fmt: skip
    yield from _prizes(root.get("prizes") or {})
    yield FormField(
        ("complaints", "answer_within_days"), "Khiếu nại, dữ liệu", "Trả lời trong (ngày)", "number"
    )
    yield FormField(
        ("data", "controller"), "Khiếu nại, dữ liệu", "Đơn vị chịu trách nhiệm về dữ liệu cá nhân"
    )


def _prizes(prizes: Mapping[str, Any]) -> Iterable[FormField]:
    for name, prize_set in prizes.items():
        tiers = prize_set.get("individual") if isinstance(prize_set, dict) else None
        for n, tier in enumerate(tiers or []):
            group = f"Giải «{tier.get('name', n + 1)}»" if isinstance(tier, dict) else "Giải"
            at: Path = ("prizes", name, "individual", n)
            yield FormField((*at, "count"), group, "Số giải", "number")
            yield FormField((*at, "value"), group, "Trị giá mỗi giải (đồng)", "number")


def _options(kind: Any, titles: Mapping[Any, str]) -> tuple[tuple[str, str], ...]:
    return tuple((word, titles[word]) for word in get_args(kind))


def _load(text: str) -> tuple[Any, CommentedMap]:
    editor = open_editor()
    try:
        root = editor.load(text)
    except YAMLError as error:
        raise InputRefused("Tệp contest.yaml chưa đọc được. Bạn sửa ở phần chữ của tệp.") from error
    if not isinstance(root, CommentedMap):
        raise InputRefused("Tệp contest.yaml trống. Bạn sửa ở phần chữ của tệp.")
    return editor, root


def _at(root: Any, path: Path) -> Any:
    for step in path:
        inside = isinstance(root, dict) or (isinstance(root, list) and isinstance(step, int))
        if not inside or (isinstance(root, dict) and step not in root):
            return None
        root = root[step]
    return root


def _put(root: Any, path: Path, value: Any) -> None:
    for step in path[:-1]:
        if isinstance(root, dict) and root.get(step) is None:
            root[step] = CommentedMap()
        root = root[step]
    root[path[-1]] = value


def _show(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")
    return str(value).strip()


def _tidy(field: FormField, text: str) -> str:
    if field.kind == "lines":
        return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())
    if field.kind == "instant":
        return text.strip().replace(" ", "T").removesuffix(":00")
    return " ".join(text.split())


def _value(field: FormField, typed: str) -> Any:
    text = _tidy(field, typed)
    if field.kind == "yes":
        return bool(text)
    if field.kind == "lines":
        return CommentedSeq([_scalar(line) for line in text.split("\n") if line])
    if not text:
        return None
    if field.kind == "number":
        if not text.isascii() or not text.isdigit() or len(text) > 12:
            raise InputRefused(f"{field.label}: «{text[:40]}» không phải là một số.")
        return int(text)
    if field.kind == "instant":
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            said = f"{field.label}: bạn ghi đủ ngày và giờ, ví dụ 2026-03-15T19:00."
            raise InputRefused(said) from None
        return DoubleQuotedScalarString(at.strftime("%Y-%m-%dT%H:%M:%S"))
    return _scalar(text)


def _scalar(text: str) -> str:
    return text if is_plain(text) else DoubleQuotedScalarString(text)
