"""Telegram, by polling or webhook; python-telegram-bot carries the calls and names the failures."""
