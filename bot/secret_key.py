"""The secret key of this installation: from the environment, or made at the first start and kept.

Without BOT_SECRET_KEY the key lies in a file beside the SQLite database (or under `data/`), readable
by its owner only; one key a line, the newest first. The database keeps the fingerprints of the keys it
was sealed with, so that a start without one of them is noticed before anything is read or sealed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from bot.errors import SettingWrong, reason_of
from bot.sealing import SHORTEST_KEY, Sealer
from bot.settings import Settings
from bot.store import facts
from bot.store.database import Database

FILE_NAME = "secret.key"
_FACT = "secret_key_fingerprint"
_MARKS = "secret_key_marks"
_OLD = "khoa-cu"
_SETTING = "BOT_SECRET_KEY"


async def open_sealer(settings: Settings, database: Database) -> Sealer:
    """The sealer of this installation.

    Raises `SettingWrong` where the key is too short, cannot be kept, or one that the database's
    data was sealed with is missing.
    """
    sealer = Sealer(read_keys(settings))
    marks = sealer.fingerprints(_FACT)
    async with database.transaction() as tx:
        used: list[str] = await facts.settle_fact(tx, _FACT, [marks[0]])
        if not set(used) <= set(marks):
            raise SettingWrong(
                _SETTING,
                f"thiếu khóa mà cơ sở dữ liệu {database.place} đã dùng. Hãy đặt lại khóa cũ; muốn "
                "đổi khóa thì ghi khóa mới, dấu phẩy, rồi khóa cũ.",
            )
        if marks[0] not in used:
            await facts.write_fact(tx, _FACT, [marks[0], *used])
        passed_on = await facts.read_fact(tx, _MARKS)
    if passed_on:
        sealer.take_marks(passed_on)
    return sealer


def mark_of(sealer: Sealer) -> str:
    """What names the newest key without giving it away."""
    return sealer.fingerprint(_FACT)


async def forget_old_keys(database: Database, sealer: Sealer) -> None:
    """From now on only the newest key is needed; to be called when everything was renewed.

    The marks that cannot be made anew (of people on a list, of tokens that were used) stay known.
    """
    async with database.transaction() as tx:
        await facts.write_fact(tx, _FACT, [mark_of(sealer)])
        await facts.write_fact(tx, _MARKS, sealer.pass_on_marks())


def read_keys(settings: Settings) -> list[str]:
    """The keys, newest first; made and kept where there is none yet."""
    given = [key.strip() for key in settings.secret_key.get_secret_value().split(",")]
    keys = [key for key in given if key]
    if any(len(key) < SHORTEST_KEY for key in keys):
        sentence = f"khóa quá ngắn; cần ít nhất {SHORTEST_KEY} ký tự ngẫu nhiên."
        raise SettingWrong(_SETTING, sentence)
    return keys or _keep(file_of(settings))


def add_key(file: Path) -> None:
    """Puts a new key before those of the file. Raises `SettingWrong`."""
    _write(file, [new_key(), *_keep(file)])


def drop_old_keys(file: Path, at: datetime) -> Path | None:
    """Leaves the newest key in the file; gives where the others now lie, None where there are none.

    They are kept beside it: whoever restores an older copy of the database needs them.
    """
    newest, *others = _keep(file)
    if not others:
        return None
    aside = file.with_name(f"{file.name}.{_OLD}-{at:%Y%m%d-%H%M%S}")
    _write(aside, others)
    _write(file, [newest])
    return aside


def new_key() -> str:
    """A fresh key."""
    return secrets.token_urlsafe(48)


def file_of(settings: Settings) -> Path:
    """Where the key lies when the environment gives none."""
    url = make_url(settings.database)
    beside = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    folder = Path(str(url.database)).parent if beside else settings.data_dir
    return folder / FILE_NAME


def _keep(path: Path) -> list[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_once(path, new_key())
        keys = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        sentence = f"không đọc hoặc ghi được tệp khóa {path}; hãy cấp quyền hoặc đặt khóa ở đây."
        raise SettingWrong(_SETTING, sentence) from error
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        sentence = f"tệp khóa {path} đã hỏng; hãy khôi phục tệp đó từ bản sao lưu."
        raise SettingWrong(_SETTING, sentence)
    return keys


def _write(path: Path, keys: Sequence[str]) -> None:
    try:
        _draft_of(path, keys).replace(path)
    except OSError as error:
        sentence = f"không ghi được tệp khóa {path}: {reason_of(error)}."
        raise SettingWrong(_SETTING, sentence) from error


def _write_once(path: Path, key: str) -> None:
    """Write the key whole or not at all; of two programs that start at once the first one wins."""
    draft = _draft_of(path, [key])
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft_of(path: Path, keys: Sequence[str]) -> Path:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.writelines(f"{key}\n" for key in keys)
        file.flush()
        os.fsync(file.fileno())
    return draft
