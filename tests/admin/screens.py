"""What the browser tests of the editors' web share: the screens, the look, where pictures go."""

from __future__ import annotations

from tests.conftest import ROOT

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
PICTURES = ROOT / "docs" / "pictures" / "bien-tap"
PATIENCE_MS = 60_000
