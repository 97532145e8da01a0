"""Somebody who signs up, through the pages a browser without scripts sees."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from accounts.companies.models import Company
from accounts.notifications.models import Mail
from config import clock
from features.actions import set_value
from tests.billing.payments.cards import WORKS
from tests.portal import form_key

PASSWORD = "correct-horse-42"
LINK = re.compile(r"https?://[^/\s]+(/accounts/confirm-email/\S+)")
WHO = {
    "category": "organization",
    "company": "Borealis Freight",
    "first_name": "Ada",
    "last_name": "Lind",
    "email": "ada@borealis.example",
    "password": PASSWORD,
    "country": "DE",
    "timezone": "Europe/Berlin",
}
ACTIVATION = "/portal/activation/"
TERMS, DEPOSIT = f"{ACTIVATION}terms/", f"{ACTIVATION}deposit/"


def flip(key: str, to: object) -> None:
    set_value(key, value=to, reason="Asked for", by="staff:anna", at=clock.now())


def signed_up(client: Client, **changes: str) -> Company:
    """A pending company whose person has proven the address and is signed in."""
    body = {**WHO, **changes}
    answer = client.post("/signup/", body)
    assert answer.status_code == 302, answer.context["form"].errors
    mail = Mail.objects.filter(kind="email_confirmation", to=body["email"]).latest("created_at")
    link = LINK.search(mail.text)
    assert link is not None, mail.text
    client.post(link[1])
    if "_auth_user_id" not in client.session:
        client.post("/accounts/login/", {"login": body["email"], "password": PASSWORD})
    return Company.objects.get(email=body["email"])


def confirm(client: Client, **given: str) -> Any:
    return client.post(TERMS, {"billing_type": "prepaid", **given})


def pay(client: Client, token: str = WORKS, *, key: str = "") -> Any:
    """Pay the deposit with a new card."""
    body = {"card": "new", "token": token, "key": key or form_key(client, ACTIVATION)}
    return client.post(DEPOSIT, body)
