"""Structured logs: one JSON object a line, with the request id when there is one."""

from __future__ import annotations

import logging
import re

import structlog

_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


_SECRETS = (
    (re.compile(r"(tg_[0-9a-f]{8})_[0-9a-f]+"), r"\1_…"),
    (re.compile(r"((?:sk|rk)_(?:live|test)|whsec|\w+_secret)_[0-9A-Za-z]{6,}"), r"\1_…"),
    (re.compile(r"(/(?:invitations|reset/key|confirm-email)/)[^/\s\"?]+"), r"\1…"),
)


def masked(line: str) -> str:
    """A log line without keys, and without the links for one use that open a door."""
    for pattern, replacement in _SECRETS:
        line = pattern.sub(replacement, line)
    return line


class MaskingFormatter(structlog.stdlib.ProcessorFormatter):
    """Masks the finished line, so that tracebacks and libraries leak nothing either."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def json_formatter() -> logging.Formatter:
    """The formatter of every handler, for our own lines and those of libraries."""
    return MaskingFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        foreign_pre_chain=_SHARED,
    )
