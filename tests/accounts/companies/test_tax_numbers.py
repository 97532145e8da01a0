"""Tax numbers: format and checksum, by country."""

from __future__ import annotations

import pytest

from accounts.companies.actions import update_company
from accounts.companies.exceptions import TaxNumberInvalid
from accounts.companies.tax_numbers import checked_tax_number, is_vat_number
from tests.factories import BY, NOW, make_company


@pytest.mark.parametrize(
    ("country", "given", "kept"),
    [
        ("DE", "DE 136 695 976", "DE136695976"),
        ("DE", "136695976", "DE136695976"),
        ("NL", "nl004495445b01", "NL004495445B01"),
        ("GR", "GR123456783", "EL123456783"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("CH", "CHE-107.787.577 IVA", "CHE107787577IVA"),
        ("US", "12-3456789", "12-3456789"),
        ("DE", "  ", ""),
    ],
)
def test_a_valid_number_is_kept_compact(country: str, given: str, kept: str) -> None:
    assert checked_tax_number(country, given) == kept


@pytest.mark.parametrize(
    ("country", "given", "cause"),
    [
        ("DE", "DE136695977", "its check digits do not add up"),
        ("DE", "DE13669597", "it has the wrong number of characters"),
        ("DE", "NL004495445B01", "it has not the form of one"),
        ("NL", "NL00449544XB01", "it has not the form of one"),
    ],
)
def test_an_invalid_number_is_refused_with_its_cause(country: str, given: str, cause: str) -> None:
    with pytest.raises(TaxNumberInvalid) as refusal:
        checked_tax_number(country, given)
    assert refusal.value.attr == "tax_id"
    assert cause in refusal.value.detail
    assert not is_vat_number(country, given)


@pytest.mark.django_db
def test_a_company_that_moves_needs_a_number_of_its_new_country() -> None:
    company = make_company(tax_id="DE136695976")
    with pytest.raises(TaxNumberInvalid):
        update_company(company, {"country": "NL"}, by=BY, at=NOW)
    moved = {"country": "NL", "tax_id": "NL004495445B01"}
    assert update_company(company, moved, by=BY, at=NOW).tax_id == "NL004495445B01"


@pytest.mark.django_db
def test_a_number_from_before_the_check_stops_no_other_change() -> None:
    company = make_company()
    type(company).objects.filter(pk=company.pk).update(tax_id="DE1")
    assert update_company(company, {"name": "New"}, by=BY, at=NOW).name == "New"
