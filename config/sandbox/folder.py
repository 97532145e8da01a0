"""The data folder of one stack (`DATA_DIR`): what it remembers from one start to the next."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.sandbox.exceptions import SandboxError

OURS = (
    "celerybeat-schedule*",
    "clock*",
    "demo.json",
    "env",
    "gateway.sqlite*",
    "localstripe.*",
    "lock",
    "log",
    "media",
    "memory.json",
    "operator.sqlite*",
    "postgres",
    "redis",
    "run",
    "runner.json",
    "static",
)


@dataclass(frozen=True)
class DataFolder:
    """Absolute path of a stack's data; the files with secrets are readable by the owner only."""

    path: Path

    @classmethod
    def at(cls, path: str | Path) -> DataFolder:
        """The folder, made when it is missing."""
        folder = cls(Path(path).expanduser().absolute())
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SandboxError(
                f"The data folder {folder.path} cannot be made ({error.strerror}); "
                "choose another with DATA_DIR=…"
            ) from error
        if not os.access(folder.path, os.W_OK | os.X_OK):
            raise SandboxError(
                f"The data folder {folder.path} belongs to somebody else; "
                "choose another with DATA_DIR=…"
            )
        return folder

    @property
    def logs(self) -> Path:
        return self._inside("log")

    @property
    def records(self) -> Path:
        """One file for each running program; what a killed runner leaves is found through it."""
        return self._inside("run")

    def secret(self, name: str) -> str:
        """A random secret, the same at each call."""
        return self._remembered(name) or self._remember(name, secrets.token_urlsafe(32))

    def port(self, name: str) -> int:
        """A free loopback port, the same one as last time unless somebody else took it."""
        known = self._remembered(f"port_{name}")
        if known is not None and is_free(int(known)):
            return int(known)
        ours = set(self._values().values())
        port = next(port for port in iter(free_port, None) if str(port) not in ours)
        return int(self._remember(f"port_{name}", str(port)))

    def delete(self) -> list[Path]:
        """Delete what a stack keeps here, and the folder when nothing else is in it.

        Returns what was left because it is not ours.
        """
        for path in [path for pattern in OURS for path in self.path.glob(pattern)]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        left = sorted(self.path.iterdir())
        if not left:
            self.path.rmdir()
        return left

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for one stack; a second one is told so."""
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SandboxError(
                    f"Another stack runs on {self.path}; stop it, or start this one with its own "
                    "PORT=… and DATA_DIR=…"
                ) from error
            yield

    def _remembered(self, name: str) -> str | None:
        return self._values().get(name)

    def _remember(self, name: str, value: str) -> str:
        write_private(self._memory, json.dumps(self._values() | {name: value}, indent=1))
        return value

    def _values(self) -> dict[str, str]:
        try:
            values: dict[str, str] = json.loads(self._memory.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return values

    @property
    def _memory(self) -> Path:
        return self.path / "memory.json"

    def _inside(self, name: str) -> Path:
        path = self.path / name
        path.mkdir(exist_ok=True)
        return path


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; nobody but the owner may ever read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now.

    Raises SandboxError for a port that we may not use at all.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError as error:
            raise SandboxError(
                f"Port {port} may be used by root only; choose another: make demo PORT=8000"
            ) from error
        except OSError:
            return False
        return True
