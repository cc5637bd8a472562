"""What takes long to work out and stays the same until its sources change, kept between starts.

A result is one file of plain arrays with the fingerprint of all that it was made of. Nothing in it
can run (no pickle); whatever is broken, foreign or out of date counts as not there. Losing the
folder costs seconds at the next start and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydantic
import rapidfuzz
import structlog
import yaml

Arrays = Mapping[str, npt.NDArray[Any]]
_MADE_OF = "made_of"
_ROOMS = ("language", "knowledge", "matching")
"""The rooms whose code decides what a kept result looks like."""
_BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
_log = structlog.get_logger(__name__)


def letters_of(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    """Words, none of which is empty or holds a line's end, as one array."""
    return np.frombuffer("\n".join(words).encode(), np.uint8)


def words_of(letters: npt.NDArray[Any]) -> list[str]:
    """The words of which `letters_of` made an array. Raises `ValueError` where it is none."""
    text = letters.tobytes().decode()
    return text.split("\n") if text else []


class Keep:
    """A folder of kept results, each under a name; a new one takes the place of the old."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str, made_of: str) -> Arrays | None:
        """The result under a name, or None where there is none that was made of the very same."""
        try:
            # numpy leaves a broken file open that it opened itself.
            with self._path(name).open("rb") as file, np.load(file, allow_pickle=False) as held:
                if str(held[_MADE_OF]) != made_of:
                    return None
                # Reading an array whole checks its sum.
                return {key: held[key] for key in held.files if key != _MADE_OF}
        except FileNotFoundError:
            return None
        except _BROKEN as error:
            _log.warning("kept_result_unreadable", name=name, reason=str(error))
            return None

    def put(self, name: str, made_of: str, arrays: Arrays) -> None:
        """Keep a result, whole or not at all; a folder that takes no files is told in the log."""
        columns: dict[str, Any] = {**arrays, _MADE_OF: np.array(made_of)}
        temporary: Path | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, written = tempfile.mkstemp(dir=self._folder, prefix=f".{name}.", suffix=".tmp")
            temporary = Path(written)
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **columns)
            temporary.replace(self._path(name))
        except OSError as error:
            _log.warning("result_not_kept", name=name, reason=str(error))
        finally:
            if temporary is not None:
                with contextlib.suppress(OSError):
                    temporary.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"


def fingerprint(parts: Iterable[str | bytes]) -> str:
    """What tells sources from all others: these parts, this program and what it stands on."""
    told = hashlib.sha256(_program().encode())
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        told.update(len(raw).to_bytes(8) + raw)
    return told.hexdigest()


@cache
def _program() -> str:
    """The code that results are made by, and the versions under it."""
    below = (sys.version, sys.byteorder, np.__version__, yaml.__version__)
    told = hashlib.sha256(repr((*below, pydantic.VERSION, rapidfuzz.__version__)).encode())
    here = Path(__file__).parent
    for path in sorted(path for room in _ROOMS for path in (here / room).rglob("*.py")):
        told.update(str(path.relative_to(here)).encode() + b"\0" + path.read_bytes())
    return told.hexdigest()
