"""Two programs on one database: whoever tries passwords gains nothing by trying them at both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from bot.admin.gate import (
    LOCKED,
    TRIES_OF_ADDRESS,
    TRIES_OF_CODE,
    TRIES_OF_NAME,
    Gate,
    Locked,
    WrongCode,
    WrongPassword,
)
from bot.admin.passwords import hash_password
from bot.store import admin_users
from bot.store.database import Database
from tests.admin.conftest import PASSWORD
from tests.conftest import NOW, SEALER


@pytest.fixture
async def gates(new_postgresql: Callable[..., str]) -> AsyncIterator[tuple[Gate, Gate]]:
    """The gates of two programs; «lan» may enter, «minh» with a second factor."""
    url = new_postgresql("test_1")
    databases = Database(url), Database(url)
    async with databases[0].transaction() as tx:
        for name in ("lan", "minh"):
            await admin_users.add(
                tx, name, name, hash_password(PASSWORD), ["editor"], by="thử", at=NOW
            )
        minh = await admin_users.find(tx, "minh")
        assert minh
        await admin_users.change(tx, minh.id, totp=SEALER.seal("JBSWY3DPEHPK3PXP"))
    first, second = (Gate(database, SEALER) for database in databases)
    yield first, second
    for database in databases:
        await database.close()


async def tried(gate: Gate, name: str, address: str, password: str = "sai-mat-khau") -> str:
    """How a try to enter ended."""
    try:
        await gate.sign_in(name, password, address, "thử", NOW)
    except (WrongPassword, Locked) as refused:
        return type(refused).__name__
    return "in"


async def test_wrong_passwords_for_a_name_count_at_both(gates: tuple[Gate, Gate]) -> None:
    told = await asyncio.gather(
        *(tried(gates[n % 2], "lan", f"10.0.0.{n}") for n in range(3 * TRIES_OF_NAME))
    )
    assert told.count("WrongPassword") == TRIES_OF_NAME
    assert told.count("Locked") == 2 * TRIES_OF_NAME
    assert {await tried(gate, "lan", "10.0.1.1", PASSWORD) for gate in gates} == {"Locked"}
    later = NOW + 2 * LOCKED
    assert await gates[1].sign_in("lan", PASSWORD, "10.0.1.1", "thử", later)


async def test_wrong_passwords_from_an_address_count_at_both(gates: tuple[Gate, Gate]) -> None:
    told = await asyncio.gather(
        *(tried(gates[n % 2], f"tên {n}", "10.0.0.1") for n in range(2 * TRIES_OF_ADDRESS))
    )
    assert told.count("WrongPassword") == TRIES_OF_ADDRESS
    assert {await tried(gate, "lan", "10.0.0.1", PASSWORD) for gate in gates} == {"Locked"}


async def test_wrong_codes_count_at_both(gates: tuple[Gate, Gate]) -> None:
    token = await gates[0].sign_in("minh", PASSWORD, "10.0.0.1", "thử", NOW)
    told = []
    for n in range(2 * TRIES_OF_CODE):
        gate = gates[n % 2]
        found = await gate.find(token, NOW)
        assert found
        with pytest.raises((WrongCode, Locked)) as refused:
            await gate.give_code(*found, "khong-la-ma", "thử", NOW)
        told.append(refused.type)
    assert told == [WrongCode] * TRIES_OF_CODE + [Locked] * TRIES_OF_CODE
