"""Measures, and writes what was found to results.json and README.md.

python -m benchmarks                      everything (`make bench`)
python -m benchmarks quality [FILE...]    one of quality, matching_speed, start, booklet,
                                          contest_ranking, contest_web, load, fuzz, chaos,
                                          delivery, delivery_shared, zalo_webhook,
                                          answer_pages, admin_pages
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import (
    admin_pages,
    answer_pages,
    booklet,
    chaos,
    contest_ranking,
    contest_web,
    delivery,
    delivery_shared,
    fuzz,
    load,
    matching_speed,
    quality,
    start,
    zalo_webhook,
)

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
README = HERE / "README.md"
TITLES = {
    "quality": "Right answers at an equal share of false ones",
    "matching_speed": "One question, as the base grows",
    "start": "Start and memory",
    "booklet": "Import of a booklet",
    "contest_ranking": "A contest of a million people",
    "contest_web": "A contest's launch on the web",
    "load": "Under load, and past it",
    "fuzz": "A million broken inputs",
    "chaos": "Two programs while everything fails",
    "delivery": "From the webhook to the reply, killed on the way",
    "delivery_shared": "From the webhook to the reply, two programs on PostgreSQL",
    "zalo_webhook": "Zalo's two seconds",
    "answer_pages": "Pages about answers, at a thousand entries",
    "admin_pages": "The editors' web with a year of talk",
}
MODULES = {
    "quality": quality,
    "matching_speed": matching_speed,
    "start": start,
    "booklet": booklet,
    "contest_ranking": contest_ranking,
    "contest_web": contest_web,
    "load": load,
    "fuzz": fuzz,
    "chaos": chaos,
    "delivery": delivery,
    "delivery_shared": delivery_shared,
    "zalo_webhook": zalo_webhook,
    "answer_pages": answer_pages,
    "admin_pages": admin_pages,
}
_PLAIN: dict[str, Callable[[Callable[[str], None]], dict[str, Any]]] = {
    "matching_speed": matching_speed.measure,
    "start": start.measure,
    "booklet": booklet.measure,
    "contest_ranking": contest_ranking.measure,
    "contest_web": contest_web.measure,
    "load": load.measure,
    "fuzz": fuzz.measure,
    "chaos": chaos.measure,
    "delivery": delivery.measure,
    "delivery_shared": delivery_shared.measure,
    "zalo_webhook": zalo_webhook.measure,
    "answer_pages": answer_pages.measure,
    "admin_pages": admin_pages.measure,
}
INTRODUCTION = """# Benchmarks

What the bot is measured by, with the last figures. This page is written by the benchmarks
themselves: `make bench` for all of it, or the command under each heading. Quality and times are to
be read beside the baselines of the same run, not beside those of another machine; how each figure
is made stands at the head of its file.
"""


def main(arguments: list[str]) -> None:
    """Measure what is asked for, all by default, and write it beside what was there."""
    names = arguments[:1] or list(MODULES)
    if names == ["delivery"] and delivery.ASKED.store != "sqlite":
        names = ["delivery_shared"]
    if names[0] not in MODULES or (arguments[1:] and names[0] != "quality"):
        sys.exit(__doc__)
    files = [Path(name) for name in arguments[1:]]
    results: dict[str, Any] = _read_results()
    for name in names:
        print(f"\n{TITLES[name]}", flush=True)
        found, about = _measure(name, files), _about()
        if name == "load":
            found = load.keep(results.get(name, {}), found, about["on"])
        results[name] = {**found, **about}
        # Figures for other questions than the project's own are shown, not kept.
        if not files:
            RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
            README.write_text(_page(results), encoding="utf-8")


def _measure(name: str, files: list[Path]) -> dict[str, Any]:
    def report(line: str) -> None:
        print(f"  {line}", flush=True)

    return quality.measure(report, files) if name == "quality" else _PLAIN[name](report)


def _read_results() -> dict[str, Any]:
    if not RESULTS.is_file():
        return {}
    kept: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return {name: kept[name] for name in MODULES if "on" in kept.get(name, {})}


def _about() -> dict[str, str]:
    """When and on what it was measured."""
    busy = f"{os.getloadavg()[0]:.1f}"
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, load {busy}"
    return {"on": datetime.now(UTC).date().isoformat(), "machine": machine}


def _page(results: dict[str, Any]) -> str:
    parts = [INTRODUCTION]
    for name, module in MODULES.items():
        if name in results:
            found = results[name]
            parts.append(
                f"## {TITLES[name]}\n\n`python -m benchmarks {name}`, "
                f"{found['on']}, {found['machine']}.\n\n{module.table(found)}\n"
            )
    return "\n".join(parts)


if __name__ == "__main__":
    main(sys.argv[1:])
