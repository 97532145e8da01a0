"""The demonstration: who is in it, on which plans, with how many lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from billing.catalog.terms import PlanTerms, PriceTerms, TierTerms

PASSWORD = "tollgate-demo"  # noqa: S105 - printed by `make demo`, on loopback only
STAFF_EMAIL = "staff@tollgate.example"
OWNER_EMAIL = "demo@northwind.example"

EUROPE = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE GB CH NO"


@dataclass(frozen=True, kw_only=True)
class PlanPart:
    """A plan; `zone_price` is per unit in the zone Europe."""

    key: str
    name: str
    kind: str
    currency: str
    terms: PlanTerms
    meter: str = "data"
    zone_price: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class TaxPart:
    """A rule of tax, as of the first day; the provider is in Ireland."""

    country: str
    treatment: str
    percent: Decimal = Decimal(0)
    category: str = ""
    name: str = "VAT"
    reason: str = ""


TAX_RULES = (
    TaxPart(country="IE", treatment="standard", percent=Decimal(23)),
    TaxPart(country="DE", treatment="standard", percent=Decimal(19), name="USt."),
    TaxPart(country="NL", treatment="standard", percent=Decimal(21), name="BTW"),
    TaxPart(country="EU", treatment="reverse_charge", category="organization"),
    TaxPart(
        country="",
        treatment="outside_scope",
        reason="Service supplied to a customer outside the European Union",
    ),
)


@dataclass(frozen=True, kw_only=True)
class CompanyPart:
    """A customer: `funds` come in by bank transfer at the start, `lines` SIMs are on `plan`.

    `machines` are instances that it runs, each with a default address; the first of them has a
    secondary and an additional one besides.

    `ends_at` is what the balance is brought to at the end by a last transfer. `top_ups` were
    asked for by invoice: the last one just now, those before it are paid. Without a `tax_percent`
    it is taxed by the rules.
    """

    name: str
    legal_name: str
    email: str
    country: str
    timezone: str
    address: str
    city: str
    postal_code: str
    currency: str
    billing_type: str
    tax_percent: Decimal | None
    plan: str
    lines: int = 0
    subject: str = ""
    machines: tuple[str, ...] = ()
    funds: Decimal = Decimal(0)
    ends_at: Decimal | None = None
    top_ups: tuple[Decimal, ...] = ()
    credit_limit: Decimal | None = Decimal(0)
    tax_id: str = ""
    language: str = "en"
    people: tuple[tuple[str, str, str], ...] = ()


PLANS = (
    PlanPart(
        key="roaming",
        name="Roaming PAYGO",
        kind="paygo",
        currency="USD",
        zone_price=Decimal("0.052"),
        terms=PlanTerms(
            prices=(
                PriceTerms(per_unit=Decimal("0.035"), country="DE"),
                PriceTerms(per_unit=Decimal("0.21"), country="CH"),
                PriceTerms(per_unit=Decimal("0.11")),
            ),
            increment="KB",
        ),
    ),
    PlanPart(
        key="sensors",
        name="Sensor PAYGO",
        kind="paygo",
        currency="USD",
        terms=PlanTerms(prices=(PriceTerms(per_unit=Decimal("0.06")),), increment="KB"),
    ),
    PlanPart(
        key="logistics",
        name="Logistics per MB",
        kind="pay_per_mb",
        currency="EUR",
        terms=PlanTerms(
            prices=(
                PriceTerms(
                    tiers=(
                        TierTerms(from_units=Decimal(0), per_unit=Decimal("0.012")),
                        TierTerms(from_units=Decimal(500), per_unit=Decimal("0.009")),
                    )
                ),
            ),
            fee=Decimal("1.50"),
            included=100 * 1024 * 1024,
        ),
    ),
    PlanPart(
        key="yen",
        name="データ従量プラン",
        kind="paygo",
        currency="JPY",
        terms=PlanTerms(prices=(PriceTerms(per_unit=Decimal("2.4")),), increment="KB"),
    ),
    PlanPart(
        key="tokens",
        name="Model API",
        kind="metered",
        currency="USD",
        meter="input_tokens",
        terms=PlanTerms(
            prices=(
                PriceTerms(per_unit=Decimal("0.0015"), unit="1k_tokens", meter="input_tokens"),
                PriceTerms(per_unit=Decimal("0.0060"), unit="1k_tokens", meter="output_tokens"),
            )
        ),
    ),
)

COMPANIES = (
    CompanyPart(
        name="Northwind Fleet",
        legal_name="Northwind Fleet GmbH",
        email="billing@northwind.example",
        country="DE",
        timezone="Europe/Berlin",
        address="Speicherstraße 12",
        city="Hamburg",
        postal_code="20457",
        tax_id="DE136695976",
        currency="USD",
        billing_type="prepaid",
        tax_percent=Decimal(19),
        plan="roaming",
        lines=40,
        funds=Decimal(1000),
        ends_at=Decimal("38.40"),
        top_ups=(Decimal(150), Decimal(300)),
        people=(
            (OWNER_EMAIL, "Dana Northwind", "owner"),
            ("finance@northwind.example", "Finn Kessler", "finance"),
            ("viewer@northwind.example", "Vera Blume", "viewer"),
        ),
    ),
    CompanyPart(
        name="Lumen Language Models",
        legal_name="Lumen Language Models Inc.",
        email="ap@lumen.example",
        country="US",
        timezone="America/New_York",
        address="410 Terry Avenue",
        city="Seattle",
        postal_code="98109",
        currency="USD",
        billing_type="prepaid",
        tax_percent=None,
        plan="tokens",
        subject="lumen-api",
        machines=("inference-1", "inference-2"),
        funds=Decimal(400),
        people=(("owner@lumen.example", "Lou Meyer", "owner"),),
    ),
    CompanyPart(
        name="Harbor Logistics",
        legal_name="Harbor Logistics B.V.",
        email="invoices@harbor.example",
        country="NL",
        timezone="Europe/Amsterdam",
        address="Waalhaven 88",
        city="Rotterdam",
        postal_code="3089 JH",
        tax_id="NL004495445B01",
        currency="EUR",
        billing_type="postpaid",
        credit_limit=Decimal(5000),
        tax_percent=None,
        plan="logistics",
        lines=25,
        people=(("owner@harbor.example", "Hanna de Vries", "owner"),),
    ),
    CompanyPart(
        name="Oasis Telematics",
        legal_name="شركة الواحة للاتصالات",
        email="accounts@oasis.example",
        country="AE",
        timezone="Asia/Dubai",
        address="Sheikh Zayed Road",
        city="Dubai",
        postal_code="00000",
        currency="USD",
        billing_type="flexible",
        credit_limit=Decimal(500),
        tax_percent=Decimal(5),
        plan="sensors",
        lines=8,
        funds=Decimal(200),
        people=(("owner@oasis.example", "Omar Haddad", "owner"),),
    ),
    CompanyPart(
        name="Sakura Communications",
        legal_name="さくら通信株式会社",
        email="keiri@sakura.example",
        country="JP",
        timezone="Asia/Tokyo",
        address="千代田区丸の内1-1",
        city="東京",
        postal_code="100-0005",
        currency="JPY",
        billing_type="prepaid",
        tax_percent=Decimal(10),
        plan="yen",
        lines=6,
        funds=Decimal(60000),
        people=(("owner@sakura.example", "Sakura Ito", "owner"),),
    ),
    CompanyPart(
        name="Kestrel Sensors",
        legal_name="Kestrel Sensors Ltd",
        email="office@kestrel.example",
        country="GB",
        timezone="Europe/London",
        address="4 Mill Lane",
        city="Cambridge",
        postal_code="CB2 1RX",
        currency="USD",
        billing_type="prepaid",
        tax_percent=Decimal(20),
        plan="sensors",
        lines=5,
        funds=Decimal(40),
        people=(("owner@kestrel.example", "Kit Marlow", "owner"),),
    ),
)
