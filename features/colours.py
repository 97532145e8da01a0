"""Colours of sRGB and how well they are read on white (WCAG 2.1)."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal

READABLE = Decimal("4.5")

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DARKEST_CURVED = 0.04045


def is_colour(text: str) -> bool:
    return _COLOUR.fullmatch(text) is not None


def contrast_with_white(colour: str) -> Decimal:
    """1 (white) to 21 (black), cut after two decimals: what reads 4.50 is 4.50."""
    ratio = 1.05 / (_luminance(colour) + 0.05)
    return Decimal(str(ratio)).quantize(Decimal("0.01"), rounding=ROUND_DOWN)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= _DARKEST_CURVED else ((part + 0.055) / 1.055) ** 2.4
