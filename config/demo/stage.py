"""Setting the demonstration up through the same actions as everybody: nothing is written past
them. A month of usage goes from the sandbox operator through the real pipeline."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import requests
from django.conf import settings
from djmoney.money import Money
from stdnum import luhn

from accounts.companies.models import Company
from accounts.events.tasks import dispatch_outbox
from accounts.notifications.tasks import send_mails
from accounts.people.actions import add_member, create_person
from accounts.people.models import Role
from billing.catalog.actions import create_plan, create_zone
from billing.catalog.models import Plan, Zone
from billing.catalog.terms import PriceTerms
from billing.dunning.tasks import pursue_debts
from billing.invoicing.models import Invoice
from billing.invoicing.tasks import close_periods, issue_invoices
from billing.ledger.queries import balance
from billing.metering.actions import ingest
from billing.metering.tasks import charge_fees
from billing.payments.actions.transfers import record_transfer
from billing.payments.models import Payment
from billing.profiles.actions import open_account
from billing.subscriptions.actions import subscribe
from billing.tax.actions import set_tax_rule
from billing.topups.actions.issuing import issue_top_up_invoice
from billing.topups.models import TopUpInvoice
from config.demo.cast import (
    COMPANIES,
    EUROPE,
    OWNER_EMAIL,
    PASSWORD,
    PLANS,
    TAX_RULES,
    CompanyPart,
    PlanPart,
)
from features.actions import set_value
from telecom.network.actions.holding import acquire_address, create_instance
from telecom.network.actions.offering import create_offering, set_address_prices
from telecom.network.calc import AddressKind
from telecom.network.models import Offering
from telecom.network.tasks import accrue_hours
from telecom.operators.models import Operator
from telecom.operators.tasks import fetch_operator_usage
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.stock import create_sim
from telecom.sims.models import Sim
from telecom.sims.tasks import run_operator_jobs

BY = "system"
_RATED_EVERY = timedelta(days=2)
_WHEN_ALL_ZONES_HAVE_BEGUN = timedelta(hours=14)
_WHEN_ALL_ZONES_HAVE_ISSUED = timedelta(hours=50)
_BRANDING = {
    "branding_name": "Tollgate Demo Networks",
    "branding_legal_name": "Tollgate Demo Networks Ltd",
    "branding_address": "1 Toll House, Bridge Street",
    "branding_city": "Dublin",
    "branding_postal_code": "D02 AF30",
    "branding_country": "IE",
    "branding_tax_id": "IE6388047V",
    "branding_email": "billing@tollgate.example",
    "bank_details": "Bank of Examples · IBAN IE29 AIBK 9311 5212 3456 78 · BIC AIBKIE2D",
    "support_contact": "support@tollgate.example",
}


def set_the_stage(*, now: datetime) -> None:
    """Companies with a month behind them: usage, payments, an issued month, and one that runs."""
    month_end = _month_of(now - _WHEN_ALL_ZONES_HAVE_ISSUED)
    start = _month_of(month_end - timedelta(days=1)) + _WHEN_ALL_ZONES_HAVE_BEGUN
    turn = month_end + _WHEN_ALL_ZONES_HAVE_BEGUN
    _brand(at=start)
    _rule_taxes(at=start)
    offering = _cloud(at=start)
    plans = _plans(at=start)
    companies = [(part, _company(part, plans[part.plan], at=start)) for part in COMPANIES]
    for part, company in companies:
        _run_machines(company, part.machines, offering, at=start)
    run_operator_jobs(at=start)
    dispatch_outbox(at=start)
    _use(companies, start=start, end=turn)
    issued = month_end + _WHEN_ALL_ZONES_HAVE_ISSUED
    _end_month(at=issued)
    _pay_part_of_what_is_due(at=issued + timedelta(hours=2))
    _top_up_by_invoice(companies, at=issued + timedelta(hours=4))
    _use(companies, start=turn, end=now)
    _last_transfers(companies, at=now)
    _ask_for_top_ups(companies, at=now)
    dispatch_outbox(at=now)
    run_operator_jobs(at=now)
    send_mails(at=now)
    _go_on_living()


def _brand(*, at: datetime) -> None:
    for key, value in _BRANDING.items():
        set_value(key, value=value, reason="Demonstration", by=BY, at=at)


def _rule_taxes(*, at: datetime) -> None:
    for part in TAX_RULES:
        set_tax_rule(**asdict(part), by=BY, at=at)


def _plans(*, at: datetime) -> dict[str, Plan]:
    zone = create_zone("Europe", countries=EUROPE.split(), at=at, by=BY)
    return {part.key: _plan(part, zone, at=at) for part in PLANS}


def _plan(part: PlanPart, zone: Zone, *, at: datetime) -> Plan:
    terms = part.terms
    if part.zone_price is not None:
        in_zone = PriceTerms(per_unit=part.zone_price, zone=zone)
        terms = replace(terms, prices=(*terms.prices, in_zone))
    return create_plan(
        part.name,
        kind=part.kind,
        currency=part.currency,
        meter=part.meter,
        terms=terms,
        at=at,
        by=BY,
    )


def _company(part: CompanyPart, plan: Plan, *, at: datetime) -> Company:
    company = open_account(
        name=part.name,
        legal_name=part.legal_name,
        email=part.email,
        category="organization",
        country=part.country,
        timezone=part.timezone,
        address=part.address,
        city=part.city,
        postal_code=part.postal_code,
        tax_id=part.tax_id,
        language=part.language,
        currency=part.currency,
        billing_type=part.billing_type,
        credit_limit=part.credit_limit,
        tax_percent=part.tax_percent,
        by=BY,
        at=at,
    )
    for email, name, role in part.people:
        first_name, _, last_name = name.partition(" ")
        person = create_person(email, password=PASSWORD, first_name=first_name, last_name=last_name)
        add_member(company, person, role=Role(role), by=BY, at=at)
    if part.funds:
        _transfer(company, part.funds, part.currency, at=at)
    if part.subject:
        subscribe(company, plan, subject=part.subject, at=at, by=BY, now=at)
    for number in range(part.lines):
        _sim(company, plan, number, at=at)
    return company


def _cloud(*, at: datetime) -> Offering:
    """What can be run: by the hour, at a monthly fee, and to somebody's own measure."""
    small = create_offering(
        "Small, 2 cores", currency="USD", hourly_price=Decimal("0.048"), by=BY, at=at
    )
    create_offering("Flat, 4 cores", currency="USD", monthly_fee=Decimal(60), by=BY, at=at)
    create_offering(
        "Custom, 16 cores",
        currency="USD",
        hourly_price=Decimal("0.42"),
        is_custom=True,
        by=BY,
        at=at,
    )
    public, secondary = Decimal("0.005"), Decimal("0.002")
    set_address_prices("USD", public=public, secondary=secondary, by=BY, at=at)
    return small


