"""The audit: clean books hold, and every kind of tampering is found by the check that proves it."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from djmoney.money import Money

from accounts.companies.models import Company
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms
from billing.insight.books import CHECKS, prove_books
from billing.insight.models import BooksAudit
from billing.insight.tasks import audit_books
from billing.ledger.adjustments import propose_adjustment
from billing.ledger.holds import place_hold
from billing.ledger.tasks import snapshot_own_accounts
from billing.metering.fees import charge_due_fees
from tests.billing.metering.usage import record, send
from tests.factories import BY, NOW, make_company, make_plan, make_subscription, new_key

pytestmark = pytest.mark.django_db

LEDGER_TABLES = ("ledger_entry", "ledger_leg", "ledger_account")


@pytest.fixture
def company() -> Company:
    """A company with money, a hold and an adjustment; own accounts have a snapshot."""
    company = make_company()
    for amount in ("100", "-30.5"):
        propose_adjustment(
            company, amount=Money(amount, "USD"), reason="Test", key=new_key(), by=BY, at=NOW
        )
    place_hold(
        company,
        amount=Money(4, "USD"),
        reference="s",
        expires_in=timedelta(hours=1),
        key=new_key(),
        at=NOW,
    )
    snapshot_own_accounts(at=NOW)
    return company


def behind_the_back(change: str) -> None:
    """Change rows with the guards switched off, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in LEDGER_TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(change)
        for table in LEDGER_TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def broken() -> set[str]:
    return {proof.check.name for proof in prove_books() if not proof.holds}


def test_untouched_books_hold(company: Company) -> None:
    assert broken() == set()


def test_books_with_fees_and_usage_hold(company: Company) -> None:
    """Fees take their identity as usage records do, but no batch accepted them."""
    plan = make_plan(
        kind=PlanKind.PAY_PER_MB,
        terms=PlanTerms(fee=Decimal("1.50"), overage_price=Decimal("0.01")),
    )
    subscription = make_subscription(company, plan, at=NOW)
    assert charge_due_fees(at=NOW) == 1
    assert send(record(subscription.subject), at=NOW).accepted == 1
    assert broken() == set()


def test_every_check_has_its_name_and_says_what_it_proves() -> None:
    names = [check.name for check in CHECKS]
    assert len(set(names)) == len(names)
    assert all(check.proves.endswith(".") and len(check.proves) <= 300 for check in CHECKS)


@pytest.mark.parametrize(
    ("change", "found_by"),
    [
        (
            "UPDATE ledger_leg SET amount = amount + 1 WHERE balance_after = 100",
            {"entries_sum_to_zero", "balances_are_sums_of_legs", "running_balances"},
        ),
        (
            "UPDATE ledger_leg SET amount = amount + 1 WHERE balance_after IS NULL",
            {"entries_sum_to_zero", "snapshots_agree_with_legs"},
        ),
        (
            "UPDATE ledger_leg SET balance_after = 101 WHERE balance_after = 100",
            {"running_balances"},
        ),
        (
            "UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'customer'",
            {"balances_are_sums_of_legs", "balances_are_funds_less_debts"},
        ),
        ("UPDATE ledger_account SET held = 5", {"held_is_the_sum_of_active_holds"}),
        (
            "UPDATE ledger_hold SET status = 'released'",
            {"held_is_the_sum_of_active_holds"},
        ),
        (
            "DELETE FROM ledger_leg WHERE balance_after = 69.5",
            {"entries_sum_to_zero", "balances_are_sums_of_legs"},
        ),
        (
            (
                "UPDATE ledger_entry SET at = at - interval '1 day' WHERE id = ("
                " SELECT entry_id FROM ledger_leg WHERE balance_after = 69.5)"
            ),
            {"running_balances"},
        ),
        (
            "UPDATE ledger_adjustment SET amount = 99 WHERE amount = 100",
            {"adjustments_are_booked_as_decided"},
        ),
        (
            (
                "INSERT INTO ledger_entry (id, kind, at, recorded_at, key, description, document,"
                " by, reason)"
                " VALUES (gen_random_uuid(), 'usage', now(), now(), 'x', '', '', '', '')"
            ),
            {"entries_and_legs_belong_together"},
        ),
        (
            (
                "INSERT INTO ledger_leg (entry_id, account_id, amount)"
                " VALUES (gen_random_uuid(), 0, 0)"
            ),
            {"entries_and_legs_belong_together"},
        ),
        ("ALTER TABLE ledger_leg DISABLE TRIGGER ledger_check_new_legs", set()),
    ],
)
def test_a_row_edited_behind_the_applications_back_is_found(
    company: Company, change: str, found_by: set[str]
) -> None:
    behind_the_back(change)
    assert found_by <= broken()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE ledger_leg DISABLE TRIGGER ledger_check_new_legs",
        "DROP TRIGGER ledger_check_new_legs ON ledger_leg",
        "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
        "ALTER TABLE audit_record DISABLE TRIGGER USER",
    ],
)
def test_a_guard_that_is_switched_off_or_gone_is_found(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(change)
    assert broken() == {"guards_are_in_force"}


def test_the_command_says_what_it_looked_at(company: Company) -> None:
    out = StringIO()
    call_command("audit_books", stdout=out)
    assert "entries_sum_to_zero                  holds" in out.getvalue()


def test_the_command_fails_with_a_line_per_finding(company: Company) -> None:
    behind_the_back("UPDATE ledger_account SET held = 5 WHERE kind = 'customer'")
    out = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("audit_books", stdout=out)
    assert end.value.code == 1
    assert "holds 5.000000000000, its holds sum to 4.000000000000" in out.getvalue()


def test_the_result_is_json_on_demand(company: Company) -> None:
    out = StringIO()
    call_command("audit_books", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["ok"] is True
    assert {check["name"] for check in told["checks"]} == {check.name for check in CHECKS}


def test_the_daily_job_keeps_what_it_found(company: Company) -> None:
    assert audit_books(at=NOW) == 0
    behind_the_back("UPDATE ledger_account SET held = 5 WHERE kind = 'customer'")
    assert audit_books(at=NOW + timedelta(days=1)) == 1
    kept = BooksAudit.objects.get(name="held_is_the_sum_of_active_holds", is_ok=False)
    assert (kept.faults, len(kept.findings)) == (1, 1)
    assert Decimal(kept.examined) >= 3
