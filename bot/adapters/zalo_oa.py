"""The Zalo official account from the settings."""

from __future__ import annotations

from datetime import timedelta

from bot.channels import wire
from bot.channels.zalo_oa.channel import NAME, Options, ZaloOa
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


def build(settings: Settings, database: Database, sealer: Sealer) -> ZaloOa:
    """The channel of the settings, not opened yet."""
    http = wire.new_client()
    app_id = settings.zalo_oa_app_id
    app_secret = settings.zalo_oa_app_secret.get_secret_value()
    oa_secret = settings.zalo_oa_secret.get_secret_value()
    seed = settings.zalo_oa_refresh_token.get_secret_value()
    oauth = OAuth(http, settings.zalo_oa_oauth_url, app_id, app_secret)
    keeper = TokenKeeper(Pairs(database, sealer, app_id), oauth, seed)
    rate = Rate(settings.zalo_oa_per_minute, programs=lambda: database.programs)
    return ZaloOa(
        database,
        http,
        keeper,
        Client(http, settings.zalo_oa_api_url, keeper, rate),
        Verifier(app_id, app_secret, oa_secret, settings.zalo_oa_signature),
        Presses(sealer),
        Watchdog(database, NAME, timedelta(hours=settings.zalo_oa_silence_hours)),
        Options(
            window=timedelta(hours=settings.zalo_oa_window_hours),
            staff_quiet=timedelta(minutes=settings.zalo_oa_staff_minutes),
            template_type=settings.zalo_oa_buttons_template_type,
        ),
        {"ZALO_OA_APP_SECRET": app_secret, "ZALO_OA_SECRET": oa_secret},
    )
