"""The Official Account's tokens: refreshed once, by one, and stored before they are used.

The refresh token works once, so three things would lose the account until a person consents again:
two refreshes with one token, a new pair that is used before it is stored, and a refresh given up
half-way. Hence one refresh at a time (a lock here, a lease in the store between programs), the pair
committed before anybody gets it, and a refresh that goes on when whoever asked for it has gone.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from bot.channels.owners import is_gone, new_owner
from bot.channels.zalo_oa.oauth import Grant, GrantRefused, OAuth
from bot.channels.zalo_oa.pairs import Pair, Pairs
from bot.clock import Clock, utc_now
from bot.errors import ChannelStopped, DatabaseUnavailable, NotDelivered, RetryLater

LEASE = timedelta(seconds=25)
"""Longer than the token endpoint is waited for, or a second program would ask at the same time."""

SETTING = "ZALO_OA_REFRESH_TOKEN"
UNLINKED = "chưa liên kết với Official Account; hãy chạy «python -m bot zalo link» hoặc đặt mã làm mới ở đây."
TROUBLE = Gauge("bot_zalo_oa_token_trouble", "1 while the Official Account gets no new tokens.")
_LOOK_AGAIN = 0.1
_LAST_SECONDS = 6.0
_KEEP_TRYING = (0.2, 1.0, 2.0, 5.0)
_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(minutes=5)
_log = structlog.get_logger(__name__)


class TokenKeeper:
    """Gives the access token of one app; several programs may share the store."""

    def __init__(self, pairs: Pairs, oauth: OAuth, seed: str = "", clock: Clock = utc_now) -> None:
        self._pairs = pairs
        self._oauth = oauth
        self._seed = seed
        self._clock = clock
        self._lock = asyncio.Lock()
        self._held: Pair | None = None
        self._running: set[asyncio.Task[str]] = set()
        self._pause = timedelta()
        self._not_before: datetime | None = None
        self._failure = ""

    @property
    def trouble(self) -> str:
        """Why there is no new token: a person must consent, or the last refresh failed; or empty."""
        return (self._held.broken if self._held else "") or self._failure

    async def open(self) -> None:
        """Plants the seed where there is no working pair, and reads what is stored.

        Raises `ChannelStopped` where there is nothing to begin with.
        """
        if self._seed:
            await self._pairs.plant(self._seed)
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
            task.add_done_callback(_look_at_failure)
            return await asyncio.shield(task)

    async def renew_if_due(self) -> bool:
        """Refreshes a pair when four fifths of its life are over; whether it did.

        Raises as `access`.
        """
        held = await self._load()
        if held is None or held.broken or self._clock() < held.renew_at:
            return False
        await self.renew(held.access)
        return True

    async def close(self) -> None:
        """Lets a refresh that runs come to its end, for some seconds."""
        if self._running:
            await asyncio.wait(self._running, timeout=_LAST_SECONDS)

    def secrets(self) -> tuple[str, ...]:
        """The tokens held now, and the seed."""
        held = (self._held.access, self._held.refresh) if self._held else ()
        return tuple(token for token in (*held, self._seed) if token)

    async def _load(self) -> Pair | None:
        self._held = await self._pairs.load()
        TROUBLE.set(bool(self.trouble))
        return self._held

    async def _renew(self, stale: str) -> str:
        owner = new_owner()
        while (taken := await self._pairs.take_lease(owner, LEASE)) is None:
            # Another program refreshes. Was it killed on the way, its lease is good no more.
            await asyncio.sleep(_LOOK_AGAIN)
            held = await self._load()
            if held is None:
                raise ChannelStopped(UNLINKED, SETTING)
            if held.access and held.access != stale:
                return held.access
            if held.lease_owner and is_gone(held.lease_owner):
                await self._pairs.drop_lease(held.lease_owner)
        if taken.access and taken.access != stale:
            await self._pairs.drop_lease(owner)
            return taken.access
        try:
            grant = await self._oauth.refresh(taken.refresh)
        except GrantRefused as refusal:
            if refusal.is_final:
                return await self._end(taken, refusal)
            raise await self._put_off(taken, owner, str(refusal)) from refusal
        except NotDelivered as error:
            raise await self._put_off(taken, owner, str(error)) from error
        return await self._keep(taken, grant)

    async def _keep(self, before: Pair, grant: Grant) -> str:
        """Stores the new pair, however long the database needs: it exists nowhere else."""
        pauses = iter(_KEEP_TRYING)
        while True:
            try:
                await self._pairs.keep(before, grant)
                break
            except DatabaseUnavailable as error:
                self._alarm("zalo_oa_pair_not_stored", str(error))
                await asyncio.sleep(next(pauses, _KEEP_TRYING[-1]))
        self._failure = ""
        self._pause, self._not_before = timedelta(), None
        held = await self._load()
        return held.access if held and held.access else grant.access

    async def _end(self, taken: Pair, refusal: GrantRefused) -> str:
        """The refresh token is dead, unless somebody linked anew while we asked."""
        await self._pairs.mark_broken(taken, refusal)
        held = await self._load()
        if held and held.access and held.generation != taken.generation:
            return held.access
        self._alarm("zalo_oa_consent_needed", str(refusal))
        raise ChannelStopped(str(refusal), SETTING) from refusal

    async def _put_off(self, taken: Pair, owner: str, sentence: str) -> RetryLater:
        """The refresh failed in a way that may pass; gives the error to raise."""
        self._failure = sentence
        self._pause = min(max(self._pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
        self._not_before = self._clock() + self._pause
        self._alarm("zalo_oa_refresh_failed", sentence)
        await self._pairs.note_failure(taken, owner, sentence)
        return self._later(self._not_before)

    def _wait_after_failure(self) -> None:
        """Raises `RetryLater` for some time after a failure: many replies wait for one token."""
        if self._not_before and self._clock() < self._not_before:
            raise self._later(self._not_before)

    def _later(self, not_before: datetime) -> RetryLater:
        seconds = max((not_before - self._clock()).total_seconds(), 0.1)
        sentence = f"Chưa lấy được mã truy cập mới. {self._failure}"
        return RetryLater(sentence, seconds, everyone=True)

    def _alarm(self, event: str, sentence: str) -> None:
        TROUBLE.set(1)
        _log.error(event, sentence=sentence)


def _look_at_failure(task: asyncio.Task[str]) -> None:
    # Told already where it arose; asyncio complains about one that nobody looks at.
    if not task.cancelled():
        task.exception()
