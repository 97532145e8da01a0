"""Declares the Factur-X profile in the metadata of a PDF/A-3 that Typst made.

Typst attaches the XML but cannot write the XMP properties that tell a reader of it (Factur-X 1.0,
section 6). They are added here to the metadata stream, and the offsets behind it are moved on: one
revision, no second library, well under a millisecond (docs/adr/factur-x-metadata.md).
"""

import re
from dataclasses import dataclass

NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
PROPERTIES = (
    ("DocumentFileName", "factur-x.xml", "The name of the embedded XML document"),
    ("DocumentType", "INVOICE", "The type of the hybrid document"),
    ("Version", "1.0", "The version of the standard of the embedded XML document"),
    ("ConformanceLevel", "EN 16931", "The conformance level of the embedded XML document"),
)
END_OF_SCHEMAS = b"</rdf:Bag></pdfaExtension:schemas>"
END_OF_PACKET = b"</rdf:RDF>"
STREAM_HEAD = rb"<</Length (\d+)/Type/Metadata/Subtype/XML>>\nstream\n"
ENTRY_LENGTH = 20


class UnexpectedPdfError(ValueError):
    """The PDF is not laid out as Typst lays it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class References:
    """The cross-reference table: where it begins, its rows of twenty bytes, the root's number."""

    start: int
    rows_start: int
    rows: tuple[bytes, ...]
    root: int

    def offset(self, number: int) -> int:
        return int(self.rows[number][:10])

    def moved(self, *, after: int, by: int) -> bytes:
        return b"".join(
            b"%010d" % (int(row[:10]) + by) + row[10:] if int(row[:10]) > after else row
            for row in self.rows
        )


def declare_facturx(pdf: bytes) -> bytes:
    """Raise UnexpectedPdfError when the PDF is not as Typst writes it."""
    references = read_references(pdf)
    number = int(found(rb"/Metadata (\d+) 0 R", pdf, references.offset(references.root))[1])
    head = found(STREAM_HEAD, pdf, references.offset(number))
    end = head.end() + int(head[1])
    packet = declared(pdf[head.end() : end])
    stream = b"<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n" % len(packet) + packet
    by = len(stream) - (end - head.start())
    rows_end = references.rows_start + len(references.rows) * ENTRY_LENGTH
    return b"".join(
        (
            pdf[: head.start()],
            stream,
            pdf[end : references.rows_start],
            references.moved(after=head.start(), by=by),
            pdf[rows_end : pdf.rindex(b"startxref")],
            b"startxref\n%d\n%%%%EOF" % (references.start + by),
        )
    )


def read_references(pdf: bytes) -> References:
    start = int(found(rb"startxref\n(\d+)\n%%EOF", pdf, pdf.rindex(b"startxref"))[1])
    table = found(rb"xref\n0 (\d+)\n", pdf, start)
    end = table.end() + int(table[1]) * ENTRY_LENGTH
    rows = tuple(pdf[at : at + ENTRY_LENGTH] for at in range(table.end(), end, ENTRY_LENGTH))
    root = int(found(rb"/Root (\d+) 0 R", pdf, end)[1])
    return References(start=start, rows_start=table.end(), rows=rows, root=root)


def found(pattern: bytes, pdf: bytes, start: int) -> re.Match[bytes]:
    match = re.compile(pattern).search(pdf, start)
    if match is None:
        raise UnexpectedPdfError(f"{pattern!r} is not in the PDF after byte {start}")
    return match


def declared(packet: bytes) -> bytes:
    """The metadata packet with the four properties and their description."""
    if packet.count(END_OF_SCHEMAS) != 1 or packet.count(END_OF_PACKET) != 1:
        raise UnexpectedPdfError("the metadata has no list of extension schemas")
    described = packet.replace(END_OF_SCHEMAS, extension_schema() + END_OF_SCHEMAS)
    return described.replace(END_OF_PACKET, description() + END_OF_PACKET)


def description() -> bytes:
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, value, _ in PROPERTIES)
    return (
        f'<rdf:Description rdf:about="" xmlns:fx="{NAMESPACE}">{values}</rdf:Description>'
    ).encode()


def extension_schema() -> bytes:
    """PDF/A wants every property that it does not know described in the file itself."""
    properties = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description>"
        "</rdf:li>"
        for name, _, meaning in PROPERTIES
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li>"
    ).encode()
