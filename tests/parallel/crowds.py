"""What sixty-four callers try at once on each route that moves money, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.test import Client

from accounts.companies.models import Company
from billing.invoicing.models import Invoice
from billing.ledger.models import Adjustment, Hold
from billing.ledger.queries import balance
from billing.metering.models import Charge
from billing.onboarding.models import Closing, SignUp
from billing.payments.models import Payment, Refund
from billing.promotions.models import Redemption
from billing.topups.models import TopUpInvoice
from billing.writeoffs.models import WriteOff
from tests.accounts.access.client import staff_client
from tests.billing.onboarding.setting import signed_up
from tests.contract.program import (
    MB,
    Json,
    Program,
    let_jobs_run,
    make_plan,
    money,
    new_name,
    open_company,
    pay_in,
    subscribe,
    use,
)

EVERYBODY = 64


@dataclass(frozen=True)
class Crowd:
    """Sixty-four times the same wish.

    `effect` counts what has come of it so far; it grows by `step` with each call that succeeds, at
    most `most` times however different the keys are: what is done already is not done again.
    """

    route: str
    body: Json
    effect: Callable[[], Decimal | int]
    step: Decimal | int = 1
    most: int = EVERYBODY


@dataclass(frozen=True)
class Scene:
    """Two of the staff and a postpaid customer without limit, with a card and 100.00."""

    staff: Program
    second: Program
    company: Json
    card: str

    @classmethod
    def set_up(cls, *, billing_type: str = "postpaid") -> Scene:
        staff = Program(staff_client("anna").secret)
        company = open_company(staff, billing_type=billing_type, timezone="UTC", country="DE")
        card = {"gateway": "stripe", "token": "pm_card_visa", "make_default": True}
        saved = staff.made(f"companies/{company['id']}/payment-methods/", card)
        pay_in(staff, company, "100.00")
        return cls(staff, Program(staff_client("ben").secret), company, str(saved["id"]))

    @property
    def mine(self) -> str:
        return f"companies/{self.company['id']}/"

    def balance(self) -> Decimal:
        return balance(Company.objects.get(pk=self.company["id"])).balance

    def invoice(self) -> Json:
        """120.00 for a month long over, 100.00 of it paid from the funds: 20.00 are due."""
        plan = make_plan(self.staff)
        subject = subscribe(self.staff, self.company, plan)["subject"]
        use(self.staff, subject, 12_000 * MB, started_at="2026-03-10T12:00:00Z")
        let_jobs_run(self.staff)
        [made] = self.staff.rows("invoices/", company=str(self.company["id"]))
        return made

    def payment(self, amount: str) -> Json:
        return pay_in(self.staff, self.company, amount)

    def four_eyes_above(self, amount: str) -> None:
        body = {"four_eyes_amount": amount, "reason": "Trial"}
        assert self.staff.call("patch", "billing-settings/", body).status_code == 200


def _adjust(scene: Scene) -> Crowd:
    body = {"company": scene.company["id"], "amount": money("1.25"), "reason": "Goodwill"}
    return Crowd("adjustments/", body, scene.balance, step=Decimal("1.25"))


def _approve_adjustment(scene: Scene) -> Crowd:
    scene.four_eyes_above("1.00")
    body = {"company": scene.company["id"], "amount": money("7.50"), "reason": "Goodwill"}
    made = scene.second.made("adjustments/", body)
    return Crowd(f"adjustments/{made['id']}/approve/", {}, scene.balance, Decimal("7.50"), 1)


def _decline_adjustment(scene: Scene) -> Crowd:
    scene.four_eyes_above("1.00")
    body = {"company": scene.company["id"], "amount": money("7.50"), "reason": "Goodwill"}
    made = scene.second.made("adjustments/", body)
    declined = Adjustment.objects.filter(status=Adjustment.Status.DECLINED)
    return Crowd(f"adjustments/{made['id']}/decline/", {}, declined.count, most=1)


def _activate(scene: Scene) -> Crowd:
    """Somebody has signed up and pays the deposit of 1.00."""
    change = {"value": True, "reason": "Trial"}
    assert scene.staff.call("patch", "features/signup_payment/", change).status_code == 200
    company = signed_up(Client())
    body = {"billing_type": "prepaid", "payment_method": "pm_card_visa"}
    paid = Payment.objects.filter(company=company, status="completed")
    return Crowd(f"companies/{company.pk}/activation/", body, paid.count, most=1)


def _verify(scene: Scene) -> Crowd:
    crowd = _activate(scene)
    scene.staff.made(crowd.route, crowd.body)
    route = crowd.route.replace("activation", "verify")
    released = SignUp.objects.filter(deposit="released")
    return Crowd(route, {"accepted": True}, released.count, most=1)


def _close(scene: Scene) -> Crowd:
    return Crowd(f"{scene.mine}close/", {"reason": "Moved"}, Closing.objects.count, most=1)


def _pay_now(scene: Scene) -> Crowd:
    body = {"amount": money("10.00"), "payment_method": scene.card}
    return Crowd(f"{scene.mine}recharges/", body, scene.balance, step=Decimal("10.00"))


def _redeem(scene: Scene) -> Crowd:
    made = scene.staff.made(
        "promo-codes/",
        {"kind": "signup", "amount": "5.00", "currency": "USD", "as_credit": True},
    )
    route = f"{scene.mine}promo-codes/"
    return Crowd(route, {"code": made["code"]}, Redemption.objects.count, most=1)


def _issue_top_up(scene: Scene) -> Crowd:
    body = {"amount": money("12.50")}
    return Crowd(f"{scene.mine}top-up-invoices/", body, TopUpInvoice.objects.count)


def _top_up(scene: Scene) -> str:
    made = scene.staff.made(f"{scene.mine}top-up-invoices/", {"amount": money("12.50")})
    return f"{scene.mine}top-up-invoices/{made['id']}/"


def _pay_top_up(scene: Scene) -> Crowd:
    route = f"{_top_up(scene)}pay/"
    return Crowd(route, {"payment_method": scene.card}, scene.balance, Decimal("12.50"), 1)


def _void_top_up(scene: Scene) -> Crowd:
    void = TopUpInvoice.objects.filter(status="void")
    return Crowd(f"{_top_up(scene)}void/", {"reason": "Wrong sum"}, void.count, most=1)


def _hold_body(scene: Scene, amount: str) -> Json:
    return {
        "company": scene.company["id"],
        "amount": money(amount),
        "expires_in": 3600,
        "reference": "call",
    }


def _hold(scene: Scene) -> Crowd:
    return Crowd("holds/", _hold_body(scene, "1.00"), Hold.objects.count)


def _held(scene: Scene) -> str:
    return f"holds/{scene.staff.made('holds/', _hold_body(scene, '10.00'))['id']}/"


def _commit(scene: Scene) -> Crowd:
    body = {"amount": money("4.00")}
    return Crowd(f"{_held(scene)}commit/", body, scene.balance, Decimal("-4.00"), 1)


def _release(scene: Scene) -> Crowd:
    released = Hold.objects.filter(status="released")
    return Crowd(f"{_held(scene)}release/", {}, released.count, most=1)


def _credit(scene: Scene) -> Crowd:
    """120.00 may be credited twelve times in tens."""
    route = f"invoices/{scene.invoice()['id']}/credit-notes/"
    body = {"lines": [{"position": 1, "amount": "10.00"}], "reason": "Outage"}
    notes = Invoice.objects.filter(kind="credit_note")
    return Crowd(route, body, notes.count, most=12)


def _pay_invoice(scene: Scene) -> Crowd:
    route = f"invoices/{scene.invoice()['id']}/pay/"
    return Crowd(route, {"payment_method": scene.card}, scene.balance, Decimal("20.00"), 1)


def _void_invoice(scene: Scene) -> Crowd:
    route = f"invoices/{scene.invoice()['id']}/void/"
    notes = Invoice.objects.filter(kind="credit_note")
    return Crowd(route, {"reason": "Wrong customer"}, notes.count, most=1)


def _write_off(scene: Scene) -> Crowd:
    route = f"invoices/{scene.invoice()['id']}/write-off/"
    return Crowd(route, {"reason": "Insolvent"}, scene.balance, Decimal("20.00"), 1)


def _proposed_write_off(scene: Scene) -> str:
    invoice = scene.invoice()
    scene.four_eyes_above("1.00")
    scene.second.made(f"invoices/{invoice['id']}/write-off/", {"reason": "Insolvent"})
    return f"write-offs/{WriteOff.objects.get().pk}/"


def _approve_write_off(scene: Scene) -> Crowd:
    route = f"{_proposed_write_off(scene)}approve/"
    return Crowd(route, {}, scene.balance, Decimal("20.00"), 1)


def _decline_write_off(scene: Scene) -> Crowd:
    declined = WriteOff.objects.filter(status="declined")
    return Crowd(f"{_proposed_write_off(scene)}decline/", {}, declined.count, most=1)


def _record_transfer(scene: Scene) -> Crowd:
    body = {
        "company": scene.company["id"],
        "amount": money("3.00"),
        "method": "bank_transfer",
        "reference": new_name("transfer"),
    }
    return Crowd("payments/", body, scene.balance, step=Decimal("3.00"))


def _refund(scene: Scene) -> Crowd:
    """50.00 may go back five times in tens."""
    route = f"payments/{scene.payment('50.00')['id']}/refund/"
    body = {"amount": money("10.00"), "reason": "Asked for"}
    return Crowd(route, body, scene.balance, Decimal("-10.00"), 5)


def _proposed_refund(scene: Scene) -> str:
    scene.four_eyes_above("1.00")
    route = f"payments/{scene.payment('50.00')['id']}/refund/"
    scene.second.made(route, {"amount": money("50.00"), "reason": "Asked for"})
    return f"refunds/{Refund.objects.get().pk}/"


def _approve_refund(scene: Scene) -> Crowd:
    return Crowd(f"{_proposed_refund(scene)}approve/", {}, scene.balance, Decimal("-50.00"), 1)


def _decline_refund(scene: Scene) -> Crowd:
    declined = Refund.objects.filter(status="declined")
    return Crowd(f"{_proposed_refund(scene)}decline/", {}, declined.count, most=1)


def _use(scene: Scene) -> Crowd:
    """The same record from everybody is one charge of 0.01."""
    subject = subscribe(scene.staff, scene.company, make_plan(scene.staff))["subject"]
    at = scene.staff.seen("sandbox/clock/")["now"]
    record = {"id": "r-1", "subject": subject, "started_at": at, "quantity": MB}
    body = {"source": "crowd", "records": [record]}
    return Crowd("usage/", body, Charge.objects.count, most=1)


CROWDS: dict[str, Callable[[Scene], Crowd]] = {
    "/api/v1/adjustments/": _adjust,
    "/api/v1/adjustments/{id}/approve/": _approve_adjustment,
    "/api/v1/adjustments/{id}/decline/": _decline_adjustment,
    "/api/v1/companies/{company_id}/activation/": _activate,
    "/api/v1/companies/{company_id}/close/": _close,
    "/api/v1/companies/{company_id}/promo-codes/": _redeem,
    "/api/v1/companies/{company_id}/recharges/": _pay_now,
    "/api/v1/companies/{company_id}/top-up-invoices/": _issue_top_up,
    "/api/v1/companies/{company_id}/top-up-invoices/{id}/pay/": _pay_top_up,
    "/api/v1/companies/{company_id}/top-up-invoices/{id}/void/": _void_top_up,
    "/api/v1/companies/{company_id}/verify/": _verify,
    "/api/v1/holds/": _hold,
    "/api/v1/holds/{hold_id}/commit/": _commit,
    "/api/v1/holds/{hold_id}/release/": _release,
    "/api/v1/invoices/{invoice_id}/credit-notes/": _credit,
    "/api/v1/invoices/{invoice_id}/pay/": _pay_invoice,
    "/api/v1/invoices/{invoice_id}/void/": _void_invoice,
    "/api/v1/invoices/{invoice_id}/write-off/": _write_off,
    "/api/v1/payments/": _record_transfer,
    "/api/v1/payments/{id}/refund/": _refund,
    "/api/v1/refunds/{id}/approve/": _approve_refund,
    "/api/v1/refunds/{id}/decline/": _decline_refund,
    "/api/v1/usage/": _use,
    "/api/v1/write-offs/{id}/approve/": _approve_write_off,
    "/api/v1/write-offs/{id}/decline/": _decline_write_off,
}
"""By route; every route that needs an Idempotency-Key is among them."""
