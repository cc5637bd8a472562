"""The Official Account's tokens as they lie in the store: sealed, each change with its audit line."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.channels.redaction import learn_secrets
from bot.channels.zalo_oa.oauth import Grant, GrantRefused
from bot.clock import Clock, utc_now
from bot.errors import ChannelStopped, SealBroken
from bot.sealing import Sealer
from bot.store import oauth as store
from bot.store.database import Database, Tx

_RENEW_AT = 0.8
"""Of a token's life, 20 of its 25 hours; the rest is for a service that is away, and for people."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair, readable; fields as in `StoredPair`, empty texts for what is missing."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    generation: int
    obtained_at: datetime
    expires_at: datetime
    broken: str
    lease_owner: str

    @property
    def renew_at(self) -> datetime:
        """When it is to be refreshed."""
        return self.obtained_at + (self.expires_at - self.obtained_at) * _RENEW_AT


class Pairs:
    """The pair of one app, shared with every program on the same store."""

    def __init__(
        self, database: Database, sealer: Sealer, app_id: str, clock: Clock = utc_now
    ) -> None:
        self.service = f"zalo_oa/{app_id}"
        self._database = database
        self._sealer = sealer
        self._clock = clock

    async def load(self) -> Pair | None:
        """The pair as it is now. Raises `ChannelStopped` where our key does not open it."""
        async with self._database.reading() as tx:
            stored = await store.read_pair(tx, self.service)
        return self._read(stored) if stored else None

    async def plant(self, seed: str) -> None:
        """Keeps a first refresh token where there is no working pair.

        The environment still holds it when its pair has long rotated: one that was used is left.
        """
        marks = self._sealer.fingerprints(seed)
        async with self._database.transaction() as tx:
            if await store.was_used(tx, self.service, marks):
                return
            sealed = self._sealer.seal(seed)
            if await store.plant_seed(tx, self.service, sealed, self._clock()):
                await self._note(tx, store.SEEDED, seed)

    async def link(self, grant: Grant) -> None:
        """Keeps a pair that a person consented to, in place of any other."""
        at = self._clock()
        async with self._database.transaction() as tx:
            await store.link_pair(
                tx, self.service, *self._seal(grant), at=at, expires_at=_end_of(grant, at)
            )
            await self._note(tx, store.LINKED, grant.refresh)

    async def take_lease(self, owner: str, length: timedelta) -> Pair | None:
        """The pair, ours alone to be refreshed; None while another one sees to it."""
        at = self._clock()
        async with self._database.transaction() as tx:
            stored = await store.take_lease(tx, self.service, owner, at, at + length)
            if stored is None:
                return None
            pair = self._read(stored)
            # Written before the token is sent: after a kill it tells what may have become of it.
            await self._note(tx, store.BEGUN, pair.refresh)
        return pair

    async def drop_lease(self, owner: str) -> None:
        """Lets the next one refresh."""
        async with self._database.transaction() as tx:
            await store.drop_lease(tx, self.service, owner)

    async def keep(self, before: Pair, grant: Grant) -> None:
        """Keeps what a refresh brought, unless another pair has followed already."""
        at = self._clock()
        access, refresh = self._seal(grant)
        async with self._database.transaction() as tx:
            is_kept = await store.store_pair(
                tx,
                self.service,
                before.generation,
                access,
                refresh,
                at=at,
                expires_at=_end_of(grant, at),
            )
            await self._note(tx, store.REFRESHED, grant.refresh, "" if is_kept else "đã có cặp mới")

    async def mark_broken(self, pair: Pair, refusal: GrantRefused) -> None:
        """The refresh token works no more, unless a new pair has come meanwhile."""
        async with self._database.transaction() as tx:
            await store.mark_broken(tx, self.service, pair.generation, str(refusal))
            await self._note(tx, store.REFUSED, pair.refresh, str(refusal.code))

    async def note_failure(self, pair: Pair, owner: str, sentence: str) -> None:
        """The refresh may be tried again."""
        async with self._database.transaction() as tx:
            await store.drop_lease(tx, self.service, owner)
            await self._note(tx, store.FAILED, pair.refresh, sentence)

    def _read(self, stored: store.StoredPair) -> Pair:
        try:
            access = self._sealer.open(stored.access) if stored.access else ""
            refresh = self._sealer.open(stored.refresh)
        except SealBroken as error:
            raise ChannelStopped(str(error), "BOT_SECRET_KEY") from error
        learn_secrets((access, refresh))
        return Pair(
            access,
            refresh,
            stored.generation,
            stored.obtained_at,
            stored.expires_at,
            stored.broken or "",
            stored.lease_owner or "",
        )

    def _seal(self, grant: Grant) -> tuple[str, str]:
        return self._sealer.seal(grant.access), self._sealer.seal(grant.refresh)

    async def _note(self, tx: Tx, act: str, token: str, detail: str = "") -> None:
        mark = self._sealer.fingerprint(token)
        await store.add_note(tx, self.service, self._clock(), act, mark, detail)


def _end_of(grant: Grant, at: datetime) -> datetime:
    return at + timedelta(seconds=grant.expires_in)
