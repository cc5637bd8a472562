"""Which requests to the Official Account's webhook are Zalo's."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Verdict
from bot.channels.zalo_oa.signature import VARIANTS, Verifier
from tests.fakes.zalo_oa import FakeZaloOa
from tests.payloads import FOLDER

ZALO = FakeZaloOa()
BODY = (FOLDER / "zalo_oa" / "text.json").read_bytes()


def new_verifier(pinned: str = "") -> Verifier:
    return Verifier(ZALO.app_id, ZALO.app_secret, ZALO.oa_secret, pinned)


def check(body: bytes, signature: str | None, pinned: str = "", **headers: str) -> Verdict:
    if signature is not None:
        headers["x-zevent-signature"] = signature
    return new_verifier(pinned).check(headers, body)


def test_the_signature_is_a_plain_hash_over_id_body_time_and_secret() -> None:
    # Worked out by hand with sha256sum, so that the fake and the verifier cannot err together.
    body = b'{"event_name":"follow","timestamp":"1"}'
    mac = "a84668532973edb40df6d081a3ce021ca4f66e6f045174abd7f2c85717423e16"
    verifier = Verifier("12", "", "bi-mat")
    assert verifier.check({"x-zevent-signature": f"mac={mac}"}, body) is Verdict.GENUINE


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_is_known_and_remembered(variant: str) -> None:
    verifier = new_verifier()
    header = {"x-zevent-signature": ZALO.sign(BODY, variant)}
    assert verifier.check(header, BODY) is Verdict.GENUINE
    assert verifier.matched == variant


def test_a_pinned_variant_is_the_only_one() -> None:
    good, other = VARIANTS[0], VARIANTS[1]
    assert check(BODY, ZALO.sign(BODY, good), pinned=good) is Verdict.GENUINE
    assert check(BODY, ZALO.sign(BODY, other), pinned=good) is Verdict.FORGED


def test_the_account_signs_follows_too() -> None:
    body = (FOLDER / "zalo_oa" / "follow.json").read_bytes()
    assert check(body, ZALO.sign(body, "oa_id+oa_secret")) is Verdict.GENUINE


@pytest.mark.parametrize(
    "change", [str.upper, lambda mark: mark.removeprefix("mac="), lambda mark: f" {mark} "]
)
def test_the_mark_is_read_however_it_is_written(change: Any) -> None:
    assert check(BODY, change(ZALO.sign(BODY))) is Verdict.GENUINE


def test_the_time_may_stand_in_a_header() -> None:
    event = json.loads(BODY)
    stamp = event.pop("timestamp")
    body = json.dumps(event).encode()

    mac = hashlib.sha256(
        ZALO.app_id.encode() + body + stamp.encode() + ZALO.oa_secret.encode()
    ).hexdigest()
    assert check(body, mac, **{"x-zevent-timestamp": stamp}) is Verdict.GENUINE
    assert check(body, mac) is Verdict.FORGED


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_one_changed_byte_is_noticed(place: int, change: int) -> None:
    signature = ZALO.sign(BODY)
    changed = bytearray(BODY)
    changed[place] ^= change
    assert check(bytes(changed), signature) is Verdict.FORGED


@pytest.mark.parametrize(
    "signature", ["mac=", "mac=00", "0" * 64, "mac=đã ký", "mac=\ud800", "sha256=" + "a" * 64]
)
def test_a_wrong_signature_is_refused(signature: str) -> None:
    assert check(BODY, signature) is Verdict.FORGED


def test_another_secret_is_refused() -> None:
    other = FakeZaloOa(oa_secret="khác", app_secret="khác nữa")
    assert check(BODY, other.sign(BODY)) is Verdict.FORGED


def test_without_any_secret_nothing_is_genuine() -> None:
    empty = FakeZaloOa(oa_secret="", app_secret="")
    verifier = Verifier(ZALO.app_id, "", "")
    for variant in VARIANTS:
        header = {"x-zevent-signature": empty.sign(BODY, variant)}
        assert verifier.check(header, BODY) is Verdict.FORGED


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b"", Verdict.PROBE),
        (b" \n", Verdict.PROBE),
        (b"{}", Verdict.PROBE),
        (b'{"hello": "zalo"}', Verdict.PROBE),
        (BODY, Verdict.FORGED),
        (b'{"event_name": "user_send_text"}', Verdict.FORGED),
        (b'{"event_name"', Verdict.FORGED),
        (b"[]", Verdict.FORGED),
        (b"\xff\xfe", Verdict.FORGED),
        (b"[" * 100_000, Verdict.FORGED),
    ],
)
def test_unsigned_only_what_is_no_event_is_let_pass_as_a_probe(
    body: bytes, verdict: Verdict
) -> None:
    assert check(body, None) is verdict
