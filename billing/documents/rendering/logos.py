"""A seller's logo on its way into Typst, which takes texts only: an SVG with the picture inside.

A picture that cannot be drawn would leave a silent gap there, so each logo is tried strictly once.
"""

import base64
import json
from datetime import UTC, datetime
from functools import lru_cache

import typst

from billing.documents.rendering.typesetting import ARCHIVAL, compile_pdf

SIGNATURES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"RIFF": "image/webp",
}
# The frame of 56 by 15 mm that theme.typ keeps for it; the picture fills it from its start.
FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="560" height="150">'
    '<image width="560" height="150" preserveAspectRatio="xMinYMid meet"'
    ' href="data:{mime};base64,{data}"/>'
    "</svg>"
)
TRIAL = b'#image(bytes(json("logo.json")))'


def framed_logo(logo: bytes) -> bytes:
    data = base64.b64encode(logo).decode("ascii")
    return FRAME.format(mime=mime_type(logo), data=data).encode("ascii")


def mime_type(logo: bytes) -> str:
    kinds = (mime for start, mime in SIGNATURES.items() if logo.startswith(start))
    return next(kinds, "image/svg+xml")


@lru_cache(maxsize=32)
def flaw_of_logo(logo: bytes) -> str:
    """Why this picture cannot be printed; empty when it can."""
    files = {"main.typ": TRIAL, "logo.json": json.dumps(list(logo)).encode("ascii")}
    try:
        compile_pdf(files, standard=ARCHIVAL, at=datetime(2000, 1, 1, tzinfo=UTC))
    except typst.TypstError as error:
        return f"the logo cannot be printed: {error.message}"
    return ""
