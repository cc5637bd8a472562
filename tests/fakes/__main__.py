"""Runs the three services on loopback until Ctrl-C; see `services`."""

from __future__ import annotations

import sys

import uvicorn

from tests.fakes.services import Services

PORT = 9010
OUR_WEBHOOK = "http://127.0.0.1:8080/webhooks/zalo-oa"


def main() -> None:
    services = Services()
    services.zalo_oa.webhook_url = OUR_WEBHOOK
    lines = [
        f"{name}={value}" for name, value in services.settings(f"http://127.0.0.1:{PORT}").items()
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    uvicorn.run(services.app, host="127.0.0.1", port=PORT, log_level="warning")


if __name__ == "__main__":
    main()
