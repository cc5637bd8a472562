"""Passwords: kept as argon2 hashes, long rather than odd, made from letters nobody mixes up."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_COMMON = ("12345", "abcde", "qwert", "matkhau", "password", "baucu", "aaaa", "1111", "0000")
_hasher = PasswordHasher()
# A hash takes 64 MB while it is made: many sign-ins at once stand in line.
_line = ThreadPoolExecutor(2, "password")


@cache
def _nobody() -> str:
    """A hash that no password has; made when it is first asked for, so that a start doesn't wait."""
    return _hasher.hash(secrets.token_urlsafe(24))


def make_password() -> str:
    """A password to be told to a person: four groups of four letters and figures."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def fault_of(password: str, name: str = "") -> str:
    """Why a password will not do, in a sentence; empty where it will."""
    if len(password) < SHORTEST:
        return f"Mật khẩu cần ít nhất {SHORTEST} ký tự. Bạn có thể dùng một câu dễ nhớ."
    if len(password) > LONGEST:
        return f"Mật khẩu dài quá. Bạn dùng nhiều nhất {LONGEST} ký tự."
    plain = password.lower()
    if name and name in plain:
        return "Mật khẩu không được chứa tên đăng nhập."
    if len(set(plain)) < 5 or any(plain.startswith(common) for common in _COMMON):
        return "Mật khẩu này dễ đoán quá. Bạn chọn mật khẩu khác giúp."
    return ""


def hash_password(password: str) -> str:
    """The hash to be kept; takes some fifty milliseconds and 64 MB on purpose."""
    return _hasher.hash(password)


async def hash_aside(password: str) -> str:
    """The same in a thread, so that nobody waits for it."""
    return await asyncio.get_running_loop().run_in_executor(_line, hash_password, password)


async def is_right(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; None (no such user) takes just as long to say no."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_line, _verify, kept, password) and bool(kept)


def _verify(kept: str | None, password: str) -> bool:
    try:
        return _hasher.verify(kept or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
