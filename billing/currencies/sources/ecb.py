"""The euro foreign exchange reference rates of the European Central Bank, as XML over HTTP.

One unit of the base, the euro, is so many units of each currency. The format, by example:

    <gesmes:Envelope xmlns:gesmes="…" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
      <Cube><Cube time="2026-03-10"><Cube currency="USD" rate="1.0870"/> …

Source: https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus
from typing import ClassVar
from xml.etree.ElementTree import Element, ParseError, XMLParser

import requests

from billing.currencies.exceptions import RatesUnavailable
from billing.currencies.sources.base import Quotes
from billing.money.calc import InvalidAmount, is_currency, parse_amount

_CUBE = "{http://www.ecb.int/vocabulary/2002-08-01/eurofxref}Cube"
_TIMEOUT_SECONDS = 10
_LONGEST_ANSWER = 1_000_000


@dataclass(frozen=True, slots=True)
class EcbSource:
    """Reads `address`: the bank's daily file, or another in the same format."""

    name: ClassVar[str] = "ecb"
    address: str
    timeout_seconds: float = _TIMEOUT_SECONDS

    def fetch(self) -> Quotes:
        return read_quotes(self._body())

    def _body(self) -> bytes:
        try:
            answer = requests.get(self.address, timeout=self.timeout_seconds)
        except requests.Timeout as error:
            raise RatesUnavailable("The source did not answer in time.") from error
        except requests.RequestException as error:
            raise RatesUnavailable("The source cannot be reached.") from error
        if answer.status_code != HTTPStatus.OK:
            raise RatesUnavailable(f"The source answered {answer.status_code}.")
        if len(answer.content) > _LONGEST_ANSWER:
            raise RatesUnavailable("The source's answer is too long.")
        return answer.content


def read_quotes(body: bytes) -> Quotes:
    """The rates of the newest day in the file. Raises RatesUnavailable."""
    days = [(cube.get("time", ""), cube) for cube in _root(body).iter(_CUBE) if cube.get("time")]
    if not days:
        raise RatesUnavailable("The source's answer has no day in it.")
    newest, cube = max(days, key=lambda day: day[0])
    try:
        quoted_on = date.fromisoformat(newest)
    except ValueError as error:
        raise RatesUnavailable(f"The source's day is no date: {newest[:20]}.") from error
    return Quotes(base="EUR", quoted_on=quoted_on, units_per_base=_units(cube))


def _root(body: bytes) -> Element:
    """The document; one that declares entities is refused, for none of the format's does."""
    if b"<!" in body:
        raise RatesUnavailable("The source's answer is not in the expected format.")
    parser = XMLParser()  # noqa: S314 - nothing is declared in it, so nothing can be expanded
    try:
        parser.feed(body)
        root: Element = parser.close()
    except ParseError as error:
        raise RatesUnavailable("The source's answer is not XML.") from error
    return root


def _units(day: Element) -> dict[str, Decimal]:
    found = {}
    for cube in day.iter(_CUBE):
        code, rate = cube.get("currency", ""), cube.get("rate", "")
        if code and is_currency(code):
            found[code] = _positive(code, rate)
    return found


def _positive(code: str, rate: str) -> Decimal:
    try:
        units = parse_amount(rate)
    except InvalidAmount as error:
        raise RatesUnavailable(f"The source's rate of {code} is no number.") from error
    if units <= 0:
        raise RatesUnavailable(f"The source's rate of {code} is not above zero.")
    return units
