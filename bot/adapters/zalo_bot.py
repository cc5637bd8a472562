"""The Zalo bot from the settings."""

from __future__ import annotations

from bot.channels import wire
from bot.channels.zalo_bot.channel import PATH, Webhook, ZaloBot
from bot.channels.zalo_bot.client import Client
from bot.channels.zalo_bot.quota import Breaker, MonthlyCount
from bot.sealing import Sealer
from bot.settings import Settings
from bot.store.database import Database


def build(settings: Settings, database: Database, sealer: Sealer) -> ZaloBot:
    """The channel of the settings, not opened yet."""
    token = settings.zalo_bot_token.get_secret_value()
    client = Client(token, settings.zalo_bot_api_url, Breaker(), wire.new_client())
    # The part before the colon is the bot's own number, and no secret.
    count = MonthlyCount(database, token.partition(":")[0], settings.zalo_bot_monthly_quota)
    given = settings.zalo_bot_webhook_secret.get_secret_value()
    webhook = None
    if settings.zalo_bot_mode == "webhook":
        address = settings.public_url.rstrip("/")
        webhook = Webhook(
            f"{address}{PATH}" if address else "",
            given or sealer.fingerprint("zalo_bot/webhook"),
        )
    return ZaloBot(client, count, token, webhook)
