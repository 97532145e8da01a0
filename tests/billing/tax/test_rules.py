"""Rules of tax at the time of use: usage, fees, quotes; and what changes when they do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from accounts.companies.actions import update_company
from billing.catalog.models import PlanKind
from billing.catalog.terms import PlanTerms, PriceTerms
from billing.metering.explanation import explain
from billing.metering.fees import charge_due_fees
from billing.metering.models import Charge
from billing.metering.queries import charge_in_full
from billing.metering.quotes import quote
from billing.profiles.actions import change_terms
from billing.tax.actions import set_tax_rule
from billing.tax.exceptions import TaxRuleInvalid
from billing.tax.models import WITHDRAWN, TaxRule
from billing.tax.queries import rules_in_force, terms_of
from features.actions import set_value
from tests.billing.metering.usage import MB, money_of, record, send
from tests.factories import BY, LONG_AGO, NOW, make_company, make_plan, make_subscription

pytestmark = pytest.mark.django_db

D = Decimal
HOUR = timedelta(hours=1)
NUMBER_OF_DE = "DE136695976"
NUMBER_OF_NL = "NL004495445B01"


def rule(country: str, percent: str, *, category: str = "", at: datetime = LONG_AGO) -> TaxRule:
    return set_tax_rule(
        country=country,
        category=category,
        treatment="standard",
        percent=D(percent),
        name="VAT",
        by=BY,
        at=at,
    )


def reverse_charge(country: str = "EU") -> TaxRule:
    return set_tax_rule(
        country=country, category="organization", treatment="reverse_charge", by=BY, at=LONG_AGO
    )


def rates() -> list[tuple[Decimal, Decimal, Decimal]]:
    """Percentage, net amount and tax of each charge, in order of arrival."""
    return list(Charge.objects.order_by("id").values_list("tax_percent", "amount", "tax"))


def test_usage_is_taxed_by_the_rule_of_the_country() -> None:
    rule("DE", "19")
    company = make_company(tax_percent=None)
    make_subscription(company, make_plan(PriceTerms(D("0.05"))), subject="sim")

    send(record("sim", 200 * MB))

    assert rates() == [(D(19), D(10), D("1.9"))]
    assert money_of(company) == D("-11.9")
    said = explain(charge_in_full().get())
    assert "Tax of 19 % on it (Germany: standard 19 %): 1.9 USD." in said


def test_companies_of_one_batch_are_taxed_each_by_its_own_rule() -> None:
    rule("DE", "19")
    rule("NL", "21")
    for country, tax_id in (("DE", ""), ("NL", ""), ("FR", "")):
        company = make_company(tax_percent=None, country=country, tax_id=tax_id)
        make_subscription(company, make_plan(PriceTerms(D("1"))), subject=country)
    own = make_company(tax_percent=D(3))
    make_subscription(own, make_plan(PriceTerms(D("1"))), subject="own")

    send(*(record(subject, 100 * MB) for subject in ("DE", "NL", "FR", "own")))

    assert [tax for _, _, tax in rates()] == [D(19), D(21), D(0), D(3)]


def test_a_rule_acts_from_its_instant_and_changes_nothing_earlier() -> None:
    rule("DE", "19")
    set_tax_rule(
        country="DE",
        category="",
        treatment="standard",
        percent=D(16),
        by=BY,
        at=LONG_AGO,
        valid_from=NOW,
    )
    company = make_company(tax_percent=None)
    make_subscription(company, make_plan(PriceTerms(D("1"))), subject="sim")

    send(
        record("sim", 100 * MB, at=NOW - HOUR),
        record("sim", 100 * MB, at=NOW),
        at=NOW + HOUR,
    )

    assert [tax for _, _, tax in rates()] == [D(19), D(16)]


def test_a_withdrawn_rule_leaves_what_is_less_particular() -> None:
    rule("", "5")
    rule("DE", "19")
    set_tax_rule(country="DE", category="", treatment=WITHDRAWN, by=BY, at=NOW)
    company = make_company(tax_percent=None)

    assert terms_of(company.pk, at=NOW - HOUR).percent == 19
    assert terms_of(company.pk, at=NOW).percent == 5
    assert [held.place for held in rules_in_force(at=NOW)] == ["Any other country"]


@pytest.mark.parametrize(
    ("changes", "before", "after"),
    [
        ({"country": "NL"}, 19, 21),
        ({"category": "individual"}, 19, 7),
        ({"country": "NL", "tax_id": NUMBER_OF_NL}, 19, 0),
        ({"tax_id": NUMBER_OF_DE}, 19, 0),
    ],
)
def test_what_a_company_is_acts_from_its_change_on(
    changes: dict[str, str], before: int, after: int
) -> None:
    set_value("branding_country", value="IE", reason="Test", by=BY, at=LONG_AGO)
    rule("DE", "19")
    rule("DE", "7", category="individual")
    rule("NL", "21")
    reverse_charge()
    company = make_company(tax_percent=None)
    make_subscription(company, make_plan(PriceTerms(D("1"))), subject="sim")
    update_company(company, changes, by=BY, at=NOW)

    late = record("sim", 100 * MB, at=NOW - HOUR)
    send(late, record("sim", 100 * MB, at=NOW), at=NOW + HOUR)

    assert [tax for _, _, tax in rates()] == [D(before), D(after)]
    assert [terms_of(company.pk, at=at).percent for at in (NOW - HOUR, NOW)] == [before, after]


def test_a_rate_of_its_own_acts_from_its_change_on_and_back_again() -> None:
    rule("DE", "19")
    company = make_company(tax_percent=None)
    change_terms(company, {"tax_percent": D(7)}, by=BY, at=NOW)
    change_terms(company, {"tax_percent": None}, by=BY, at=NOW + HOUR)

    found = [terms_of(company.pk, at=NOW + hours * HOUR).percent for hours in (-1, 0, 1)]
    assert found == [19, 7, 19]


@pytest.mark.verifies("branding_country", "default")
@pytest.mark.verifies("branding_country", "changed")
def test_no_charge_is_reversed_in_the_providers_own_country() -> None:
    rule("DE", "19")
    reverse_charge("DE")
    company = make_company(tax_percent=None, tax_id=NUMBER_OF_DE)
    set_value("branding_country", value="DE", reason="Moved", by=BY, at=NOW)
    make_subscription(company, make_plan(PriceTerms(D("1"))), subject="sim")

    send(record("sim", MB, at=NOW - HOUR), record("sim", MB), at=NOW)

    assert [percent for percent, _, _ in rates()] == [D(0), D(19)]


def test_reverse_charge_is_said_of_the_charge() -> None:
    reverse_charge()
    company = make_company(tax_percent=None, tax_id=NUMBER_OF_DE)
    make_subscription(company, make_plan(PriceTerms(D("1"))), subject="sim")

    send(record("sim", 100 * MB))

    charge = charge_in_full().get()
    assert (charge.amount, charge.tax) == (D(100), D(0))
    assert charge.tax_terms is not None
    assert charge.tax_terms.treatment == "reverse_charge"
    said = "No tax on it (European Union, organization: reverse charge)."
    assert said in explain(charge)


def test_fees_and_quotes_go_by_the_same_rules() -> None:
    rule("DE", "19")
    company = make_company(tax_percent=None)
    terms = PlanTerms(fee=D(10), overage_price=D("0.5"))
    plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=terms)
    subscription = make_subscription(company, plan, at=NOW)

    charge_due_fees(at=NOW)

    assert rates() == [(D(19), D(10), D("1.9"))]
    expected = quote(subscription, meter="", country="", at=NOW)
    assert (expected.net(2 * MB), expected.gross(2 * MB)) == (D(1), D("1.19"))


def test_a_fee_booked_late_is_taxed_as_of_its_own_day() -> None:
    rule("DE", "19")
    february, april = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    set_tax_rule(
        country="DE",
        category="",
        treatment="standard",
        percent=D(16),
        by=BY,
        at=LONG_AGO,
        valid_from=april,
    )
    company = make_company(tax_percent=None, at=LONG_AGO)
    plan = make_plan(kind=PlanKind.PAY_PER_MB, terms=PlanTerms(fee=D(10), overage_price=D(1)))
    make_subscription(company, plan, at=february)

    charge_due_fees(at=april)

    assert [percent for percent, _, _ in rates()] == [D(19), D(19), D(16)]


@pytest.mark.parametrize(
    ("wrong", "attr"),
    [
        ({"percent": D(0)}, "percent"),
        ({"percent": D(101)}, "percent"),
        ({"treatment": "exempt", "percent": D(19)}, "percent"),
        ({"treatment": "exempt", "percent": D(0)}, "reason"),
        ({"treatment": "reverse_charge", "percent": D(0)}, "category"),
        ({"valid_from": NOW - HOUR}, "valid_from"),
        ({"valid_from": NOW + HOUR}, "valid_from"),
        ({"country": "NL", "treatment": WITHDRAWN, "percent": D(0)}, "treatment"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_by_field(wrong: dict[str, object], attr: str) -> None:
    rule("DE", "19", at=NOW + HOUR)
    given: dict[str, object] = {
        "country": "DE",
        "category": "",
        "treatment": "standard",
        "percent": D(19),
    } | wrong
    with pytest.raises(TaxRuleInvalid) as refusal:
        set_tax_rule(**given, by=BY, at=NOW)  # type: ignore[arg-type]
    assert refusal.value.attr == attr
