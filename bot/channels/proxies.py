"""The proxy that the environment names for a service, which not every network reaches by itself."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bot.errors import ChannelStopped

_SPOKEN = ("http", "https")
_WRONG = "chỉ dùng được proxy http, ví dụ http://proxy.example.vn:3128; hãy sửa hoặc bỏ biến này."


def proxy_for(scheme: str, host: str) -> str | None:
    """The proxy's address: of HTTPS_PROXY or HTTP_PROXY, else of ALL_PROXY; None to call directly.

    NO_PROXY names the hosts that need none. Raises `ChannelStopped` for a proxy that we cannot speak to.
    """
    if proxy_bypass(host):
        return None
    known = getproxies()
    name = scheme if known.get(scheme) else "all"
    proxy = known.get(name)
    if not proxy:
        return None
    # Programs take an address without a scheme for an http proxy, and so do we.
    whole = proxy if "://" in proxy else f"http://{proxy}"
    parts = urlsplit(whole)
    if parts.scheme.lower() not in _SPOKEN or not parts.hostname:
        raise ChannelStopped(_WRONG, f"{name.upper()}_PROXY")
    return whole
