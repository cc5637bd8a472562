"""Campaigns: the links and QR codes by which people of a unit come, and what their words mean.

Whoever opens such a link brings its word along ("u-06985-to-roi": the unit's code, then the campaign);
the store keeps the first one of a person as `origin`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.errors import InputRefused, reason_of
from bot.knowledge.model import Base
from bot.knowledge.places import Unit
from bot.reports.press import qr_file

_ORIGIN = re.compile(r"u-(\w{1,20})(?:-([\w-]{1,40}))?", re.ASCII)
_CAMPAIGN = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
ANYWHERE = ""
"""Stands for no unit and for no campaign."""
NO_DOORS = "Chưa có kênh nào để in mã QR. Hãy đặt BOT_PUBLIC_URL, TELEGRAM_NAME hoặc ZALO_OA_LINK."


@dataclass(frozen=True, slots=True)
class Doors:
    """Where this service can be reached; empty where a channel is not configured.

    `web` is the public address, `telegram` the bot's name there, `zalo` a whole address.
    """

    web: str = ""
    telegram: str = ""
    zalo: str = ""

    @property
    def are_open(self) -> bool:
        """Whether there is any channel that a link can lead to."""
        return bool(self.web or self.telegram or self.zalo)


NOWHERE = Doors()


@dataclass(frozen=True, slots=True)
class Link:
    """A link to one channel; `word` is what a person must send there to be counted for the unit.

    Empty where the link itself carries the word.
    """

    channel: str
    title: str
    address: str
    word: str = ""


def write_origin(unit: str, campaign: str = ANYWHERE) -> str:
    """The word of a deep link: which unit, which campaign.

    Raises `InputRefused` where the campaign's name cannot stand in a link.
    """
    if campaign and not _CAMPAIGN.fullmatch(campaign):
        raise InputRefused(
            f"Tên đợt «{campaign}» không dùng được trong đường dẫn. Chỉ dùng chữ thường không dấu, "
            "chữ số và dấu gạch ngang, tối đa 40 ký tự, ví dụ to-roi-2026."
        )
    return f"u-{unit}-{campaign}" if campaign else f"u-{unit}"


def read_origin(origin: str | None) -> tuple[str, str]:
    """The unit's code and the campaign that the word of a deep link names; empty where it does not."""
    found = _ORIGIN.fullmatch(origin or "")
    return (found.group(1), found.group(2) or ANYWHERE) if found else (ANYWHERE, ANYWHERE)


def links_of(doors: Doors, unit: str, campaign: str = ANYWHERE) -> tuple[Link, ...]:
    """The links for a unit on every channel that there is, the best for a leaflet first."""
    origin = write_origin(unit, campaign)
    found = []
    if doors.zalo:
        # Zalo hands no word of a link on to the account: people send it as a message.
        found.append(Link("zalo_oa", "Zalo", doors.zalo, origin))
    if doors.telegram:
        address = f"https://t.me/{doors.telegram}?start={origin}"
        found.append(Link("telegram", "Telegram", address))
    if doors.web:
        address = f"{doors.web.rstrip('/')}/?u={origin.removeprefix('u-')}"
        found.append(Link("web", "Trang web", address))
    return tuple(found)


def units_on(base: Base, day: date) -> list[Unit]:
    """The communes, wards and special zones that exist on a day, in the order of the files."""
    return [u for u in base.places.units if u.valid_to is None or u.valid_to >= day]


def write_links(base: Base, doors: Doors, campaign: str, folder: Path, today: date) -> int:
    """Writes the QR codes of every unit and a table of all links; gives the number of codes.

    Raises `InputRefused` where there is no channel to lead to, or the folder cannot be written.
    """
    rows = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for unit in units_on(base, today):
            for link in links_of(doors, unit.code, campaign):
                rows.append((unit.code, unit.title, link.title, link.address, link.word))
                for kind in ("svg", "png"):
                    file = folder / f"{unit.code}-{link.channel}.{kind}"
                    file.write_bytes(qr_file(link.address, kind))
        if not rows:
            raise InputRefused(NO_DOORS)
        with (folder / "duong-dan.csv").open("w", encoding="utf-8-sig", newline="") as file_of_all:
            writer = csv.writer(file_of_all)
            writer.writerow(("Mã", "Xã, phường, đặc khu", "Kênh", "Đường dẫn", "Nhắn mã"))
            writer.writerows(rows)
    except OSError as error:
        raise InputRefused(f"Không ghi được vào {folder}: {reason_of(error)}.") from error
    return len(rows)
