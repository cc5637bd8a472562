"""The migrations, an append-only list; `HEAD` is the newest, so that a start need not look."""

from __future__ import annotations

HEAD = "0011"
