"""Layouts, colours and texts of documents: what is printed of what staff set."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from billing.documents.rendering.content import InvoiceContent, Look
from billing.documents.rendering.layout import filled
from billing.documents.rendering.pdf import Content, pdf_of, render_pages
from billing.documents.rendering.trial import TOO_ELABORATE, flaw_in_trial
from features.document_settings import LAYOUTS, PLACEHOLDERS
from tests.billing.documents.examples import (
    RECEIPT,
    SIM_DATA,
    STATEMENT,
    TOP_UP,
    credit_note,
    invoice,
    token_invoice,
)

CONTENTS: dict[str, Content] = {
    "invoice": token_invoice(),
    "credit_note": credit_note(token_invoice()),
    "receipt": RECEIPT,
    "top_up_invoice": TOP_UP,
    "statement": STATEMENT,
}


def text_of(content: Content) -> str:
    pages = PdfReader(BytesIO(pdf_of(content).content)).pages
    return "\n".join(page.extract_text() for page in pages)


@pytest.mark.parametrize("kind", CONTENTS)
def test_every_placeholder_of_a_kind_becomes_a_fact_of_the_document(kind: str) -> None:
    names = PLACEHOLDERS[kind]
    intro = "\n".join(f"{name}={{{name}}}" for name in names)
    text = text_of(replace(CONTENTS[kind], look=Look(intro=intro)))
    for name in names:
        assert f"{name}=" in text
        assert f"{{{name}}}" not in text


def test_the_texts_say_the_figures_of_the_invoice() -> None:
    look = Look(
        header="Since 1998",
        footer="Court of Dublin 123456",
        intro="Dear {company},",
        terms="Pay {amount_due} by {due}.",
        closing="{provider}",
    )
    text = text_of(replace(token_invoice(), look=look))
    for said in (
        "Since 1998",
        "Court of Dublin 123456",
        "Dear Globex Robotics,",
        "Terms",
        "Pay $34.28 by Dec 16, 2026.",
    ):
        assert said in text


def test_a_fact_that_looks_like_a_placeholder_is_printed_as_it_is() -> None:
    assert filled("{company} {due} {else}", {"company": "{due}", "due": ""}) == "{due} – {else}"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_each_layout_prints_the_same_figures(layout: str, language: str) -> None:
    look = Look(layout=layout, accent="#0f766e", intro="Hello", footer="One\nTwo")
    content = replace(token_invoice(), language=language, look=look)
    rendered = pdf_of(content)
    assert rendered.is_archival
    text = text_of(content)
    assert "34.28" in text
    assert "INV-2026-000123" in text
    assert "Globex Robotics" in text


def test_markup_of_the_typesetter_is_text() -> None:
    trick = '#read("/etc/passwd") $x$ *b* \\ ] #panic()'
    text = text_of(replace(token_invoice(), look=Look(intro=trick, header=trick, footer=trick)))
    assert text.count('#read("/etc/passwd") $x$ *b* \\ ] #panic()') == 3


def test_pages_are_pictures_and_only_the_first_are_made() -> None:
    rendered = render_pages(invoice(*[SIM_DATA] * 150))
    assert len(rendered.pages) == 3
    assert rendered.count > 3
    assert all(page.startswith(b"\x89PNG") for page in rendered.pages)


def test_what_was_frozen_before_there_were_looks_is_read_as_it_was() -> None:
    frozen = token_invoice().to_json()
    del frozen["look"]
    assert InvoiceContent.from_json(frozen).look == Look()


def test_a_logo_that_multiplies_is_stopped_and_refused() -> None:
    """Each mask is drawn twice by the one before it: 2 to the 22nd rectangles of 3 KB."""
    fan = b"".join(
        b'<mask id="m%d">%s</mask>'
        % (
            at,
            2 * (b'<g mask="url(#m%d)"><rect width="40" height="10" fill="#fff"/></g>' % (at + 1)),
        )
        for at in range(22)
    )
    start = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10">'
    shape = b'<rect mask="url(#m0)" width="9" height="9"/></svg>'
    assert flaw_in_trial(start + fan + shape) == TOO_ELABORATE
    assert flaw_in_trial(start + shape) == ""
