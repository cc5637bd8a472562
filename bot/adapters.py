"""Which channels this installation has: one adapter for each whose token is set."""

from __future__ import annotations

from datetime import timedelta

from bot.channels import wire
from bot.channels.base import Channel
from bot.channels.zalo_bot import channel as zalo_bot
from bot.channels.zalo_bot import client as zalo_bot_client
from bot.channels.zalo_bot.quota import Breaker, MonthlyCount
from bot.channels.zalo_oa import channel as zalo_oa
from bot.channels.zalo_oa.client import Client
from bot.channels.zalo_oa.oauth import OAuth
from bot.channels.zalo_oa.pairs import Pairs
from bot.channels.zalo_oa.presses import Presses
from bot.channels.zalo_oa.rate import Rate
from bot.channels.zalo_oa.signature import Verifier
from bot.channels.zalo_oa.tokens import TokenKeeper
from bot.channels.zalo_oa.watchdog import Watchdog
from bot.sealing import Sealer
from bot.settings import Settings
from bot.store.database import Database


def build_channels(settings: Settings, database: Database, sealer: Sealer) -> list[Channel]:
    """The configured channels, not opened yet."""
    channels: list[Channel] = []
    if settings.telegram_token.get_secret_value():
        channels.append(_build_telegram(settings, sealer))
    if settings.zalo_bot_token.get_secret_value():
        channels.append(_build_zalo_bot(settings, database, sealer))
    if settings.zalo_oa_app_id:
        channels.append(_build_zalo_oa(settings, database, sealer))
    return channels


def _build_telegram(settings: Settings, sealer: Sealer) -> Channel:
    # Its library takes a quarter of a second to import, which others need not wait for.
    from bot.channels.telegram.channel import Telegram, TelegramConfig

    given = settings.telegram_webhook_secret.get_secret_value()
    return Telegram(
        TelegramConfig(
            token=settings.telegram_token.get_secret_value(),
            api_url=settings.telegram_api_url,
            mode=settings.telegram_mode,
            webhook_secret=given or sealer.fingerprint("telegram/webhook"),
            public_url=settings.public_url,
        )
    )


def _build_zalo_bot(settings: Settings, database: Database, sealer: Sealer) -> Channel:
    token = settings.zalo_bot_token.get_secret_value()
    client = zalo_bot_client.Client(token, settings.zalo_bot_api_url, Breaker(), wire.new_client())
    # The part before the colon is the bot's own number, and no secret.
    count = MonthlyCount(database, token.partition(":")[0], settings.zalo_bot_monthly_quota)
    given = settings.zalo_bot_webhook_secret.get_secret_value()
    webhook = None
    if settings.zalo_bot_mode == "webhook":
        address = settings.public_url.rstrip("/")
        webhook = zalo_bot.Webhook(
            f"{address}{zalo_bot.PATH}" if address else "",
            given or sealer.fingerprint("zalo_bot/webhook"),
        )
    return zalo_bot.ZaloBot(client, count, token, webhook)


def _build_zalo_oa(settings: Settings, database: Database, sealer: Sealer) -> Channel:
    http = wire.new_client()
    app_id = settings.zalo_oa_app_id
    app_secret = settings.zalo_oa_app_secret.get_secret_value()
    oa_secret = settings.zalo_oa_secret.get_secret_value()
    seed = settings.zalo_oa_refresh_token.get_secret_value()
    oauth = OAuth(http, settings.zalo_oa_oauth_url, app_id, app_secret)
    keeper = TokenKeeper(Pairs(database, sealer, app_id), oauth, seed)
    rate = Rate(settings.zalo_oa_per_minute, programs=lambda: database.programs)
    return zalo_oa.ZaloOa(
        database,
        http,
        keeper,
        Client(http, settings.zalo_oa_api_url, keeper, rate),
        Verifier(app_id, app_secret, oa_secret, settings.zalo_oa_signature),
        Presses(sealer),
        Watchdog(database, zalo_oa.NAME, timedelta(hours=settings.zalo_oa_silence_hours)),
        zalo_oa.Options(
            window=timedelta(hours=settings.zalo_oa_window_hours),
            staff_quiet=timedelta(minutes=settings.zalo_oa_staff_minutes),
            template_type=settings.zalo_oa_buttons_template_type,
        ),
        {"ZALO_OA_APP_SECRET": app_secret, "ZALO_OA_SECRET": oa_secret},
    )
