"""A real HTTP server on loopback that is told how to misbehave; WHMCS and Xero are made of it."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, object]
LONGER_THAN_ANYBODY_WAITS = 1.5


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    body: object
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    def written(self) -> bytes:
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, default=_as_number).encode()


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a name: the kinds are those of `_spoil`."""

    kind: str
    times: int
    answer: Answer | None = None


class LocalServer:
    """`name_of` gives the name of a call, `answer` what is said to it.

    `calls` are the names in order, of calls that were answered or not; a body that holds `poison`
    is answered with 500.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.faults: dict[str, Fault] = {}
        self.is_down = False
        self.poison = b""
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def fail(self, name: str, kind: str, *, times: int = 1, answer: Answer | None = None) -> None:
        """The next calls of this name (or of any: "*") go wrong."""
        self.faults[name] = Fault(kind, times, answer)

    def count(self, name: str) -> int:
        return self.calls.count(name)

    def name_of(self, request: Request) -> str:
        raise NotImplementedError

    def answer(self, request: Request) -> Answer:
        raise NotImplementedError

    def _taken(self, name: str) -> Fault | None:
        for key in (name, "*"):
            fault = self.faults.get(key)
            if fault is not None and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _respond(self, request: Request) -> Answer | None:
        """None: the connection is dropped."""
        name = self.name_of(request)
        with self._lock:
            self.calls.append(name)
            if self.is_down:
                return None
            if self.poison and self.poison in request.body:
                return Answer("Internal error", 500)
            fault = self._taken(name)
            if fault is None:
                return self.answer(request)
            kind = fault.kind
            if kind in {"drop_after", "slow", "timeout_after"}:
                answer = self.answer(request)
            else:
                answer = fault.answer or Answer({"error": kind}, 500)
        return self._spoil(kind, answer)

    def _spoil(self, kind: str, answer: Answer) -> Answer | None:
        match kind:
            case "drop_before" | "drop_after":
                return None
            case "timeout" | "timeout_after":
                time.sleep(LONGER_THAN_ANYBODY_WAITS)
                return None
            case "slow":
                time.sleep(0.2)
            case "html":
                return Answer("<html><body>Down for maintenance</body></html>", 200)
            case "redirect":
                return Answer("", 302, {"Location": "http://127.0.0.1:1/"})
            case _:
                pass
        return answer

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        respond: Callable[[Request], Answer | None] = self._respond

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                split = urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                request = Request(
                    self.command,
                    split.path,
                    dict(parse_qsl(split.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                )
                answer = respond(request)
                if answer is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                body = answer.written()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        return Handler


def _as_number(value: object) -> object:
    """Amounts as JSON numbers, as Xero writes them."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value))
