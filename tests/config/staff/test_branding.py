"""Config → Branding and Templates: a look at it before, saved together, kept by what was issued."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from djmoney.money import Money
from pypdf import PdfReader

from accounts.audit.models import AuditRecord
from accounts.notifications.actions import queue_mail
from billing.documents.actions import take_numbers
from billing.documents.models import Series
from billing.documents.rendering.content import Look, TopUpContent
from billing.topups.actions.issuing import issue_top_up_invoice
from billing.topups.queries import top_up_pdf
from config import clock
from features.actions import set_value
from features.models import FeatureValue
from features.queries import value
from tests.config.staff.people import staff_client_of
from tests.factories import BY, NOW, make_company, new_key

pytestmark = pytest.mark.django_db
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10">'
    b'<rect width="9" height="9"/></svg>'
)


def _typed(client: Client, name: str, **given: object) -> dict[str, object]:
    """What the page's form would post, with some of it typed anew."""
    form = client.get(reverse(f"admin:{name}")).context["form"]
    values = {field.name: field.value() for field in form if field.value() is not None}
    values["versions"] = str(form["versions"].value()).replace("'", '"')
    return values | given


def _save(client: Client, name: str, **given: object) -> HttpResponse:
    posted = _typed(client, name, save="1", reason="New look") | given
    return client.post(reverse(f"admin:{name}"), posted)  # type: ignore[return-value]


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_what_is_typed_is_shown_and_nothing_is_saved() -> None:
    client = staff_client_of("catalog")
    posted = _typed(client, "branding", branding_name="Wavelength", preview="1")
    page = client.post(reverse("admin:branding"), posted)
    assert page.status_code == 200
    assert b"data:image/png;base64," in page.content
    pdf = client.post(reverse("admin:branding"), posted | {"pdf": "1"})
    assert "Wavelength" in _text(pdf.content)
    assert not FeatureValue.objects.exists()


def test_a_script_gets_only_the_picture_and_the_errors_by_name() -> None:
    client = staff_client_of("catalog")
    posted = _typed(client, "branding", branding_accent="#facc15")
    part = client.post(reverse("admin:branding"), posted, headers={"X-Preview": "1"})
    assert part.status_code == 422
    assert b"Too pale" in part.content
    assert b"<html" not in part.content


@pytest.mark.parametrize(
    "kind", ["invoice", "credit_note", "receipt", "top_up_invoice", "statement"]
)
def test_each_kind_of_document_can_be_looked_at(kind: str) -> None:
    client = staff_client_of("catalog")
    posted = _typed(client, "branding", document=kind, language="ar", preview="1")
    assert b"data:image/png" in client.post(reverse("admin:branding"), posted).content


def test_saved_together_with_one_reason_and_on_record() -> None:
    client = staff_client_of("catalog")
    saved = _save(
        client,
        "branding",
        branding_accent="#0F766E",
        branding_header="Since 1998",
        branding_logo=SimpleUploadedFile("logo.svg", SVG),
    )
    assert saved.status_code == 302
    now = clock.now()
    assert value("branding_accent", at=now) == "#0f766e"
    assert value("branding_logo", at=now) == SVG
    assert {row.key for row in FeatureValue.objects.all()} == {
        "branding_accent",
        "branding_header",
        "branding_logo",
    }
    assert AuditRecord.objects.filter(action="feature.changed", reason="New look").count() == 3
    page = client.get(reverse("admin:branding")).content.decode()
    assert "New look" in page


def test_a_logo_chosen_with_an_error_elsewhere_is_not_lost() -> None:
    client = staff_client_of("catalog")
    file = SimpleUploadedFile("logo.svg", SVG)
    page = _save(client, "branding", branding_logo=file, branding_country="Ireland")
    assert page.status_code == 422
    kept = page.context["unsaved_logo"]  # type: ignore[attr-defined]
    assert _save(client, "branding", kept_logo=kept).status_code == 302
    assert value("branding_logo", at=clock.now()) == SVG
    assert _save(client, "branding", remove_logo="on").status_code == 302
    assert value("branding_logo", at=clock.now()) is None


def test_a_logo_that_cannot_be_printed_is_refused_when_saved() -> None:
    client = staff_client_of("catalog")
    broken = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x09\x00\x00\x00\x09\x08\x06\x00"
    page = _save(client, "branding", branding_logo=SimpleUploadedFile("a.png", broken))
    assert page.status_code == 422
    assert "cannot be printed" in page.content.decode()
    assert not FeatureValue.objects.exists()


def test_two_who_change_at_once_do_not_overwrite_each_other() -> None:
    client = staff_client_of("catalog")
    posted = _typed(client, "branding", branding_header="Mine", save="1", reason="Mine")
    set_value("branding_header", value="Theirs", reason="First", by=BY, at=clock.now())
    page = client.post(reverse("admin:branding"), posted)
    assert page.status_code == 422
    assert "somebody else changed it meanwhile" in page.content.decode()
    assert value("branding_header", at=clock.now()) == "Theirs"


def test_a_body_that_is_too_large_is_refused_before_it_is_drawn() -> None:
    client = staff_client_of("catalog")
    posted = _typed(client, "branding", branding_header="x" * 1_100_000)
    assert client.post(reverse("admin:branding"), posted).status_code == 413


