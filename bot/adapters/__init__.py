"""Which channels this installation has: one adapter for each whose token is set.

What a channel stands on (its library, an HTTP client) takes a quarter of a second and 10 MB to import.
Those who do not use the channel need not wait for it.
"""

from __future__ import annotations

from bot.channels.base import Channel
from bot.sealing import Sealer
from bot.settings import Settings
from bot.store.database import Database


def build_channels(settings: Settings, database: Database, sealer: Sealer) -> list[Channel]:
    """The configured channels, not opened yet."""
    channels: list[Channel] = []
    if settings.telegram_token.get_secret_value():
        from bot.adapters import telegram

        channels.append(telegram.build(settings, sealer))
    if settings.zalo_bot_token.get_secret_value():
        from bot.adapters import zalo_bot

        channels.append(zalo_bot.build(settings, database, sealer))
    if settings.zalo_oa_app_id:
        from bot.adapters import zalo_oa

        channels.append(zalo_oa.build(settings, database, sealer))
    return channels
