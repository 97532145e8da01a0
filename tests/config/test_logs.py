"""No log line opens a door."""

from __future__ import annotations

import logging
import sys

import pytest

from config.logs import json_formatter, masked

KEY = "tg_0a1b2c3d_" + "9f" * 30


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"Bearer {KEY}!", "Bearer tg_0a1b2c3d_…!"),
        ('"GET /portal/invitations/abc-DEF_1/ HTTP"', '"GET /portal/invitations/…/ HTTP"'),
        ("/accounts/password/reset/key/4-abc-def/", "/accounts/password/reset/key/…/"),
        ("/accounts/confirm-email/Mg:1x:yz-1/", "/accounts/confirm-email/…/"),
        ("sk_test_51Habcdef", "sk_test_…"),
        ("whsec_abcdefgh", "whsec_…"),
        ("pi_1abc_secret_XyZ12345", "pi_1abc_secret_…"),
        ("key:tg_0a1b2c3d asked for /portal/", "key:tg_0a1b2c3d asked for /portal/"),
    ],
)
def test_secrets_are_masked(line: str, expected: str) -> None:
    assert masked(line) == expected


def test_a_traceback_leaks_nothing() -> None:
    try:
        int(f"no such key {KEY}")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed", (), sys.exc_info())
    line = json_formatter().format(record)
    assert "ValueError" in line
    assert KEY not in line
