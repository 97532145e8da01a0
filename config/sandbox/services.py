"""The servers around Tollgate: how each is started, when it is ready, how it is stopped."""

from __future__ import annotations

import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from config.sandbox import postgres, processes, redis_server
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60


@dataclass(frozen=True)
class Service:
    """One server. `environment` is added to the caller's."""

    name: str
    command: list[str]
    is_ready: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM


def postgres_service(folder: DataFolder) -> tuple[Service, str]:
    """The embedded PostgreSQL and its DATABASE_URL."""
    cluster = postgres.prepare_cluster(folder)
    service = Service(
        "postgres",
        cluster.command,
        is_ready=lambda: postgres.is_ready(cluster),
        stop_signal=signal.SIGINT,
    )
    return service, cluster.url


def redis_service(folder: DataFolder) -> tuple[Service, str]:
    """The embedded Redis and its REDIS_URL."""
    server = redis_server.prepare_redis(folder)
    service = Service("redis", server.command, is_ready=lambda: redis_server.is_ready(server))
    return service, server.url


def gateway_services(
    folder: DataFolder, *, webhook_url: str
) -> tuple[list[Service], dict[str, str]]:
    """localstripe and the pass-through, and the settings of who uses them."""
    inner, outer = folder.port("localstripe"), folder.port("gateway")
    base = f"http://127.0.0.1:{outer}"
    settings = {
        "STRIPE_API_BASE": base,
        "STRIPE_BROWSER_BASE": base,
        "STRIPE_API_KEY": f"sk_test_{folder.secret('stripe_api_key')}",
        "STRIPE_PUBLISHABLE_KEY": f"pk_test_{folder.secret('stripe_publishable_key')}",
        "STRIPE_WEBHOOK_SECRET": f"whsec_{folder.secret('stripe_webhook_secret')}",
    }
    localstripe = Service(
        "localstripe",
        _module("stripe_server", port=inner, state=folder.path / "localstripe.pickle"),
        is_ready=lambda: is_open(inner),
    )
    command = _module("stripe_passthrough", port=outer, state=folder.path / "gateway.sqlite")
    endpoint = ["--webhook-url", webhook_url] if webhook_url else []
    gateway = Service(
        "gateway",
        [*command, "--upstream", f"http://127.0.0.1:{inner}", *endpoint],
        is_ready=lambda: is_open(outer),
        environment=settings,
    )
    return [localstripe, gateway], settings


def operator_service(folder: DataFolder, *, clock_file: str = "") -> tuple[Service, dict[str, str]]:
    """The sandbox operator, and the settings of who uses it."""
    port = folder.port("operator")
    settings = {
        "OPERATOR_BASE_URL": f"http://127.0.0.1:{port}",
        "OPERATOR_TOKEN": folder.secret("operator_token"),
    }
    command = _module("operator_server", port=port, state=folder.path / "operator.sqlite")
    service = Service(
        "operator",
        [*command, *(["--clock-file", clock_file] if clock_file else [])],
        is_ready=lambda: is_open(port),
        environment=settings,
    )
    return service, settings


def wait_until_ready(service: Service, *, pid: int, log: Path) -> None:
    """Raises SandboxError when the process ends first or READY_SECONDS have passed."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if service.is_ready():
            return
        if processes.record_of(pid) is None:
            break
        time.sleep(processes.POLL_SECONDS)
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    last = lines[-1] if lines else "it said nothing"
    raise SandboxError(f"{service.name} did not start: {last} (all of it in {log})")


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _module(name: str, *, port: int, state: Path) -> list[str]:
    module = [sys.executable, "-m", f"config.sandbox.{name}"]
    command = [*module, "--port", str(port), "--state", str(state)]
    return processes.as_child(command, at_parent_end="TERM")
