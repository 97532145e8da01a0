"""What the admin's own pages say about values, states and times."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qsl, urlencode

from django import template
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.staff.columns import TONES, instant_cell, record_link
from billing.currencies.models import ExchangeRate
from billing.money.columns import amount_cell
from config.staff.features import shown
from features.declarations import AnyFeature
from features.kinds import JsonValue

register = template.Library()


@register.simple_tag
def feature_value(feature: AnyFeature, value: JsonValue) -> str:
    """A feature's value in words."""
    return shown(feature, value)


@register.filter
def as_png(picture: bytes) -> str:
    """A picture as the address of itself."""
    return f"data:image/png;base64,{b64encode(picture).decode('ascii')}"


@register.filter
def as_filter(query: str) -> str:
    """The query of a list as one parameter of another page."""
    return urlencode({"filter": query})


@register.filter
def as_words(query: str) -> str:
    """The query of a list as a person would say it: status__exact=active is "status: active"."""
    return ", ".join(f"{name.partition('__')[0]}: {value}" for name, value in parse_qsl(query))


@register.simple_tag
def instant(at: datetime | str | None) -> SafeString | str:
    """A time in the viewer's zone; nothing for none."""
    return instant_cell(at) if isinstance(at, datetime) else ""


@register.simple_tag
def tone_label(text: str, tone: str = "") -> SafeString:
    """A word in a colour: success, info, warning, danger, or plain."""
    return format_html('<span class="ta-tone ta-{}">{}</span>', tone or "plain", text)


@register.simple_tag
def status_label(row: Model) -> SafeString:
    """The `status` of a row as a label."""
    status = str(getattr(row, "status", ""))
    shown_as = getattr(row, "get_status_display", lambda: status)()
    return tone_label(str(shown_as), TONES.get(status, ""))


@register.simple_tag
def exchange_rate(rate: ExchangeRate) -> str:
    """1 EUR = 1.086956521739130435 USD, since its day."""
    units = f"{rate.units_per_base.normalize():f}"
    return f"1 {rate.base} = {units} {rate.currency}, {rate.valid_from:%Y-%m-%d}"


@register.simple_tag
def money(amount: Decimal | None, currency: str) -> SafeString | str:
    """An amount with its currency."""
    return amount_cell(amount, currency)


@register.simple_tag
def row_link(row: Model | None, text: str = "") -> SafeString | str:
    """A link to a row's page."""
    return "" if row is None else record_link(row, text)
