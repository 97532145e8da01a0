"""Usage records on their way in: read one by one, never trusted, never an exception.

A record is a mapping with the fields of `POST usage/`. What cannot be read becomes an arrival
with a reject code; everything else is judged by the rating statement.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from accounts.access.exceptions import JSONValue
from billing.catalog.rules import is_country
from billing.metering.calc import LARGEST_QUANTITY, content_hash
from billing.metering.models import RejectCode

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FARTHEST_AHEAD = timedelta(days=1)
LONGEST_RAW_TEXT = 400
DEEPEST_RAW = 3

_LENGTHS = {"id": 200, "subject": 128, "meter": 64, "session": 128, "imei": 20}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_DIGITS = re.compile(r"[0-9]{1,30}", re.ASCII)
_PLMN = re.compile(r"[0-9]{3}[- ]?[0-9]{2,3}", re.ASCII)
_DATE_AND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}", re.ASCII)


class Arrival(NamedTuple):
    """A record as the batch takes it; columns of the temporary table `arrival` after `n`."""

    source: str
    external_id: str
    subject: str
    started_at: datetime | None
    quantity: int | None
    meter: str
    country: str
    plmn: str
    session: str
    imei: str
    content_hash: UUID
    code: str
    detail: str
    raw: str | None


class Problem(Exception):
    """Why a record cannot be read."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_record(raw: object, *, source: str, at: datetime) -> Arrival:
    """The record as an arrival of `source`; unreadable ones carry their code and what was sent."""
    try:
        return _read(raw, source=source, at=at)
    except Problem as problem:
        return _unreadable(raw, problem, source=source)


def _read(raw: object, *, source: str, at: datetime) -> Arrival:
    if not isinstance(raw, Mapping):
        raise Problem(RejectCode.INVALID_RECORD, "The record is not an object that could be read.")
    # All texts first: whatever is kept otherwise than it was sent is an invalid record.
    external_id = _text(raw, "id", required=True)
    subject = _text(raw, "subject", required=True)
    meter, session, imei = _text(raw, "meter"), _text(raw, "session"), _text(raw, "imei")
    country, plmn = _text(raw, "country"), _text(raw, "plmn")
    started_at = _instant(raw.get("started_at"), at=at)
    quantity = _quantity(raw.get("quantity"))
    country = _country(country)
    plmn = "" if country else _plmn(plmn)
    digest = content_hash(
        subject, started_at.isoformat(), str(quantity), meter, country, plmn, session, imei
    )
    return Arrival(
        source,
        external_id,
        subject,
        started_at,
        quantity,
        meter,
        country,
        plmn,
        session,
        imei,
        digest,
        "",
        "",
        None,
    )


def _text(raw: Mapping[str, object], name: str, *, required: bool = False) -> str:
    value = raw.get(name)
    if value is None or value == "":
        if required:
            raise Problem(RejectCode.INVALID_RECORD, f"{name} is missing.")
        return ""
    if not isinstance(value, str):
        raise Problem(RejectCode.INVALID_RECORD, f"{name} is not a text.")
    if len(value) > _LENGTHS.get(name, 64):
        raise Problem(RejectCode.INVALID_RECORD, f"{name} is too long.")
    if _UNPRINTABLE.search(value):
        raise Problem(RejectCode.INVALID_RECORD, f"{name} holds unprintable characters.")
    return value


def _instant(value: object, *, at: datetime) -> datetime:
    """An instant with its offset from UTC, between 2000 and a day ahead of business time."""
    if value is None or value == "":
        raise Problem(RejectCode.INVALID_TIME, "started_at is missing.")
    if isinstance(value, str) and _DATE_AND_TIME.match(value):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise Problem(RejectCode.INVALID_TIME, "started_at is no date and time.") from None
        value = instant
    if not isinstance(value, datetime):
        raise Problem(RejectCode.INVALID_TIME, "started_at is not an ISO 8601 date and time.")
    if value.tzinfo is None:
        raise Problem(RejectCode.INVALID_TIME, "started_at has no offset from UTC, such as Z.")
    if not EARLIEST <= value <= at + FARTHEST_AHEAD:
        raise Problem(RejectCode.INVALID_TIME, "started_at is too far from now.")
    return value.astimezone(UTC)


def _quantity(value: object) -> int:
    """A whole number of base units, not negative."""
    if value is None or value == "":
        raise Problem(RejectCode.INVALID_QUANTITY, "quantity is missing.")
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if type(value) is not int:
        raise Problem(RejectCode.INVALID_QUANTITY, "quantity is not a whole number.")
    if not 0 <= value <= LARGEST_QUANTITY:
        raise Problem(RejectCode.INVALID_QUANTITY, f"quantity is not in 0 … {LARGEST_QUANTITY}.")
    return value


def _country(text: str) -> str:
    country = text.upper()
    if country and not is_country(country):
        raise Problem(RejectCode.UNKNOWN_COUNTRY, "country is not an ISO 3166 code.")
    return country


def _plmn(text: str) -> str:
    if text and not _PLMN.fullmatch(text):
        raise Problem(RejectCode.UNKNOWN_COUNTRY, "plmn is not MCC and MNC, 5 or 6 digits.")
    return text.replace("-", "").replace(" ", "")


def _unreadable(raw: object, problem: Problem, *, source: str) -> Arrival:
    kept = json.dumps(keepable(raw), ensure_ascii=True)
    external_id = raw.get("id") if isinstance(raw, Mapping) else None
    is_usable = (
        isinstance(external_id, str)
        and 0 < len(external_id) <= _LENGTHS["id"]
        and not _UNPRINTABLE.search(external_id)
    )
    return Arrival(
        source=source,
        external_id=str(external_id) if is_usable else "",
        subject="",
        started_at=None,
        quantity=None,
        meter="",
        country="",
        plmn="",
        session="",
        imei="",
        content_hash=content_hash(kept),
        code=problem.code,
        detail=problem.detail,
        raw=kept,
    )


def keepable(raw: object, *, depth: int = 0) -> JSONValue:
    """What was sent, as JSON that PostgreSQL can keep: bad characters shown as escapes, long
    values cut, numbers that JSON has no word for as texts."""
    if isinstance(raw, Mapping) and depth < DEEPEST_RAW:
        items = list(raw.items())[:50]
        return {_shown(str(name)): keepable(value, depth=depth + 1) for name, value in items}
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, int) and abs(raw) <= LARGEST_QUANTITY:
        return raw
    if isinstance(raw, datetime):
        return raw.isoformat()
    return _shown(str(raw))


def _shown(text: str) -> str:
    cut = text[:LONGEST_RAW_TEXT]
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", cut)
