"""Answers questions on election law in Vietnamese, in words that a person approved."""

from __future__ import annotations

__version__ = "0.1.0"
