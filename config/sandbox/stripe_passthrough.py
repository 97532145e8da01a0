"""The sandbox's card gateway: Stripe's API on loopback, in front of localstripe.

    python -m config.sandbox.stripe_passthrough --port 8521 --upstream http://127.0.0.1:8520 \\
        --state FILE --webhook-url URL

Keys come from the environment: STRIPE_API_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET.
The package `gateway` says what it adds; `gateway.control` what it can be told to do.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from aiohttp import web

from config.sandbox.gateway.server import create_application


def main() -> None:
    parser = argparse.ArgumentParser(prog="stripe_passthrough")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--upstream", required=True, help="localstripe's address")
    parser.add_argument("--state", type=Path, required=True, help="our SQLite file")
    parser.add_argument("--webhook-url", default="", help="where events are delivered")
    options = parser.parse_args()
    application = create_application(
        upstream=options.upstream,
        state=options.state,
        browser_base=f"http://127.0.0.1:{options.port}",
        secret_key=os.environ["STRIPE_API_KEY"],
        publishable_key=os.environ["STRIPE_PUBLISHABLE_KEY"],
        endpoint=(options.webhook_url, os.environ.get("STRIPE_WEBHOOK_SECRET", "")),
    )
    web.run_app(application, host="127.0.0.1", port=options.port, access_log=None, print=None)


if __name__ == "__main__":
    main()
