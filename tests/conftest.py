"""What all tests share: the real base, loaded once, and a fixed day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import hypothesis
import pytest

from bot.dialogue.snapshot import Snapshot, build_snapshot
from bot.keep import Keep
from bot.knowledge.live import Live
from bot.knowledge.load import Loaded, load
from bot.knowledge.model import Base
from bot.sealing import Sealer

# A busy machine is slow, not wrong: no example fails for the time it took.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

pytest_plugins = ["tests.databases"]

ROOT = Path(__file__).resolve().parent.parent
KNOWLEDGE = ROOT / "knowledge"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SEALER = Sealer(["a-key-of-the-tests-long-enough-for-all-of-them"])
KEEP = Keep(ROOT / "data" / "kept")
"""What the program itself keeps between starts: the tests read the base as it does."""


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """The project's own knowledge with every fault found in it."""
    return load(KNOWLEDGE, TODAY)


@pytest.fixture(scope="session")
def shared_live() -> Live[Snapshot]:
    """The project's own knowledge, live; a test that edits makes one with its own copy."""
    return Live(
        KNOWLEDGE, lambda base: build_snapshot(base, KNOWLEDGE, keep=KEEP), lambda: NOW, keep=KEEP
    )


@pytest.fixture(scope="session")
def snapshot(shared_live: Live[Snapshot]) -> Snapshot:
    """The project's own knowledge, ready to answer."""
    return shared_live.current


@pytest.fixture(scope="session")
def base(snapshot: Snapshot) -> Base:
    """The project's own knowledge."""
    return snapshot.base


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the pictures of the docs be taken anew."""
    parser.addoption(
        "--update-pictures", action="store_true", help="take the pictures in docs/pictures anew"
    )
