"""The table of an invoice's lines, with the widths and heights that are known beforehand.

Typst lays out each cell of an automatic row or column several times. Most lines are plain words
and figures on one line, whose measures follow from the font; the rest stay automatic.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.documents.rendering.frozen import Json
from billing.documents.rendering.measures import (
    BODY_POINTS,
    SMALL_POINTS,
    strong,
    widest,
    width,
)

# As in theme.typ: the paper less its margins, the gap before a column, the height of a row.
TABLE_POINTS = 493.2
GAP_POINTS = 12.48
ROW_POINTS = 16.2
ROW_WITH_DETAIL_POINTS = 26.6


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRow:
    """A description with a second, smaller line or none, and one figure per column after it."""

    text: str
    detail: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedGroup:
    """Rows under one title; `total` is the sum of their last figures, empty when it is obvious."""

    title: str
    rows: Sequence[PrintedRow]
    total: str


def line_table(titles: Sequence[str], groups: Sequence[PrintedGroup]) -> dict[str, Json]:
    """What templates/documents/invoice.typ prints; the first title is the description's."""
    widths = [figure_width(titles, groups, number) for number in range(len(titles) - 1)]
    room = description_width(widths)
    return {
        "titles": list(titles),
        "widths": [*widths],
        "groups": [
            {
                "title": group.title,
                "total": group.total,
                "rows": [printed(row, room) for row in group.rows],
            }
            for group in groups
        ],
    }


def printed(row: PrintedRow, room: float | None) -> dict[str, Json]:
    height = row_height(row, room)
    return {"text": row.text, "detail": row.detail, "figures": [*row.figures], "height": height}


def figure_width(
    titles: Sequence[str], groups: Sequence[PrintedGroup], number: int
) -> float | None:
    """The width of a column of figures, its title and sums included; None when unknown."""
    figures = {row.figures[number] for group in groups for row in group.rows}
    is_last = number == len(titles) - 2
    totals = {group.total for group in groups} if is_last else set()
    return widest(
        [
            strong(width(titles[number + 1], points=SMALL_POINTS)),
            *(width(text, points=BODY_POINTS) for text in figures),
            *(strong(width(text, points=BODY_POINTS)) for text in totals),
        ]
    )


def description_width(widths: Sequence[float | None]) -> float | None:
    """What the columns of figures leave."""
    known = [GAP_POINTS + one for one in widths if one is not None]
    return TABLE_POINTS - sum(known) if len(known) == len(widths) else None


def row_height(row: PrintedRow, room: float | None) -> float | None:
    """The height of a row whose description fits on its lines; None when it may not."""
    needed = widest([width(row.text, points=BODY_POINTS), width(row.detail, points=SMALL_POINTS)])
    if room is None or needed is None or needed > room:
        return None
    return ROW_WITH_DETAIL_POINTS if row.detail else ROW_POINTS
