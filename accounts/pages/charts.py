"""Charts of the portal: what the canvas draws and what the table beside it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Series:
    """One line or stack of bars; `color` is 1 to 8 of the palette."""

    name: str
    values: Sequence[Decimal | int]
    color: int
    is_line: bool = False
    is_filled: bool = False
    is_dashed: bool = False


@dataclass(frozen=True)
class Level:
    """A horizontal line across the chart, such as a threshold."""

    name: str
    value: Decimal
    color: int


@dataclass(frozen=True)
class Row:
    """A row of the table: one label and the value of each series, in words."""

    label: str
    values: list[str]


@dataclass(frozen=True)
class Chart:
    """What `components/chart.html` shows. `shown` puts a value in words for the table."""

    kind: str
    labels: Sequence[str]
    series: Sequence[Series]
    shown: Callable[[Decimal | int], str]
    lines: Sequence[Level] = field(default_factory=tuple)
    currency: str = ""
    unit: str = ""
    decimals: int = 2

    @property
    def data(self) -> dict[str, object]:
        """For js/charts.js; amounts as decimal strings."""
        return {
            "type": self.kind,
            "stacked": self.kind == "bar",
            "labels": list(self.labels),
            "currency": self.currency,
            "unit": self.unit,
            "decimals": self.decimals,
            "series": [_series(series) for series in self.series],
            "lines": [
                {"name": line.name, "value": str(line.value), "color": line.color}
                for line in self.lines
            ],
        }

    @property
    def rows(self) -> list[Row]:
        return [
            Row(label=label, values=[self.shown(series.values[index]) for series in self.series])
            for index, label in enumerate(self.labels)
        ]


def _series(series: Series) -> dict[str, object]:
    return {
        "name": series.name,
        "values": [str(value) for value in series.values],
        "color": series.color,
        "kind": "line" if series.is_line else None,
        "fill": series.is_filled,
        "dashed": series.is_dashed,
    }
