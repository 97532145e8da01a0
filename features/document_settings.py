"""Config → Branding and templates: how documents look, what they say besides their figures."""

from __future__ import annotations

from features.declarations import Feature, Group
from features.kinds import Choice, Colour, Picture, Text, Texts

LANGUAGES = ("en", "de", "fr", "es", "ar")
LAYOUTS = ("classic", "letter", "banner")
BLOCKS = ("intro", "terms", "closing")
DOCUMENT_KINDS = {
    "invoice": "invoices",
    "credit_note": "credit notes",
    "receipt": "receipts",
    "top_up_invoice": "top-up invoices",
    "statement": "statements",
}
_COMMON = ("company", "provider", "customer_number", "currency", "issued")
# What may stand in braces in the texts of each kind; the layouts fill them in.
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    "invoice": (*_COMMON, "number", "period", "due", "total", "amount_due"),
    "credit_note": (*_COMMON, "number", "corrects", "total"),
    "receipt": (*_COMMON, "number", "received", "amount", "method"),
    "top_up_invoice": (*_COMMON, "number", "due", "amount_due"),
    "statement": (*_COMMON, "period", "opening_balance", "closing_balance"),
}
_PREFIX = Text(
    12, pattern=r"[A-Z0-9/_-]*", pattern_says="Only capital letters, digits and the signs - / _."
)
_BRANDING = ("Invoices, receipts and statements", "Mails", "Portal footer")
_DOCUMENTS = ("Documents issued from then on",)
_NUMBERS = ("Numbers of documents issued from then on",)


def _texts(kind: str, title: str) -> Feature[dict[str, str]]:
    names = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[kind])
    return Feature(
        key=f"document_texts_{kind}",
        title=f"Texts on {title}",
        section="Documents",
        group=Group.SETTING,
        kind=Texts(BLOCKS, LANGUAGES, PLACEHOLDERS[kind]),
        default={},
        help=f"Introduction, terms and closing note in each language. In braces: {names}.",
        changes=_DOCUMENTS,
    )


DOCUMENT_SETTINGS: tuple[Feature[str] | Feature[bytes | None] | Feature[dict[str, str]], ...] = (
    Feature(
        key="branding_name",
        title="Name",
        section="Branding",
        group=Group.SETTING,
        kind=Text(100),
        default="Tollgate",
        help="What customers call you.",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_legal_name",
        title="Legal name",
        section="Branding",
        group=Group.SETTING,
        kind=Text(200),
        default="",
        help="As in the commercial register, when it differs from the name.",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_address",
        title="Address",
        section="Branding",
        group=Group.SETTING,
        kind=Text(300, lines=4),
        default="",
        help="Street lines, without postal code and city.",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_postal_code",
        title="Postal code",
        section="Branding",
        group=Group.SETTING,
        kind=Text(20),
        default="",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_city",
        title="City",
        section="Branding",
        group=Group.SETTING,
        kind=Text(120),
        default="",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_country",
        title="Country",
        section="Branding",
        group=Group.SETTING,
        kind=Text(2, pattern="([A-Z]{2})?", pattern_says="Two capital letters, ISO 3166-1."),
        default="",
        help="Two letters, ISO 3166-1. Tax rules tell by it who is a customer abroad.",
        changes=_BRANDING,
        changes_charges=True,
    ),
    Feature(
        key="branding_tax_id",
        title="Tax number",
        section="Branding",
        group=Group.SETTING,
        kind=Text(40),
        default="",
        help="One that starts with a country code is printed as a VAT number.",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_registration_number",
        title="Registration number",
        section="Branding",
        group=Group.SETTING,
        kind=Text(60),
        default="",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_email",
        title="E-mail address",
        section="Branding",
        group=Group.SETTING,
        kind=Text(
            254,
            pattern=r"([^@\s]+@[^@\s]+\.[^@\s]+)?",
            pattern_says="An e-mail address, such as billing@example.com.",
        ),
        default="",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_header",
        title="Header",
        section="Branding",
        group=Group.SETTING,
        kind=Text(200, lines=2),
        default="",
        help="Printed at the head of every document, on its first page.",
        changes=_DOCUMENTS,
    ),
    Feature(
        key="branding_footer",
        title="Footer",
        section="Branding",
        group=Group.SETTING,
        kind=Text(500, lines=4),
        default="",
        help="Printed at the foot of every page of a document, and of mails.",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_logo",
        title="Logo",
        section="Branding",
        group=Group.SETTING,
        kind=Picture(),
        default=None,
        help="PNG, JPEG, GIF, WebP or SVG of at most 256 KB.",
        changes=_BRANDING,
    ),
    Feature(
        key="branding_accent",
        title="Accent colour",
        section="Branding",
        group=Group.SETTING,
        kind=Colour(),
        default="",
        help="Of titles and the most important figure on documents, and of buttons in mails: such "
        "as #4338ca, with a contrast of at least 4.5 to white. Empty: as we ship it.",
        changes=_BRANDING,
    ),
    Feature(
        key="document_language",
        title="Language of documents",
        section="Documents",
        group=Group.SETTING,
        kind=Choice(("customer", *LANGUAGES)),
        default="customer",
        help="“customer”: each in its customer's language; else all in this one.",
        changes=_DOCUMENTS,
    ),
    Feature(
        key="document_layout",
        title="Layout of documents",
        section="Documents",
        group=Group.SETTING,
        kind=Choice(LAYOUTS),
        default="classic",
        help="classic: both parties beside each other. letter: the customer's address where the "
        "window of an envelope is. banner: a band in the accent colour.",
        changes=_DOCUMENTS,
    ),
    *(_texts(kind, title) for kind, title in DOCUMENT_KINDS.items()),
    Feature(
        key="series_prefix_invoice",
        title="Prefix of invoices",
        section="Numbers",
        group=Group.SETTING,
        kind=_PREFIX,
        help="From the next document on; the count goes on. No two series may ever have the same.",
        default="INV-",
        changes=_NUMBERS,
    ),
    Feature(
        key="series_prefix_credit_note",
        title="Prefix of credit notes",
        section="Numbers",
        group=Group.SETTING,
        kind=_PREFIX,
        help="From the next document on; the count goes on. No two series may ever have the same.",
        default="CN-",
        changes=_NUMBERS,
    ),
    Feature(
        key="series_prefix_receipt",
        title="Prefix of receipts",
        section="Numbers",
        group=Group.SETTING,
        kind=_PREFIX,
        help="From the next document on; the count goes on. No two series may ever have the same.",
        default="RV-",
        changes=_NUMBERS,
    ),
    Feature(
        key="series_prefix_top_up_invoice",
        title="Prefix of top-up invoices",
        section="Numbers",
        group=Group.SETTING,
        kind=_PREFIX,
        help="From the next document on; the count goes on. No two series may ever have the same.",
        default="TU-",
        changes=_DOCUMENTS,
    ),
)
