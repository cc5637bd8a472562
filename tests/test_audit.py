"""What the program is built of is pinned, and an audit that could not be done is never called clean."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / "scripts" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module
    spec.loader.exec_module(module)
    return module


def test_everything_that_is_used_is_pinned_in_just_that_version(audit: ModuleType) -> None:
    assert audit.faults_offline() == []


@pytest.mark.parametrize(
    "line", ["httpx", "httpx>=1", "httpx==1.*", "httpx @ file:///x", "httpx==1; a"]
)
def test_a_line_that_pins_nothing_is_seen(audit: ModuleType, tmp_path: Path, line: str) -> None:
    (tmp_path / "constraints.txt").write_text(f"# head\n{line}\nyarl==1.2\n")
    assert audit.read_pins(tmp_path / "constraints.txt") == ({"yarl": "1.2"}, [line])


def test_a_package_that_nobody_pinned_is_seen(audit: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "constraints.txt").write_text("pluggy==0.0.1\n")
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["pluggy", "iniconfig"]\n')
    told = audit.faults_offline(tmp_path)
    assert told[0] == "constraints.txt: iniconfig is used and not pinned"
    assert told[1].startswith("pluggy: installed ")


def report(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages})


def test_a_service_that_knows_nothing_is_no_audit(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = report({"name": "yarl", "skip_reason": "not found"})
    for told in (skipped, "", "[]", "{}"):
        monkeypatch.setattr(audit.subprocess, "run", lambda *_a, told=told, **_k: Done(told))
        assert audit.ask() is None


def test_a_known_hole_is_named(audit: ModuleType) -> None:
    found = audit.read_report(
        report(
            {"name": "yarl", "version": "1", "vulns": []},
            {"name": "httpx", "version": "1", "vulns": [{"id": "CVE-1"}]},
            {"name": "own", "skip_reason": "editable"},
        )
    )
    assert found.holes == {"httpx": ["CVE-1"]}
    assert (found.audited, found.unknown) == (2, ["own"])


class Done:
    """A program that has ended and said this."""

    returncode = 0

    def __init__(self, stdout: str) -> None:
        self.stdout = stdout
