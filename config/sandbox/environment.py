"""The environment of everything that runs in one stack, and its copy for commands run by hand."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from config.sandbox.folder import DataFolder, write_private

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = ROOT / ".data"


def base_environment(folder: DataFolder, *, port: int) -> dict[str, str]:
    """What does not depend on a server."""
    return {
        "SANDBOX": "true",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PORT": str(port),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DATA_DIR": str(folder.path),
        "SANDBOX_CLOCK_FILE": str(folder.path / "clock"),
        "SECRET_KEY": folder.secret("secret_key"),
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "PYTHONWARNINGS": "ignore:You're running the worker,ignore:No directory at",
    }


def publish(folder: DataFolder, environment: dict[str, str]) -> None:
    """Keep it for `adopt_running_stack` while the stack runs."""
    lines = [f"{name}={value}\n" for name, value in sorted(environment.items())]
    write_private(_file(folder.path), "".join(lines))


def withdraw(folder: DataFolder) -> None:
    _file(folder.path).unlink(missing_ok=True)


def published(folder: Path) -> dict[str, str]:
    """The environment of the stack that runs on this data folder; empty when none does."""
    try:
        lines = _file(folder).read_text().splitlines()
    except (FileNotFoundError, PermissionError):
        return {}
    return dict(line.split("=", 1) for line in lines)


def adopt_running_stack() -> None:
    """Let a command run by hand, such as `manage.py import_usage`, use the running `make demo`.

    What is set already wins; with DATABASE_URL set nothing is adopted.
    """
    if "DATABASE_URL" not in os.environ:
        folder = Path(os.environ.get("DATA_DIR", DEFAULT_FOLDER))
        os.environ.update(published(folder) | dict(os.environ))


def as_shell(environment: dict[str, str]) -> str:
    """Lines that a shell can evaluate."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(environment.items())]
    return "\n".join(lines)


def _file(folder: Path) -> Path:
    return folder / "env"
