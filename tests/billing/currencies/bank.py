"""A central bank on loopback that answers as it is told, faults included."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import sleep

ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
                 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <Cube><Cube time="{day}">{cubes}</Cube></Cube>
</gesmes:Envelope>"""
RATES = {"USD": "1.0870", "JPY": "160.66", "GBP": "0.8412", "CHF": "0.9511"}


def file_of(day: str, rates: dict[str, str] | None = None) -> bytes:
    """The bank's daily file."""
    quoted = (RATES if rates is None else rates).items()
    cubes = "".join(f'<Cube currency="{code}" rate="{units}"/>' for code, units in quoted)
    return ENVELOPE.format(day=day, cubes=cubes).encode()


@contextmanager
def bank(body: bytes, *, status: int = 200, delay_seconds: float = 0) -> Iterator[str]:
    """The address of a server that gives this answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sleep(delay_seconds)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/daily.xml"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
