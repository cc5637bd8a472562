"""The menu of the editors' web: a line for each part, seen by whoever may enter it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.admin.roles import EVERYBODY, Role, may


@dataclass(frozen=True, slots=True)
class Item:
    """A part of the web: where it begins and what it is called."""

    path: str
    title: str
    roles: tuple[Role, ...]


MENU = (
    Item("/admin", "Tổng quan", EVERYBODY),
    Item("/admin/cau-tra-loi", "Câu trả lời", (Role.EDITOR, Role.APPROVER)),
    Item("/admin/duyet", "Duyệt", (Role.EDITOR, Role.APPROVER)),
    Item("/admin/thu-hoi", "Thử hỏi", (Role.EDITOR, Role.APPROVER)),
    Item("/admin/cau-hoi", "Câu chưa trả lời", (Role.EDITOR, Role.APPROVER)),
    Item("/admin/gui-can-bo", "Gửi cán bộ", (Role.EDITOR, Role.APPROVER)),
    Item("/admin/tham-gia", "Tham gia", EVERYBODY),
    Item("/admin/chien-dich", "Tờ rơi, mã QR", (Role.EDITOR, Role.APPROVER, Role.ORGANIZER)),
    Item("/admin/cuoc-thi", "Cuộc thi", (Role.ORGANIZER,)),
    Item("/admin/nguoi-dung", "Người dùng", (Role.OWNER,)),
    Item("/admin/nhat-ky", "Nhật ký", (Role.OWNER,)),
)


def menu_for(roles: tuple[str, ...], path: str) -> list[tuple[Item, bool]]:
    """What somebody with these roles sees, each with whether `path` lies in it."""
    seen = [item for item in MENU if may(roles, item.roles)]
    return [(item, _holds(item, path)) for item in seen]


def _holds(item: Item, path: str) -> bool:
    return path == item.path or (item.path != "/admin" and path.startswith(f"{item.path}/"))
