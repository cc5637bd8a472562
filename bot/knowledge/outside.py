"""More wordings for a subject outside the base, written into its file."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.errors import InputRefused, KnowledgeFaulty, reason_of
from bot.knowledge.source import Faults, open_source
from bot.knowledge.word_files import parse_outside
from bot.knowledge.writing import write_whole

FILE = "words/ngoai-pham-vi.yaml"


def add_wordings(folder: Path, subject: str, wordings: Sequence[str]) -> None:
    """Adds wordings at the end of a subject's list; every other line stays to the letter.

    Raises `InputRefused` where the file or the subject is not there, `KnowledgeFaulty` where the
    file would be faulty afterwards.
    """
    path = folder / FILE
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    except OSError as error:
        raise InputRefused(f"Không đọc được {FILE}: {reason_of(error)}.") from error
    place, indent = _end_of(lines, subject)
    new = [f"{indent}- {_quoted(wording)}\n" for wording in wordings]
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    text = "".join([*lines[:place], *new, *lines[place:]])
    with tempfile.TemporaryDirectory() as draft:
        tried = Path(draft) / path.name
        tried.write_text(text, encoding="utf-8")
        faults = Faults(FILE)
        root = open_source(tried, FILE, faults)
        found = {one.id: one.phrasings for one in parse_outside(root)} if root else {}
    if faults.found or found.get(subject, ())[-len(new) :] != tuple(wordings):
        raise KnowledgeFaulty(faults.found)
    write_whole(path, text)


def _end_of(lines: Sequence[str], subject: str) -> tuple[int, str]:
    """Behind which line the list of a subject ends, and how far its lines are indented."""
    inside, place, indent = False, -1, ""
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare.startswith("- id:"):
            if inside and place >= 0:
                break
            inside = bare.removeprefix("- id:").strip() == subject
        elif inside and bare.startswith("- "):
            place, indent = number + 1, line[: len(line) - len(line.lstrip())]
    if place < 0:
        raise InputRefused(f"Trong {FILE} không có nhóm «{subject}» nào có cách hỏi.")
    return place, indent


def _quoted(text: str) -> str:
    """A wording as YAML text that can be nothing else."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
