"""B4: replayed duplicates per second, nothing charged. Yardstick: rating the same records anew."""

from __future__ import annotations

from bench.figures import Figures, Round, figures
from bench.rated_by_ten_thousand import BATCH
from bench.usage_rating import SHARDS, Rating, newest_charge

NAME = "B4"
TARGET = 1.5
ROUNDS = 5


def run() -> Figures:
    rating = Rating(batch=BATCH, per_round=SHARDS * BATCH)
    return figures([_round(rating) for _ in range(ROUNDS)], unit="records/s", target=TARGET)


def _round(rating: Rating) -> Round:
    fresh = rating.fresh_records_per_second()
    newest = newest_charge()
    repeated = rating.repeated_records_per_second()
    if newest_charge() != newest:
        raise AssertionError("a replayed record was charged")
    return Round(subject=repeated, yardstick=fresh)
