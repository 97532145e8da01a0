"""Runs localstripe as a process of its own, with its own state file, on loopback only.

localstripe (GPL-3) keeps its state in one fixed file of the shared temp folder, writes all of it
on every change and listens on every interface; none of this can be configured. Before it is run
unchanged, as `python -m localstripe` would, this process redirects that one file and that one
address in the interpreter. Nothing of ours is in this process but this module.
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import builtins
import contextlib
import pickle
import runpy
import socket
import sys
import time
from pathlib import Path
from typing import IO, Any

FIXED_FILE = "/tmp/localstripe.pickle"  # noqa: S108 - the name that localstripe uses
WRITING_SHARE = 0.1


class StateFile:
    """localstripe's state on disk. Writing takes at most a tenth of the time.

    A small state is written at each change; a large one a little later, and when the process
    ends. The file is replaced in one step, so that a kill never leaves half of one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state: object = None
        self.is_late = False
        self.quiet_until = 0.0

    def open(self, *args: Any, **options: Any) -> Any:
        """Stands in for the built-in `open`."""
        if args[:1] != (FIXED_FILE,):
            return _open(*args, **options)
        return self.path.open("rb") if args[1] == "rb" else contextlib.nullcontext(self)

    def dump(self, state: object, file: IO[bytes] | StateFile, *args: Any, **options: Any) -> None:
        """Stands in for `pickle.dump`. While the state is being loaded, nothing is written."""
        if not isinstance(file, StateFile):
            _dump(state, file, *args, **options)
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self.state = state
        wait = self.quiet_until - time.monotonic()
        if wait <= 0:
            self.write()
        elif not self.is_late:
            self.is_late = True
            loop.call_later(wait, self.write)

    def write(self) -> None:
        started = time.monotonic()
        draft = self.path.with_suffix(".draft")
        draft.write_bytes(pickle.dumps(self.state, protocol=pickle.HIGHEST_PROTOCOL))
        draft.replace(self.path)
        ended = time.monotonic()
        self.is_late = False
        self.quiet_until = ended + (ended - started) / WRITING_SHARE

    def write_if_late(self) -> None:
        if self.is_late:
            self.write()


class LoopbackSocket(socket.socket):
    """Listens on 127.0.0.1 where every interface was asked for."""

    def __init__(self, family: int = -1, *others: Any, **more: Any) -> None:
        family = socket.AF_INET if family == socket.AF_INET6 else family
        super().__init__(family, *others, **more)

    def bind(self, address: Any) -> None:
        super().bind(("127.0.0.1", address[1]) if address[0] == "::" else address)


_open = builtins.open
_dump = pickle.dump


def main() -> None:
    parser = argparse.ArgumentParser(prog="stripe_server")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    options = parser.parse_args()
    file = StateFile(options.state)
    atexit.register(file.write_if_late)
    builtins.open = file.open
    pickle.dump = file.dump  # type: ignore[assignment]
    socket.socket = LoopbackSocket  # type: ignore[misc]
    sys.argv = ["localstripe", "--port", str(options.port)]
    runpy.run_module("localstripe", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
