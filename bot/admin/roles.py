"""Who may do what in the editors' web."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """A right to a part of the pages; a person may have several. An owner may enter every page."""

    EDITOR = "editor"
    APPROVER = "approver"
    ORGANIZER = "organizer"
    OWNER = "owner"


TITLES = {
    Role.EDITOR: "Biên tập",
    Role.APPROVER: "Duyệt nội dung",
    Role.ORGANIZER: "Tổ chức cuộc thi",
    Role.OWNER: "Chủ hệ thống",
}
EVERYBODY = tuple(Role)


def may(held: Iterable[str], wanted: Iterable[Role]) -> bool:
    """Whether somebody with the roles `held` may do what one of `wanted` is needed for."""
    have = set(held)
    return Role.OWNER in have or any(role in have for role in wanted)


def titles_of(roles: Iterable[str]) -> str:
    """Roles as they are read: "Biên tập, Duyệt nội dung"."""
    have = set(roles)
    return ", ".join(title for role, title in TITLES.items() if role in have)
