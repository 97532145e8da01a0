"""Balance, rules, cards, payments, refunds: the money routes of contract.md.

Gateway: the sandbox's real server.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.dateparse import parse_datetime

from config.sandbox.testing import Stack
from tests.accounts.access.client import error_of
from tests.billing.payments.cards import WANTS_3DS, card_token
from tests.billing.payments.gateway_news import deliver, news
from tests.contract.program import (
    Json,
    Program,
    is_amount,
    is_id,
    is_instant,
    is_money,
    let_jobs_run,
    make_plan,
    money,
    new_name,
    open_company,
    pay_in,
    subscribe,
    succeeded,
    use,
)

NOBODY = "0190a5f0-0000-7000-8000-000000000000"


def add_card(program: Program, company: Json, card: str = "pm_card_visa") -> Json:
    route = f"companies/{company['id']}/payment-methods/"
    return program.made(route, {"gateway": "stripe", "token": card, "make_default": True})


def pay_now(program: Program, company: Json, amount: str = "100.00", **more: object) -> Any:
    body = {"amount": money(amount, company["currency"]), **more}
    return program.send(f"companies/{company['id']}/recharges/", body, key=new_name("pay"))


def set_rule(program: Program, company: Json, **changes: object) -> Any:
    body = {"enabled": True, "threshold": "25", "recharge_to": "500", **changes}
    return program.call("put", f"companies/{company['id']}/recharge-rule/", body)


def test_the_balance_has_the_fields_of_the_contract(
    staff: Program, own: Program, company: Json
) -> None:
    pay_in(staff, company, "12.50")
    seen = own.seen(f"companies/{company['id']}/balance/")
    assert {"threshold", "recharge_to", "open_recharge", "forecast"} <= set(seen)
    figures = ("available", "displayed_balance", "uninvoiced", "held", "floor")
    assert [seen[name] for name in figures] == ["12.5", "12.5", "0", "0", "0"]
    assert seen["currency"] == "USD"
    assert is_instant(seen["as_of"])
    assert seen["open_recharge"] is None


def test_a_rule_is_set_and_shown(own: Program, company: Json) -> None:
    rule = succeeded(set_rule(own, company, monthly_cap="1000", max_per_day=3))
    shown = ("enabled", "threshold", "recharge_to", "monthly_cap", "max_per_day")
    assert [rule[name] for name in shown] == [True, "25", "500", "1000", 3]
    assert (rule["payment_method"], rule["fallback_methods"]) == (None, [])
    seen = own.seen(f"companies/{company['id']}/balance/")
    assert (seen["threshold"], seen["recharge_to"]) == ("25", "500")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"recharge_to": "25"}, "recharge_to_not_above_threshold"),
        ({"recharge_to": "24.99"}, "recharge_to_not_above_threshold"),
        ({"threshold": "-0.01"}, "threshold_below_floor"),
        ({"recharge_to": "34.99"}, "recharge_below_minimum"),
    ],
)
def test_a_rule_that_cannot_work_is_refused(
    own: Program, company: Json, changes: Json, code: str
) -> None:
    answer = set_rule(own, company, **changes)
    assert error_of(answer)[:2] == (400, code)
    assert error_of(answer)[2] in {"threshold", "recharge_to"}


def test_a_consumption_alert_is_set(own: Program, company: Json) -> None:
    body = {"enabled": True, "limit": "80.5", "emails": ["a@kobe.example", "b@kobe.example"]}
    route = f"companies/{company['id']}/consumption-alert/"
    assert succeeded(own.call("put", route, body)).items() >= body.items()
    wrong = own.call("put", route, {**body, "emails": ["nobody"]})
    assert wrong.status_code == 400
    assert str(error_of(wrong)[2]).startswith("emails")


def test_a_rule_names_no_card_that_was_removed(
    stripe_sandbox: Stack, own: Program, company: Json
) -> None:
    first, second = add_card(own, company), add_card(own, company)
    cards = {"payment_method": first["id"], "fallback_methods": [second["id"], first["id"]]}
    assert succeeded(set_rule(own, company, **cards)).items() >= cards.items()
    own.call("delete", f"companies/{company['id']}/payment-methods/{first['id']}/")
    rule = own.seen(f"companies/{company['id']}/recharge-rule/")
    assert (rule["payment_method"], rule["fallback_methods"]) == (None, [second["id"]])
    assert succeeded(set_rule(own, company, **{name: rule[name] for name in cards}))


def test_cards_are_kept_listed_and_removed(
    stripe_sandbox: Stack, own: Program, company: Json
) -> None:
    route = f"companies/{company['id']}/payment-methods/"
    made = own.send(
        route, {"gateway": "stripe", "token": "pm_card_visa", "make_default": True}, key="card"
    )
    assert made.status_code == 201
    card = made.json()
    assert {"id", "brand", "last4", "exp_month", "exp_year", "is_default"} <= set(card)
    assert (card["brand"].lower(), card["last4"], card["is_default"]) == ("visa", "4242", True)
    assert [row["id"] for row in own.rows(route)] == [card["id"]]
    assert own.call("delete", f"{route}{card['id']}/").status_code == 204
    assert own.rows(route) == []
    assert own.call("delete", f"{route}{card['id']}/").status_code == 404
    declined = own.send(route, {"gateway": "stripe", "token": "pm_card_visa_chargeDeclined"})
    assert error_of(declined)[:2] == (402, "card_declined")


def test_pay_now_answers_with_balance_and_receipt(
    stripe_sandbox: Stack, own: Program, company: Json
) -> None:
    card = add_card(own, company)
    answer = pay_now(own, company, payment_method=card["id"])
    assert answer.status_code == 201
    paid = answer.json()
    assert is_id(paid["id"])
    assert (paid["status"], paid["amount"]) == ("succeeded", money("100.00"))
    assert paid["balance_after"] == money("100.00")
    receipt = own.read(f"receipts/{paid['receipt']}/pdf/")
    assert receipt.headers["Content-Type"] == "application/pdf"
    assert receipt.content.startswith(b"%PDF")
    [row] = own.rows(f"companies/{company['id']}/recharges/")
    wanted = ("trigger", "status", "attempt", "next_attempt_at", "failure_code", "amount")
    assert [row[name] for name in wanted] == [
        "manual",
        "succeeded",
        1,
        None,
        "",
        money("100.00"),
    ]
    assert is_instant(row["created_at"])


def test_pay_now_with_3d_secure_waits_for_the_customer(
    stripe_sandbox: Stack, own: Program, company: Json
) -> None:
    add_card(own, company, card_token(WANTS_3DS))
    answer = pay_now(own, company)
    assert answer.status_code == 202
    waiting = answer.json()
    assert waiting["status"] == "requires_action"
    assert "_secret_" in waiting["client_secret"]


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("9.99", "below_minimum_recharge"),
        ("200.01", "above_maximum_recharge"),
        ("0", "invalid_amount"),
        ("-1.00", "invalid_amount"),
        ("10.001", "invalid_amount"),
        ("ten", "invalid_amount"),
        ("NaN", "invalid_amount"),
    ],
)
def test_pay_now_refuses_what_cannot_be(
    stripe_sandbox: Stack, staff: Program, own: Program, company: Json, amount: str, code: str
) -> None:
    change = {"value": "200", "reason": "trial"}
    succeeded(staff.call("patch", "features/maximum_prepaid_recharge/", change))
    add_card(own, company)
    answer = pay_now(own, company, amount)
    assert error_of(answer)[:2] == (400, code)
    assert str(error_of(answer)[2]).startswith("amount")


def test_a_card_that_declines_answers_402_with_the_gateways_code(
    stripe_sandbox: Stack, own: Program, company: Json
) -> None:
    add_card(own, company, "pm_card_chargeCustomerFail")
    answer = pay_now(own, company)
    assert error_of(answer)[:2] == (402, "card_declined")
    assert answer.json()["errors"][0]["decline_code"] == "generic_decline"
    [row] = own.rows(f"companies/{company['id']}/recharges/")
    assert (row["status"], row["failure_code"]) == ("failed", "generic_decline")


def test_with_portal_payment_off_a_company_key_is_told_so(
    staff: Program, own: Program, company: Json
) -> None:
    change = {"value": False, "reason": "trial"}
    succeeded(staff.call("patch", "features/portal_payment/", change))
    assert error_of(pay_now(own, company))[:2] == (403, "portal_payment_off")


def test_at_exactly_25_one_payment_of_475_makes_500(
    stripe_sandbox: Stack, staff: Program, own: Program, company: Json
) -> None:
    """Threshold 25, recharge to 500: the worked example, through the API alone."""
    add_card(own, company)
    pay_in(staff, company, "100.00")
    succeeded(set_rule(own, company))
    plan = make_plan(staff, prices=[{"per_unit": "1", "unit": "MB"}])
    subject = subscribe(staff, company, plan)["subject"]

    use(staff, subject, 75 * 1024 * 1024)
    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "25"
    let_jobs_run(staff)

    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "500"
    [recharge] = own.rows(f"companies/{company['id']}/recharges/")
    assert (recharge["trigger"], recharge["status"]) == ("auto", "succeeded")
    assert recharge["amount"] == money("475.00")
    cards = [row for row in own.rows("payments/") if row["method"] == "card"]
    assert [row["amount"] for row in cards] == [money("475.00")]
    mails = staff.rows("sandbox/mails/", company=company["id"])
    assert any("475.00" in mail["text"] for mail in mails)
    for mail in mails:
        assert {"to", "subject", "text", "kind", "sent_at"} <= set(mail)


def test_transactions_are_the_ledger_as_the_customer_sees_it(
    staff: Program, own: Program, company: Json
) -> None:
    pay_in(staff, company, "100")
    subject = subscribe(staff, company, make_plan(staff))["subject"]
    use(staff, subject, 3 * 1024 * 1024)
    newest, oldest = own.rows(f"companies/{company['id']}/transactions/")
    assert (oldest["kind"], oldest["amount"], oldest["balance_after"]) == ("payment", "100", "100")
    assert (newest["kind"], newest["amount"], newest["balance_after"]) == (
        "usage",
        "-0.03",
        "99.97",
    )
    assert {newest["currency"], oldest["currency"]} == {"USD"}
    assert is_instant(newest["occurred_at"])
    assert isinstance(newest["description"], str)


def test_staff_record_a_payment(staff: Program, own: Program, company: Json) -> None:
    for method in ("bank_transfer", "cash", "other"):
        body = {
            "company": company["id"],
            "amount": money("10.00"),
            "method": method,
            "reference": "INV 7",
            "received_at": "2026-06-01T10:00:00+02:00",
        }
        made = staff.send("payments/", body, key=new_name("pay"))
        assert made.status_code == 201
        payment = made.json()
        assert payment["received_at"] == "2026-06-01T08:00:00Z"
        assert (payment["status"], payment["reference"]) == ("completed", "INV 7")
        assert payment["amount"] == money("10.00")
        assert own.send("payments/", body, key=new_name("pay")).status_code == 403
    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "30"


def test_a_payment_is_refunded_in_part_and_then_the_rest(
    stripe_sandbox: Stack, staff: Program, own: Program, company: Json
) -> None:
    add_card(own, company)
    pay_now(own, company)
    [payment] = own.rows("payments/")
    route = f"payments/{payment['id']}/refund/"
    part = staff.send(route, {"amount": money("40.00"), "reason": "Too much"}, key="part")
    assert part.status_code == 201
    assert (part.json()["amount"], part.json()["status"]) == (money("40.00"), "completed")
    too_much = staff.send(route, {"amount": money("60.01"), "reason": "Again"}, key="more")
    assert too_much.status_code == 400
    rest = staff.made(route, {"reason": "All of it"}, key="rest")
    assert rest["amount"] == money("60.00")
    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "0"
    assert error_of(own.send(route, {"reason": "Mine"}, key="mine"))[0] == 403


def test_webhooks_are_checked_and_booked_once(
    stripe_sandbox: Stack, own: Program, company: Json
) -> None:
    add_card(own, company)
    payment = pay_now(own, company).json()["payment"]
    [event] = news(stripe_sandbox, "payment_intent.succeeded", about=payment)
    for _ in range(3):
        assert deliver(event).status_code == 200
    assert own.seen(f"companies/{company['id']}/balance/")["available"] == "100"
    forged = deliver(event, secret="whsec_forged")
    assert error_of(forged)[:2] == (400, "invalid_webhook")  # type: ignore[arg-type]
    assert deliver(json.dumps(event).encode()[:-1]).status_code == 400


def test_staff_adjust_a_balance(staff: Program, own: Program, company: Json) -> None:
    body = {"company": company["id"], "amount": money("-2.5"), "reason": "Goodwill"}
    made = staff.send("adjustments/", body, key="adjust")
    assert made.status_code == 201
    assert is_money(made.json()["amount"])
    assert own.seen(f"companies/{company['id']}/balance/")["available"] in {"-2.5", "0"}
    assert own.send("adjustments/", body, key="adjust").status_code == 403


def test_a_statement_is_json_or_pdf(staff: Program, own: Program, company: Json) -> None:
    pay_in(staff, company, "20")
    route = f"companies/{company['id']}/statement/"
    now = parse_datetime(staff.seen("sandbox/clock/")["now"])
    assert now is not None
    today = now.astimezone(ZoneInfo(str(company["timezone"]))).date()
    days = {"from": str(today - timedelta(days=1)), "to": str(today)}
    seen = own.seen(route, **days, format="json")
    assert (seen["opening_balance"], seen["closing_balance"]) == ("0", "20")
    assert all(is_amount(movement["amount"]) for movement in seen["movements"])
    pdf = own.read(route, **days, format="pdf")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert error_of(own.read(route, format="doc"))[::2] == (400, "format")


def test_yen_have_no_decimals_and_dinars_three(staff: Program) -> None:
    on = {"value": True, "reason": "Yen and dinars"}
    assert staff.call("patch", "features/multi_currency/", on).status_code == 200
    for currency, amount, shown in (("JPY", "500", "500"), ("KWD", "1.125", "1.125")):
        company = open_company(staff, currency=currency)
        assert pay_in(staff, company, amount)["amount"] == money(shown, currency)
    refused = staff.send(
        "payments/",
        {
            "company": open_company(staff, currency="JPY")["id"],
            "amount": money("1.5", "JPY"),
            "method": "cash",
            "reference": "",
        },
        key="yen",
    )
    assert error_of(refused)[:2] == (400, "invalid_amount")
