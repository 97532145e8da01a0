"""A company with one of everything: what a stranger must not see or touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from uuid import uuid4

from djmoney.money import Money
from stdnum import luhn

from accounts.access.actions import create_api_key
from accounts.companies.models import Company
from accounts.events.actions import publish_positions
from accounts.messages.actions import send_message
from accounts.pages.actions import save_view
from accounts.people.invitations import invite_member
from accounts.people.models import Member, Role
from billing.discounts.actions import add_discount
from billing.documents.models import Receipt
from billing.invoicing.models import Invoice
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.holds import place_hold
from billing.payments.models import Payment, PaymentMethod, Refund
from billing.recharges.models import Recharge
from billing.topups.actions.issuing import issue_top_up_invoice
from billing.writeoffs.models import WriteOff
from config.clock import now
from telecom.network.actions.holding import acquire_address, create_instance
from telecom.network.actions.offering import create_offering, set_address_prices
from telecom.network.calc import AddressKind
from telecom.sims.actions.assignment import assign_sim
from telecom.sims.actions.stock import create_sim
from tests.accounts.access.client import Api, company_client
from tests.accounts.companies.rows import make_user
from tests.factories import BY, NOW, make_company, make_plan, make_subscription, new_key, pay_in

_numbers = count(700_000)
TEN = Money("10.00", "USD")


@dataclass
class World:
    """One company with rows everywhere. `ids` are by the pattern up to and with the parameter."""

    company: Company
    api: Api
    member: Member
    ids: dict[str, str]


def make_world(mark: str) -> World:
    """`mark` stands in every text, so that it is found wherever a row shows through."""
    company = make_company()
    Company.objects.filter(pk=company.pk).update(name=mark, email=f"{mark.lower()}@x.example")
    company.refresh_from_db()
    api = company_client(company, name=mark)
    member = Member.objects.create(
        company=company,
        user=make_user(f"{mark.lower()}.owner@x.example"),
        role=Role.OWNER,
        joined_at=NOW,
    )
    pay_in(company, Money("100.00", "USD"))
    ids = (
        {"api/v1/companies/<uuid:company_id>": str(company.pk)}
        | _people(company, member, mark)
        | _money(company, mark)
        | _documents(company, mark)
        | _services(company, api, mark)
    )
    publish_positions(at=now())
    return World(company, api, member, ids)


def _people(company: Company, member: Member, mark: str) -> dict[str, str]:
    invitation = invite_member(
        company,
        email=f"{mark.lower()}.new@x.example",
        role=Role.VIEWER,
        acting_as=Role.OWNER,
        by=BY,
        at=now(),
    )
    key, _ = create_api_key(company=company, name=mark, by=BY, at=NOW)
    view = save_view(
        member.user,
        company,
        page="transactions",
        name=mark,
        query="columns=at,amount",
        is_default=False,
        at=NOW,
    )
    message = send_message(
        Company.objects.filter(pk=company.pk),
        subject=mark,
        text=mark,
        kind="chosen",
        roles=[Role.OWNER],
        expected=1,
        key=uuid4().hex,
        by=BY,
        at=NOW,
    )
    return {
        "portal/messages/<uuid:message_id>": str(message.pk),
        "api/v1/companies/<uuid:company_id>/members/<uuid:pk>": str(member.pk),
        "api/v1/companies/<uuid:company_id>/api-keys/<uuid:pk>": str(key.pk),
        "api/v1/api-keys/<uuid:pk>": str(key.pk),
        "portal/team/<uuid:member_id>": str(member.pk),
        "portal/team/invitations/<uuid:invitation_id>": str(invitation.pk),
        "portal/views/<uuid:view_id>": str(view.pk),
    }


def _money(company: Company, mark: str) -> dict[str, str]:
    card = PaymentMethod.objects.create(
        company=company,
        gateway="stripe",
        reference=new_key("pm"),
        brand=mark,
        last4="4242",
        exp_month=12,
        exp_year=2040,
        is_default=True,
        added_at=NOW,
    )
    payment = Payment.objects.create(
        company=company,
        purpose="recharge",
        method="card",
        gateway="stripe",
        amount=TEN,
        status="completed",
        payment_method=card,
        key=new_key(),
        reference=mark,
        by=BY,
        created_at=NOW,
    )
    refund = Refund.objects.create(
        payment=payment,
        amount=TEN,
        reason=mark,
        status="proposed",
        key=new_key(),
        by=BY,
        created_at=NOW,
    )
    recharge = Recharge.objects.create(
        company=company,
        trigger="manual",
        status="succeeded",
        amount=TEN,
        key=new_key(),
        by=BY,
        note=mark,
        created_at=NOW,
    )
    adjustment = propose_adjustment(
        company, amount=Money("1.00", "USD"), reason=mark, key=new_key(), by=BY, at=NOW
    )
    hold = place_hold(
        company,
        amount=Money("1.00", "USD"),
        reference=mark,
        expires_in=timedelta(days=9999),
        key=new_key(),
        at=NOW,
    )
    top_up = issue_top_up_invoice(company, amount=TEN, key=new_key(), by=BY, at=NOW)
    discount = add_discount(
        company, name=mark, starts=NOW.date(), cycles=1, percent=Decimal(-10), by=BY, at=NOW
    )
    return {
        "api/v1/companies/<uuid:company_id>/discounts/<uuid:pk>": str(discount.pk),
        "api/v1/companies/<uuid:company_id>/top-up-invoices/<uuid:pk>": str(top_up.pk),
        "portal/payments/top-up-invoices/<uuid:top_up_id>": str(top_up.pk),
        "api/v1/companies/<uuid:company_id>/payment-methods/<uuid:pk>": str(card.pk),
        "api/v1/payments/<uuid:pk>": str(payment.pk),
        "api/v1/refunds/<uuid:pk>": str(refund.pk),
        "api/v1/companies/<uuid:company_id>/recharges/<uuid:pk>": str(recharge.pk),
        "api/v1/adjustments/<uuid:pk>": str(adjustment.pk),
        "api/v1/holds/<uuid:hold_id>": str(hold.pk),
        "portal/payments/<uuid:payment_id>": str(payment.pk),
        "portal/profile/payment/<uuid:method_id>": str(card.pk),
    }


def _documents(company: Company, mark: str) -> dict[str, str]:
    receipt = Receipt.objects.create(
        company=company,
        number=f"R-{mark}",
        issued_at=NOW,
        amount=Decimal(10),
        currency="USD",
        content={},
    )
    invoice = Invoice.objects.create(
        company=company,
        number=f"I-{mark}",
        status="open",
        status_changed_at=NOW,
        billing_type="prepaid",
        period_start=NOW - timedelta(days=28),
        period_end=NOW,
        issued_at=NOW,
        currency="USD",
        total=Decimal(10),
        amount_due=Decimal(10),
        created_at=NOW,
    )
    write_off = WriteOff.objects.create(
        invoice=invoice,
        amount=Decimal(10),
        reason=mark,
        key=new_key(),
        proposed_by=BY,
        proposed_at=NOW,
    )
    return {
        "api/v1/write-offs/<uuid:pk>": str(write_off.pk),
        "api/v1/receipts/<uuid:pk>": str(receipt.pk),
        "api/v1/invoices/<uuid:invoice_id>": str(invoice.pk),
        "portal/payments/receipts/<uuid:receipt_id>": str(receipt.pk),
        "portal/invoices/<uuid:invoice_id>": str(invoice.pk),
    }


def _services(company: Company, api: Api, mark: str) -> dict[str, str]:
    plan = make_plan()
    plan.companies.add(company)
    subscription = make_subscription(company, plan, subject=mark)
    body = f"8944{next(_numbers):014d}"
    sim = create_sim(body + luhn.calc_check_digit(body), by=BY, at=NOW)
    assign_sim(sim.iccid, company=company, plan=plan, starts_at=NOW, by=BY, at=NOW)
    record = {"subject": mark, "started_at": NOW.isoformat(), "quantity": 1000}
    answer = api.send(
        "usage/",
        {
            "source": mark,
            "records": [record | {"id": f"{mark}-1"}, record | {"id": f"{mark}-2", "quantity": -1}],
        },
    ).json()
    assert (answer["accepted"], len(answer["rejected"])) == (1, 1), answer
    set_address_prices("USD", public=Decimal(1), secondary=Decimal(1), by=BY, at=NOW)
    offering = create_offering("Small", currency="USD", hourly_price=Decimal(1), by=BY, at=NOW)
    instance = create_instance(company, offering, name=mark, by=BY, at=now())
    address = acquire_address(
        company, kind=AddressKind.ADDITIONAL, instance=instance, by=BY, at=now()
    )
    charge = answer["charges"][0]["id"]
    return {
        "api/v1/plans/<uuid:plan_id>": str(plan.pk),
        "api/v1/subscriptions/<uuid:subscription_id>": str(subscription.pk),
        "api/v1/sims/<str:iccid>": sim.iccid,
        "api/v1/instances/<uuid:instance_id>": str(instance.pk),
        "api/v1/addresses/<uuid:address_id>": str(address.pk),
        "portal/instances/<uuid:instance_id>": str(instance.pk),
        "portal/addresses/<uuid:address_id>": str(address.pk),
        "api/v1/charges/<uuid:charge_id>": charge,
        "portal/sims/<str:iccid>": sim.iccid,
        "portal/charges/<uuid:charge_id>": charge,
    }
