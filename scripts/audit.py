"""Looks after what the program is built of: pinned, whole, and without known holes.

Two parts. What needs nobody is always done: every package that the project pulls in is pinned exactly,
and installed in just that version. Whether one of them has a known hole can only be asked on the
internet: where no service answers, that is said in plain words and never taken for "none known".
AUDIT_MUST=1 makes an audit that could not be done a failure; set it where the internet is there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LONGEST_SECONDS = 300
COME_WITH_PYTHON = {"pip", "setuptools", "wheel"}


@dataclass
class Audit:
    """What a vulnerability service said: holes by package, and packages it told nothing of."""

    holes: dict[str, list[str]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    audited: int = 0


def read_pins(path: Path) -> tuple[dict[str, str], list[str]]:
    """The pinned versions by package, and the lines that pin nothing."""
    pins, loose = {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        name, equals, version = text.partition("==")
        if not equals or not version or any(sign in version for sign in "*,;<>@ "):
            loose.append(text)
        else:
            pins[canonicalize_name(name)] = version
    return pins, loose


def wanted_by(pyproject: Path) -> list[str]:
    """Every requirement that the project names, for running and for developing."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    extras = project.get("optional-dependencies", {})
    return [*project["dependencies"], *(one for names in extras.values() for one in names)]


def pulled_in(requirements: list[str]) -> Iterator[str]:
    """The packages that these bring with them, here and on this Python."""
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        key = (name, frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        yield name
        try:
            below = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        for text in below:
            inner = Requirement(text)
            extras = one.extras or {""}
            if inner.marker is None or any(inner.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(inner)


def faults_offline(root: Path = ROOT) -> list[str]:
    """What is wrong without asking anybody."""
    pins, loose = read_pins(root / "constraints.txt")
    faults = [f"constraints.txt: «{line}» pins no exact version" for line in loose]
    used = set(pulled_in(wanted_by(root / "pyproject.toml")))
    for name in sorted(used - COME_WITH_PYTHON):
        if name not in pins:
            faults.append(f"constraints.txt: {name} is used and not pinned")
            continue
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if installed != pins[name]:
            faults.append(f"{name}: installed {installed}, pinned {pins[name]}")
    return faults


def read_report(text: str) -> Audit:
    """What pip-audit told as JSON. Raises ValueError where it told nothing."""
    audit = Audit()
    for one in json.loads(text)["dependencies"]:
        if "skip_reason" in one:
            audit.unknown.append(one["name"])
            continue
        audit.audited += 1
        if one["vulns"]:
            audit.holes[one["name"]] = [hole["id"] for hole in one["vulns"]]
    return audit


def ask() -> Audit | None:
    """What the service says; None where none could be asked."""
    words = ["-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--skip-editable"]
    try:
        done = subprocess.run(  # noqa: S603
            [sys.executable, *words], capture_output=True, text=True, timeout=LONGEST_SECONDS
        )
        audit = read_report(done.stdout)
    except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        return None
    return audit if audit.audited else None


def main() -> int:
    """Tells everything; 1 for a fault or a hole."""
    faults = faults_offline()
    check = subprocess.run(
        [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"],
        capture_output=True,
        text=True,
    )
    if check.returncode:
        faults += check.stdout.strip().splitlines()
    audit = ask()
    for name, holes in (audit.holes if audit else {}).items():
        faults.append(f"{name}: known holes {', '.join(holes)}")
    for fault in faults:
        print(f"audit: {fault}", file=sys.stderr)
    if audit is None:
        print(
            "audit: NOT DONE: no vulnerability service could be asked (no pip-audit, or no "
            "internet). Pins and versions were checked; known holes were not.",
            file=sys.stderr,
        )
    else:
        print(f"audit: {audit.audited} packages asked about, {len(audit.unknown)} unknown there.")
    must = audit is None and os.environ.get("AUDIT_MUST") == "1"
    return 1 if faults or must else 0


if __name__ == "__main__":
    sys.exit(main())
