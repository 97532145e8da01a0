"""What a picture is, by its own bytes: type, size in pixels, and whether an SVG only draws."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from xml.etree import ElementTree

MOST_PIXELS_A_SIDE = 4000
MOST_PIXELS = 8_000_000
MOST_SHAPES = 5000

_STARTS = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"RIFF": "webp",
    b"<svg": "svg+xml",
    b"<?xml": "svg+xml",
}
_JPEG_MARK = 0xFF
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SVG = "{http://www.w3.org/2000/svg}"
# Shapes, their colours and their names: no scripts, no text (its letters would depend on fonts),
# nothing from elsewhere, and nothing that multiplies what stands in the file.
_SHAPES = frozenset(
    {
        "svg", "g", "defs", "title", "desc", "metadata", "style",
        "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
        "linearGradient", "radialGradient", "stop", "clipPath", "mask",
    }
)  # fmt: skip
_NAMESPACES_OF_EDITORS = ("inkscape", "sodipodi", "adobe", "purl.org", "creativecommons", "sketch")
_REFERENCE = re.compile(r"url\(\s*['\"]?\s*(?!#)", re.IGNORECASE)


def picture_type(content: bytes) -> str | None:
    """The MIME subtype by the first bytes; None when it is no picture that we print."""
    return next((name for start, name in _STARTS.items() if content.startswith(start)), None)


def flaw_of(content: bytes) -> str:
    """Why this picture is not taken, in a sentence; empty when it is."""
    kind = picture_type(content)
    if kind == "svg+xml":
        return flaw_of_svg(content)
    size = pixels(content)
    if size is None:
        return "The picture is broken: it does not say how large it is."
    width, height = size
    if width > MOST_PIXELS_A_SIDE or height > MOST_PIXELS_A_SIDE or width * height > MOST_PIXELS:
        return (
            f"{width} by {height} pixels is too large: at most {MOST_PIXELS_A_SIDE} on a side and "
            f"{MOST_PIXELS // 1_000_000} million in all."
        )
    return ""


def pixels(content: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or WebP by its head; None when it has none."""
    readers = {"png": _of_png, "jpeg": _of_jpeg, "gif": _of_gif, "webp": _of_webp}
    reader = readers.get(picture_type(content) or "")
    try:
        size = reader(content) if reader else None
    except struct.error:
        return None
    return size if size and all(size) else None


def _of_png(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _of_gif(content: bytes) -> tuple[int, int]:
    width, height = struct.unpack("<HH", content[6:10])
    return width, height


def _of_jpeg(content: bytes) -> tuple[int, int] | None:
    """Walks from marker to marker until that of a frame."""
    at = 2
    while at + 4 <= len(content):
        mark, kind, length = struct.unpack(">BBH", content[at : at + 4])
        if mark != _JPEG_MARK:
            return None
        if kind in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def _of_webp(content: bytes) -> tuple[int, int] | None:
    form = content[12:16]
    if form == b"VP8X":
        return (
            1 + int.from_bytes(content[24:27], "little"),
            1 + int.from_bytes(content[27:30], "little"),
        )
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L":
        (bits,) = struct.unpack("<I", content[21:25])
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def flaw_of_svg(content: bytes) -> str:
    """An SVG may draw shapes with colours and nothing else."""
    if b"<!DOCTYPE" in content.upper() or b"<!ENTITY" in content.upper():
        return "The SVG declares a document type; save it without one."
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - no entity can be declared
    except ElementTree.ParseError as error:
        return f"The SVG is broken: {error}."
    if root.tag != f"{_SVG}svg":
        return "The file is XML, but no SVG."
    elements = list(root.iter())
    if len(elements) > MOST_SHAPES:
        return f"The SVG has more than {MOST_SHAPES} shapes."
    return next((flaw for element in elements for flaw in _flaws(element)), "")


def _flaws(element: ElementTree.Element) -> Iterator[str]:
    tag = str(element.tag)
    if any(name in tag for name in _NAMESPACES_OF_EDITORS):
        return
    name = tag.removeprefix(_SVG)
    if name not in _SHAPES:
        yield f"The SVG contains <{name[:40]}>: a logo is made of plain shapes only."
    if name == "style" and ("@" in (element.text or "") or _REFERENCE.search(element.text or "")):
        yield "The SVG's <style> points elsewhere."
    for attribute, value in element.attrib.items():
        called = attribute.rpartition("}")[2].lower()
        is_foreign = called == "href" and not value.startswith("#")
        if called.startswith("on") or is_foreign or _REFERENCE.search(value):
            yield f"The SVG's <{name[:40]}> has “{called[:40]}”: it may not act or point elsewhere."
