"""From a kind and its facts to subject, text and HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template import Context, Engine
from django.template.loader import render_to_string

from accounts.companies.models import Company
from features.queries import value

LONGEST_SUBJECT = 300


@dataclass(frozen=True)
class Provider:
    """Who the mail is from, as set in the billing settings."""

    name: str
    legal_name: str
    address: str
    email: str
    footer: str
    support_contact: str
    logo_url: str
    accent: str


def provider(*, at: datetime) -> Provider:
    """The provider's branding at `at`."""
    has_logo = value("branding_logo", at=at) is not None
    return Provider(
        name=value("branding_name", at=at),
        legal_name=value("branding_legal_name", at=at),
        address=value("branding_address", at=at),
        email=value("branding_email", at=at),
        footer=value("branding_footer", at=at),
        support_contact=value("support_contact", at=at),
        logo_url=f"{settings.PUBLIC_URL}/branding/logo" if has_logo else "",
        accent=value("branding_accent", at=at),
    )


def rendered(
    kind: str, *, company: Company | None, context: Mapping[str, object], at: datetime
) -> tuple[str, str, str]:
    """Subject (one line), text and HTML of a mail; templates are `mails/<kind>.*`."""
    everything = {
        **context,
        "company": company,
        "provider": provider(at=at),
        "public_url": settings.PUBLIC_URL,
        "is_sandbox": settings.SANDBOX,
    }
    subject = " ".join(_plain(f"mails/{kind}.subject.txt", everything).split())
    text = _plain(f"mails/{kind}.txt", everything)
    html = render_to_string(f"mails/{kind}.html", {**everything, "subject": subject})
    return subject[:LONGEST_SUBJECT], _tidy(text), html


def _plain(template: str, context: Mapping[str, object]) -> str:
    """Text for people, not HTML: nothing is escaped."""
    engine = Engine.get_default()
    return engine.get_template(template).render(Context(dict(context), autoescape=False))


def _tidy(text: str) -> str:
    """Template tags leave empty lines behind: at most one stays between paragraphs."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    pairs = zip(lines, ["x", *lines], strict=False)
    return "\n".join(line for line, before in pairs if line or before) + "\n"
