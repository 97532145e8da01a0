"""How a company is billed: floor, tax, what may be changed when."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction
from djmoney.money import Money

from accounts.audit.models import AuditRecord
from accounts.events.models import Event
from billing.ledger.models import Account
from billing.profiles.actions import change_terms
from billing.profiles.exceptions import CurrencyFixed, FixedAmountMissing, InvalidTerms
from billing.profiles.models import BillingProfile
from billing.profiles.queries import floor, profile_of
from tests.factories import BY, NOW, make_company, pay_in

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.mark.parametrize(
    ("billing_type", "minimum_balance", "credit_limit", "lowest"),
    [
        ("prepaid", D(0), D(100), D(0)),
        ("prepaid", D(5), None, D(5)),
        ("prepaid", D(-5), D(100), D(-5)),
        ("postpaid", D(0), D(100), D(-100)),
        ("flexible", D(0), D(100), D(-100)),
        ("postpaid", D(0), None, None),
    ],
)
def test_the_floor_follows_the_billing_type(
    billing_type: str,
    minimum_balance: Decimal,
    credit_limit: Decimal | None,
    lowest: Decimal | None,
) -> None:
    profile = BillingProfile(
        billing_type=billing_type, minimum_balance=minimum_balance, credit_limit=credit_limit
    )
    assert floor(profile) == lowest


def test_opening_an_account_makes_company_profile_and_ledger_accounts_at_once() -> None:
    company = make_company(currency="JPY")
    assert profile_of(company.pk).currency == "JPY"
    kinds = Account.objects.filter(company=company, currency="JPY").values_list("kind", flat=True)
    assert set(kinds) == {"customer", "uninvoiced", "uninvoiced_tax"}
    assert Event.objects.filter(company=company, type="company.added").count() == 1


def test_the_currency_is_fixed_by_the_first_transaction() -> None:
    company = make_company(currency="USD")
    change_terms(company, {"currency": "EUR"}, by=BY, at=NOW)
    assert Account.objects.filter(company=company, currency="EUR", kind="customer").exists()
    pay_in(company, Money(1, "EUR"))
    with pytest.raises(CurrencyFixed):
        change_terms(company, {"currency": "USD"}, by=BY, at=NOW)


def test_the_database_keeps_the_currency_of_accounts_with_legs() -> None:
    """Its other columns change, and so does the currency of a company that has no legs."""
    company, other = make_company(currency="EUR"), make_company(currency="EUR")
    pay_in(company, Money(1, "EUR"))
    with pytest.raises(ProgrammingError, match="currency_fixed"), transaction.atomic():
        BillingProfile.objects.update(currency="USD")
    BillingProfile.objects.filter(pk=company.pk).update(currency="EUR", billing_day=2)
    BillingProfile.objects.filter(pk=other.pk).update(currency="USD")
    assert profile_of(company.pk).currency == "EUR"
    assert (profile_of(company.pk).billing_day, profile_of(other.pk).currency) == (2, "USD")


def test_a_change_is_audited_with_before_and_after() -> None:
    company = make_company(minimum_balance=D(0))
    change_terms(company, {"minimum_balance": D("-2.5"), "billing_day": 1}, by=BY, at=NOW)
    audited = AuditRecord.objects.get(company=company, action="company.terms_changed")
    assert audited.before == {"minimum_balance": "0"}
    assert audited.after == {"minimum_balance": "-2.5"}


def test_a_change_to_the_same_leaves_no_trace() -> None:
    company = make_company(billing_day=1)
    change_terms(company, {"billing_day": 1}, by=BY, at=NOW)
    assert not Event.objects.filter(type="company.updated").exists()


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"billing_day": 32}, "billing_day"),
        ({"billing_day": 0}, "billing_day"),
        ({"credit_limit": D(-1)}, "credit_limit"),
        ({"tax_percent": D(101)}, "tax_percent"),
    ],
)
def test_impossible_terms_are_refused_by_field(changes: dict[str, str], attr: str) -> None:
    with pytest.raises(InvalidTerms) as refusal:
        change_terms(make_company(), changes, by=BY, at=NOW)
    assert refusal.value.attr == attr


def test_a_fixed_contract_says_its_amount() -> None:
    company = make_company()
    with pytest.raises(FixedAmountMissing):
        change_terms(company, {"contract_type": "fixed"}, by=BY, at=NOW)
    change_terms(company, {"contract_type": "fixed", "fixed_amount": D(99)}, by=BY, at=NOW)
    assert profile_of(company.pk).fixed_amount == 99
