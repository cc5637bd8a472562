#!/usr/bin/env python3
"""Does the steps of the Dockerfile in clean roots, where no engine for containers runs.

    debootstrap --variant=minbase bookworm BASE      # a clean Debian, once
    chroot BASE apt-get install -y --no-install-recommends python3 python3-venv
    scripts/image_in_chroot.py BASE WORK             # as root; IMAGE_BINDS="/a /b" shows folders to the steps

BASE stands for the image that the Dockerfile begins with. Each stage is a copy of it in which the steps
run one after the other. In the end the program runs as the image's user, without rights of root, until
the image's own health check is content, and is told to end. What an engine alone does (layers, limits,
a network of its own, read-only file systems) is not tried.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 300
PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Stage:
    """A root in the making, with what the steps so far have set."""

    def __init__(self, base, place):
        subprocess.run(["cp", "-a", str(base), str(place)], check=True)
        self.root = place
        self.folder, self.by = "/", "root"
        self.given = {"PATH": PATHS, "HOME": "/root"}
        self.given |= {k: v for k, v in os.environ.items() if k.startswith("PIP_")}
        python = place / "usr/bin/python"
        if not python.exists():
            python.symlink_to("python3")
        shutil.copy("/etc/resolv.conf", place / "etc/resolv.conf")
        # The clean root asks the same servers for names and packages as this machine does.
        for shown in ["/proc", *os.environ.get("IMAGE_BINDS", "").split()]:
            self.inside(shown).mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--rbind", shown, str(self.inside(shown))], check=True)

    def close(self):
        """Takes the shown folders out again."""
        for shown in ["/proc", *os.environ.get("IMAGE_BINDS", "").split()]:
            subprocess.run(
                ["umount", "--recursive", "--lazy", str(self.inside(shown))], check=False
            )

    def inside(self, path):
        """Where a path of the root lies on this machine."""
        return self.root / str(path).lstrip("/")

    def command(self, words):
        """The words as they are started in the root, by its user."""
        started = f"cd {shlex.quote(self.folder)} && exec {shlex.join(words)}"
        whole = ["chroot", f"--userspec={self.by}", str(self.root)]
        return [*whole, "/usr/bin/env", "-i", *self.settings(), "/bin/sh", "-c", started]

    def settings(self):
        return [f"{name}={value}" for name, value in self.given.items()]

    def run(self, text):
        subprocess.run(self.command(["/bin/sh", "-c", text]), check=True)

    def workdir(self, text):
        self.folder = text
        self.inside(text).mkdir(parents=True, exist_ok=True)

    def env(self, text):
        for pair in shlex.split(text):
            name, value = pair.split("=", 1)
            self.given[name] = value.replace("$PATH", self.given["PATH"])

    def user(self, text):
        self.by = text

    def copy(self, text, stages):
        words = shlex.split(text)
        options = dict(w[2:].split("=", 1) for w in words if w.startswith("--"))
        *sources, target = (w for w in words if not w.startswith("--"))
        place = self.inside(Path(self.folder, target))
        before = stages[options["from"]].root if "from" in options else ROOT
        for source in sources:
            there = before / source.lstrip("/")
            into = place if there.is_dir() else place / there.name
            into.parent.mkdir(parents=True, exist_ok=True)
            if there.is_dir():
                shutil.copytree(there, into, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy(there, into)
            if "chown" in options:
                inside = "/" + str(into.relative_to(self.root))
                owner = ["chroot", str(self.root), "chown", "-R", options["chown"], inside]
                subprocess.run(owner, check=True)


def read_steps(text):
    """The Dockerfile's steps: a word, and what follows it."""
    joined = re.sub(r"\\\n", " ", text)
    lines = (line.strip() for line in joined.splitlines())
    return [line.split(None, 1) for line in lines if line and not line.startswith("#")]


def build(base, work, stages):
    """Makes all stages; gives the last one with its command and its health check."""
    stage, told = None, {"CMD": "[]", "HEALTHCHECK": "CMD []"}
    for number, (kind, rest) in enumerate(read_steps((ROOT / "Dockerfile").read_text())):
        print(f"--- {kind} {rest[:110]}", flush=True)
        if kind == "FROM":
            name = rest.split(" AS ")[1] if " AS " in rest else "last"
            stage = stages[name] = Stage(base, work / f"{number}-{name}")
        elif kind == "COPY":
            stage.copy(rest, stages)
        elif kind in ("WORKDIR", "RUN", "ENV", "USER"):
            getattr(stage, kind.lower())(rest)
        elif kind in told:
            told[kind] = rest
        elif kind not in ("VOLUME", "EXPOSE"):
            sys.exit(f"{kind} is not known here")
    health = told["HEALTHCHECK"].partition("CMD")[2]
    return stage, json.loads(told["CMD"]), json.loads(health)


def live(stage, command, health):
    """Runs the program until its health check is content, then ends it; gives its exit code."""
    stage.given["HOME"] = "/app"
    program = subprocess.Popen(stage.command(command))
    try:
        end = time.monotonic() + PATIENCE_SECONDS
        while subprocess.run(stage.command(health), capture_output=True).returncode:
            if program.poll() is not None or time.monotonic() > end:
                sys.exit("the health check was never content")
            time.sleep(0.5)
        owner = Path(f"/proc/{program.pid}").stat().st_uid
        print(f"--- healthy, as user {owner}", flush=True)
        if owner == 0:
            sys.exit("it runs as root")
        program.send_signal(signal.SIGTERM)
        return program.wait(30)
    finally:
        program.kill()


def size_of(stage):
    """Megabytes that the image adds to the one it began with."""
    told = subprocess.run(
        ["du", "-smc", str(stage.inside("/venv")), str(stage.inside("/app"))],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(told.stdout.splitlines()[-1].split()[0])


def main():
    """Builds, lives, and takes everything away again."""
    base, work = (Path(one).resolve() for one in sys.argv[1:3])
    work.mkdir(parents=True)
    # The folders shown inside are taken out again, however this ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    stages = {}
    try:
        stage, command, health = build(base, work, stages)
        tools = [
            tool
            for tool in ("gcc", "pip")
            if shutil.which(tool, path=str(stage.inside("/venv/bin")))
        ]
        print(f"--- {size_of(stage)} MB beyond the base; tools left in it: {tools or 'none'}")
        code = live(stage, command, health)
        print(f"--- ended in order: exit code {code}")
        return code
    finally:
        for one in stages.values():
            one.close()


if __name__ == "__main__":
    sys.exit(main())
