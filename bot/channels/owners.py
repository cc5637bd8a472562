"""Who holds a lease: told so that the next start sees at once that a killed program holds it no more."""

from __future__ import annotations

import os
import platform
import uuid

_RUN = uuid.uuid4().hex
"""Tells this run from an earlier one with the same process number, as in a restarted container."""


def new_owner() -> str:
    """A name for one holder in this process."""
    return f"{platform.node()}/{os.getpid()}/{_RUN}/{uuid.uuid4().hex}"


def is_gone(owner: str) -> bool:
    """Whether the holder surely lives no more; False for those of other machines."""
    node, _, rest = owner.partition("/")
    number, _, run = rest.partition("/")
    if node != platform.node() or not number.isdecimal():
        return False
    if int(number) == os.getpid():
        return not run.startswith(f"{_RUN}/")
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False
