"""Links and QR codes: what is written into them can be read back, and nothing else."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.commands import greet_arrival
from bot.dialogue.messages import Message
from bot.errors import InputRefused
from bot.knowledge.model import Base
from bot.reports.campaign import Doors, links_of, read_origin, write_links, write_origin
from tests.conftest import NOW, TODAY

DOORS = Doors("https://baucu.example.vn/", "hoidap_bot", "https://zalo.me/123")


@given(st.text())
def test_any_word_of_a_link_is_read_without_harm(word: str) -> None:
    unit, campaign = read_origin(word)
    assert unit or not campaign


@given(
    st.from_regex(r"\A[0-9]{5}\Z"),
    st.one_of(st.just(""), st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,39}\Z")),
)
def test_what_is_written_is_read_back_and_fits_telegram(unit: str, campaign: str) -> None:
    word = write_origin(unit, campaign)
    assert read_origin(word) == (unit, campaign)
    sent = greet_arrival(Message("zalo_oa", "lan", "1", NOW, text=word))
    assert sent.origin == word
    assert len(word) <= 64


@pytest.mark.parametrize("name", ["Tờ rơi", "to roi", "TO-ROI", "-a", "a" * 41, "a/b", "<b>"])
def test_a_name_that_no_link_can_carry_is_refused(name: str) -> None:
    with pytest.raises(InputRefused, match="không dấu"):
        write_origin("06985", name)


def test_every_channel_gets_its_own_kind_of_link() -> None:
    links = {link.channel: link for link in links_of(DOORS, "06985", "to-roi")}
    assert links["telegram"].address == "https://t.me/hoidap_bot?start=u-06985-to-roi"
    assert links["web"].address == "https://baucu.example.vn/?u=06985-to-roi"
    assert links["zalo_oa"].address == "https://zalo.me/123"
    assert {c: link.word for c, link in links.items() if link.word} == {"zalo_oa": "u-06985-to-roi"}


def test_only_channels_that_there_are_get_a_link() -> None:
    assert links_of(Doors(), "06985") == ()
    assert [link.channel for link in links_of(Doors(telegram="x_bot"), "06985")] == ["telegram"]


def test_all_codes_are_written_with_a_table(base: Base, tmp_path: Path) -> None:
    count = write_links(base, DOORS, "to-roi", tmp_path / "qr", TODAY)
    assert count == 54 * 3
    with (tmp_path / "qr" / "duong-dan.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == count + 1
    assert (tmp_path / "qr" / "06985-web.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "qr" / "06985-web.svg").read_bytes()


def test_without_any_channel_there_is_nothing_to_lead_to(base: Base, tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match="BOT_PUBLIC_URL"):
        write_links(base, Doors(), "", tmp_path, TODAY)


def test_a_file_in_the_folders_place_is_told(base: Base, tmp_path: Path) -> None:
    (tmp_path / "qr").write_text("x")
    with pytest.raises(InputRefused, match="Không ghi được"):
        write_links(base, DOORS, "", tmp_path / "qr", TODAY)
