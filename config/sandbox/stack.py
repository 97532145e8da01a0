"""One stack: the servers of the sandbox, then migrations and demo data, then web, worker, beat."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from config.sandbox import environment, processes, services
from config.sandbox.environment import ROOT
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder
from config.sandbox.foreground import foreground
from config.sandbox.runner import Program, Runner
from config.sandbox.services import Service

WEBHOOK_PATH = "/api/v1/gateways/stripe/webhook/"
READY_SECONDS = 120
SERVERS, APPLICATION = 1, 2
DATABASE_STAGE = 0
WORKER_THREADS = 4
WEB_PROCESSES = 1
WEB_THREADS = 12
DEMO_FACTS = "demo.json"


class Stack:
    """The stack of one data folder on one port."""

    def __init__(self, folder: DataFolder, runner: Runner, *, port: int) -> None:
        self.folder = folder
        self.port = port
        self.runner = runner
        self.environment = environment.base_environment(folder, port=port)

    def run(self) -> None:
        """Start everything, say where it is, keep it running until a stop is requested."""
        self._start_servers()
        environment.publish(self.folder, self.environment)
        try:
            self._start_application()
            self.runner.say(introduction(self.folder, port=self.port))
            self.runner.keep_running()
        finally:
            environment.withdraw(self.folder)

    def _start_application(self) -> None:
        """Web, worker and beat on a prepared database. A second start need not wait for it."""
        web, worker, beat = self._application()
        has_data = (self.folder.path / DEMO_FACTS).exists()
        if has_data:
            self.runner.start(web)
        self.runner.finish(self._program("prepare", self._preparation()))
        if not has_data:
            self.runner.start(web)
        self._wait_until_ready()
        self.runner.start(worker)
        self.runner.start(beat)

    def _start_servers(self) -> None:
        """All at once; the given DATABASE_URL and REDIS_URL win over embedded servers."""
        starting = []
        for service in self._services():
            log = self.folder.logs / f"{service.name}.log"
            stage = DATABASE_STAGE if service.name in ("postgres", "redis") else SERVERS
            program = Program(
                service.name,
                service.command,
                os.environ | service.environment,
                ROOT,
                stage=stage,
                stop_signal=service.stop_signal,
                patience_seconds=20 if service.name == "postgres" else 10,
                log=log,
            )
            log.unlink(missing_ok=True)
            starting.append((service, self.runner.start(program), log))
        for service, running, log in starting:
            services.wait_until_ready(service, pid=running.pid, log=log)

    def _services(self) -> list[Service]:
        started: list[Service] = []
        for name, make in (
            ("DATABASE_URL", services.postgres_service),
            ("REDIS_URL", services.redis_service),
        ):
            if os.environ.get(name):
                self.environment[name] = os.environ[name]
            else:
                service, self.environment[name] = make(self.folder)
                started.append(service)
        webhook_url = f"http://127.0.0.1:{self.port}{WEBHOOK_PATH}"
        gateway, settings = services.gateway_services(self.folder, webhook_url=webhook_url)
        self.environment |= settings
        clock_file = self.environment["SANDBOX_CLOCK_FILE"]
        operator, settings = services.operator_service(self.folder, clock_file=clock_file)
        self.environment |= settings
        return [*started, *gateway, operator]

    def _program(self, name: str, command: list[str]) -> Program:
        child = processes.as_child(command, at_parent_end="TERM")
        return Program(name, child, os.environ | self.environment, ROOT, stage=APPLICATION)

    def _preparation(self) -> list[str]:
        empty = ["--empty"] if os.environ.get("DEMO_DATA") == "none" else []
        return [sys.executable, "-m", "config.sandbox.preparation", *empty]

    def _application(self) -> tuple[Program, Program, Program]:
        """Web, worker and beat. Threads keep the worker small; its work is done in SQL."""
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "--app", "config", "--quiet"]
        pool = ["--pool", "threads", "--concurrency", str(WORKER_THREADS)]
        lonely = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        schedule = str(self.folder.path / "celerybeat-schedule")
        return (
            self._program("web", [*python, "gunicorn", "config.wsgi", *_web_options(self.port)]),
            self._program("worker", [*celery, "worker", *pool, *lonely]),
            self._program("beat", [*celery, "beat", "--schedule", schedule, "--pidfile", ""]),
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(f"http://127.0.0.1:{self.port}/health/ready/"):
            self.runner.restart_dead()
            if time.monotonic() > deadline:
                raise SandboxError(f"Tollgate was not ready within {READY_SECONDS} s; see above.")
            time.sleep(0.1)


def up(folder: DataFolder, *, port: int) -> None:
    """Run a stack in the foreground until Ctrl-C, a termination signal or a hang-up."""
    foreground(folder, port=port, run=lambda runner: Stack(folder, runner, port=port).run())


def introduction(folder: DataFolder, *, port: int) -> str:
    """Addresses, sign-ins and the staff key, as `load_demo` left them in demo.json."""
    address = f"http://127.0.0.1:{port}"
    lines = ["", f"Portal  {address}/portal/", f"Admin   {address}/admin/"]
    lines += [f"API     {address}/api/v1/   (described at {address}/api/docs/)", ""]
    facts = _demo_facts(folder.path / DEMO_FACTS)
    for person in facts.get("sign_ins", []):
        lines += [f"{person['role']:<18} {person['email']:<32} {person['password']}"]
    if facts.get("staff_api_key"):
        lines += ["", f"Staff API key  {facts['staff_api_key']}"]
    return "\n".join([*lines, "", "Ready. Ctrl-C stops everything; the data is kept."])


def _demo_facts(path: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return facts


def _web_options(port: int) -> list[str]:
    options = {
        "config": "python:config.gunicorn",
        "bind": f"127.0.0.1:{port}",
        "worker-class": "gthread",
        "workers": os.environ.get("WEB_CONCURRENCY", str(WEB_PROCESSES)),
        "threads": str(WEB_THREADS),
        "graceful-timeout": "5",
        "log-level": "warning",
    }
    pairs = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [*pairs, "--preload", "--no-control-socket"]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own address
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
