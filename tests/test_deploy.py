"""What is shipped for running it fits the program: metrics exist, settings are known, nothing runs as root."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from bot.channels import metrics
from bot.channels.zalo_bot import quota
from bot.channels.zalo_oa import tokens, watchdog
from bot.settings import Settings
from tests.conftest import ROOT
from tests.web.conftest import Served

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((ROOT / "deploy" / "dashboard.json").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
CADDY = (ROOT / "deploy" / "Caddyfile").read_text(encoding="utf-8")
HOME = (metrics, quota, tokens, watchdog)
"""Importing them registers their metrics."""


def names_of_metrics() -> set[str]:
    """Every series that the program shows."""
    endings = {
        "counter": ("_total",),
        "gauge": ("",),
        "histogram": ("_bucket", "_sum", "_count"),
    }
    return {
        f"{family.name}{ending}"
        for family in REGISTRY.collect()
        for ending in endings.get(family.type, ())
    }


def test_each_metric_of_the_dashboard_exists() -> None:
    asked = " ".join(t["expr"] for panel in DASHBOARD["panels"] for t in panel["targets"])
    named = set(re.findall(r"\b(?:bot|process)_\w+", asked))
    assert len(named) >= 12
    assert named - names_of_metrics() == set()
    assert HOME


def test_each_metric_of_ours_is_shown_on_the_dashboard() -> None:
    shown = json.dumps(DASHBOARD)
    ours = {f.name for f in REGISTRY.collect() if f.name.startswith("bot_")}
    assert {name for name in ours if name not in shown} == set()


def test_the_panels_do_not_lie_on_one_another() -> None:
    places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in DASHBOARD["panels"]]
    assert len(set(places)) == len(places)


def test_the_settings_of_the_composition_are_settings() -> None:
    known = {str(field.alias) for field in Settings.model_fields.values()}
    for name in ("bot1", "bot2"):
        given = set(COMPOSE["services"][name]["environment"])
        assert {one for one in given if one.startswith("BOT_")} <= known


def test_each_variable_of_the_composition_is_told_in_the_guide() -> None:
    guide = (ROOT / "docs" / "huong-dan-van-hanh.md").read_text(encoding="utf-8")
    composed = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)", composed))
    assert asked == {"SITE_DOMAIN", "POSTGRES_PASSWORD", "BOT_SECRET_KEY"}
    assert {name for name in asked if f"`{name}`" not in guide} == set()
    assert set(re.findall(r"\{\$(\w+)\}", CADDY)) <= set(
        COMPOSE["services"]["proxy"]["environment"]
    )


def test_whatever_the_composition_names_is_there() -> None:
    services = COMPOSE["services"]
    volumes, networks = set(COMPOSE["volumes"]), set(COMPOSE["networks"])
    for service in services.values():
        assert set(service["networks"]) <= networks
        for mounted in service.get("volumes", ()):
            source = mounted.partition(":")[0]
            assert source in volumes or (ROOT / source).is_file(), source
        for needed, how in service.get("depends_on", {}).items():
            assert how == {"condition": "service_healthy"}
            # The programs' own check stands in the image.
            assert "healthcheck" in services[needed] or "build" in services[needed]


def test_the_proxy_the_image_and_the_program_agree_on_the_port() -> None:
    (told,) = re.findall(r"BOT_PORT=(\d+)", DOCKERFILE)
    assert steps_of("EXPOSE ") == [told]
    assert re.findall(r"reverse_proxy (.*) \{", CADDY) == [f"bot1:{told} bot2:{told}"]
    # Said in the composition as well: a `.env` of a developer's may name another one.
    for name in ("bot1", "bot2"):
        given = COMPOSE["services"][name]["environment"]
        assert given["BOT_PORT"] == told
        assert given["BOT_HOST"] == "0.0.0.0"
        assert f"knowledge:{given['BOT_KNOWLEDGE_DIR']}" in COMPOSE["services"][name]["volumes"]


def test_what_the_program_writes_may_be_written_in_the_composition() -> None:
    for name in ("bot1", "bot2"):
        service = COMPOSE["services"][name]
        assert service["read_only"]
        written = {*service["tmpfs"], *(one.partition(":")[2] for one in service["volumes"])}
        assert {*json.loads(steps_of("VOLUME ")[0]), "/tmp"} <= written


def test_both_programs_share_database_key_and_knowledge() -> None:
    first, second = (COMPOSE["services"][name] for name in ("bot1", "bot2"))
    assert first["environment"] == second["environment"]
    shared = ["knowledge:/app/knowledge", "data:/app/data"]
    assert first["volumes"] == second["volumes"] == shared
    subnet = COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert first["environment"]["FORWARDED_ALLOW_IPS"] == subnet


def steps_of(kind: str) -> list[str]:
    """What follows a word at the beginning of the Dockerfile's lines, each in one line."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.partition(" ")[2].strip() for line in joined.splitlines() if line.startswith(kind)]


def test_what_the_image_is_made_of_is_here() -> None:
    ignored = {line for line in (ROOT / ".dockerignore").read_text().splitlines() if line}
    for step in steps_of("COPY "):
        words = [word for word in step.split() if not word.startswith("--")]
        if "--from=" not in step:
            for source in words[:-1]:
                assert (ROOT / source).exists(), source
                assert source.rstrip("/") not in ignored


def test_the_image_runs_what_people_run() -> None:
    assert json.loads(steps_of("CMD ")[-1]) == ["python", "-m", "bot", "serve"]
    assert steps_of("USER ") == ["bot"]
    stages = DOCKERFILE.split("\nFROM ")
    assert "pip" not in stages[-1], "no build tools in the last stage"


@pytest.mark.process
def test_the_images_health_check_sees_a_program_that_runs_and_one_that_does_not(
    tmp_path: Path,
) -> None:
    joined = DOCKERFILE.replace("\\\n", " ")
    found = re.search(r"^HEALTHCHECK .*?CMD (\[.*\])$", joined, re.MULTILINE)
    assert found
    command = [sys.executable, *json.loads(found[1])[1:]]
    served = Served(tmp_path)
    served.start()

    def check() -> int:
        env = {"BOT_PORT": str(served.port), "PATH": os.environ["PATH"]}
        return subprocess.run(command, env=env, capture_output=True, timeout=120).returncode

    assert check() == 0
    served.stop()
    assert check() != 0


def test_nothing_of_ours_runs_as_root_or_can_become_it() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER bot$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    for name in ("bot1", "bot2", "proxy"):
        assert COMPOSE["services"][name]["cap_drop"] == ["ALL"]
    assert "5432" not in json.dumps(COMPOSE)


def test_the_proxy_shows_nobody_what_is_for_the_inside() -> None:
    assert "@inside path /healthz /readyz /metrics" in CADDY
    assert "respond @inside 404" in CADDY
