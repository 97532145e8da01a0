"""The Typst compiler: one per process, bundled fonts only, used by one thread at a time."""

import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst

from billing.documents.rendering.wording import TEMPLATES

FONTS = Path(__file__).resolve().parents[3] / "static" / "fonts"
TURN = threading.Lock()
Standard = Literal["a-3b"] | None
ARCHIVAL: Standard = "a-3b"
PLAIN: Standard = None


class ForkedCompilerError(RuntimeError):
    """The compiler was used before the process forked; its threads did not come along."""


def compile_pdf(files: Mapping[str, bytes], *, standard: Standard, at: datetime) -> bytes:
    """The PDF of `main.typ` among `files` and the shared templates; `at` is its creation time.

    Same files and time, same bytes. Raise TypstError when it cannot be made.
    """
    with TURN:
        pdf = compiler(os.getpid()).compile(
            input={**template_files(), **files},  # type: ignore[type-var]  # the stub lacks dict
            format="pdf",
            pdf_standards=standard,
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst answered with pages instead of a document")
    return pdf


def compile_pages(files: Mapping[str, bytes], *, pixels_per_inch: int, at: datetime) -> list[bytes]:
    """The pages of `main.typ` as PNG. Raise TypstError when it cannot be made."""
    with TURN:
        pages = compiler(os.getpid()).compile(
            input={**template_files(), **files},  # type: ignore[type-var]  # the stub lacks dict
            format="png",
            ppi=pixels_per_inch,
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    return [pages] if isinstance(pages, bytes) else [page for page in pages or [] if page]


@cache
def compiler(pid: int) -> typst.Compiler:
    """Raise ForkedCompilerError instead of waiting for ever on threads that a fork left behind."""
    if first_user() != pid:
        raise ForkedCompilerError(f"Typst was started by process {first_user()}, this is {pid}")
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts)


@cache
def first_user() -> int:
    return os.getpid()


@cache
def template_files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in TEMPLATES.glob("*.typ")}
