"""What every channel keeps to, whatever service stands behind it."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import metrics
from bot.channels.base import Channel
from bot.channels.redaction import BLACKED_OUT, learn_secrets, redact
from bot.channels.split import count_units
from bot.dialogue.compose import show_answer, show_menu, show_welcome
from bot.dialogue.messages import Button, Message, Reply
from bot.dialogue.snapshot import Snapshot
from tests.contract.cases import AT, CASES, Case
from tests.contract.conftest import Hook

QUESTION = "mấy tuổi được đi bầu"
RUBBISH: list[Any] = [
    None,
    {},
    [],
    "x",
    7,
    True,
    {"message": 3},
    {"result": []},
    [[{}]],
    {"": None},
]

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_its_name_is_a_known_label(channel: Channel) -> None:
    assert channel.name in metrics.CHANNELS


def test_only_telegram_surely_brings_again_what_was_not_answered(channel: Channel) -> None:
    assert channel.brings_again == (channel.name == "telegram")


def test_a_text_becomes_one_message(case: Case, channel: Channel) -> None:
    (message,) = channel.parse(case.payload("5001", "m1", QUESTION))
    assert isinstance(message, Message)
    assert (message.channel, message.text, message.press) == (channel.name, QUESTION, None)
    assert message.at == datetime.fromtimestamp(AT, UTC)
    assert message.person


def test_the_same_payload_has_the_same_id_and_another_one_another(
    case: Case, channel: Channel
) -> None:
    def ids(*payloads: Any) -> list[str]:
        return [channel.parse(payload)[0].external_id for payload in payloads]

    first, again, other = ids(
        case.payload("5001", "m1", QUESTION),
        case.payload("5001", "m1", QUESTION),
        case.payload("5001", "m2", QUESTION),
    )
    assert first == again != other


@pytest.mark.parametrize("payload", RUBBISH, ids=repr)
def test_rubbish_means_nothing(channel: Channel, payload: Any) -> None:
    assert channel.parse(payload) == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@given(payload=_json)
def test_no_json_makes_it_stumble(case: Case, payload: Any) -> None:
    assert isinstance(case.build().parse(payload), tuple)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@given(data=st.data())
def test_no_spoilt_payload_makes_it_stumble(case: Case, data: st.DataObject) -> None:
    payload = case.payload("5001", "m1", QUESTION)
    places = list(_places(payload))
    for holder, key in data.draw(st.lists(st.sampled_from(places), max_size=3)):
        holder[key] = data.draw(_json)
    assert isinstance(case.build().parse(payload), tuple)


def _places(value: Any) -> Any:
    """Every (holder, key) in a payload."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


def _replies(snapshot: Snapshot) -> list[Reply]:
    entries = list(snapshot.base.spoken)
    many = tuple(Button(f"Lựa chọn số {n}", f"a:muc-{n}") for n in range(12))
    return [
        show_welcome(snapshot),
        show_menu(),
        show_answer(snapshot, entries[0], 7),
        Reply("Một <b>chữ</b> & «dấu» *sao* _gạch_", title="Tiêu đề", note="Ghi chú."),
        Reply("Đoạn văn dài. " * 1_500, title="Rất dài", buttons=many),
        Reply("chữliềnnhau" * 1_000),
        Reply(unicodedata.normalize("NFD", "Bầu cử đại biểu Quốc hội. " * 400)),
        Reply("👨‍👩‍👧 🇻🇳 " * 900),
    ]


def test_what_it_renders_fits_and_keeps_every_word(
    case: Case, channel: Channel, snapshot: Snapshot
) -> None:
    for reply in _replies(snapshot):
        parts = channel.render(reply)
        assert parts == channel.render(reply)
        assert all(0 < count_units(part.text) <= case.longest for part in parts)
        assert not any(part.buttons for part in parts[:-1])
        said = "".join("".join(part.text for part in parts).split())
        wanted = unicodedata.normalize("NFC", reply.text.split("<")[0])
        assert "".join(wanted.split()) in said


def test_its_secrets_are_blacked_out(channel: Channel) -> None:
    assert channel.secrets()
    learn_secrets(channel.secrets())
    for secret in channel.secrets():
        line = redact(f"GET https://api.example/bot{secret}/getMe failed")
        assert secret not in line
        assert BLACKED_OUT in line


async def test_a_genuine_message_is_stored_once(case: Case, hook: Hook) -> None:
    payload = case.payload("5001", "m1", QUESTION)
    answers = await asyncio.gather(*(hook.post(payload) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await hook.stored()) == 1


async def test_what_a_person_typed_lies_sealed(case: Case, hook: Hook) -> None:
    await hook.post(case.payload("5001", "m1", QUESTION))
    async with hook.database.reading() as tx:
        rows = (await tx.connection.exec_driver_sql("SELECT payload FROM inbox")).all()
    assert len(rows) == 1
    assert QUESTION not in rows[0][0]
    assert "5001" not in rows[0][0]


async def test_a_foreign_event_is_answered_and_changes_nothing(hook: Hook) -> None:
    answer = await hook.post({"event_name": "something_new_in_2031", "update_id": 9})
    assert answer.status_code == 200
    assert await hook.stored() == []


async def test_a_forged_request_is_refused(case: Case, hook: Hook) -> None:
    payload = case.payload("5001", "m1", QUESTION)
    wrong = dict.fromkeys(case.sign(b""), "mac=0000")
    wrongly_signed = await hook.post(payload, headers=wrong)
    unsigned = await hook.client.post(case.path, json=payload)
    foreign_letters = await hook.client.post(
        case.path, json=payload, headers={n.encode(): "mật khẩu".encode() for n in wrong}
    )
    for answer in (wrongly_signed, unsigned, foreign_letters):
        assert 400 <= answer.status_code < 500
    assert await hook.stored() == []


BROKEN = {
    "empty": b"",
    "cut off": b'{"update_id": 1, "message": {"te',
    "no json": b"<xml/>",
    "no utf-8": b'{"text": "\xff\xfe"}',
    "a list": b"[1, 2]",
    "deep": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "a long number": b'{"update_id": ' + b"9" * 10_000 + b"}",
    "5 MB": b'{"text": "' + b"x" * 5_000_000 + b'"}',
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_a_broken_body_is_refused(hook: Hook, body: bytes) -> None:
    answer = await hook.post(body=body)
    # An empty body may be the service trying the address out.
    assert answer.status_code in ({200, 400} if not body else range(400, 500))
    assert await hook.stored() == []


async def test_a_wrong_content_type_is_refused(case: Case, hook: Hook) -> None:
    answer = await hook.post(
        case.payload("5001", "m1", QUESTION), headers={"Content-Type": "text/xml"}
    )
    assert answer.status_code == 415
    assert await hook.stored() == []


async def test_a_flood_of_one_sender_ends_in_one_notice(case: Case, hook: Hook) -> None:
    payloads = [case.payload("5001", f"m{n}", QUESTION) for n in range(300)]
    answers = await asyncio.gather(*(hook.post(payload) for payload in payloads))
    assert {answer.status_code for answer in answers} == {200}
    stored = await hook.stored()
    assert len([name for name in stored if name.startswith("too-fast:")]) == 1
    assert 10 <= len(stored) < 200


async def test_ten_quick_messages_are_no_flood(case: Case, hook: Hook) -> None:
    for number in range(10):
        await hook.post(case.payload("5001", f"m{number}", QUESTION))
    assert len(await hook.stored()) == 10
