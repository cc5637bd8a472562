"""A real PostgreSQL as something that can be killed and started again."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def started(folder: Path, *, is_kept: bool = False) -> Iterator[Any]:
    """A server whose data lie in a folder; they go with it unless they are kept."""
    with _no_warnings():
        from pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop" if is_kept else "delete")
    try:
        yield server
    finally:
        server.cleanup()


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Without pgserver's own: it asks for a runtime folder that a container does not have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def kill(server: Any) -> None:
    """kill -9 of the server and of all its processes."""
    # It comes with pgserver, which is not to be had on every machine.
    import psutil

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
            with server._lock, _no_warnings():
                server.ensure_postgres_running()
            return
        except Exception:
            # A busy machine may need longer than pg_ctl waits.
            if not left:
                raise


def socket_of(server: Any) -> str:
    """The Unix socket that it listens at."""
    return f"{server.get_postmaster_info().socket_dir}/.s.PGSQL.5432"
