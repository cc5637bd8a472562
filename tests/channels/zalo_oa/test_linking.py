"""Linking an account: the pair of PKCE, the administrator's link, the exchange of the code."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from bot.channels.zalo_oa.linking import NO_CODE, OTHER_STATE, Consent, Linker
from bot.channels.zalo_oa.oauth import GrantRefused, OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.errors import ChannelStopped, InputRefused
from bot.sealing import Sealer
from bot.store import facts
from bot.store.database import Database
from tests.channels.zalo_oa.conftest import URL, NewKeeper, Time
from tests.fakes.zalo_oa import FakeZaloOa

CONSENT = Consent("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "trạng thái")


@pytest.fixture
def linker(
    database: Database, sealer: Sealer, http: httpx.AsyncClient, zalo: FakeZaloOa, time: Time
) -> Linker:
    oauth = OAuth(http, URL, zalo.app_id, zalo.app_secret)
    return Linker(
        database, sealer, Pairs(database, sealer, zalo.app_id, time), http, oauth, URL, time
    )


def test_the_challenge_is_that_of_the_standard() -> None:
    # The example of RFC 7636, appendix B.
    assert CONSENT.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_link_names_everything_zalo_asks_for() -> None:
    link = CONSENT.link("https://oauth.zaloapp.com/", "12", "https://bot.example.vn/?a=1&b=2")
    parts = urlsplit(link)
    assert (parts.netloc, parts.path) == ("oauth.zaloapp.com", "/v4/oa/permission")
    assert parse_qs(parts.query) == {
        "app_id": ["12"],
        "redirect_uri": ["https://bot.example.vn/?a=1&b=2"],
        "code_challenge": [CONSENT.challenge],
        "state": ["trạng thái"],
    }


@pytest.mark.parametrize(
    "answer",
    [
        "ma-123",
        " ma-123\n",
        "https://bot.example.vn/?code=ma-123&oa_id=9",
        "https://bot.example.vn/?oa_id=9&state=tr%E1%BA%A1ng+th%C3%A1i&code=ma-123",
        "«https://bot.example.vn/?code=ma-123»",
        "?code=ma-123",
        "code=ma-123&oa_id=9",
    ],
)
def test_the_code_is_found_in_whatever_was_pasted(answer: str) -> None:
    assert CONSENT.read_code(answer) == "ma-123"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("", NO_CODE),
        ("https://bot.example.vn/", NO_CODE),
        ("https://bot.example.vn/?code=", NO_CODE),
        ("không có mã nào", NO_CODE),
        ("https://bot.example.vn/?code=ma-123&state=khac", OTHER_STATE),
    ],
)
def test_what_holds_no_code_of_ours_is_refused(answer: str, sentence: str) -> None:
    with pytest.raises(InputRefused) as told:
        CONSENT.read_code(answer)
    assert str(told.value) == sentence


async def test_the_pair_stays_until_a_new_one_is_asked_for(
    linker: Linker, database: Database, zalo: FakeZaloOa
) -> None:
    first = await linker.prepare()
    assert len(first.verifier) == 43
    assert first.verifier.isalnum()
    assert await linker.prepare() == first
    async with database.reading() as tx:
        kept = await facts.read_fact(tx, f"zalo_oa/{zalo.app_id}/consent")
    assert first.verifier not in kept
    assert (await linker.prepare(anew=True)).verifier != first.verifier


async def test_a_consent_brings_tokens_that_the_service_uses(
    linker: Linker, zalo: FakeZaloOa, new_keeper: NewKeeper
) -> None:
    consent = await linker.prepare()
    zalo.challenge = consent.challenge
    account = await linker.finish(consent, zalo.code)
    assert account["name"] == "Sở Tư pháp"
    keeper = new_keeper("")
    await keeper.open()
    assert await keeper.access() == zalo.access


async def test_a_code_works_once(linker: Linker, zalo: FakeZaloOa) -> None:
    consent = await linker.prepare()
    zalo.challenge = consent.challenge
    await linker.finish(consent, "ma-dong-y")
    with pytest.raises(GrantRefused, match=r"-14019.*làm lại từ bước 2"):
        await linker.finish(consent, "ma-dong-y")


async def test_tokens_are_kept_when_the_account_cannot_be_asked(
    linker: Linker, zalo: FakeZaloOa, new_keeper: NewKeeper
) -> None:
    consent = await linker.prepare()
    zalo.challenge = consent.challenge
    zalo.account_error = -224
    with pytest.raises(ChannelStopped, match="-224"):
        await linker.finish(consent, "ma-dong-y")
    assert await new_keeper("").access() == zalo.access
