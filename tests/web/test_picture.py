"""The picture of the README, taken from the real page."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.web.conftest import ANSWERED, QUESTION, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PICTURE = ROOT / "docs" / "pictures" / "tro-chuyen.png"
PHONE = {"width": 390, "height": 844}


def test_the_page_can_be_pictured(
    chromium: Browser, served: Served, request: pytest.FixtureRequest
) -> None:
    context = chromium.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        device_scale_factor=2,
        locale="vi-VN",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(served.address)
    page.fill("#cau-hoi", QUESTION)
    page.press("#cau-hoi", "Enter")
    assert ANSWERED in page.locator(".reply").nth(1).inner_text()
    page.evaluate("document.activeElement.blur()")
    taken = page.screenshot()
    context.close()

    picture = Image.open(BytesIO(taken))
    assert picture.size == (PHONE["width"] * 2, PHONE["height"] * 2)
    colours = picture.convert("RGB").getcolors(maxcolors=1 << 24)
    assert colours is not None
    assert len(colours) > 50
    assert max(count for count, _ in colours) < picture.width * picture.height * 0.8
    if request.config.getoption("--update-pictures"):
        save(picture, PICTURE)


def save(picture: Image.Image, path: Path) -> None:
    """With a palette the file is a third as large, and nobody sees the difference."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.convert("RGB").quantize(128).save(path, optimize=True)
