"""A real PostgreSQL as something that can be killed and started again."""

from __future__ import annotations

import contextlib
from typing import Any

import psutil


def kill(server: Any) -> None:
    """kill -9 of the server and of all its processes."""
    master = psutil.Process(server.get_pid())
    family = [*master.children(recursive=True), master]
    master.kill()
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(family, 60)


def start_again(server: Any) -> None:
    """Starts a server that ended, and waits until it is ready."""
    for left in reversed(range(12)):
        try:
            # pgserver's own lock: it starts one server at a time on this machine.
            with server._lock:
                server.ensure_postgres_running()
            return
        except Exception:
            # A busy machine may need longer than pg_ctl waits.
            if not left:
                raise


def socket_of(server: Any) -> str:
    """The Unix socket that it listens at."""
    return f"{server.get_postmaster_info().socket_dir}/.s.PGSQL.5432"
