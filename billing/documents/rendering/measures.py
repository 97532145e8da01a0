"""How wide a text is in print, so that Typst need not try out every cell of a long table.

Advances are those of Inter with tabular figures, in thousandths of the type size
(`templates/documents/advances.json`; made as static/fonts/README.md says). A text with any other
letter has no known width, and Typst finds out.
"""

import json
from collections.abc import Iterable
from functools import cache

from billing.documents.rendering.wording import TEMPLATES

BODY_POINTS = 9.0
SMALL_POINTS = 7.5
# Heavier weights are wider, kerning may add a little: no text is wider than this much more.
STRONG = 1.06
TOLERANCE = 1.01


@cache
def advances() -> dict[str, int]:
    found: dict[str, int] = json.loads((TEMPLATES / "advances.json").read_text(encoding="utf-8"))
    return found


def width(text: str, *, points: float) -> float | None:
    """The width in points of a text on one line; None when a letter is not in the table."""
    table = advances()
    try:
        return sum(table[letter] for letter in text) * points / 1000 * TOLERANCE
    except KeyError:
        return None


def widest(widths: Iterable[float | None]) -> float | None:
    """The largest width; None when one of them is unknown."""
    known: list[float] = []
    for one in widths:
        if one is None:
            return None
        known.append(one)
    return max(known, default=0.0)


def strong(width_of_text: float | None) -> float | None:
    return None if width_of_text is None else width_of_text * STRONG
