"""Which channels this installation has: one adapter for each whose token is set."""

from __future__ import annotations

from bot.channels.base import Channel
from bot.settings import Settings
from bot.store.database import Database


def build_channels(settings: Settings, database: Database) -> list[Channel]:
    """The configured channels, not opened yet."""
    channels: list[Channel] = []
    return channels
