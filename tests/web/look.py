"""How a page looks to its reader, measured in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")


def look(page: Page) -> dict[str, Any]:
    """Give the texts with their contrast, the targets with their sizes, and what sticks out."""
    # Before its style sheets are there, a page has neither its colours nor its sizes.
    page.wait_for_load_state()
    found = page.evaluate(_LOOK)
    assert isinstance(found, dict)
    return found
