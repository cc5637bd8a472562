"""Printed pages: a typst template of this package, filled with data, becomes a PDF.

What people typed reaches a page as data, never as markup. The fonts are those of typst's own wheel, so
that a page looks the same on every machine.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import segno

from bot.reports.printable import printable

_TEMPLATES = Path(__file__).parent / "templates"


def print_pdf(template: str, data: object) -> bytes:
    """The PDF that a template makes of the data (anything that JSON can hold)."""
    # A fifth of a second to load, which a start of the bot needn't wait for.
    import typst

    compiled = typst.compile(
        str(_TEMPLATES / template),
        root=str(_TEMPLATES),
        ignore_system_fonts=True,
        sys_inputs={"data": printable(json.dumps(data, ensure_ascii=False))},
    )
    assert isinstance(compiled, bytes)  # noqa: S101 a PDF is one file
    return compiled


def qr_svg(address: str) -> str:
    """The QR of an address as SVG, without its quiet border: the page around must stay white."""
    return _qr(address, "svg", border=0).decode("utf-8")


def qr_file(address: str, kind: str) -> bytes:
    """The QR of an address as a file to be put into a poster; `kind` is "svg" or "png"."""
    return _qr(address, kind, border=4, scale=1 if kind == "svg" else 20)


def _qr(address: str, kind: str, **options: int) -> bytes:
    out = io.BytesIO()
    # Paper gets creased and dirty: a quarter of it may be lost.
    segno.make(address, error="q", micro=False).save(out, kind=kind, dark="#1d1d1d", **options)
    return out.getvalue()
