"""Where this installation can be reached, from the settings."""

from __future__ import annotations

from bot.reports.campaign import Doors
from bot.settings import Settings


def doors_of(settings: Settings) -> Doors:
    """The doors that a link or a leaflet leads to."""
    return Doors(settings.public_url, settings.telegram_name, settings.zalo_oa_link)
