"""Where a message of the Official Account goes: to a user, or to somebody who is not signed in."""

from __future__ import annotations

_ANONYMOUS = "anonymous"


def anonymous_address(anonymous_id: str, conversation_id: str) -> str:
    """The address of somebody without an account; empty where a piece is missing."""
    if not anonymous_id or not conversation_id:
        return ""
    return f"{_ANONYMOUS}/{anonymous_id}/{conversation_id}"


def read_recipient(address: str) -> dict[str, str]:
    """The `recipient` of a message to that address."""
    kind, *ids = address.split("/")
    if kind == _ANONYMOUS and len(ids) == 2:
        return {"anonymous_id": ids[0], "conversation_id": ids[1]}
    return {"user_id": address}


def is_anonymous(address: str) -> bool:
    """Whether the address is of somebody who is not signed in."""
    return address.startswith(f"{_ANONYMOUS}/")
