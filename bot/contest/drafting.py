"""The files of a contest as organizers write them: read, checked before they are kept, created.

What is written here is played only once it is published. A text that would keep the whole knowledge
from being served is never written; what only keeps this contest from opening is, and is told.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from bot.contest.load import FOLDER, Definition, load_contests
from bot.errors import Fault, InputRefused, KnowledgeFaulty, reason_of
from bot.knowledge.edit import locked, mark_of
from bot.knowledge.model import Base
from bot.knowledge.roundtrip import open_editor, write_yaml
from bot.knowledge.writing import write_whole

CONTEST, QUESTIONS, UNITS, RULES = "contest.yaml", "questions.yaml", "units.yaml", "the-le.md"
FILES: Mapping[str, str] = {
    CONTEST: "Thể lệ",
    QUESTIONS: "Câu hỏi",
    UNITS: "Đơn vị dự thi",
    RULES: "Lời thể lệ cho người thi",
}
"""The files of a contest and what they hold."""
LONGEST = 1_000_000
"""Letters of a file."""
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_ID = 60


class FileChanged(InputRefused):
    """Somebody else changed the file since it was read; `now` is what stands there."""

    def __init__(self, now: Draft) -> None:
        super().__init__(
            "Trong lúc bạn sửa, tệp này đã được người khác sửa. Máy chủ chưa lưu gì: bạn xem hai bản "
            "khác nhau ở đâu rồi quyết định."
        )
        self.now = now


@dataclass(frozen=True, slots=True)
class Draft:
    """A file of a contest as it stands; empty where it is not there yet."""

    file: str
    text: str

    @property
    def mark(self) -> str:
        """The fingerprint of the text."""
        return mark_of(self.text)


@dataclass(frozen=True, slots=True)
class Checked:
    """A contest as its files would define it, with every fault; None where it cannot be read."""

    definition: Definition | None
    faults: tuple[Fault, ...]

    @property
    def blocking(self) -> tuple[Fault, ...]:
        """The faults that would keep all knowledge from being served."""
        return tuple(fault for fault in self.faults if fault.blocking)


def read_draft(knowledge: Path, contest_id: str, file: str) -> Draft:
    """A file of a contest. Raises `InputRefused` where it cannot be read."""
    path = _path(knowledge, contest_id, file)
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        told = reason_of(error) if isinstance(error, OSError) else "tệp không phải UTF-8"
        raise InputRefused(f"Không đọc được tệp {file}: {told}.") from error
    return Draft(file, text)


def check(
    knowledge: Path, base: Base, today: date, contest_id: str, texts: Mapping[str, str]
) -> Checked:
    """The contest with other texts in the place of some of its files; nothing is written."""
    with tempfile.TemporaryDirectory(prefix="cuoc-thi-") as scratch:
        copy = Path(scratch) / "knowledge"
        shutil.copytree(knowledge / FOLDER, copy / FOLDER)
        folder = copy / FOLDER / contest_id
        folder.mkdir(exist_ok=True)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8", newline="")
        contests = load_contests(copy, base, today)
    definition = contests.definitions.get(contest_id)
    own = f"{FOLDER}/{contest_id}/"
    faults = definition.faults if definition else ()
    faults = (*faults, *(f for f in contests.faults if f.file.startswith(own) and f not in faults))
    return Checked(definition, tuple(sorted(faults)))


def print_of(knowledge: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells whether any file of any contest has changed: names, times, sizes."""
    files = sorted(path for path in (knowledge / FOLDER).rglob("*") if path.is_file())
    stats = [(str(path), path.stat()) for path in files]
    return tuple((name, found.st_mtime_ns, found.st_size) for name, found in stats)


def save(
    knowledge: Path, base: Base, today: date, contest_id: str, before: Draft, text: str
) -> Checked:
    """Puts a text in the place of a file that is still as it was in `before`; gives the faults left.

    Raises `FileChanged` where it is not, `KnowledgeFaulty` where the contest could not even be read
    afterwards, `InputRefused` where the file cannot be written.
    """
    if len(text) > LONGEST:
        raise InputRefused("Tệp dài quá một triệu chữ.")
    folder = knowledge / FOLDER / contest_id
    if not folder.is_dir():
        raise InputRefused("Không còn thư mục của cuộc thi này.")
    with locked(folder):
        now = read_draft(knowledge, contest_id, before.file)
        if now.mark != before.mark:
            raise FileChanged(now)
        checked = check(knowledge, base, today, contest_id, {before.file: text})
        if checked.blocking:
            raise KnowledgeFaulty(checked.blocking)
        ends = "\r\n" if "\r\n" in now.text else "\n"
        written = text.replace("\r\n", "\n").rstrip("\n") + "\n"
        write_whole(_path(knowledge, contest_id, before.file), written.replace("\n", ends))
    return checked


def create(knowledge: Path, template: str, contest_id: str, title: str, *, copies: bool) -> None:
    """A new contest from another one's files.

    With `copies` it gets questions of its own, otherwise it draws from the template's bank.
    Raises `InputRefused` for an id that cannot be or is taken, or where it cannot be written.
    """
    if not _ID.fullmatch(contest_id) or len(contest_id) > _LONGEST_ID:
        raise InputRefused(
            "Mã cuộc thi chỉ gồm chữ thường không dấu và số, nối bằng gạch ngang, ví dụ "
            "phap-luat-giao-thong-2027."
        )
    if not title.strip():
        raise InputRefused("Bạn cần ghi tên cuộc thi.")
    source, folder = knowledge / FOLDER / template, knowledge / FOLDER / contest_id
    if folder.exists():
        raise InputRefused(f"Đã có cuộc thi mang mã «{contest_id}». Bạn chọn mã khác.")
    texts = {RULES: read_draft(knowledge, template, RULES).text}
    texts[UNITS] = read_draft(knowledge, template, UNITS).text
    if copies and (source / QUESTIONS).is_file():
        bank = read_draft(knowledge, template, QUESTIONS).text
        # The name of the bank stands in one line; the questions need not be gone through.
        texts[QUESTIONS] = re.sub(r"(?m)^bank:.*$", f"bank: {contest_id}", bank, count=1)
    own_bank = contest_id if QUESTIONS in texts else None
    contest = read_draft(knowledge, template, CONTEST).text
    texts[CONTEST] = _renamed(contest, contest_id, title.strip(), own_bank)
    _write_folder(folder, {file: text for file, text in texts.items() if text})


def _write_folder(folder: Path, texts: Mapping[str, str]) -> None:
    """The whole folder at once: whoever watches must not meet half a contest."""
    draft = folder.with_name(f".{folder.name}.dang-tao")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for file, text in texts.items():
            (draft / file).write_text(text, encoding="utf-8", newline="")
        draft.rename(folder)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise InputRefused(f"Không tạo được thư mục {folder.name}: {reason_of(error)}.") from error


def _renamed(text: str, contest_id: str, title: str, bank: str | None) -> str:
    editor = open_editor()
    root: CommentedMap = editor.load(text)
    root["id"], root["title"] = contest_id, title
    if bank is not None:
        for paper in root.get("papers", {}).values():
            paper["question_pool"]["bank"] = bank
    return write_yaml(editor, root, text)


def _path(knowledge: Path, contest_id: str, file: str) -> Path:
    if file not in FILES or not _ID.fullmatch(contest_id):
        raise InputRefused(f"Cuộc thi không có tệp nào tên {file}.")
    return knowledge / FOLDER / contest_id / file
