"""What a browser posted: the fields, as often and in the order they were sent, and files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from bot.channels.web.incoming import TOO_LARGE, Declined, content_type_of, read_pairs

CSRF = "csrf"
FIELDS_AT_MOST = 1_000
UNREADABLE = "Máy chủ không đọc được biểu mẫu này. Bạn tải lại trang rồi gửi lại giúp."
NOT_A_FILE = "Máy chủ không đọc được tệp này. Bạn chọn lại tệp rồi gửi lại giúp."

_MULTIPART = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form; what was not sent is empty."""

    pairs: tuple[tuple[str, str], ...] = ()
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A field in one line, without space around it."""
        return " ".join(self.raw(name).split())

    def raw(self, name: str) -> str:
        """A field as it was typed, line ends as we write them."""
        found = next((value for key, value in self.pairs if key == name), "")
        return "\n".join("".join(map(_shown, line)) for line in found.splitlines())

    def lines(self, name: str) -> tuple[str, ...]:
        """The lines of a field that hold something."""
        tidied = (" ".join(line.split()) for line in self.raw(name).split("\n"))
        return tuple(line for line in tidied if line)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field that may be sent several times."""
        return tuple(value for key, value in self.pairs if key == name)

    def has(self, name: str) -> bool:
        """Whether the field (a ticked box, a pressed button) was sent."""
        return any(key == name for key, _ in self.pairs)

    def number(self, name: str, default: int = 0) -> int:
        """A field that holds a whole number of at most nine figures."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else default

    def typed(self) -> Iterable[tuple[str, str]]:
        """What a person typed, to be given back where it could not be taken."""
        hidden = (CSRF, "password", "old", "again", "code")
        return [(key, value) for key, value in self.pairs if key not in hidden and value.strip()]


def _shown(letter: str) -> str:
    """A letter as it may be kept: what neither shows nor moves is left out."""
    return letter if letter.isprintable() or letter.isspace() else ""


NO_FORM = Form()
"""What a request without a form brings."""


async def read_form(request: Request, largest_upload: int = 0) -> Form:
    """The form of a post; files only where `largest_upload` (bytes) allows. Raises `Declined`."""
    if content_type_of(request) != _MULTIPART:
        return Form(tuple(await read_pairs(request, FIELDS_AT_MOST)))
    if not largest_upload:
        raise Declined(415, UNREADABLE)
    declared = request.headers.get("content-length", "")
    if not declared.isdecimal() or len(declared) > 12:
        raise Declined(411, NOT_A_FILE)
    if int(declared) > largest_upload + 64 * 1024:
        raise Declined(413, TOO_LARGE)
    return await _read_multipart(request, largest_upload)


async def _read_multipart(request: Request, largest: int) -> Form:
    pairs: list[tuple[str, str]] = []
    files: dict[str, Upload] = {}
    try:
        async with request.form(max_files=5, max_fields=100) as sent:
            for name, value in sent.multi_items():
                if not isinstance(value, UploadFile):
                    pairs.append((name, value))
                elif value.filename:
                    files[name] = Upload(value.filename[:200], await value.read(largest + 1))
    except (HTTPException, MultiPartException, UnicodeDecodeError, ValueError) as error:
        raise Declined(400, NOT_A_FILE) from error
    if any(len(file.content) > largest for file in files.values()):
        raise Declined(413, TOO_LARGE)
    return Form(tuple(pairs), files)
