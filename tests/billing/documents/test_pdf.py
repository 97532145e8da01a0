"""PDF documents: what a person reads, what a machine finds, and what happens when it goes wrong."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import cast
from xml.etree.ElementTree import fromstring

import pytest
from facturx import get_xml_from_pdf
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from billing.documents.rendering.content import DocumentLine, Party
from billing.documents.rendering.einvoice import einvoice_xml
from billing.documents.rendering.pdf import (
    RenderedPdf,
    render_invoice_pdf,
    render_receipt_pdf,
    render_statement_pdf,
    render_top_up_pdf,
)
from billing.documents.rendering.typesetting import ForkedCompilerError, compiler
from tests.billing.documents.examples import (
    BUYER,
    RECEIPT,
    SELLER,
    SIM_DATA,
    STATEMENT,
    TOP_UP,
    credit_note,
    invoice,
    prepaid,
    token_invoice,
)

PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


def reader(pdf: RenderedPdf) -> PdfReader:
    return PdfReader(BytesIO(pdf.content), strict=True)


def text_of(pdf: RenderedPdf) -> str:
    pages = [page.extract_text() for page in reader(pdf).pages]
    return "\n".join(pages).replace("\N{NO-BREAK SPACE}", " ")


def metadata(pdf: RenderedPdf) -> dict[str, str | None]:
    stream = cast("StreamObject", reader(pdf).root_object["/Metadata"])
    packet = fromstring(stream.get_data())  # noqa: S314  # our own file
    return {node.tag: node.text for node in packet.iter()}


def sim_lines(count: int) -> Iterator[DocumentLine]:
    for number in range(count):
        yield replace(SIM_DATA, subject=f"8944 5000 0000 {number:07d}")


def test_an_invoice_reads_like_its_figures() -> None:
    text = text_of(render_invoice_pdf(token_invoice()))
    for words in (
        "INV-2026-000123",
        "Tollgate Networks GmbH",
        "Globex Robotics B.V.",
        "due by Dec 16, 2026",
        "Nov 1\N{THIN SPACE}–\N{THIN SPACE}30, 2026",
        "18,059.974 k tokens",
        "$0.0015",
        "$0.0060",
        "$27.09",
        "$1.48",
        "VAT 20% on $28.57",
        "$5.71",
        "$34.28",
        "Page 1 of 1",
    ):
        assert words in text


def test_what_the_balance_paid_is_not_asked_for() -> None:
    text = text_of(render_invoice_pdf(prepaid(token_invoice())))
    assert "paid from your balance, nothing to pay" in text
    assert "\N{MINUS SIGN}$34.28" in text
    assert "$0.00" in text


def test_a_credit_note_names_its_invoice() -> None:
    text = text_of(render_invoice_pdf(credit_note(token_invoice())))
    for words in ("CN-2026-000007", "Corrects invoice", "INV-2026-000123", "counted twice"):
        assert words in text


def test_a_receipt_reads_like_its_figures() -> None:
    rendered = render_receipt_pdf(RECEIPT)
    assert rendered.is_archival
    text = text_of(rendered)
    for words in ("RCT-2026-000481", "$475.00", "Visa •4242", "Automatic recharge", "$500.00"):
        assert words in text


def test_a_top_up_invoice_says_how_to_pay_and_what_it_is_not() -> None:
    rendered = render_top_up_pdf(TOP_UP)
    assert rendered.is_archival
    text = text_of(rendered)
    for words in (
        "TU-000017",
        "$300.00",
        "due by Dec 7, 2026",
        "IBAN IE29 AIBK 9311 5212 3456 78",
        "Give TU-000017 as the reference.",
        "By card: in the customer portal.",
        "Demand for prepayment. No tax invoice.",
    ):
        assert words in text
    assert "/EmbeddedFiles" not in str(reader(rendered).root_object)


def test_a_top_up_invoice_names_no_way_of_paying_that_is_not_there() -> None:
    text = text_of(render_top_up_pdf(replace(TOP_UP, bank_details="", takes_cards=False)))
    assert "as the reference" not in text
    assert "By card" not in text


def test_a_statement_reads_like_its_figures() -> None:
    text = text_of(render_statement_pdf(STATEMENT))
    for words in ("$120.00", "\N{MINUS SIGN}$28.57", "$91.43", "$475.00", "$566.43"):
        assert words in text


def test_a_statement_without_movements_says_so() -> None:
    quiet = replace(STATEMENT, rows=(), closing=STATEMENT.opening)
    assert "No movements in this period." in text_of(render_statement_pdf(quiet))


def test_an_invoice_is_archival_and_declares_its_xml() -> None:
    rendered = render_invoice_pdf(token_invoice())
    assert (rendered.is_archival, rendered.warnings) == (True, ())
    facts = metadata(rendered)
    assert (facts[f"{PDFA}part"], facts[f"{PDFA}conformance"]) == ("3", "B")
    assert facts[f"{FX}DocumentFileName"] == "factur-x.xml"
    assert facts[f"{FX}DocumentType"] == "INVOICE"
    assert facts[f"{FX}ConformanceLevel"] == "EN 16931"
    assert facts[f"{FX}Version"] == "1.0"


def test_the_xml_is_an_alternative_of_the_page() -> None:
    rendered = render_invoice_pdf(token_invoice())
    (attached,) = cast("ArrayObject", reader(rendered).root_object["/AF"])
    file = cast("DictionaryObject", attached.get_object())
    assert str(file["/AFRelationship"]) == "/Alternative"
    name, xml = get_xml_from_pdf(rendered.content, check_xsd=True)
    assert (name, xml) == ("factur-x.xml", einvoice_xml(token_invoice()))


def fonts_of(pdf: RenderedPdf) -> Iterator[DictionaryObject]:
    for page in reader(pdf).pages:
        resources = cast("DictionaryObject", page["/Resources"])
        for font in cast("DictionaryObject", resources["/Font"]).values():
            composite = cast("DictionaryObject", font.get_object())
            (descendant,) = cast("ArrayObject", composite["/DescendantFonts"])
            yield cast("DictionaryObject", descendant.get_object())


def test_every_font_is_embedded() -> None:
    fonts = list(fonts_of(render_invoice_pdf(token_invoice())))
    descriptors = [cast("DictionaryObject", font["/FontDescriptor"]) for font in fonts]
    assert fonts
    assert all("/FontFile3" in one or "/FontFile2" in one for one in descriptors)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert render_invoice_pdf(token_invoice()) == render_invoice_pdf(token_invoice())


def test_the_head_of_the_table_comes_again_on_each_page() -> None:
    pages = reader(render_invoice_pdf(invoice(*sim_lines(60)))).pages
    texts = [page.extract_text() for page in pages]
    assert len(texts) == 3
    for number, text in enumerate(texts, start=1):
        assert "Unit price" in text
        assert "SIM data · Global PAYGO" in text
        assert f"Page {number} of 3" in text
    assert [text.count("$615.00") for text in texts] == [0, 0, 3]  # group, subtotal, tax base


def test_three_thousand_lines_are_one_document() -> None:
    rendered = render_invoice_pdf(invoice(*sim_lines(3000)))
    assert rendered.is_archival
    assert "$36,900.00" in reader(rendered).pages[-1].extract_text()  # 30 750 and 20 %


SCRIPTS = [
    "شركة النور للاتصالات",
    "חברת תקשורת",
    "株式会社グローバル通信",
    "环球通信有限公司",
    "채널코리아",
    "Ελληνικά Τηλεπικοινωνίες",
    "ТОВ Зв'язок",
    "โกลเบ็กซ์",
    "ग्लोबेक्स",
    "Công ty Viễn thông",
    "Գլոբեքս გლობექსი",
    "ግሎቤክስ",
]


@pytest.mark.parametrize("name", SCRIPTS)
def test_names_in_many_scripts_stay_archival(name: str) -> None:
    content = replace(token_invoice(), buyer=replace(BUYER, name=name, legal_name=name))
    assert render_invoice_pdf(content).is_archival


@pytest.mark.parametrize("language", ["ar", "de", "es", "fr", "xx"])
def test_every_language_is_archival(language: str) -> None:
    assert render_invoice_pdf(replace(token_invoice(), language=language)).is_archival
    assert render_receipt_pdf(replace(RECEIPT, language=language)).is_archival
    assert render_statement_pdf(replace(STATEMENT, language=language)).is_archival
    assert render_top_up_pdf(replace(TOP_UP, language=language)).is_archival


def test_a_letter_without_font_costs_the_archive_and_not_the_invoice() -> None:
    content = replace(token_invoice(), buyer=replace(BUYER, name="Rocket 🚀 Labs"))
    rendered = render_invoice_pdf(content)
    assert not rendered.is_archival
    assert "🚀" in rendered.warnings[0]
    assert "$34.28" in text_of(rendered)
    assert rendered.content.count(b"factur-x.xml")


@pytest.mark.parametrize(
    "name",
    ["A\x00B\ud800C\N{RIGHT-TO-LEFT OVERRIDE}D", "#panic() $x$ *b* _i_ @ref <l>", "x" * 400],
)
def test_strange_names_are_printed_as_they_are(name: str) -> None:
    content = replace(token_invoice(), buyer=replace(BUYER, name=name, legal_name=""))
    assert render_invoice_pdf(content).is_archival


def test_a_note_that_looks_like_pdf_does_not_confuse_the_reader() -> None:
    note = "\nxref\n0 1\n0000000000 65535 f\ntrailer\n<</Root 1 0 R>>\nstartxref\n0\n%%EOF"
    rendered = render_invoice_pdf(replace(token_invoice(), notes=note))
    assert metadata(rendered)[f"{FX}Version"] == "1.0"
    assert len(reader(rendered).pages) == 1


def picture(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (90, 24), (30, 90, 200)).save(file, kind)
    return file.getvalue()


LOGOS = {
    "png": picture("PNG"),
    "jpeg": picture("JPEG"),
    "gif": picture("GIF"),
    "webp": picture("WEBP"),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="4"><rect width="9"/></svg>',
}


@pytest.mark.parametrize("kind", LOGOS)
def test_a_logo_is_printed(kind: str) -> None:
    seller = replace(SELLER, logo=LOGOS[kind])
    rendered = render_invoice_pdf(replace(token_invoice(), seller=seller))
    assert (rendered.is_archival, rendered.warnings) == (True, ())
    assert (b"/Subtype/Image" in rendered.content) == (kind != "svg")


def test_a_broken_logo_gives_way_to_the_initials() -> None:
    seller = replace(SELLER, logo=b"not a picture")
    rendered = render_invoice_pdf(replace(token_invoice(), seller=seller))
    assert rendered.is_archival
    assert rendered.warnings == ("the logo cannot be printed: unknown image format",)


def test_a_seller_without_tax_id_gets_an_invoice_and_a_warning() -> None:
    content = replace(token_invoice(), seller=Party(name="Tollgate", country="DE"))
    rendered = render_invoice_pdf(content)
    assert rendered.is_archival
    assert [warning.split(":")[0] for warning in rendered.warnings] == ["BR-CO-26", "BR-S-02"]


def test_an_invoice_with_next_to_nothing_on_it_is_drawn() -> None:
    nobody = Party(name="")
    content = replace(invoice(), seller=nobody, buyer=nobody, due_at=None, period_start=None)
    rendered = render_invoice_pdf(content)
    assert rendered.is_archival
    assert "due now" not in text_of(rendered)


def test_threads_take_turns() -> None:
    numbers = [replace(token_invoice(), number=f"INV-{number}") for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        rendered = list(threads.map(render_invoice_pdf, numbers))
    assert [f"INV-{number}" in text_of(pdf) for number, pdf in enumerate(rendered)] == [True] * 12


def attempt_in_fork(answers: "multiprocessing.SimpleQueue[str]") -> None:
    try:
        compiler(os.getpid())
    except ForkedCompilerError as error:
        answers.put(str(error))


def test_a_forked_process_is_told_instead_of_left_hanging() -> None:
    render_receipt_pdf(RECEIPT)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    process = context.Process(target=attempt_in_fork, args=(answers,))
    process.start()
    process.join(timeout=20)
    assert answers.get().startswith("Typst was started by process")


def test_unit_prices_follow_the_configured_decimals() -> None:
    content = replace(invoice(SIM_DATA), cost_decimal_points=4)
    assert "$0.0100" in text_of(render_invoice_pdf(content))
