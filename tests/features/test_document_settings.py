"""Logos, colours and texts: what is taken, and what is refused in which words."""

from __future__ import annotations

import struct
from decimal import Decimal

import pytest

from features import catalog
from features.colours import contrast_with_white
from features.document_settings import PLACEHOLDERS
from features.exceptions import FeatureRefused
from features.pictures import flaw_of, pixels

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="10">%s</svg>'


def png(width: int, height: int) -> bytes:
    """The head of a PNG: all that is read before it is taken."""
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR"
    return head + struct.pack(">II", width, height) + b"\x08\x06\x00\x00\x00"


def refusal(key: str, value: object) -> FeatureRefused:
    with pytest.raises(FeatureRefused) as caught:
        catalog.feature(key).json_form(value)
    return caught.value


def test_contrast_with_white_is_that_of_wcag() -> None:
    assert contrast_with_white("#000000") == Decimal("21.00")
    assert contrast_with_white("#ffffff") == Decimal("1.00")
    assert contrast_with_white("#767676") == Decimal("4.54")
    assert contrast_with_white("#777777") == Decimal("4.47")


def test_a_pale_accent_is_refused_and_its_contrast_said() -> None:
    assert catalog.feature("branding_accent").json_form("#0F766E") == "#0f766e"
    refused = refusal("branding_accent", "#facc15")
    assert refused.code == "too_pale"
    assert "1.53" in refused.detail


@pytest.mark.parametrize("colour", ["red", "#12", "#12345g", "#0f766e; x", 7, 'rgb(0,0,0)")'])
def test_what_is_no_colour_is_refused(colour: object) -> None:
    assert refusal("branding_accent", colour).code == "invalid_colour"


def test_what_was_accepted_once_can_be_read_even_if_it_would_be_refused_now() -> None:
    kind = catalog.feature("branding_accent").kind
    assert kind.parse("#facc15") == "#facc15"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png(640, 160), (640, 160)),
        (b"GIF89a" + struct.pack("<HH", 88, 31), (88, 31)),
        (
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + struct.pack(">HH", 90, 300),
            (300, 90),
        ),
        (b"RIFF....WEBPVP8X" + b"\x00" * 8 + b"\x7f\x02\x00\x9f\x00\x00", (640, 160)),
        (b"RIFF....WEBPVP8 " + b"\x00" * 10 + struct.pack("<HH", 640, 160), (640, 160)),
        (
            b"RIFF....WEBPVP8L" + b"\x00" * 4 + b"\x2f" + struct.pack("<I", 639 | 159 << 14),
            (640, 160),
        ),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"\xff\xd8\xffgarbage", None),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_head(
    content: bytes, size: tuple[int, int] | None
) -> None:
    assert pixels(content) == size


def test_a_picture_of_too_many_pixels_is_refused_however_small_its_file() -> None:
    assert "5000 by 100 pixels is too large" in refusal("branding_logo", png(5000, 100)).detail
    assert "too large" in flaw_of(png(4000, 4000))
    assert flaw_of(png(4000, 2000)) == ""


def test_what_is_no_picture_is_refused() -> None:
    assert refusal("branding_logo", b"%PDF-1.7").code == "invalid_picture"
    assert refusal("branding_logo", b"\x89PNG" + b"\x00" * 300_000).code == "too_large"


def test_an_svg_of_plain_shapes_is_taken() -> None:
    shapes = b'<style>.a{fill:#0f766e}</style><g><path class="a" d="M0 0h40v10z"/></g>'
    assert flaw_of(SVG % shapes) == ""


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (b"<script>alert(1)</script>", "<script>"),
        (b'<path onload="alert(1)" d="M0 0"/>', "onload"),
        (b'<image href="https://x.example/a.png"/>', "<image>"),
        (b"<foreignObject/>", "<foreignObject>"),
        (b'<linearGradient href="https://x.example/a.svg#b"/>', "href"),
        (b'<rect fill="url(https://x.example/a.svg#b)"/>', "fill"),
        (b"<style>@import 'https://x.example/a.css';</style>", "<style>"),
        (b'<a href="javascript:alert(1)"/>', "<a>"),
        (b"<rect>", "broken"),
        (b"<g/>" * 5001, "more than 5000"),
    ],
)
def test_an_svg_that_does_more_than_draw_is_refused(inside: bytes, said: str) -> None:
    assert said in flaw_of(SVG % inside)


def test_an_svg_with_entities_is_refused_before_it_is_read() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "ha">]>' + SVG % b"<title>&a;</title>"
    assert "document type" in flaw_of(laughs)


@pytest.mark.parametrize("kind", PLACEHOLDERS)
def test_an_unknown_placeholder_is_named_with_its_text(kind: str) -> None:
    key = f"document_texts_{kind}"
    names = " ".join(f"{{{name}}}" for name in PLACEHOLDERS[kind])
    assert catalog.feature(key).json_form({"terms.de": names}) == {"terms.de": names}
    refused = refusal(key, {"intro.en": "Dear {company}", "closing.de": "{__class__}"})
    assert (refused.code, refused.attr) == ("unknown_placeholder", "closing.de")
    assert "{__class__}" in refused.detail


def test_empty_texts_are_left_out_and_foreign_ones_refused() -> None:
    key = "document_texts_invoice"
    assert catalog.feature(key).json_form({"intro.en": " Hi ", "intro.de": "  "}) == {
        "intro.en": "Hi"
    }
    assert refusal(key, {"intro.tlh": "Qapla'"}).code == "unknown_text"
    assert refusal(key, {"script.en": "x"}).code == "unknown_text"
    assert refusal(key, {"intro.en": "x" * 1001}).attr == "intro.en"
    assert refusal(key, ["x"]).code == "invalid_texts"
