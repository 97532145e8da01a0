"""What templates say about money, time, state and size.

Presentation only: amounts come in exact and are rounded for the eye; the exact value stays in
the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from babel.numbers import get_currency_precision
from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from billing.documents import kept
from billing.money.calc import plain, round_minor
from billing.money.formatting import format_quantity, format_unit_price
from billing.profiles.display import Display, display_of
from billing.templatetags import wording
from billing.templatetags.states import State, state_of
from config import clock

register = template.Library()
NOTHING = SafeString("")
PLACE = "cursor"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon of the sprite; with `label` it is an image that says so, else decoration."""
    address = f"{static('vendor/tabler-icons-3.51.0/sprite.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, address
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', address)


@register.simple_tag
def money(amount: Decimal | None, currency: str, decimals: int | str = "") -> SafeString:
    """An amount; a negative one carries a minus and a colour. Empty for none.

    `decimals` is empty for the currency's minor unit, or what `cost_decimal_points` says.
    """
    if amount is None:
        return NOTHING
    tone = " tg-negative" if amount < 0 else ""
    places = None if decimals == "" else int(decimals)
    return _money(amount, currency, tone, wording.money_text(amount, currency, decimals=places))


@register.simple_tag
def stored_money(amount: str, currency: str) -> SafeString:
    """An amount as a frozen document keeps it."""
    return money(Decimal(amount), currency)


@register.simple_tag
def rate(units: Decimal | str) -> str:
    """An exchange rate with the digits it has: 0.92."""
    return plain(Decimal(units))


@register.simple_tag
def iso_day(instant: str) -> SafeString:
    """The day of an instant as a frozen document keeps it."""
    return day(datetime.fromisoformat(instant))


@register.simple_tag(takes_context=True)
def also(context: Context, amount: Decimal | None, currency: str) -> SafeString:
    """What an amount of the company is in the currency that it likes to see: ≈ €92.00.

    For the eye alone; the rate and its day stand in the title. Nothing when it likes no other.
    """
    display = _display(context)
    if amount is None or display is None or currency != display.rate.base:
        return NOTHING
    label = gettext("About, at 1 %(base)s = %(units)s %(currency)s of %(day)s. Shown only.") % {
        "base": display.rate.base,
        "units": plain(display.rate.units_per_base),
        "currency": display.currency,
        "day": display.rate.valid_from.date().isoformat(),
    }
    text = wording.money_text(display.of(amount), display.currency)
    return format_html('<span class="tg-also" title="{}">≈ {}</span>', label, text)


def _display(context: Context) -> Display | None:
    """Looked up once for a page."""
    request = context.get("request")
    company = getattr(request, "company", None)
    if request is None or company is None:
        return None
    if not hasattr(request, "display_currency"):
        request.display_currency = display_of(company.billing_profile, at=clock.now())
    found: Display | None = request.display_currency
    return found


@register.simple_tag
def signed_money(amount: Decimal, currency: str) -> SafeString:
    """A movement: what comes in has a plus and a colour, what goes out a minus.

    What the minor unit would show as nothing has its first two digits: −$0.0023.
    """
    is_tiny = amount != 0 and round_minor(amount, currency) == 0
    decimals = 1 - amount.adjusted() if is_tiny else None
    text = wording.money_text(amount, currency, decimals=decimals)
    tone = " tg-positive" if amount > 0 else ""
    return _money(amount, currency, tone, f"+{text}" if amount > 0 else text)


@register.simple_tag
def unit_price(price: Decimal, currency: str, decimals: int) -> SafeString:
    """A price with the digits it needs, and never fewer than `cost_decimal_points`."""
    text = format_unit_price(price, currency, wording.viewer_locale(), at_least=decimals)
    return _money(price, currency, "", text)


def _money(amount: Decimal, currency: str, tone: str, text: str) -> SafeString:
    exact = wording.exact_text(amount, currency)
    return format_html('<span class="tg-money{}" title="{}">{}</span>', tone, exact, text)


@register.simple_tag
def when(instant: datetime | None) -> SafeString:
    """An instant in the viewer's zone, the zone on hover. Empty for none."""
    if instant is None:
        return NOTHING
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.isoformat(),
        wording.zone_text(instant),
        wording.instant_text(instant),
    )


@register.simple_tag
def when_relative(instant: datetime | None) -> SafeString:
    """As `when`, with how far away beside it."""
    if instant is None:
        return NOTHING
    return format_html(
        '{} <span class="tg-ink-2 tg-nowrap">({})</span>',
        when(instant),
        wording.relative_text(instant, at=clock.now()),
    )


