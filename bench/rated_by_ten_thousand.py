"""B1: records rated, deduplicated and deducted per second, worker path, batches of 10 000.

Yardstick: COPY of the same rows into tables like `charge` and `usage_key`, a commit a batch.
"""

from __future__ import annotations

from bench.figures import Figures, figures, in_turn
from bench.usage_rating import SHARDS, Rating

NAME = "B1"
TARGET = 0.50
BATCH = 10_000


def run() -> Figures:
    rating = Rating(batch=BATCH, per_round=SHARDS * BATCH)
    rounds = in_turn(rating.fresh_records_per_second, rating.copied_records_per_second)
    return figures(rounds, unit="records/s", target=TARGET)