def _run_machines(
    company: Company, names: Sequence[str], offering: Offering, *, at: datetime
) -> None:
    for number, name in enumerate(names):
        machine = create_instance(company, offering, name=name, by=BY, at=at)
        kinds = list(AddressKind) if number == 0 else [AddressKind.DEFAULT]
        for kind in kinds:
            acquire_address(company, kind=kind, instance=machine, by=BY, at=at)


def _sim(company: Company, plan: Plan, number: int, *, at: datetime) -> None:
    operator, _ = Operator.objects.get_or_create(
        key="sandbox",
        defaults={"name": "Sandbox Mobile", "adapter": Operator.Adapter.SANDBOX},
    )
    serial = Sim.objects.count() + 1
    body = f"894920{serial:012d}"
    iccid = body + luhn.calc_check_digit(body)
    labels = ["truck"] if number % 3 else ["trailer"]
    create_sim(
        iccid,
        imsi=f"26242{serial:010d}",
        msisdn=f"4915{serial:09d}",
        operator=operator,
        labels=labels,
        by=BY,
        at=at,
    )
    assign_sim(iccid, company=company, plan=plan, starts_at=at, by=BY, at=at)


def _use(
    companies: list[tuple[CompanyPart, Company]],
    *,
    start: datetime,
    end: datetime,
) -> None:
    """The network's usage, the model calls and the fees, rated as they come."""
    while start < end:
        until = min(start + _RATED_EVERY, end)
        _use_for_a_while(companies, start=start, end=until)
        start = until


