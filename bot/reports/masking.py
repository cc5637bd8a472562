"""Personal data in a form that still tells people apart, for whoever need not know them."""

from __future__ import annotations

_SHOWN_DIGITS = 3


def mask_name(name: str) -> str:
    """A name by its last word and initials: "Nguyễn Văn An" is "N. V. An"."""
    words = name.split()
    return " ".join([*(f"{word[0]}." for word in words[:-1]), *words[-1:]])


def mask_digits(number: str) -> str:
    """A number by its last three digits, the others as stars."""
    hidden = max(0, len(number) - _SHOWN_DIGITS)
    return "*" * hidden + number[hidden:]


def initials(name: str) -> str:
    """A name by its initials only, as children are named: "N. V. A."."""
    return " ".join(f"{word[0]}." for word in name.split())


def mask_field(kind: str, value: str) -> str:
    """A registered value by the type of its field (see `bot.contest.words.FieldType`)."""
    if not value:
        return ""
    if kind == "name":
        return mask_name(value)
    if kind in ("phone", "id_number"):
        return mask_digits(value)
    if kind == "email":
        return "*" + value[value.find("@") :]
    if kind == "date":
        return value[:4]
    return value