def test_a_template_with_an_unknown_placeholder_is_refused_beside_its_text() -> None:
    client = staff_client_of("catalog")
    page = _save(client, "templates", terms="Pay {everything}.")
    assert page.status_code == 422
    assert "{everything}" in page.context["form"].errors["terms"][0]  # type: ignore[attr-defined]
    assert _save(client, "templates", terms="Pay {amount_due}.").status_code == 302
    assert value("document_texts_invoice", at=clock.now()) == {"terms.en": "Pay {amount_due}."}


def test_saving_one_language_leaves_the_others() -> None:
    set_value(
        "document_texts_invoice", value={"intro.de": "Hallo"}, reason="de", by=BY, at=clock.now()
    )
    client = staff_client_of("catalog")
    assert _save(client, "templates", intro="Hello").status_code == 302
    texts = value("document_texts_invoice", at=clock.now())
    assert texts == {"intro.de": "Hallo", "intro.en": "Hello"}


def test_a_change_is_reverted_from_the_history() -> None:
    client = staff_client_of("catalog")
    _save(client, "templates", intro="Hello")
    _save(client, "templates", intro="Good day")
    history = client.get(reverse("admin:feature_history", args=["document_texts_invoice"]))
    assert "Good day" in history.content.decode()
    newest = FeatureValue.objects.order_by("-id").first()
    assert newest is not None
    client.post(reverse("admin:feature_revert", args=[newest.pk]), {"version": "2"})
    assert value("document_texts_invoice", at=clock.now()) == {"intro.en": "Hello"}


def test_an_issued_document_keeps_the_looks_it_was_issued_with() -> None:
    company = make_company()
    before = issue_top_up_invoice(
        company, amount=Money("10.00", "USD"), key=new_key(), by=BY, at=NOW
    )
    printed = top_up_pdf(before)
    later = NOW + timedelta(days=1)
    for key, new in (
        ("branding_name", "Wavelength"),
        ("branding_accent", "#0f766e"),
        ("document_layout", "banner"),
        ("document_texts_top_up_invoice", {"intro.en": "Dear {company}"}),
        ("document_language", "de"),
        ("series_prefix_top_up_invoice", "TOP-"),
    ):
        set_value(key, value=new, reason="New look", by=BY, at=later)
    before.refresh_from_db()
    assert top_up_pdf(before) == printed
    after = issue_top_up_invoice(
        company, amount=Money("10.00", "USD"), key=new_key(), by=BY, at=later
    )
    content = TopUpContent.from_json(after.content)
    assert content.language == "de"
    assert content.look == Look(layout="banner", accent="#0f766e", intro="Dear {company}")
    assert content.seller.name == "Wavelength"
    assert (before.number, after.number) == ("TU-000001", "TOP-000002")


def test_a_new_prefix_leaves_no_gap() -> None:
    assert take_numbers(Series.Kind.INVOICE, count=2, at=NOW) == ["INV-000001", "INV-000002"]
    set_value("series_prefix_invoice", value="R", reason="x", by=BY, at=NOW + timedelta(hours=1))
    assert take_numbers(Series.Kind.INVOICE, count=1, at=NOW) == ["INV-000003"]
    later = NOW + timedelta(hours=2)
    assert take_numbers(Series.Kind.INVOICE, count=1, at=later) == ["R000004"]


def test_a_real_document_is_shown_only_to_who_may_see_invoices() -> None:
    client = staff_client_of("catalog")
    posted = _typed(client, "branding", number="INV-1", preview="1")
    assert client.post(reverse("admin:branding"), posted).status_code == 403
    client = staff_client_of("administrator")
    page = client.post(reverse("admin:branding"), _typed(client, "branding", number="INV-1"))
    assert page.status_code == 422
    assert "No invoice or credit note has the number INV-1" in page.content.decode()


@pytest.mark.parametrize("name", ["branding", "templates"])
def test_only_who_configures_saves(name: str) -> None:
    assert staff_client_of("billing").get(reverse(f"admin:{name}")).status_code == 403
    auditor = staff_client_of("auditor")
    assert auditor.get(reverse(f"admin:{name}")).status_code == 200
    assert _save(auditor, name).status_code == 403
    assert Client().get(reverse(f"admin:{name}")).status_code == 302


def test_the_logo_is_served_so_that_an_svg_can_only_draw(client: Client) -> None:
    assert client.get("/branding/logo").status_code == 404
    set_value("branding_logo", value=SVG, reason="x", by=BY, at=clock.now())
    answer = client.get("/branding/logo")
    assert (answer["Content-Type"], answer.content) == ("image/svg+xml", SVG)
    assert "sandbox" in answer["Content-Security-Policy"]


def test_mails_carry_the_accent_and_the_footer() -> None:
    for key, new in (("branding_accent", "#0f766e"), ("branding_footer", "Court of Dublin")):
        set_value(key, value=new, reason="x", by=BY, at=NOW)
    company = make_company()
    [mail] = queue_mail(
        "invitation",
        company=company,
        to=["a@x.example"],
        once="a",
        context={"url": "https://x.example", "amount": Decimal(1)},
        at=NOW,
    )
    assert "background-color:#0f766e" in mail.html
    assert "Court of Dublin" in mail.html