def _use_for_a_while(
    companies: list[tuple[CompanyPart, Company]], *, start: datetime, end: datetime
) -> None:
    stretch: dict[str, str | int | list[str]] = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "per_sim_per_day": 6,
    }
    _operator("produce", stretch)
    charge_fees(at=end)
    accrue_hours(at=end)
    fetch_operator_usage(at=end)
    for part, _ in companies:
        if part.subject:
            calls = _model_calls(part.subject, start=start, end=end)
            ingest(calls, source="gateway", scope=None, at=end)
    pursue_debts(at=end)
    dispatch_outbox(at=end)


def _model_calls(subject: str, *, start: datetime, end: datetime) -> Iterator[dict[str, object]]:
    """Calls of a language model: long prompts, short answers."""
    chance = random.Random(subject + start.isoformat())  # noqa: S311 - looks real, must repeat
    minutes = int((end - start) / timedelta(minutes=1))
    for number, minute in enumerate(sorted(chance.sample(range(minutes), k=minutes // 30))):
        at = start + timedelta(minutes=minute)
        sizes = {
            "input_tokens": int(chance.lognormvariate(9.5, 0.9)),
            "output_tokens": int(chance.lognormvariate(6.5, 0.8)),
        }
        for meter, quantity in sizes.items():
            yield {
                "id": f"{start:%Y%m%d}-{number}-{meter}",
                "subject": subject,
                "started_at": at.isoformat(),
                "quantity": quantity,
                "meter": meter,
            }


def _end_month(*, at: datetime) -> None:
    close_periods(at=at)
    issue_invoices(at=at)
    dispatch_outbox(at=at)
    send_mails(at=at)


def _pay_part_of_what_is_due(*, at: datetime) -> None:
    for invoice in Invoice.objects.filter(status=Invoice.Status.OPEN).select_related("company"):
        part = (invoice.total * Decimal("0.6")).quantize(Decimal(1))
        _transfer(invoice.company, part, invoice.currency, at=at)


def _top_up_by_invoice(companies: list[tuple[CompanyPart, Company]], *, at: datetime) -> None:
    for part, company in companies:
        for amount in part.top_ups[:-1]:
            invoice = _top_up(company, Money(amount, part.currency), at=at)
            _transfer(company, amount, part.currency, at=at, paying=invoice)


def _ask_for_top_ups(companies: list[tuple[CompanyPart, Company]], *, at: datetime) -> None:
    for part, company in companies:
        for amount in part.top_ups[-1:]:
            _top_up(company, Money(amount, part.currency), at=at)


def _top_up(company: Company, amount: Money, *, at: datetime) -> TopUpInvoice:
    key = f"demo:{company.pk}:{amount.amount}"
    return issue_top_up_invoice(company, amount=amount, key=key, by=BY, at=at)


def _last_transfers(companies: list[tuple[CompanyPart, Company]], *, at: datetime) -> None:
    for part, company in companies:
        if part.ends_at is None:
            continue
        missing = part.ends_at - balance(company).balance
        if missing > 0:
            amount = missing.quantize(Decimal("0.01"))
            _transfer(company, amount, part.currency, at=at)


def _transfer(
    company: Company,
    amount: Decimal,
    currency: str,
    *,
    at: datetime,
    paying: TopUpInvoice | None = None,
) -> None:
    reference = paying.number if paying else f"Transfer {company.name} {at:%d %b}"
    record_transfer(
        company,
        amount=Money(amount, currency),
        method=Payment.Method.BANK_TRANSFER,
        reference=reference,
        received_at=at,
        key=f"demo:{company.pk}:{reference}:{at.isoformat()}",
        by=BY,
        at=at,
        top_up_invoice=paying.pk if paying else None,
    )


def _go_on_living() -> None:
    """The first company's SIMs go on using data while the demonstration runs."""
    owner = Company.objects.get(members__user__email=OWNER_EMAIL)
    _operator("live", {"iccids": list(owner.sims.values_list("iccid", flat=True))})


def _operator(command: str, body: dict[str, str | int | list[str]]) -> None:
    answer = requests.post(
        f"{settings.OPERATOR_BASE_URL}/_control/{command}",
        json=body,
        headers={"Authorization": f"Token {settings.OPERATOR_TOKEN}"},
        timeout=60,
    )
    answer.raise_for_status()


def _month_of(instant: datetime) -> datetime:
    return datetime(instant.year, instant.month, 1, tzinfo=UTC)
