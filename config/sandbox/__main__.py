"""The stack's command line.

    python -m config.sandbox up      everything, in the foreground   (make demo)
    python -m config.sandbox down    stops the stack of DATA_DIR
    python -m config.sandbox env     its environment, for `eval "$(…)"`
    python -m config.sandbox reset   stops it and deletes its data   (make reset)

PORT (8000), DATA_DIR (.data) and DEMO_DATA=none come from the environment.
"""

from __future__ import annotations

import argparse
import os
import sys

from config.sandbox import environment, postgres, stack
from config.sandbox.exceptions import SandboxError
from config.sandbox.folder import DataFolder
from config.sandbox.foreground import down

HIGHEST_PORT = 65535


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m config.sandbox")
    parser.add_argument("command", choices=("up", "down", "env", "reset"))
    command = parser.parse_args().command
    try:
        _run(command, DataFolder.at(os.environ.get("DATA_DIR") or environment.DEFAULT_FOLDER))
    except SandboxError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(command: str, folder: DataFolder) -> None:
    if command == "up":
        stack.up(folder, port=_port())
    elif command == "down":
        print("Stopped." if down(folder) else "Nothing was running.")
    elif command == "env":
        print(environment.as_shell(_published(folder)))
    else:
        down(folder)
        postgres.delete_cluster(folder)
        left = ", ".join(path.name for path in folder.delete())
        print(f"Deleted the data in {folder.path}{f'; not ours: {left}' if left else ''}.")


def _published(folder: DataFolder) -> dict[str, str]:
    published = environment.published(folder.path)
    if not published:
        raise SandboxError(f"No stack runs on {folder.path}; start it with: make demo")
    return published


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= HIGHEST_PORT):
        raise SandboxError(f"PORT is {given!r}; it must be a number from 1 to {HIGHEST_PORT}.")
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
