"""What is sealed can be read with the key and with nothing else; keys can be changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import SealBroken, SettingWrong
from bot.sealing import Sealer
from bot.secret_key import FILE_NAME, forget_old_keys, open_sealer, read_keys
from bot.settings import Settings
from bot.store.database import Database
from bot.store.migrate import migrate

OLD, NEW = "k" * 40, "m" * 40


def settings_for(folder: Path, key: str = "") -> Settings:
    return Settings(
        database_url=f"sqlite+aiosqlite:///{folder / 'bot.db'}", secret_key=SecretStr(key)
    )  # type: ignore[call-arg]  # every other field has a default


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_what_was_sealed_opens_again(text: str) -> None:
    sealer = Sealer([NEW])
    sealed = sealer.seal(text)
    assert sealer.open(sealed) == text
    assert sealed != sealer.seal(text)


@pytest.mark.parametrize("damaged", ["", "xin chào", "gAAAAA", "\ud800"])
def test_what_no_key_sealed_is_refused(damaged: str) -> None:
    with pytest.raises(SealBroken, match="BOT_SECRET_KEY"):
        Sealer([NEW]).open(damaged)


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealBroken):
        Sealer([NEW]).open(Sealer([OLD]).seal("0912"))


def test_a_changed_key_opens_what_the_old_one_sealed_and_renews_it() -> None:
    both = Sealer([NEW, OLD])
    sealed = Sealer([OLD]).seal("Nguyễn Văn Mẫu")
    assert both.open(sealed) == "Nguyễn Văn Mẫu"
    assert Sealer([NEW]).open(both.renew(sealed)) == "Nguyễn Văn Mẫu"
    with pytest.raises(SealBroken):
        both.renew("rác")


def test_fingerprints_compare_and_follow_the_key() -> None:
    old, both = Sealer([OLD]), Sealer([NEW, OLD])
    assert old.fingerprint("0900000001") == old.fingerprint("0900000001")
    assert old.fingerprint("0900000001") != old.fingerprint("0900000002")
    assert old.fingerprint("0900000001") in both.fingerprints("0900000001")
    assert both.fingerprint("0900000001") != old.fingerprint("0900000001")


@pytest.mark.parametrize("keys", [[], ["ngắn"], [NEW, "ngắn"]])
def test_a_short_key_is_no_key(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="letters"):
        Sealer(keys)


def test_the_first_start_makes_a_key_that_stays(tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data")
    assert read_keys(settings) == read_keys(settings)
    kept = tmp_path / "data" / FILE_NAME
    assert kept.stat().st_mode & 0o777 == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_the_environment_wins_and_holds_several_keys(tmp_path: Path) -> None:
    assert read_keys(settings_for(tmp_path, f" {NEW} ,{OLD},")) == [NEW, OLD]
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize(("kept", "said"), [("abc", "đã hỏng"), ("", "đã hỏng")])
def test_a_damaged_key_file_is_told(tmp_path: Path, kept: str, said: str) -> None:
    (tmp_path / FILE_NAME).write_text(kept)
    with pytest.raises(SettingWrong, match=said):
        read_keys(settings_for(tmp_path))


def test_a_key_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(SettingWrong, match="BOT_SECRET_KEY"):
        read_keys(settings_for(tmp_path))


def test_a_short_key_in_the_environment_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match="quá ngắn"):
        read_keys(settings_for(tmp_path, "mật khẩu"))


async def test_a_database_asks_for_every_key_it_was_sealed_with(tmp_path: Path) -> None:
    database = Database.memory()
    await migrate(database)
    await open_sealer(settings_for(tmp_path, OLD), database)
    with pytest.raises(SettingWrong, match="thiếu khóa"):
        await open_sealer(settings_for(tmp_path, NEW), database)
    rotated = await open_sealer(settings_for(tmp_path, f"{NEW},{OLD}"), database)
    assert rotated.open(Sealer([OLD]).seal("a")) == "a"
    with pytest.raises(SettingWrong, match="thiếu khóa"):
        await open_sealer(settings_for(tmp_path, NEW), database)
    await forget_old_keys(database, rotated)
    await open_sealer(settings_for(tmp_path, NEW), database)
    await database.close()
