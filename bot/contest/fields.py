"""The fields asked at registration: their names and choices, as people read them."""

from __future__ import annotations

from bot.contest.rules import Field

PLACES_TREE = "hanh_chinh"
"""The tree of provinces and communes, which the knowledge base has for every contest."""

LABELS = {
    "ho_ten": "Họ và tên",
    "ngay_sinh": "Ngày sinh",
    "gioi_tinh": "Giới tính",
    "cccd": "Số căn cước",
    "dien_thoai": "Số điện thoại",
    "email": "Thư điện tử",
    "noi_o": "Nơi ở (xã, phường, đặc khu)",
    "don_vi": "Đơn vị dự thi",
    "doi_tuong": "Đối tượng",
    "nghe_nghiep": "Nghề nghiệp",
}
_CHOICES = {"gioi_tinh": ("Nam", "Nữ", "Không muốn nói")}


def label_of(field: Field) -> str:
    """The field's name as people read it."""
    return field.label or LABELS.get(field.key, field.key)


def options_of(field: Field) -> tuple[str, ...]:
    """The choices of an enum; a few well-known fields have some of their own."""
    return field.options or _CHOICES.get(field.key, ())


SECRET_TYPES = ("phone", "id_number", "email")
"""Of these only a part is shown again: somebody else may hold the phone."""


def show_in_part(field: Field, text: str) -> str:
    """A value fit to be seen by whoever looks at the screen: "09•••678"."""
    if field.type not in SECRET_TYPES:
        return text
    if field.type == "email":
        name, _, host = text.partition("@")
        return f"{name[:2]}•••@{host}"
    return f"{text[:2]}•••{text[-3:]}"
