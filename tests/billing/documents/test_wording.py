"""Words, figures and dates of documents in their language."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing.documents.rendering.content import Party
from billing.documents.rendering.layout import monogram, town
from billing.documents.rendering.wording import (
    TEMPLATES,
    Wording,
    breakable,
    printable,
    wording,
)

LANGUAGES = sorted(path.stem for path in (TEMPLATES / "labels").glob("*.toml"))


def words(language: str, *, zone: str = "UTC") -> Wording:
    return wording(language=language, currency="USD", time_zone=zone)


def keys(language: str) -> set[str]:
    text = (TEMPLATES / "labels" / f"{language}.toml").read_text(encoding="utf-8")
    return {
        f"{name}.{part}"
        for name, value in tomllib.loads(text).items()
        for part in (value if isinstance(value, dict) else ["text"])
    }


def test_there_are_five_languages() -> None:
    assert LANGUAGES == ["ar", "de", "en", "es", "fr"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word(language: str) -> None:
    assert keys(language) == keys("en")


def test_a_language_without_words_speaks_english_with_its_own_figures() -> None:
    portuguese = words("pt-br")
    assert portuguese.labels == words("en").labels
    assert portuguese.money(Decimal("1234.5")) == "US$\N{NO-BREAK SPACE}1.234,50"


def test_a_negative_amount_has_a_minus_sign() -> None:
    assert words("en").money(Decimal("-12.5")) == "\N{MINUS SIGN}$12.50"


def test_a_quantity_has_its_unit_and_no_empty_decimals() -> None:
    space = "\N{NO-BREAK SPACE}"
    assert (
        words("en").quantity(Decimal("18059.974000"), "1k_tokens") == f"18,059.974{space}k tokens"
    )
    assert words("de").quantity(Decimal("2048.5"), "MB") == f"2.048,5{space}MB"
    assert words("en").quantity(Decimal(1), "each") == "1"


def test_days_are_those_of_the_zone() -> None:
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert words("en").moment(at) == "Nov 30, 2026"
    assert words("en", zone="Asia/Tokyo").moment(at) == "Dec 1, 2026"


def test_nothing_unprintable_reaches_the_page() -> None:
    assert printable("A\x00B\N{RIGHT-TO-LEFT OVERRIDE}C\ud800D\tE") == "A B C D E"
    assert printable("two\nlines") == "two\nlines"


def test_a_long_word_may_break_and_a_short_one_may_not() -> None:
    gap = "\N{ZERO WIDTH SPACE}"
    assert breakable("x" * 28) == "x" * 28
    assert breakable("x" * 29).count(gap) == 28
    assert gap not in breakable("สวัสดีครับผมชื่อโกลเบ็กซ์โรโบติกส์จำกัดมหาชน")


def test_in_arabic_a_number_keeps_its_direction() -> None:
    assert words("ar").shown("8944 5000") == (
        "\N{FIRST STRONG ISOLATE}8944 5000\N{POP DIRECTIONAL ISOLATE}"
    )
    assert words("en").shown("8944 5000") == "8944 5000"


def test_a_seller_without_logo_has_initials() -> None:
    assert monogram("Tollgate Networks GmbH") == "TN"
    assert monogram("  ") == ""
    assert monogram("株式会社") == "株"


def test_a_town_is_written_as_in_its_country() -> None:
    assert town(Party(name="x", city="Berlin", postal_code="10119", country="DE")) == "10119 Berlin"
    assert (
        town(Party(name="x", city="Austin", region="TX", postal_code="78701", country="US"))
        == "Austin, TX 78701"
    )
