"""Writes the YAML files: whole or not at all, and each text so that it is read back the same."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from bot.errors import InputRefused, reason_of


def write_whole(out: Path, text: str) -> None:
    """Put a text in the place of a file in one step, so that no half of it is ever seen.

    Raises `InputRefused` where the file cannot be written.
    """
    with replacing(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def write_all(texts: Mapping[Path, str]) -> None:
    """Write every file, or leave all as they were.

    Raises `InputRefused` where one of them cannot be written.
    """
    before = {path: path.read_bytes() for path in texts if path.is_file()}
    written: list[Path] = []
    try:
        for path, text in texts.items():
            write_whole(path, text)
            written.append(path)
    except InputRefused:
        for path in written:
            if path in before:
                path.write_bytes(before[path])
            else:
                path.unlink()
        raise


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """A temporary file beside `out` that takes its place in the end, or goes where that fails.

    Raises `InputRefused` where the file cannot be written.
    """
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.", suffix=".tmp")
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(out.stat().st_mode & 0o777 if out.exists() else 0o644)
        temporary.replace(out)
    except OSError as error:
        raise InputRefused(f"Không ghi được tệp {out}: {reason_of(error)}.") from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)


def is_plain(text: str, *, in_flow: bool = False) -> bool:
    """Whether a text without quotes is read back the same ("no" and "12:30" are not).

    `in_flow` is set for a text between brackets, where commas and brackets part the items.
    """
    if text in ("y", "n"):
        return False
    try:
        if in_flow:
            return bool(yaml.safe_load(f"[{text}]") == [text])
        return bool(yaml.safe_load(f"k: {text}\n") == {"k": text})
    except (yaml.YAMLError, ValueError):
        return False
