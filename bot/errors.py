"""What can go wrong, named for what to do about it.

    BotError
    ├── SettingWrong        correct a setting, start again
    ├── KnowledgeFaulty     mend the named lines of the knowledge files
    ├── DatabaseUnavailable look after the database, start again
    ├── SealBroken          bring back the secret key that the data was sealed with
    ├── InputRefused        tell the person what to send instead
    └── NotDelivered        a reply did not reach its person; each kind says what to do with it
        ├── PersonGone      send this person nothing more until he writes again
        ├── Unsendable      give this one reply up
        ├── RetryLater      send it again after a time
        ├── OutcomeUnknown  it may have arrived: send a reply again, a broadcast not
        ├── ChatMoved       send it to the new address
        ├── TooLate         drop it
        ├── OutsideWindow   keep it until the person writes again
        └── ChannelStopped  stop this channel, the others go on; correct the named setting

Every message is a Vietnamese sentence for the person concerned: what happened, where, what to do.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass


class BotError(Exception):
    """The base of all errors that this program raises on purpose; its text is fit to be shown."""


class SettingWrong(BotError):
    """A setting is missing or has a value that cannot work.

    `setting` is the name of the environment variable.
    """

    def __init__(self, setting: str, sentence: str) -> None:
        super().__init__(f"{setting}: {sentence}")
        self.setting = setting


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a knowledge file; `entry` is empty where the fault concerns the whole file.

    A fault that is not `blocking` waits for an editor, while the base goes on serving.
    """

    file: str
    line: int
    entry: str
    sentence: str
    blocking: bool = True

    def __str__(self) -> str:
        subject = f"{self.entry}: " if self.entry else ""
        return f"{self.file}:{self.line}: {subject}{self.sentence}"


class KnowledgeFaulty(BotError):
    """The knowledge cannot be served; `faults` holds every fault found, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class DatabaseUnavailable(BotError):
    """The database cannot be opened, read or written."""


class SealBroken(BotError):
    """Sealed data cannot be opened: it was sealed with another key, or damaged."""

    def __init__(self) -> None:
        super().__init__(
            "Không mở được dữ liệu đã mã hóa: khóa bí mật hiện nay khác với khóa lúc lưu, hoặc dữ "
            "liệu đã hỏng. Hãy đặt lại đúng khóa cũ vào BOT_SECRET_KEY (khóa mới trước, khóa cũ "
            "sau, cách nhau bằng dấu phẩy)."
        )


class InputRefused(BotError):
    """A file or a value from a person cannot be used as it is."""


class NotDelivered(BotError):
    """A reply did not reach its person.

    The text goes to the operator: what the channel said, without tokens, addresses or what was typed.
    """


class PersonGone(NotDelivered):
    """The person blocked us, left, or no longer exists there."""


class Unsendable(NotDelivered):
    """The channel will never take this reply (too long, a bad parameter); the next one it may."""


class RetryLater(NotDelivered):
    """A passing failure: the reply was surely not taken, and may be sent again.

    `seconds` is what the channel asked to wait, None where it named nothing. `everyone` where it
    wants no reply to anybody meanwhile.
    """

    def __init__(
        self, sentence: str, seconds: float | None = None, *, everyone: bool = False
    ) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        self.everyone = everyone


class OutcomeUnknown(NotDelivered):
    """No answer came (time-out, connection lost half-way): the reply may have arrived or not."""


class ChatMoved(NotDelivered):
    """The chat has another address now."""

    def __init__(self, sentence: str, address: str) -> None:
        super().__init__(sentence)
        self.address = address


class TooLate(NotDelivered):
    """Nobody is served by this reply any more: what it was about is over."""


class OutsideWindow(NotDelivered):
    """The channel forbids writing until the person has written again."""


class ChannelStopped(NotDelivered):
    """The channel takes nothing from us: a wrong token, a missing right, an expired contract.

    `setting` names the environment variable to be corrected; empty where none would help.
    """

    def __init__(self, sentence: str, setting: str = "") -> None:
        super().__init__(f"{setting}: {sentence}" if setting else sentence)
        self.setting = setting


_REASONS = {
    errno.ENOENT: "không có tệp hay thư mục này",
    errno.EACCES: "không có quyền",
    errno.EPERM: "không có quyền",
    errno.EISDIR: "đây là một thư mục",
    errno.ENOTDIR: "đường dẫn đi qua một tệp, không phải thư mục",
    errno.EROFS: "ổ đĩa chỉ cho đọc",
    errno.ENOSPC: "ổ đĩa đã đầy",
    errno.EDQUOT: "đã hết dung lượng được cấp",
    errno.ENAMETOOLONG: "tên quá dài",
}


def reason_of(error: OSError) -> str:
    """Why the system refused a file, in a few Vietnamese words; its own where we have none."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)