@register.simple_tag
def day(value: date | datetime | None) -> SafeString:
    """A day in the viewer's zone. Empty for none."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return format_html(
        '<time datetime="{}">{}</time>',
        local.strftime("%Y-%m-%d"),
        wording.day_text(local),
    )


@register.simple_tag(name="bytes")
def size(count: int | Decimal | None) -> SafeString:
    """A size in whole bytes, the exact count on hover. Empty for none."""
    if count is None:
        return NOTHING
    return format_html(
        '<span class="tg-num tg-nowrap" title="{} B">{}</span>',
        int(count),
        wording.bytes_text(int(count)),
    )


@register.simple_tag
def number(value: Decimal | int | None) -> SafeString:
    """A count or a quantity as the locale writes it, six decimals at most. Empty for none."""
    if value is None:
        return NOTHING
    text = format_quantity(Decimal(value), wording.viewer_locale())
    return format_html('<span class="tg-num" title="{}">{}</span>', f"{value:f}", text)


@register.inclusion_tag("components/status.html")
def status(
    value: str, since: datetime | None = None, why: str = "", upcoming: datetime | None = None
) -> dict[str, State | datetime | str | None]:
    """A status with since when and why; `upcoming` is when it next changes by itself."""
    return {"state": state_of(value), "since": since, "why": kept.said(why), "upcoming": upcoming}


@register.simple_tag
def state_icon(value: str) -> SafeString:
    """The icon of a state, for a timeline."""
    return icon(state_of(value).icon)


@register.simple_tag
def state_label(value: str) -> str:
    """A state in its words."""
    return state_of(value).label


@register.filter
def said(text: str) -> str:
    """What the books keep in English, in the viewer's language."""
    return kept.said(text)


@register.filter
def words(code: str) -> str:
    """A code of ours or of the gateway as words: card_declined is "card declined"."""
    return code.replace("_", " ")


@register.simple_tag
def country(code: str) -> str:
    """A country's name in the viewer's language; the code itself when it has none."""
    return str(wording.viewer_locale().territories.get(code, code))


@register.simple_tag
def language_name(code: str) -> str:
    """A language's name in the viewer's language; the code itself when it has none."""
    return str(wording.viewer_locale().languages.get(code, code))


@register.inclusion_tag("components/field.html")
def field(bound: BoundField) -> dict[str, BoundField | bool]:
    """A form field with label, hint and error."""
    widget = dressed(bound).field.widget
    return {
        "field": bound,
        "is_checkbox": isinstance(widget, CheckboxInput),
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
    }


@register.inclusion_tag("components/money_field.html")
def money_field(bound: BoundField, currency: str, size: str = "") -> dict[str, BoundField | str]:
    """A money input with its currency; `size="lg"` for the one amount a page is about."""
    attributes = dressed(bound).field.widget.attrs
    attributes["class"] += (
        " tg-money-input tg-money-input-lg" if size == "lg" else " tg-money-input"
    )
    attributes |= {
        "data-money": "",
        "data-decimals": str(get_currency_precision(currency)),
        "inputmode": "decimal",
        "autocomplete": "off",
    }
    return {"field": bound, "currency": currency}


def dressed(bound: BoundField) -> BoundField:
    """The field with our classes and, on hint or error, what a screen reader needs."""
    widget = bound.field.widget
    name = "form-control"
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        name = "form-check-input"
    elif isinstance(widget, Select):
        name = "form-select"
    described = [
        f"{bound.id_for_label}-{part}"
        for part, text in (("error", bound.errors), ("hint", bound.help_text))
        if text
    ]
    widget.attrs["class"] = f"{name} is-invalid" if bound.errors else name
    if described:
        widget.attrs["aria-describedby"] = " ".join(described)
    return bound


@register.simple_tag
def without(query: QueryDict, name: str, value: str = "") -> str:
    """This page's address without one filter (or one value of it), from the first page on.

    Without any it says so: a list whose address says nothing may open with a saved view.
    """
    rest = query.copy()
    kept = [one for one in rest.getlist(name) if value and one != value]
    for gone in (name, PLACE):
        rest.pop(gone, None)
    if kept:
        rest.setlist(name, kept)
    return f"?{rest.urlencode()}" if rest else "?view=all"


@register.simple_tag
def sparkline(values: Sequence[Decimal | int], label: str = "") -> SafeString:
    """A small line of the values, 96 by 24 units; `label` says it in words."""
    top = max(values, default=0) or 1
    last = max(len(values) - 1, 1)
    points = " ".join(
        f"{1 + Decimal(94 * index) / last:.1f},{22 - Decimal(value) / Decimal(top) * 19:.1f}"
        for index, value in enumerate(values)
    )
    return format_html(
        '<svg class="tg-spark" viewBox="0 0 96 24" role="img" aria-label="{}">'
        '<polygon class="tg-spark-area" points="1,23 {} 95,23"/><polyline points="{}"/></svg>',
        label or gettext("Usage over time"),
        points,
        points,
    )
