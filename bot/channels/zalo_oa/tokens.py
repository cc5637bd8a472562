"""The Official Account's tokens: refreshed once, by one, and stored before they are used.

The refresh token works once, so three things would lose the account until a person consents again:
two refreshes with one token, a new pair that is used before it is stored, and a refresh given up
half-way. Hence one refresh at a time (a lock here, a lease in the store between programs), the pair
committed before anybody gets it, and a refresh that goes on when whoever asked for it has gone.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from bot.channels.redaction import learn_secrets
from bot.channels.zalo_oa.oauth import Grant, GrantRefused, OAuth
from bot.channels.zalo_oa.owners import is_gone, new_owner
from bot.clock import Clock, utc_now
from bot.errors import ChannelStopped, DatabaseUnavailable, NotDelivered, RetryLater, SealBroken
from bot.sealing import Sealer
from bot.store import oauth as store
from bot.store.database import Database, Tx

RENEW_AGE = timedelta(hours=20)
"""An access token lives 25 hours; the rest is for a service that is away, and for people."""

LEASE = timedelta(seconds=25)
"""Longer than the token endpoint is waited for, or a second program would ask at the same time."""

SETTING = "ZALO_OA_REFRESH_TOKEN"
UNLINKED = "chưa liên kết với Official Account; hãy chạy «python -m bot zalo link» hoặc đặt mã làm mới ở đây."
_LOOK_AGAIN = 0.1
_KEEP_TRYING = (0.2, 1.0, 2.0, 5.0)
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=5)
TROUBLE = Gauge("bot_zalo_oa_token_trouble", "1 while the Official Account has no new tokens.")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Held:
    """A pair as we hold it, readable."""

    access: str
    refresh: str
    generation: int
    obtained_at: datetime
    expires_at: datetime
    broken: str
    lease_owner: str


class TokenKeeper:
    """Gives the access token of one app; several programs may share the store."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        oauth: OAuth,
        seed: str = "",
        clock: Clock = utc_now,
    ) -> None:
        self.trouble = ""
        """The sentence of the last failed refresh; empty once one went well."""
        self._database = database
        self._sealer = sealer
        self._oauth = oauth
        self._seed = seed
        self._clock = clock
        self._service = service_of(oauth.app_id)
        self._lock = asyncio.Lock()
        self._held: _Held | None = None
        self._running: set[asyncio.Task[str]] = set()
        self._pause = timedelta()
        self._not_before: datetime | None = None

    async def open(self) -> None:
        """Plants the seed where there is no working pair, and reads what is stored.

        Raises `ChannelStopped` where there is nothing to begin with.
        """
        if self._seed:
            await self._plant()
        if await self._load() is None:
            raise ChannelStopped(UNLINKED, SETTING)

    async def access(self) -> str:
        """An access token that should work; refreshed first where it has run out.

        Raises `ChannelStopped` where a person must consent again, `RetryLater` for what passes.
        """
        held = self._held or await self._load()
        if held and held.access and self._clock() < held.expires_at:
            return held.access
        return await self.renew(held.access if held else "")

    async def renew(self, stale: str) -> str:
        """An access token other than `stale`, which the service refused; raises as `access`."""
        async with self._lock:
            held = await self._load()
            if held and held.access and held.access != stale:
                return held.access
            if held and held.broken:
                raise ChannelStopped(held.broken, SETTING)
            self._wait_after_failure()
            # Cut off half-way it would lose the new pair: it goes on when its caller has gone.
            task = asyncio.create_task(self._renew(stale))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            try:
                return await asyncio.shield(task)
            except asyncio.CancelledError:
                task.add_done_callback(_look_at_failure)
                raise

    async def renew_if_due(self) -> bool:
        """Refreshes a pair of more than 20 hours; whether it did. Raises as `access`."""
        held = await self._load()
        if held is None or held.broken or self._clock() - held.obtained_at < RENEW_AGE:
            return False
        await self.renew(held.access)
        return True

    async def close(self) -> None:
        """Lets a refresh that runs come to its end."""
        for task in list(self._running):
            with contextlib.suppress(NotDelivered, DatabaseUnavailable):
                await task

    def secrets(self) -> tuple[str, ...]:
        """The tokens held now, and the seed."""
        held = (self._held.access, self._held.refresh) if self._held else ()
        return tuple(token for token in (*held, self._seed) if token)

    async def _plant(self) -> None:
        marks = self._sealer.fingerprints(self._seed)
        async with self._database.transaction() as tx:
            # The environment still holds the first token when its pair has long rotated.
            if await store.was_used(tx, self._service, marks):
                return
            sealed = self._sealer.seal(self._seed)
            if await store.plant_seed(tx, self._service, sealed, self._clock()):
                await self._note(tx, store.SEEDED, self._seed)

    async def _load(self) -> _Held | None:
        async with self._database.reading() as tx:
            stored = await store.read_pair(tx, self._service)
        self._held = self._read(stored) if stored else None
        return self._held

    def _read(self, stored: store.StoredPair) -> _Held:
        try:
            access = self._sealer.open(stored.access) if stored.access else ""
            refresh = self._sealer.open(stored.refresh)
        except SealBroken as error:
            raise ChannelStopped(str(error), "BOT_SECRET_KEY") from error
        learn_secrets((access, refresh))
        return _Held(
            access,
            refresh,
            stored.generation,
            stored.obtained_at,
            stored.expires_at,
            stored.broken or "",
            stored.lease_owner or "",
        )

    async def _renew(self, stale: str) -> str:
        owner = new_owner()
        while (taken := await self._take_lease(owner)) is None:
            # Another program refreshes. Was it killed on the way, its lease is good no more.
            await asyncio.sleep(_LOOK_AGAIN)
            held = await self._load()
            if held and held.lease_owner and is_gone(held.lease_owner):
                await self._drop_lease(held.lease_owner)
            if held is None:
                raise ChannelStopped(UNLINKED, SETTING)
            if held.access and held.access != stale:
                return held.access
        if taken.access and taken.access != stale:
            await self._drop_lease(owner)
            return taken.access
        try:
            grant = await self._oauth.refresh(taken.refresh)
        except GrantRefused as refusal:
            return await self._refused(taken, owner, refusal)
        except NotDelivered as error:
            await self._give_up(taken, owner, str(error))
            raise self._later() from error
        return await self._keep(taken, grant)

    async def _take_lease(self, owner: str) -> _Held | None:
        at = self._clock()
        async with self._database.transaction() as tx:
            stored = await store.take_lease(tx, self._service, owner, at, at + LEASE)
            if stored is None:
                return None
            held = self._read(stored)
            # Written before the token is sent: after a kill it tells what may have become of it.
            await self._note(tx, store.BEGUN, held.refresh)
        return held

    async def _drop_lease(self, owner: str) -> None:
        async with self._database.transaction() as tx:
            await store.drop_lease(tx, self._service, owner)

    async def _keep(self, before: _Held, grant: Grant) -> str:
        """Stores the new pair, however long the database needs: it exists nowhere else."""
        pauses = iter(_KEEP_TRYING)
        while True:
            try:
                return await self._store(before, grant)
            except DatabaseUnavailable as error:
                self._alarm("zalo_oa_pair_not_stored", str(error))
                await asyncio.sleep(next(pauses, _KEEP_TRYING[-1]))

    async def _store(self, before: _Held, grant: Grant) -> str:
        at = self._clock()
        access, refresh = self._sealer.seal(grant.access), self._sealer.seal(grant.refresh)
        expires_at = at + timedelta(seconds=grant.expires_in)
        async with self._database.transaction() as tx:
            is_kept = await store.store_pair(
                tx,
                self._service,
                before.generation,
                access,
                refresh,
                at=at,
                expires_at=expires_at,
            )
            await self._note(tx, store.REFRESHED, grant.refresh, "" if is_kept else "đã có cặp mới")
        self._calm()
        held = await self._load()
        return held.access if held and held.access else grant.access

    async def _refused(self, taken: _Held, owner: str, refusal: GrantRefused) -> str:
        sentence = str(refusal)
        if not refusal.is_final:
            await self._give_up(taken, owner, sentence)
            raise self._later() from refusal
        async with self._database.transaction() as tx:
            is_ours = await store.mark_broken(tx, self._service, taken.generation, sentence)
            await self._note(tx, store.REFUSED, taken.refresh, str(refusal.code))
        if not is_ours:
            # Somebody linked anew, or a slow program stored its pair, while we asked.
            held = await self._load()
            if held and held.access:
                return held.access
        self._alarm("zalo_oa_consent_needed", sentence)
        raise ChannelStopped(sentence, SETTING) from refusal

    def _wait_after_failure(self) -> None:
        """Raises `RetryLater` for some time after a failure: many replies wait for one token."""
        if self._not_before and self._clock() < self._not_before:
            raise self._later()

    def _later(self) -> RetryLater:
        left = self._not_before - self._clock() if self._not_before else self._pause
        sentence = f"Chưa lấy được mã truy cập mới. {self.trouble}"
        return RetryLater(sentence, max(left.total_seconds(), 0.1), everyone=True)

    async def _give_up(self, taken: _Held, owner: str, sentence: str) -> None:
        async with self._database.transaction() as tx:
            await store.drop_lease(tx, self._service, owner)
            await self._note(tx, store.FAILED, taken.refresh, sentence)
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._not_before = self._clock() + self._pause
        self._alarm("zalo_oa_refresh_failed", sentence)

    async def _note(self, tx: Tx, act: str, token: str, detail: str = "") -> None:
        mark = self._sealer.fingerprint(token)
        await store.add_note(tx, self._service, self._clock(), act, mark, detail)

    def _alarm(self, event: str, sentence: str) -> None:
        self.trouble = sentence
        TROUBLE.set(1)
        _log.error(event, sentence=sentence)

    def _calm(self) -> None:
        self.trouble = ""
        self._pause, self._not_before = timedelta(), None
        TROUBLE.set(0)


def service_of(app_id: str) -> str:
    """The name under which the pair of an app is stored."""
    return f"zalo_oa/{app_id}"


def _look_at_failure(task: asyncio.Task[str]) -> None:
    # Told already where it arose; asyncio complains about one that nobody looks at.
    if not task.cancelled():
        task.exception()
