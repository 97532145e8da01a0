"""Tax numbers of companies, checked for format and checksum. Pure: no Django.

In a country whose VAT numbers python-stdnum knows, a tax number is one of them; numbers of member
states of the European Union carry the country's letters. Elsewhere any text will do.
"""

from __future__ import annotations

from stdnum import get_cc_module
from stdnum.eu import vat
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength, ValidationError

from accounts.companies.exceptions import TaxNumberInvalid

GREECE, GREECE_IN_VAT_NUMBERS = "GR", "EL"
_CAUSES = (
    (InvalidChecksum, "its check digits do not add up"),
    (InvalidLength, "it has the wrong number of characters"),
    (InvalidFormat, "it has not the form of one"),
)


def checked_tax_number(country: str, number: str) -> str:
    """The number as it is kept: compact, with the country's letters inside the European Union.

    An empty number stays empty. Raises TaxNumberInvalid, which says what is wrong.
    """
    number = number.strip()
    if not number:
        return ""
    try:
        return _validated(country, number)
    except ValidationError as error:
        cause = next((said for kind, said in _CAUSES if isinstance(error, kind)), "it is unknown")
        raise TaxNumberInvalid(country, number, cause) from None


def is_vat_number(country: str, number: str) -> bool:
    """Whether the number is a valid VAT number of the country."""
    if not number or not (_is_member(country) or get_cc_module(country.lower(), "vat")):
        return False
    try:
        _validated(country, number)
    except ValidationError:
        return False
    return True


def _validated(country: str, number: str) -> str:
    if _is_member(country):
        return _validated_in_the_union(country, number)
    module = get_cc_module(country.lower(), "vat")
    if module is None:
        return number
    compact = str(module.validate(number))
    has_letters = number.upper().startswith(country) and not compact.startswith(country)
    return country + compact if has_letters else compact


def _validated_in_the_union(country: str, number: str) -> str:
    letters = GREECE_IN_VAT_NUMBERS if country == GREECE else country
    given = number[:2].upper()
    if not given.isalpha():
        number = letters + number
    elif given in (letters, country):
        number = letters + number[2:]
    else:
        raise InvalidFormat
    return str(vat.validate(number))


def _is_member(country: str) -> bool:
    return country.lower() in vat.MEMBER_STATES
