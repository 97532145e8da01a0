"""A fleet to rate usage of: companies by Zipf, their SIMs on two plans, prices of 40 countries."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import accumulate, count

from django.db import connection
from uuid_utils.compat import uuid7

from accounts.companies.models import Company
from billing.catalog.actions import create_plan
from billing.catalog.calc import MB
from billing.catalog.models import Plan, PlanKind, PlanVersion
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.profiles.actions import open_account
from billing.subscriptions.models import SubjectKey, Subscription
from config.clock import now

COMPANIES = 1_000
SIMS = 50_000
# fmt: off
COUNTRIES = (
    "DE", "FR", "IT", "ES", "PT", "NL", "BE", "LU", "AT", "CH",
    "PL", "CZ", "SK", "HU", "RO", "BG", "GR", "HR", "SI", "RS",
    "DK", "SE", "NO", "FI", "IS", "IE", "GB", "US", "CA", "MX",
    "BR", "AR", "CL", "JP", "KR", "TW", "SG", "AU", "NZ", "ZA",
)
# fmt: on
STARTED = datetime(2026, 1, 1, tzinfo=UTC)
DUPLICATES, MALFORMED, ABROAD, WITH_ALLOWANCE = 0.01, 0.001, 0.15, 0.25
SEED = 20_260_101


@dataclass(frozen=True)
class Fleet:
    """The SIMs: subject and home country, in random order."""

    sims: list[tuple[str, str]]

    def records(self, total: int, *, at: datetime, source: random.Random) -> Iterator[object]:
        """Usage in order of time up to `at`: 1 % duplicates, 0.1 % malformed, some abroad."""
        last: dict[str, object] = {}
        for number in range(total):
            chance = source.random()
            if chance < DUPLICATES and last:
                yield last
                continue
            subject, home = source.choice(self.sims)
            used_at = at - timedelta(milliseconds=10 * (total - number))
            last = {
                "id": f"cdr-{next(_numbers):010d}",
                "subject": subject,
                "started_at": used_at,
                "quantity": source.randrange(1, 50 * MB),
                "country": home if source.random() > ABROAD else source.choice(COUNTRIES),
            }
            yield last | {"quantity": -1} if chance > 1 - MALFORMED else last


_numbers = count(1)


def build_fleet(*, companies: int = COMPANIES, sims: int = SIMS) -> Fleet:
    """Companies of sizes by Zipf (1.0), a quarter of the SIMs with included data."""
    chance = random.Random(SEED)
    paygo, bundle = (plan.versions.select_related("plan").get() for plan in _plans())
    owners = [_company(number) for number in range(companies)]
    weights = list(accumulate(1 / rank for rank in range(1, companies + 1)))
    subscriptions = [
        _subscription(
            chance.choices(owners, cum_weights=weights)[0],
            bundle if chance.random() < WITH_ALLOWANCE else paygo,
            subject=f"8988303{number:013d}",
        )
        for number in range(sims)
    ]
    Subscription.objects.bulk_create(subscriptions, batch_size=5_000)
    SubjectKey.objects.bulk_create(map(_key, subscriptions), batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    homes = {owner.pk: chance.choice(COUNTRIES) for owner in owners}
    return Fleet([(each.subject, homes[each.company_id]) for each in subscriptions])


def _plans() -> tuple[Plan, Plan]:
    prices = tuple(
        PriceTerms(Decimal(f"0.0{10 + number}"), country=country)
        for number, country in enumerate(COUNTRIES)
    )
    everywhere = (*prices, PriceTerms(Decimal("0.09")))
    paygo = create_plan(
        "PAYGO",
        kind=PlanKind.PAYGO,
        currency="USD",
        terms=PlanTerms(prices=everywhere),
        at=STARTED,
        by="bench",
    )
    bundle = create_plan(
        "Included data",
        kind=PlanKind.PAY_PER_MB,
        currency="USD",
        terms=PlanTerms(prices=everywhere, included=1000 * MB),
        at=STARTED,
        by="bench",
    )
    return paygo, bundle


def _company(number: int) -> Company:
    return open_account(
        name=f"Fleet {number}",
        email=f"fleet{number}@bench.example",
        category="organization",
        country="DE",
        timezone="Europe/Berlin",
        currency="USD",
        billing_type="postpaid",
        credit_limit=None,
        tax_percent=Decimal(19),
        by="bench",
        at=now(),
    )


def _subscription(company: Company, version: PlanVersion, *, subject: str) -> Subscription:
    return Subscription(
        id=uuid7(),
        company=company,
        plan=version.plan,
        version=version,
        subject=subject,
        starts_at=STARTED,
        first_usage_at=STARTED,
        created_at=STARTED,
    )


def _key(subscription: Subscription) -> SubjectKey:
    return SubjectKey(
        key=subscription.subject,
        subscription=subscription,
        company_id=subscription.company_id,
        version_id=subscription.version_id,
        valid_from=STARTED,
        is_used=True,
    )
